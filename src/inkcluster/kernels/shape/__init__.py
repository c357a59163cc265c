"""Loops of shape clustering and of the image map."""
