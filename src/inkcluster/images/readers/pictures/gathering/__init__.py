"""Gathers the pictures of a folder, piece by piece, into one file that is mapped."""
