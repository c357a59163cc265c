"""Loops over plain arrays: contiguous in, arrays out; no validation, no Python objects."""
