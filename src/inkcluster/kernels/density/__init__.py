"""Compiled loops of DBSCAN."""
