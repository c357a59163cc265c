"""Question 8, of very large sets: to which group does each image belong?"""
