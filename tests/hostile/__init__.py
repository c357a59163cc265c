"""Seeded attacks on all that Inkcluster reads; ``python -m tests.hostile TARGET --inputs N``."""
