"""Reads tables with an image a row; chooses the columns of pixels and of labels."""
