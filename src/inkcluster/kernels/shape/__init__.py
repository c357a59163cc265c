"""Compiled loops of shape clustering and of the image map."""
