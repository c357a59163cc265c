"""Reads files, one module a format; `guard` protects them against hostile files."""
