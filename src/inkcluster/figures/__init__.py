"""One figure a file: its data (`frame`) and its picture (`plot`); `render` writes the files of both."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
