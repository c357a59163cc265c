"""How images are prepared for comparison: what can be chosen, and how it is."""
