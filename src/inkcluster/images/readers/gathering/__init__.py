"""Gathers images, piece by piece, into one file that is mapped."""
