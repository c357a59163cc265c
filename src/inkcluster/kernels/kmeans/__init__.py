"""Loops of k-means."""
