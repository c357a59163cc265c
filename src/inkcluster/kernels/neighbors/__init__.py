"""Compiled loops of nearest neighbours and spanning trees."""
