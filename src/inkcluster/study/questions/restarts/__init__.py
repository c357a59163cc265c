"""Question 2: are the k-means restarts stable?"""
