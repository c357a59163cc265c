"""Ends a command that cannot go on with one sentence on stderr and an exit code, not a traceback."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import typer

from inkcluster.errors import InkclusterError

BAD_INPUT = 1
INTERRUPTED = 130
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Stopped(KeyboardInterrupt):
    """SIGTERM or SIGHUP: they end a command as Ctrl-C does."""


@contextmanager
def guarded(*, debug: bool = False, resumable: bool = False) -> Iterator[None]:
    """Turn whatever ends the block into a sentence on stderr and :class:`typer.Exit`.

    The code is 1 for bad input and failures, 130 for an interruption. `debug` prints the traceback
    before the sentence; `resumable` adds that the same command continues from here.
    """
    again = " Run the same command again to continue." if resumable else ""
    try:
        with _stopped_by_signals():
            yield
            sys.stdout.flush()
    except KeyboardInterrupt:
        _leave(f"Interrupted.{again}", INTERRUPTED, debug)
    except BrokenPipeError:
        # The interpreter closes a stdout that nobody reads any more: without a message.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BAD_INPUT) from None
    except Exception as error:
        # Typer's own: an exit, or a usage error with its code
        if isinstance(error, typer.Exit | typer.Abort) or hasattr(error, "exit_code"):
            raise
        _leave(_sentence(error, again), BAD_INPUT, debug)


def one_line(text: str) -> str:
    r"""`text` on one line, with control characters shown instead of obeyed.

    Examples
    --------
    >>> from inkcluster.cli.guard import one_line
    >>> one_line("no file\nnamed \x1b[31mred")
    'no file named \\x1b[31mred'
    """
    joined = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in joined)


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document; where the terminal's encoding lacks letters, these are escaped."""
    only_ascii = "utf" not in (sys.stdout.encoding or "").lower()
    json.dump(document, sys.stdout, indent=1, ensure_ascii=only_ascii, allow_nan=False)
    sys.stdout.write("\n")


def _leave(sentence: str, code: int, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    with suppress(OSError):
        typer.echo(one_line(sentence), err=True)
    raise typer.Exit(code) from None


def _sentence(error: Exception, again: str) -> str:
    if isinstance(error, InkclusterError):
        return str(error)
    if isinstance(error, OSError) and error.errno != errno.ENOMEM:
        where = f" while writing {error.filename}" if error.filename else ""
        if error.errno in _FULL:
            kept = f" The answers so far are kept.{again}" if again else ""
            return f"The disk is full{where}; free some space.{kept}"
        named = f"{error.filename}: " if error.filename else ""
        what = error.strerror or str(error) or type(error).__name__
        return f"{named}{what}; check that the path exists and that you may read and write it."
    if isinstance(error, MemoryError | OSError):
        detail = f" ({error})" if str(error) else ""
        return (
            f"There is not enough memory for this{detail}; close other programs, or use smaller "
            "samples (--compare-sample, --map-sample)."
        )
    return (
        f"Inkcluster failed unexpectedly ({type(error).__name__}: {error}); run the same command "
        "with --debug to see where, and please report it."
    )


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
