"""The errors a person reads: one sentence that says what is wrong, where, and what to do."""

from errno import ENOMEM
from typing import Any

MEMORY_SIGNS = (
    "failed to map segment",
    "cannot allocate memory",
    "unable to allocate",
    "can't start new thread",
)
"""What libraries say that ran out of memory while they were loaded or started a thread."""


class InkclusterError(Exception):
    """Base of every error that Inkcluster raises on purpose; the command line prints it and exits 1."""


class BadInputError(InkclusterError, ValueError):
    """A file, an array or a setting that cannot be used as it is."""


class OutOfMemoryError(BadInputError, MemoryError):
    """Memory ran out while a file was read; the file itself may be sound."""


class TooLittleMemoryError(BadInputError):
    """A plan that does not fit into memory: `need` and `have` are its two numbers, in bytes.

    `fit` is the size of the sample that would fit, where the sentence names one.
    """

    fit: int = 0

    def __init__(self, sentence: str, need: int, have: int) -> None:
        super().__init__(sentence)
        self.need = need
        self.have = have


class DataChangedError(BadInputError):
    """A file that changed while a study read from it."""


class ClusterError(InkclusterError, RuntimeError):
    """A Dask cluster that cannot do the work: not there, of another version, or its workers die."""


class RunFolderError(InkclusterError, OSError):
    """A run folder that cannot be written, is in use, or belongs to another data set."""


def refuse_masked(values: Any, what: str) -> None:
    """Refuse a masked array that masks a value: NumPy's functions would use what is below.

    Raises
    ------
    BadInputError
        With the number of masked values.
    """
    import numpy as np

    count = np.count_nonzero(values.mask) if isinstance(values, np.ma.MaskedArray) else 0
    if count:
        raise BadInputError(
            f"{what} must not be masked, as {count:,} of its values are; fill them or leave out their rows."
        )


def is_lack_of_memory(error: BaseException) -> bool:
    """Whether an error of Python or a library means that memory ended.

    Libraries that cannot be loaded for want of memory raise ImportError, threads RuntimeError.

    Examples
    --------
    >>> is_lack_of_memory(ImportError("_vq.so: failed to map segment from shared object"))
    True
    >>> is_lack_of_memory(ImportError("No module named 'dask'"))
    False
    """
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno == ENOMEM
    said = f"{error} {error.__context__}".lower()  # numba's compiler hides what the system said
    return isinstance(error, MemoryError) or any(sign in said for sign in MEMORY_SIGNS)
