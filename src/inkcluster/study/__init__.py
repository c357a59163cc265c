"""The questions, the run folder, the findings.

:func:`study` answers the questions about a set of images in a folder; :meth:`Run.open` reads the
answers back. The public names are imported when they are first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
