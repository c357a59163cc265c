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
from llvmlite import binding as llvm
from numba.core import caching as numba_caching
from numba.core import types as numba_types
from numba.extending import intrinsic

caching: Any = numba_caching  # untyped
_types: Any = numba_types
_config: Any = numba.config
F = TypeVar("F", bound=Callable[..., Any])
SWITCH = "INKCLUSTER_KERNEL_CACHE"
"""The environment variable that turns the files off if it is 0."""


def kernel(*, fastmath: bool = False) -> Callable[[F], F]:
    """Compile a function on its first call, and keep the machine code for other processes.

    The files lie where numba puts them: in ``NUMBA_CACHE_DIR`` if that is set, else beside the
    source, else in the user's cache folder; where none of these is writable, there are no files.
    An edit in any kernel makes all files invalid, because a kernel contains those it calls. A file
    belongs to one processor, and one version of Python, NumPy and numba: machines may share a folder.

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


def _widest(typing_context: Any) -> Any:
    """Let the loops of the kernel in which it is called use registers of 512 bits where there are any.

    LLVM uses half of them by default, because some processors slow down while they are in use.
    """

    def mark(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return _types.void(), mark


widest: Any = intrinsic(_widest)


@cache
def _sources() -> str:
    """What the validity of compiled code depends on, of Inkcluster's own."""
    from inkcluster._version import __version__

    digest = hashlib.blake2b(__version__.encode(), digest_size=8)
    folder = Path(__file__).parent
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@cache
def _machine() -> str:
    """What else it depends on: the processor, numba and NumPy."""
    processor = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    asked = _config.CPU_NAME, _config.CPU_FEATURES  # NUMBA_CPU_NAME may choose another
    described = f"{processor} {asked} {numba.__version__} {np.__version__}"
    return hashlib.blake2b(described.encode(), digest_size=4).hexdigest()


class _Named(caching.CompileResultCacheImpl):  # type: ignore[misc]
    """Names files by function, sources, machine and options, whatever the line of the function."""

    options = ""

    def get_filename_base(self, fullname: str, abiflags: str) -> str:
        version = f"py{sys.version_info[0]}{sys.version_info[1]}{abiflags}"
        return f"{fullname}-{_sources()}-{_machine()}{self.options}.{version}"


used: set[Path] = set()
"""The files that this process has read or written."""
written: set[Path] = set()
"""Those of them that it has written."""


class _Files(caching.IndexDataCacheFile):  # type: ignore[misc]
    """A file for each signature of a function, written at once.

    Numba's own has an index beside numbered files: two processes that write at the same time give
    the same number to two signatures, or to two processors, and one is taken for the other.
    """

    def load(self, key: Any) -> Any:
        with suppress(FileNotFoundError):
            kept, data = self._load_data(self._name(key))
            if kept == key:
                used.add(Path(self._data_path(self._name(key))))
                return data
        return None

    def save(self, key: Any, data: Any) -> None:
        self._save_data(self._name(key), (key, data))
        for files in (used, written):
            files.add(Path(self._data_path(self._name(key))))

    def _name(self, key: Any) -> str:
        name: str = self._data_name(
            int(hashlib.blake2b(repr(key).encode(), digest_size=8).hexdigest(), 16)
        )
        return name


class _Cache(caching.FunctionCache):  # type: ignore[misc]
    """The files of one kernel; a file that cannot be read or written counts as absent."""

    def __init__(self, function: Callable[..., Any], options: str) -> None:
        self._impl_class = type("_Named", (_Named,), {"options": options})
        super().__init__(function)
        self._cache_file = _Files(self._cache_path, self._impl.filename_base, _sources())

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except (OSError, EOFError, ValueError, TypeError, pickle.UnpicklingError):
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)
            _remove_stale(Path(self.cache_path))


def is_compiled(function: Any) -> bool:
    """Whether this process has compiled or loaded a kernel, or may load it from a file."""
    return bool(function.signatures) or _is_kept(function)


@cache
def _is_kept(function: Any) -> bool:
    files = getattr(function._cache, "_cache_file", None)
    if files is None:
        return False
    return any(Path(files._cache_path).glob(files._data_name_pattern.replace("{number:d}", "*")))


def kept_in() -> Path | None:
    """The folder of the files of this one, beside those of the others; None if none are kept."""
    if os.environ.get(SWITCH) != "0":
        with suppress(RuntimeError):
            return Path(_Cache(kept_in, "").cache_path)
    return None


def state() -> str:
    """A name for the sources and the machine that compiled code is valid for."""
    return f"{_sources()}-{_machine()}"


@cache
def _remove_stale(folder: Path) -> None:
    """Delete the files of earlier sources, once a process; other machines' files stay."""
    version = f".py{sys.version_info[0]}{sys.version_info[1]}"
    for file in folder.glob(f"*-{_machine()}*{version}*.nbc"):
        if f"-{_sources()}-" not in file.name:
            file.unlink(missing_ok=True)
