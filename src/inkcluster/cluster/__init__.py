"""The estimators and functions that cluster, a folder for each engine."""

import lazy_loader

from inkcluster._peers import handing_on

_ours, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = handing_on("sklearn.cluster", _ours)
