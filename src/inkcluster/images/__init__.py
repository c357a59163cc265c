"""`ImageSet`, and every way in and out."""

from inkcluster.images.imageset import ImageSet

__all__ = ["ImageSet"]
