"""Question 4: what do the linkages give at k clusters?"""
