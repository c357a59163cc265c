"""Loops of nearest neighbours and spanning trees."""
