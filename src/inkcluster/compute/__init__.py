"""Serves all engines: threads, memory, projections, magnitudes, duplicates."""
