"""Gives images names, group by group: `Labelling`, and the page on which a person does it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
