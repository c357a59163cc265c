"""A range of the points that labels itself and sums its clusters, here or on another machine.

Each message says where the restarts stand: a shard that is not there, because it has been made again
after its machine was lost, labels its points under the centres of the turn before and goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.choose import Floats, rows_together, threads_for
from inkcluster.cluster.kmeans.restarts import inertia_in_blocks
from inkcluster.cluster.kmeans.shards import seeding
from inkcluster.cluster.kmeans.shards.space import Frame, Look, Space, label, space_in
from inkcluster.cluster.kmeans.shards.standing import Standing
from inkcluster.cluster.kmeans.shards.sums import Sums, move, sums_of, total_of
from inkcluster.compute.magnitude import scaled
from inkcluster.compute.threads import in_threads, pieces, results_in_threads

STATE_BYTES = 60
"""What a shard holds of a point beside the point, about."""


@dataclass(frozen=True, eq=False)
class Stand:
    """Where some restarts stand: `active` (A,), of R of k clusters.

    Each has been labelled `turn` (A,) times, the last time under the centres `under` (A, k, d).
    `units` are those of the sums.
    """

    restarts: int
    k: int
    units: Floats
    frame: Frame
    active: NDArray[np.int64]
    turn: NDArray[np.int64]
    under: Floats


@dataclass(frozen=True, eq=False)
class Step:
    """The next turn: centres (A, k, d), as the frame sees them, and by how much to lower margins.

    Clusters are summed if `count`.
    """

    centres: Floats
    look: Look
    drop: NDArray[np.float32]
    count: bool = True


@dataclass(frozen=True, eq=False)
class Found:
    """What a turn found.

    `changed` and `opened` (A,) count the points that changed and those that the bounds left open,
    `decided` those that float64 decided, `parts` and `whole` the parts of the points over all
    restarts and those that took part whole.
    """

    changed: NDArray[np.int64]
    opened: NDArray[np.int64]
    decided: int
    parts: int
    whole: int
    sums: Sums


class Shard:
    """Rows `raw` (n, d) of weights `weight` (n,), 1 by default."""

    def __init__(
        self,
        raw: NDArray[Any],
        weight: Floats | None = None,
        space: Space | None = None,
    ) -> None:
        self.raw = raw
        self.given = weight
        self.weight = np.ones(len(raw)) if weight is None else np.require(weight, None, ["C", "A"])
        self.space = space
        self._standing: Standing | None = None
        self._lock = Lock()
        self.seeds: seeding.Seeds | None = None

    def __reduce__(self) -> Any:
        return Shard, (self.raw, self.given)  # all else is made again

    def __sizeof__(self) -> int:
        return self.raw.nbytes + STATE_BYTES * len(self.raw)

    def scaled(self, exponent: int) -> Shard:
        """The points times two to the power of `exponent`."""
        return Shard(scaled(self.raw, exponent), self.given)

    def twin(self) -> Shard:
        """The same points in the same space, without labels."""
        return Shard(self.raw, self.weight, self.space)

    def take(self, ids: NDArray[np.int64]) -> NDArray[Any]:
        """Some of the points."""
        return self.raw[ids]

    def extremes(self) -> NDArray[Any]:
        """The largest and the smallest value of each feature, (2, d)."""
        return np.stack([self.raw.max(axis=0), self.raw.min(axis=0)])

    def total(self, units: Floats) -> Floats:
        """The sums of the pieces of all points, each of weight 1."""
        return total_of(self.raw, units)

    def squares(self, mean: Floats) -> Floats:
        """Sums of squared distances to the mean (d,), by part; of bytes to 0, whole numbers."""
        grey = self.raw.dtype == np.uint8

        def work(part: slice) -> float:
            rows = self.raw[part].astype(np.float64)
            return float(np.vdot(rows, rows) if grey else np.square(rows - mean).sum())

        parts = pieces(len(self.raw), rows_together(self.raw.shape[1]))
        return np.array(list(results_in_threads(work, parts)), np.float64)

    def begin(self, at: Stand, labels: NDArray[np.int32], sums: Sums) -> None:
        """Stand on given labels (R, n)."""
        self._start(at)
        standing, self._turn[:] = self._standing, 1
        standing.labels[:] = labels  # type: ignore[union-attr]
        self._sums.put(slice(None), sums)  # type: ignore[arg-type]

    def assign(self, at: Stand, step: Step) -> Found:
        """Label the points anew."""
        self._stand(at)
        return self._label(at, step, at.active)

    def labels(self, at: Stand) -> NDArray[np.int32]:
        """The labels, (A, n)."""
        self._stand(at)
        labels = self._standing.labels  # type: ignore[union-attr]
        whole = len(at.active) == len(labels)
        return labels if whole else labels[at.active]

    def small_labels(self, at: Stand) -> NDArray[Any]:
        """The labels, in the smallest type that holds them."""
        return self.labels(at).astype(np.min_scalar_type(at.k - 1))

    def inertia(self, at: Stand, centres: Floats) -> Floats:
        """The inertia about centres (A, k, d) by block, (A, blocks)."""
        return inertia_in_blocks(self.raw, self.weight, self.labels(at), centres)

    def distances(self, at: Stand, centres: Floats) -> Floats:
        """Each point's squared distance to its own of centres (k, d), in the one active restart."""
        labels = self.labels(at)[0]
        far = np.empty(len(self.raw))

        def fill(part: slice) -> None:
            far[part] = ((self.raw[part] - centres[labels[part]]) ** 2).sum(axis=1)

        for _ in in_threads(fill, pieces(len(far), 4096)):
            pass
        return far

    def reach(self, at: Stand) -> float:
        """The largest squared distance to the origin."""
        return float(self._in(at.frame).square.max())

    def try_seeds(self, trial: seeding.Trial) -> NDArray[Any] | None:
        """The sums of distances to nearest seeds; None from a shard that lacks the turns before."""
        if trial.turn == 0:
            self.seeds = seeding.Seeds(self.raw, self.weight, trial)
        if self.seeds is None or self.seeds.turn != trial.turn:
            return None
        return self.seeds.try_(trial)

    def try_all_seeds(self, trials: list[seeding.Trial]) -> NDArray[Any] | None:
        """The same after all turns."""
        for trial in trials:
            found = self.try_seeds(trial)
        return found

    def find_seeds(self, turn: int, wanted: list[Any]) -> list[int] | None:
        """The rows drawn after a turn; None from a shard that lacks it."""
        if self.seeds is None or self.seeds.turn != turn + 1:
            return None
        return self.seeds.find(wanted)

    def forget_seeds(self) -> None:
        """Give back what the seeds took."""
        self.seeds = None

    def running_total(self, total: NDArray[Any]) -> NDArray[Any]:
        """`total` (d,) with all points added one after another in their dtype, as NumPy adds rows."""
        for part in pieces(len(self.raw), 1024):
            total = np.add.reduce(np.concatenate([total[None], self.raw[part]]))
        return total

    def _in(self, frame: Frame) -> Space:
        """The points in a frame, or in the newer one that another group of restarts asked for."""
        with self._lock:
            if self.space is None or self.space.frame.number < frame.number:
                self.space = space_in(frame, self.raw, self.weight)
            return self.space

    def _start(self, at: Stand) -> None:
        with self._lock:
            if self._standing is None:
                self._turn = np.zeros(at.restarts, np.int64)
                self._sums = Sums.none(at.restarts, at.k, at.units)
                self._standing = Standing.new(at.restarts, len(self.raw))

    def _stand(self, at: Stand) -> None:
        """Be where the message says."""
        self._start(at)
        off = self._turn[at.active] != at.turn
        if not off.any():
            return
        lost = at.active[off]
        s: Any = self._standing
        s.labels[lost], s.margin[lost], self._turn[lost] = -1, -1, 0
        self._sums.put(lost, Sums.none(len(lost), at.k, at.units))
        again = off & (at.turn > 0)
        if again.any():
            under = at.under[again]
            drop = np.zeros(under.shape[:2], np.float32)
            self._label(at, Step(under, at.frame.look(under), drop), at.active[again])
            self._turn[at.active] = at.turn

    def _label(self, at: Stand, step: Step, active: NDArray[np.int64]) -> Found:
        s: Any = self._standing
        space, look = self._in(at.frame), step.look
        if space.frame.number != at.frame.number:
            look = space.frame.look(step.centres)
        n = len(self.raw)
        threads = threads_for(self.raw.size * len(active))
        parts = pieces(n, -(-n // (4 * threads)) if threads > 1 else n)

        def work(part: slice) -> tuple[list[int], NDArray[np.int64], int, int]:
            return label(space, look, step.centres, s, active, step.drop, part=part)

        ends, opened, decided, whole = zip(*results_in_threads(work, parts), strict=True)
        moved = np.array(ends) - [[part.start] for part in parts]
        if not step.count:
            pass
        elif (self._turn[active] == 0).all():
            labels = s.labels if len(active) == len(s.labels) else s.labels[active]
            self._sums.put(active, sums_of(self.raw, self.weight, labels, at.k, at.units))
        else:
            moved_by = [
                [
                    (s.who[r, part.start : end[a]], s.was[r, part.start : end[a]])
                    for part, end in zip(parts, ends, strict=True)
                ]
                for a, r in enumerate(active)
            ]
            arrays = self.raw, self.weight, s.labels, self._sums, at.units
            move(*arrays, moved=moved_by, which=active)
        self._turn[active] += 1
        return Found(
            np.asarray(moved.sum(axis=0)), np.sum(opened, axis=0), sum(decided),
            len(parts) * len(active), sum(whole), self._sums.of(active),
        )  # fmt: skip
