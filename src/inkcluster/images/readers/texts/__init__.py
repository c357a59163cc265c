"""Reads text: CSV and its like, ARFF, libsvm and JSON."""
