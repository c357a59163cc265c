"""How many names are right after so many answers, beside other ways to label images.

    python -m benchmarks.label [--sets digits greek …] [--answers 100] [--runs FOLDER] [--json FILE]

A scripted person answers what a card shows by the true labels: a group whose shown images are of one kind
is named; of one whose first six are of one kind these six are named; any other is split. Every answer
counts one; there are no spot checks. The others, over the same graph where they spread:

- single images drawn at random, each answer one image, its label spread until nothing changes;
- the same, the least sure image next;
- k-means on pixels with as many clusters as answers, each named by its most frequent label;
- pages of 24 images around random ones: all named if they are of one kind, else the one in the middle.

What depends on chance is the mean of `SEEDS` runs. Labels answer and judge; nothing else reads them.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

import inkcluster
from benchmarks._bench import machine
from benchmarks._shape_sets import SETS
from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet
from inkcluster.label import Labelling
from inkcluster.label.walk import FIRST
from inkcluster.study.run.run import Run
from inkcluster.study.run.runner import study
from inkcluster.study.settings import Settings

SHORT = ["--sets", "digits", "--answers", "30"]
AT = (5, 12, 20, 30, 45, 60, 80, 100)
SEEDS = 3
PAGE = 24
STEPS, WARM_STEPS = 150, 15
WHOLE = ("digits", "greek", "hands", "doodles", "unequal", "test", "fashion", "mnist")
OURS = "inkcluster label"

Curve = dict[int, float]


def ours(labelling: Labelling, truth: NDArray[Any], most: int) -> tuple[Curve, dict[str, Any]]:
    """Answer `most` cards; the curve, the seconds from a key to the next card, and what was answered."""
    curve, seconds, kinds = {}, [], Counter[str]()
    card = labelling.next(checks=False)
    for answer in range(1, most + 1):
        if card.kind != "done":
            assert card.group is not None
            shown = truth[card.images]
            began = time.perf_counter()
            if len(set(shown)) == 1:
                labelling.name(card.group, str(shown[0]))
            elif len(set(shown[:FIRST])) == 1:
                labelling.name_some(card.group, str(shown[0]), card.typical[:FIRST])
            else:
                labelling.split(card.group)
            kinds[labelling.events[-1].kind] += 1
            card = labelling.next(checks=False)
            seconds.append(time.perf_counter() - began)
        if answer in AT:
            curve[answer] = float(np.mean(labelling.frame()["named"].to_numpy() == truth))
    about = {
        "answers": dict(kinds),
        "seconds an answer, median": round(float(np.median(seconds)), 4),
        "seconds an answer, most": round(max(seconds), 4),
        "peak MB": _peak(),
    }
    return curve, about


class Spread:
    """Labels of single images, spread along the links: an image has the mean of its neighbours' (Zhu et al. 2003)."""

    def __init__(self, links: sp.csr_matrix, codes: NDArray[np.int64]) -> None:
        degree = np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1e-300)
        self._step = sp.csr_matrix(sp.diags_array(1 / degree) @ links, dtype=np.float32)
        self.codes, self.n = codes, len(codes)
        self.known = np.zeros(self.n, bool)
        self.shares = np.zeros((self.n, int(codes.max()) + 1), np.float32)

    def learn(self, rows: NDArray[np.int64], steps: int) -> None:
        """Spread the labels of these images too."""
        self.known[rows] = True
        known = np.flatnonzero(self.known)
        own = np.eye(self.shares.shape[1], dtype=np.float32)[self.codes[known]]
        for _ in range(steps):
            self.shares[known] = own
            self.shares = self._step @ self.shares
        self.shares[known] = own

    @property
    def right(self) -> float:
        """The share of images with the right name."""
        found = (self.shares.argmax(axis=1) == self.codes) & (self.shares.max(axis=1) > 0)
        return float(found.mean())

    def least_sure(self, rng: np.random.Generator) -> int:
        """The image whose two likeliest names are closest; one of them at random where there are several."""
        top = np.partition(self.shares, -2, axis=1)
        margin = np.where(self.known, np.inf, top[:, -1] - top[:, -2])
        return int(rng.choice(np.flatnonzero(margin == margin.min())))


def one_by_one(links: Any, codes: Any, images: ImageSet, most: int, seed: int) -> Curve:
    """Single images drawn at random."""
    drawn = np.random.default_rng(seed).permutation(len(codes))
    curve, spread = {}, Spread(links, codes)
    for answers in _asked(most):
        spread.learn(drawn[:answers], STEPS)
        curve[answers] = spread.right
    return curve


