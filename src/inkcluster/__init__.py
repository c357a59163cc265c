"""Inkcluster clusters handwritten digits and other small images, and says how far to trust the result.

The public names are imported when they are first used, so that ``import inkcluster`` stays fast.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
