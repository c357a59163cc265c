"""Quick questions for tests, and a study of them that runs in a process of its own.

Run as ``python fakes.py OUT [real] [BYTES]``: prints "ready" when all is imported, then studies:
the real questions or the quick ones, with files of at most so many bytes.
"""

import importlib
import resource
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet
from inkcluster.study.answer import Answer, Finding, Level, Table

PAUSE = 0.02
HEAVY = ("matplotlib.backends.backend_svg", "sklearn.cluster", "sklearn.neighbors")
"""What takes long to import: the last two for real questions only."""


def make_images(n=60, side=6, seed=0, *, labelled=True, name="blobs"):
    """Four kinds of noisy images, with labels 0 to 3."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % 4
    kinds = rng.integers(0, 200, (4, side, side))
    pixels = np.clip(kinds[kind] + rng.normal(0, 12, (n, side, side)), 0, 255).astype(np.uint8)
    return ImageSet(pixels, kind if labelled else None, name, "made by a test")


@dataclass(frozen=True)
class Bars:
    """A figure."""

    name: str
    title: str
    says: str
    heights: tuple

    def frame(self):
        return pd.DataFrame({"bar": range(len(self.heights)), "height": self.heights})

    def plot(self):
        from matplotlib.figure import Figure

        picture = Figure(figsize=(4, 4))
        picture.add_subplot().bar(range(len(self.heights)), self.heights)
        return picture


class Fake:
    """A question that keeps three steps, and counts how often it is asked and a step is made.

    Only "two" draws a figure: that takes most of the time.
    """

    revision = 1

    def __init__(self, key, number, uses=("seed", "k"), fails=None):
        self.key, self.number, self.uses, self.fails = key, number, uses, fails
        self.title = f"What is {key}?"
        self.asked = 0
        self.steps = 0

    def answer(self, images, plan, desk):
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        found = [self._step(images, plan, desk, number) for number in range(3)]
        sums = np.stack([one["sums"] for one in found])
        heights = tuple(float(h) for h in sums[:, : plan.k].ravel())
        finding = Finding("S3", Level.NOTICE, f"{self.key}: the sums add up to {sums.sum():,}.")
        return Answer(
            figures=(Bars("bars", "Bars", "They stand.", heights),) if self.key == "two" else (),
            tables=(Table("sums", "Sums", "They add up.", pd.DataFrame(sums.T)),),
            findings=(finding,),
            arrays={"sums": sums, "values": np.array([getattr(plan, u) for u in self.uses])},
        )

    def _step(self, images, plan, desk, number):
        def compute():
            self.steps += 1
            time.sleep(PAUSE)
            return {"sums": images.flat().sum(axis=1, dtype=np.int64) * (number + plan.seed)}

        return desk.keep(f"sums-{number}", {"seed": plan.seed, "key": self.key}, compute)


def make_questions(*extra):
    """Three fakes, and more."""
    fakes = [
        Fake("one", 1),
        Fake("two", 2, uses=("seed", "restarts")),
        Fake("three", 3, uses=("seed", "resamples")),
        *extra,
    ]
    return {fake.key: fake for fake in fakes}


def broken(key="broken", number=4, error=None):
    """A question that cannot be answered."""
    return Fake(key, number, fails=error or BadInputError("The radius is too small."))


def start(out, *words, say=print):
    """Study into the folder `out`; `words` are those of the command line."""
    from inkcluster.study.run.runner import study
    from inkcluster.study.settings.settings import Settings

    out, real = Path(out), "real" in words
    images = make_images(80, 8)
    tiny = {"restarts": 2, "sample_sizes": (40, 60), "resamples": 2, "min_samples": (2, 3)}
    settings = Settings(k=4, seed=1, **(tiny if real else {}))
    for heavy in HEAVY if real else HEAVY[:1]:
        importlib.import_module(heavy)
    pd.DataFrame({"a": [1]}).to_parquet(out.parent / "warm.parquet")
    for limit in filter(str.isdigit, words):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    say("ready")
    began = time.perf_counter()
    asked = {"only": ("shape", "centres", "dbscan")} if real else {"questions": make_questions()}
    study(images, out, settings, **asked)
    say(f"{time.perf_counter() - began:.3f}")


if __name__ == "__main__":
    start(*sys.argv[1:], say=partial(print, flush=True))
