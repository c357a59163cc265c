"""One way to compile a loop, so that every kernel is cached, releases the GIL and is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(*, parallel: bool = False, fastmath: bool = False) -> Callable[[F], F]:
    """Compile on first use and keep the machine code beside the source.

    Parameters
    ----------
    parallel : bool
        Whether ``prange`` is spread over threads.
    fastmath : bool
        Whether sums may be reassociated, which is what lets a reduction use vector registers. The
        order is then fixed by the compiled code: it depends on the length, never on the threads.
    """

    def compile_it(function: F) -> F:
        compiled: Any = numba.njit(
            parallel=parallel, fastmath=fastmath, cache=True, nogil=True, error_model="numpy"
        )(function)
        return cast("F", compiled)

    return compile_it
