"""Loops of DBSCAN."""
