"""Answers to one HTML file."""