def least_sure(links: Any, codes: Any, images: ImageSet, most: int, seed: int) -> Curve:
    """Single images, the least sure next."""
    rng = np.random.default_rng(seed)
    curve, spread = {}, Spread(links, codes)
    for answers in range(1, most + 1):
        spread.learn(np.array([spread.least_sure(rng)]), WARM_STEPS)
        if answers in AT:
            spread.learn(np.empty(0, np.int64), STEPS)
            curve[answers] = spread.right
    return curve


def whole_clusters(links: Any, codes: Any, images: ImageSet, most: int, seed: int) -> Curve:
    """K-means clusters, each named by its most frequent label."""
    curve = {}
    for k in _asked(most):
        labels = inkcluster.KMeans(k, n_init=1, random_state=seed).fit(images.flat()).labels_
        table = np.zeros((k, int(codes.max()) + 1), np.int64)
        np.add.at(table, (labels, codes), 1)
        curve[k] = float(table.max(axis=1).sum() / len(codes))
    return curve


def pages(links: Any, codes: Any, images: ImageSet, most: int, seed: int) -> Curve:
    """Pages around random images."""
    drawn = np.random.default_rng(seed).permutation(len(codes))
    curve, spread = {}, Spread(links, codes)
    known: list[int] = []
    for answers in range(1, most + 1):
        row = int(drawn[answers - 1])
        near = links[[row]] + links[[row]] @ links + links[[row]] @ links @ links
        others = near.indices[np.argsort(-near.data, kind="stable")]
        page = np.concatenate([[row], others[others != row][: PAGE - 1]])
        known += page.tolist() if len(np.unique(codes[page])) == 1 else [row]
        if answers in AT:
            spread.learn(np.array(known), STEPS)
            curve[answers] = spread.right
    return curve


OTHERS: dict[str, Callable[..., Curve]] = {
    "single images, at random": one_by_one,
    "single images, least sure next": least_sure,
    "k-means clusters, named whole": whole_clusters,
    "pages of 24, at random": pages,
}


def measured(name: str, most: int, runs: Path) -> dict[str, Any]:
    """All curves on one set."""
    images = SETS[name][1]()
    run = study(images, runs / name, Settings(), only=["shape"])
    for old in (run.path / "labelling").glob("log.db*"):
        old.unlink()
    truth = images.labels.astype(str)
    labelling = Labelling(Run.open(run.path), who="benchmark")
    curve, about = ours(labelling, truth, most)
    links = labelling._graph
    labelling.close()
    curves = {OURS: curve}
    codes = np.unique(truth, return_inverse=True)[1]
    for title, other in OTHERS.items():
        each = [other(links, codes, images, most, seed) for seed in range(SEEDS)]
        curves[title] = {at: float(np.mean([one[at] for one in each])) for at in each[0]}
    return {"title": SETS[name][0], "n": len(images), "curves": curves, "ours": about}


def table(name: str, found: dict[str, Any]) -> Iterator[str]:
    """Lines that print what was measured on a set."""
    curves = found["curves"]
    at = list(curves[OURS])
    yield f"\n{name}: {found['title']}, {found['n']:,} images; share right after so many answers"
    yield f"{'':32}" + "".join(f"{answers:>8}" for answers in at)
    for title, curve in curves.items():
        yield f"{title:32}" + "".join(f"{curve[answers]:8.4f}" for answers in at)
    wrong = {title: 1 - curve[at[-1]] for title, curve in curves.items()}
    best = min(wrong[title] for title in OTHERS)
    if best:
        yield f"wrong after {at[-1]}: {wrong[OURS] / best:.2f} of the best other's"
    yield str(found["ours"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    there = [name for name in WHOLE if name in SETS]
    parser.add_argument("--sets", nargs="+", default=there, choices=list(SETS))
    parser.add_argument("--answers", type=int, default=max(AT))
    parser.add_argument("--runs", type=Path, help="where the studies are kept")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if not min(AT) <= given.answers:
        raise BadInputError(f"At least {min(AT)} answers are needed.")
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in given.sets:
            results[name] = measured(name, given.answers, given.runs or Path(scratch))
            print("\n".join(table(name, results[name])), flush=True)
            if given.json:
                content = {"machine": machine(), "seeds": SEEDS, "sets": results}
                given.json.write_text(json.dumps(content, indent=1))


def _asked(most: int) -> list[int]:
    return [answers for answers in AT if answers <= most]


def _peak() -> float:
    """Peak resident memory of this process in MB, where Linux tells it."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    return round(int(found[1]) / 1024) if found else float("nan")


if __name__ == "__main__":
    main()
