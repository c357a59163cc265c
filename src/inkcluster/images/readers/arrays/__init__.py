"""Reads arrays that a file holds: NumPy, MATLAB, HDF5; chooses images and labels among them."""
