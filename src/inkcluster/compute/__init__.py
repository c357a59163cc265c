"""What every engine stands on: threads, memory, projections, magnitudes, duplicates."""
