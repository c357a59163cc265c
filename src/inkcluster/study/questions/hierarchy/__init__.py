"""Question 3: how many clusters does the hierarchy suggest, and does that hold over resamples?"""
