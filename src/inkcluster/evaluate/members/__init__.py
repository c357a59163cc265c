"""Finds members of clusters that are typical, extreme, or on a border."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
