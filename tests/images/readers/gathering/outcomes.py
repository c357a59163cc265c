"""What tests of gathering share: the outcome of reading, how two are compared, and an interruption."""

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.progress import Progress


def outcome(source, **how):
    """The set that is read, or the sentence that refuses it."""
    try:
        return load(source, **how)
    except BadInputError as error:
        return str(error)


def assert_same(found, expected):
    if isinstance(expected, str) or isinstance(found, str):
        assert found == expected
        return
    np.testing.assert_array_equal(found.pixels, expected.pixels)
    for one, other in ((found.labels, expected.labels), (found.names, expected.names)):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype
    for name in ("notices", "name", "source", "format", "labels_from"):
        assert getattr(found, name) == getattr(expected, name)


class Stop(Progress):
    """Interrupts the gathering after so many units."""

    def __init__(self, after):
        self.left = after

    def task(self, what, total=None):
        task = super().task(what, total)
        if what.startswith("looking"):
            return task
        listener = self

        class Counting:
            def __enter__(self):
                task.__enter__()
                return self.advance

            def advance(self, amount):
                listener.left -= 1
                if not listener.left:
                    raise KeyboardInterrupt

            def __exit__(self, *error):
                task.__exit__(*error)

        return Counting()
