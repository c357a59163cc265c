"""Compiles kernels on first use, without the GIL, and keeps machine code on disk while valid."""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import caching as numba_caching

caching: Any = numba_caching  # untyped
F = TypeVar("F", bound=Callable[..., Any])
SWITCH = "INKCLUSTER_KERNEL_CACHE"
"""The environment variable that turns the files off if it is 0."""


def kernel(*, fastmath: bool = False) -> Callable[[F], F]:
    """Compile a function on its first call, and keep the machine code for other processes.

    The files lie where numba puts them: in ``NUMBA_CACHE_DIR`` if that is set, else beside the
    source, else in the user's cache folder; where none of these is writable, there are no files.
    An edit in any kernel makes all files invalid, because a kernel contains those it calls.

    Parameters
    ----------
    fastmath : bool
        Whether sums may be reassociated, so that a reduction uses vector registers. The compiled
        code then fixes the order: it depends on the length, never on the threads.
    """

    def compile_it(function: F) -> F:
        compiled: Any = numba.njit(fastmath=fastmath, nogil=True, error_model="numpy")(function)
        if os.environ.get(SWITCH) != "0":
            with suppress(RuntimeError):  # there is nowhere to keep files
                compiled._cache = _Cache(function, "-fast" * fastmath)
        return cast("F", compiled)

    return compile_it


@cache
def _stamp() -> str:
    """What the validity of compiled code depends on, besides numba's version and the processor."""
    from inkcluster._version import __version__

    digest = hashlib.blake2b(f"{__version__} {np.__version__}".encode(), digest_size=8)
    folder = Path(__file__).parent
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class _Named(caching.CompileResultCacheImpl):  # type: ignore[misc]
    """Names files by function, options and stamp, whatever the line of the function."""

    options = ""

    def get_filename_base(self, fullname: str, abiflags: str) -> str:
        version = f"py{sys.version_info[0]}{sys.version_info[1]}{abiflags}"
        return f"{fullname}-{_stamp()}{self.options}.{version}"


class _Cache(caching.FunctionCache):  # type: ignore[misc]
    """The files of one kernel; a file that cannot be read or written counts as absent."""

    def __init__(self, function: Callable[..., Any], options: str) -> None:
        self._impl_class = type("_Named", (_Named,), {"options": options})
        super().__init__(function)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)
            _remove_stale(Path(self.cache_path))


@cache
def _remove_stale(folder: Path) -> None:
    """Delete the files of other stamps, once a process; the folder holds files of kernels only."""
    version = f".py{sys.version_info[0]}{sys.version_info[1]}"
    for file in folder.glob(f"*{version}*.nb[ic]"):
        if f"-{_stamp()}" not in file.name:
            file.unlink(missing_ok=True)
