"""Question 6: how do all methods compare, with each other and with the labels?"""
