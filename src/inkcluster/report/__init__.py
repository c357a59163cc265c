"""Writes a study as one HTML file that stands alone: it loads no other file and needs no network."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
