"""Question 1: what do k-means clusters look like, and do they coincide with the true classes?"""
