"""Reads folders and archives of pictures."""
