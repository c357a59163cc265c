"""A labelling that never makes a person wait: what is believed is brought up to date in a thread of its own."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import InkclusterError
from inkcluster.label.belief import Belief
from inkcluster.label.labelling import Labelling
from inkcluster.label.log import Event
from inkcluster.label.state import State

if TYPE_CHECKING:
    from inkcluster.study.run.run import Run

LOOK_EVERY = 0.5
"""Seconds between two looks into the log for what other processes did."""


class Settled(Belief):
    """A belief that no longer changes; what is asked of it most is computed once."""

    def __init__(self, of: Belief) -> None:
        self.n, self.shares, self.codes = of.n, of.shares, of.codes
        self._names, self._confidence = super().names, super().confidence

    @property
    def names(self) -> NDArray[np.int32]:
        """The name believed of each image, shape (n,)."""
        return self._names

    @property
    def confidence(self) -> NDArray[np.float32]:
        """The share of that name less that of the next, shape (n,)."""
        return self._confidence


class Thinking(Labelling):
    """A labelling whose :attr:`belief` is the last one that is ready, never one to wait for.

    Parameters
    ----------
    run, **how
        As for :class:`Labelling`.

    Attributes
    ----------
    believed_at : int
        The last action that the belief rests on.
    trouble : str
        Why nothing more can be read or believed; empty if all is well.
    """

    def __init__(self, run: Run, **how: Any) -> None:
        super().__init__(run, **how)
        self.trouble = ""
        self._told: list[Callable[[], None]] = []
        self._wake, self._stopped = threading.Event(), False
        self._ready = threading.Condition()
        self._think(self.snapshot())
        self._thread = threading.Thread(target=self._work, name="belief", daemon=True)
        self._thread.start()

    @property
    def belief(self) -> Belief:
        """What was believed when it was last brought up to date."""
        return self._ready_belief

    def close(self) -> None:
        """Stop thinking and close the log."""
        self._stopped = True
        self._wake.set()
        self._thread.join()
        super().close()

    def told(self, listener: Callable[[], None]) -> None:
        """Call `listener` from now on, in any thread, when there is an action or a new belief."""
        self._told.append(listener)

    def untold(self, listener: Callable[[], None]) -> None:
        """Call it no more."""
        self._told.remove(listener)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Keep other threads from acting inside this block."""
        with self._lock:
            yield

    def act(self, *given: Any, **named: Any) -> Event:
        """Take an action, as :meth:`Labelling.act`; what follows from it is believed a little later."""
        event = super().act(*given, **named)
        self._wake.set()
        self._tell()
        return event

    def known(self, action: str) -> Event | None:
        """The action of this id, if it was taken already."""
        with self._lock:
            self.refresh()
            return self._ids.get(action)

    def wait(self, seconds: float) -> bool:
        """Wait until all actions are in the belief, at most so long; whether they are."""
        until = time.monotonic() + seconds
        with self._ready:
            while self.believed_at < self.state.seq:
                if not self._ready.wait(max(0.0, until - time.monotonic())):
                    return False
        return True

    def snapshot(self) -> State:
        """A copy of the state, which actions leave as it is."""
        with self._lock:
            return copy.deepcopy(self.state)

    def _work(self) -> None:
        while not self._stopped:
            self._wake.wait(LOOK_EVERY)
            self._wake.clear()
            try:
                if not self._stopped and self.refresh():
                    self._tell()
                if not self._stopped and self.believed_at != self.state.seq:
                    self._think(self.snapshot())
                self.trouble = ""
            except (InkclusterError, MemoryError) as error:
                self.trouble = str(error) or "There is not enough memory to go on."
                self._tell()
                time.sleep(LOOK_EVERY)

    def _think(self, state: State) -> None:
        self._belief.update(state)
        settled = Settled(self._belief)
        with self._ready:
            self._ready_belief, self.believed_at = settled, state.seq
            self._ready.notify_all()
        self._tell()

    def _tell(self) -> None:
        for listener in list(self._told):
            listener()
