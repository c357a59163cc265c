"""The questions, the run folder, the findings."""
