"""What a person sees when a command cannot go on: one sentence on stderr and an exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import typer

from inkcluster.errors import InkclusterError

BAD_INPUT = 1
INTERRUPTED = 130
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Stopped(KeyboardInterrupt):
    """SIGTERM or SIGHUP, which end a command as Ctrl-C does."""


@contextmanager
def guarded(*, debug: bool = False, resumable: bool = False) -> Iterator[None]:
    """Turn whatever ends the block into a sentence on stderr and :class:`typer.Exit`.

    Parameters
    ----------
    debug : bool
        Print the traceback as well, before the sentence.
    resumable : bool
        Say after an interruption or a full disk that the same command goes on from here.

    Raises
    ------
    typer.Exit
        With code 1 for bad input and failures, 130 for an interruption.
    """
    again = " Run the same command again to go on." if resumable else ""
    try:
        with _stopped_by_signals():
            yield
            sys.stdout.flush()
    except KeyboardInterrupt:
        _leave(f"Interrupted.{again}", INTERRUPTED, debug)
    except InkclusterError as error:
        _leave(str(error), BAD_INPUT, debug)
    except MemoryError as error:
        _leave(_memory_sentence(error), BAD_INPUT, debug)
    except BrokenPipeError:
        _hush()
        raise typer.Exit(BAD_INPUT) from None
    except OSError as error:
        _leave(_system_sentence(error, resumable=resumable), BAD_INPUT, debug)
    except Exception as error:
        if _is_the_command_lines_own(error):
            raise
        kind = type(error).__name__
        _leave(
            f"Inkcluster failed where it should not have ({kind}: {error}); "
            "run the same command with --debug to see where, and please report it.",
            BAD_INPUT,
            debug,
        )


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


def _leave(sentence: str, code: int, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    with suppress(OSError):
        typer.echo(one_line(sentence), err=True)
    raise typer.Exit(code) from None


def _memory_sentence(error: MemoryError) -> str:
    detail = f" ({error})" if str(error) else ""
    return (
        f"There is not enough memory for this{detail}; close other programs, "
        "or look at fewer images with smaller samples (--compare-sample, --map-sample)."
    )


def _system_sentence(error: OSError, *, resumable: bool) -> str:
    where = f" while writing {error.filename}" if error.filename else ""
    if error.errno in _FULL:
        kept = " The answers so far are kept: run the same command again to go on."
        return f"The disk is full{where}; free some space.{kept if resumable else ''}"
    what = error.strerror or str(error) or type(error).__name__
    named = f"{error.filename}: " if error.filename else ""
    return f"{named}{what}; check that the path exists and that you may read and write it."


def _is_the_command_lines_own(error: Exception) -> bool:
    """Whether Typer raised it to say something itself: an exit, or a usage error with its code."""
    return isinstance(error, typer.Exit | typer.Abort) or hasattr(error, "exit_code")


def _hush() -> None:
    """Let the interpreter close a stdout that nobody reads any more, without a complaint."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


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
