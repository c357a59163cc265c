"""Inkcluster clusters handwritten digits and other small images, and says how far to trust the result.

The public names are imported when they are first used, so that ``import inkcluster`` stays fast.
"""

import lazy_loader

from inkcluster._peers import handing_on

_ours, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = handing_on("sklearn.cluster", _ours)
