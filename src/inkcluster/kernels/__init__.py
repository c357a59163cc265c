"""Compiled loops over contiguous arrays, without validation and Python objects."""
