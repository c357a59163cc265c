"""Loops of hierarchies."""
