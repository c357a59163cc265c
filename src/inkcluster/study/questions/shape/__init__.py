"""Question 7: how well can the images be clustered at all?"""
