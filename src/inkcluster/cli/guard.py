"""Ends a command that cannot go on with one sentence on stderr and an exit code, not a traceback."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO, Any

import typer

from inkcluster.errors import InkclusterError, is_lack_of_memory

BAD_INPUT = 1
INTERRUPTED = 130
MAX_CHARACTERS = 300
"""A sentence is no longer, whatever names and numbers are in it."""
_LONG_WORD = re.compile(r"(\S{40})\S{2,}(\S{40})")
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
    except BrokenPipeError:  # nobody reads any more
        silence(sys.stdout)
        raise typer.Exit(BAD_INPUT) from None
    except Exception as error:
        # Typer's own: an exit, or a usage error with its code
        if isinstance(error, typer.Exit | typer.Abort) or hasattr(error, "exit_code"):
            raise
        _leave(_sentence(error, again), BAD_INPUT, debug)


def silence(stream: IO[str]) -> None:
    """Let `stream`, which cannot be written, lead nowhere: else the interpreter fails at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(text: str) -> None:
    """Print `text` on one line on stderr, whether or not anybody can read it."""
    try:
        typer.echo(one_line(text), err=True)
    except OSError:
        silence(sys.stderr)


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


def in_short(text: str) -> str:
    """`text` on one line of at most :data:`MAX_CHARACTERS`; of what is longer, start and end.

    Examples
    --------
    >>> from inkcluster.cli.guard import in_short
    >>> in_short("k is " + "9" * 5000 + ".")[-40:]
    '999999999999999999999999999999999999999.'
    """
    line = one_line(text)
    if len(line) > MAX_CHARACTERS:
        line = _LONG_WORD.sub(r"\1…\2", line)
    if len(line) > MAX_CHARACTERS:
        line = f"{line[: MAX_CHARACTERS - 100]}…{line[-99:]}"
    return line


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document.

    Characters that no terminal shows as they are, and letters that its encoding lacks, are escaped.
    """
    only_ascii = "utf" not in (sys.stdout.encoding or "").lower()
    text = json.dumps(document, indent=1, ensure_ascii=only_ascii, allow_nan=False)
    shown = (c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    sys.stdout.write("".join(shown) + "\n")


def _leave(sentence: str, code: int, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    say(in_short(sentence))
    try:
        sys.stdout.flush()
    except OSError:
        silence(sys.stdout)
    raise typer.Exit(code) from None


def _sentence(error: Exception, again: str) -> str:
    if isinstance(error, InkclusterError):
        return str(error)
    lacking = is_lack_of_memory(error)
    if isinstance(error, OSError) and not lacking:
        where = f" while writing {error.filename}" if error.filename else ""
        if error.errno in _FULL:
            kept = f" The answers so far are kept.{again}" if again else ""
            return f"The disk is full{where}; free some space.{kept}"
        named = f"{error.filename}: " if error.filename else ""
        what = error.strerror or str(error) or type(error).__name__
        return f"{named}{what}; check that the path exists and that you may read and write it."
    if lacking:
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
