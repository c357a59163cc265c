"""Shape clustering beside what else clusters images without labels, on many data sets, from one run.

    python -m benchmarks.shape [--sets mnist test …] [--peers EVoC …] [--seeds N] [--memory] [--json FILE]

For each set, each contestant is run with as many seeds as are asked for (those that have no seed,
once). ACC, NMI and ARI are against the labels, which nobody sees; the median over the seeds, with the
least and the most of ACC. What a contestant calls noise counts as wrong: each such image as a cluster
of its own. ``auto`` finds the number of clusters itself; the others are given it, but for EVoC and
HDBSCAN, which take none. Times include what a contestant must do before it clusters; compilation is
done before. Then each way to prepare the images that was compared, with what it would have given
(``--no-ways`` leaves them out). ``--memory`` adds the peak of each, in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

import inkcluster
from benchmarks._bench import Timing, as_json, give, installed, peak_megabytes, table
from benchmarks._shape_sets import SETS, drawn
from inkcluster.cluster import hierarchy
from inkcluster.evaluate import scores
from inkcluster.images import ImageSet

SHORT = (
    "--sets",
    "sub500",
    "digits",
    "three",
    "--seeds",
    "2",
    "--peers",
    "k-means",
    "Ward",
    "--no-ways",
)
"""The arguments of a short run, for ``python -m benchmarks``."""


@dataclass(frozen=True)
class Peer:
    """A contestant: `run` takes images, the number of classes and a seed, and returns labels."""

    run: Callable[[ImageSet, int, int], NDArray[Any]]
    seeded: bool = True
    packages: tuple[str, ...] = ()


def ours_auto(images: ImageSet, k: int, seed: int) -> NDArray[Any]:
    del k
    return inkcluster.ShapeClustering(random_state=seed).fit(images).labels_


def ours(images: ImageSet, k: int, seed: int) -> NDArray[Any]:
    return inkcluster.ShapeClustering(k, random_state=seed).fit(images).labels_


def kmeans(images: ImageSet, k: int, seed: int) -> NDArray[Any]:
    X = images.flat().astype(np.float32) / 255
    return inkcluster.KMeans(k, n_init=3, random_state=seed).fit(X).labels_


def ward(images: ImageSet, k: int, seed: int) -> NDArray[Any]:
    del seed
    return hierarchy.cut(hierarchy.linkage(images.flat(), "ward"), k)


def evoc(images: ImageSet, k: int, seed: int) -> NDArray[Any]:
    """EVoC on the pixels as its README has it, at the layer that it chooses itself."""
    from evoc import EVoC  # noqa: PLC0415 (only where it is installed)

    del k
    X = images.flat().astype(np.float32) / 255
    return np.asarray(EVoC(random_state=seed).fit_predict(X))


def _umap(images: ImageSet, seed: int) -> NDArray[np.float32]:
    """As UMAP's documentation has it for clustering."""
    import umap  # noqa: PLC0415 (only where it is installed)

    X = images.flat().astype(np.float32) / 255
    neighbours = min(30, len(X) - 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a seed means one thread
        model = umap.UMAP(n_neighbors=neighbours, min_dist=0.0, random_state=seed)
        return np.asarray(model.fit_transform(X))


def umap_hdbscan(images: ImageSet, k: int, seed: int) -> NDArray[Any]:
    """With clusters of at least 500 of 70,000 images, as UMAP's documentation has it."""
    least = max(10, len(images) * 500 // 70_000)
    del k
    model = inkcluster.HDBSCAN(min_cluster_size=least, min_samples=10, copy=True)
    return model.fit(_umap(images, seed)).labels_


def umap_mixture(images: ImageSet, k: int, seed: int) -> NDArray[Any]:
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415

    return GaussianMixture(k, random_state=seed).fit_predict(_umap(images, seed))


PEERS: dict[str, Peer] = {
    "ShapeClustering, auto": Peer(ours_auto),
    "ShapeClustering": Peer(ours),
    "EVoC": Peer(evoc, packages=("evoc",)),
    "UMAP + HDBSCAN": Peer(umap_hdbscan, packages=("umap",)),
    "UMAP + mixture": Peer(umap_mixture, packages=("umap",)),
    "k-means": Peer(kmeans),
    "Ward": Peer(ward, seeded=False),
}
OURS = ("ShapeClustering, auto", "ShapeClustering")


def judged(truth: NDArray[Any], labels: NDArray[Any]) -> dict[str, float]:
    """ACC, NMI and ARI; each image of noise is a cluster of its own."""
    whole = labels.astype(np.int64).copy()
    noise = np.flatnonzero(whole < 0)
    whole[noise] = whole.max(initial=-1) + 1 + np.arange(len(noise))
    return {
        "ACC": scores(truth, labels).accuracy,
        "NMI": float(normalized_mutual_info_score(truth, whole)),
        "ARI": float(adjusted_rand_score(truth, whole)),
        "clusters": len(np.unique(labels[labels >= 0])),
        "noise": len(noise) / len(labels),
    }


def measured(name: str, images: ImageSet, seeds: int) -> Timing:
    """A contestant on a set: the least time, and the figures over the seeds."""
    peer = PEERS[name]
    k = len(np.unique(images.labels))
    blind = ImageSet(images.pixels, None, images.name)
    timing = Timing(name, float("inf"), float("inf"))
    found: list[dict[str, float]] = []
    for seed in range(seeds if peer.seeded else 1):
        wall, processor = time.perf_counter(), time.process_time()
        labels = peer.run(blind, k, seed)
        timing.rounds.append(time.perf_counter() - wall)
        timing.processor_seconds = min(timing.processor_seconds, time.process_time() - processor)
        found.append(judged(np.asarray(images.labels), labels))
    timing.seconds = min(timing.rounds)
    every = {key: np.array([one[key] for one in found]) for key in found[0]}
    timing.figures = {
        **{key: f"{np.median(every[key]):.4f}" for key in ("ACC", "NMI", "ARI")},
        "ACC from": f"{every['ACC'].min():.4f}",
        "to": f"{every['ACC'].max():.4f}",
        "clusters": _range(every["clusters"]),
        "noise": f"{np.median(every['noise']):.3f}",
        "seeds": len(found),
    }
    return timing


def _range(counts: NDArray[np.float64]) -> str:
    low, high = int(counts.min()), int(counts.max())
    return str(low) if low == high else f"{low}–{high}"


def warm(names: Sequence[str]) -> None:
    """Compile before the clock starts; what keeps its machine code keeps it for next time."""
    for images in (drawn(3000), drawn(500), inkcluster.load("digits")):
        for name in names if len(images) == 3000 else OURS:
            PEERS[name].run(ImageSet(images.pixels, None, "warm"), 10, 0)


def ways(images: ImageSet, seeds: int) -> str:
    """Each way to prepare the images that was compared, what it was judged by, and its ACC."""
    k = len(np.unique(images.labels))
    blind = ImageSet(images.pixels, None, images.name)
    chosen = inkcluster.ShapeClustering(k, random_state=0).fit(blind).preparation_
    lines = []
    for tried in chosen.pop("tried") or [{**chosen, "information": float("nan")}]:
        way = {name: value for name, value in tried.items() if name != "information"}
        found = [
            scores(
                np.asarray(images.labels),
                inkcluster.ShapeClustering(k, random_state=seed, **way).fit(blind).labels_,
            ).accuracy
            for seed in range(seeds)
        ]
        said = ", ".join(f"{name} {value}" for name, value in way.items())
        acc = " ".join(f"{one:.4f}" for one in found)
        lines.append(
            f"{'*' if way == chosen else ' '} {said}: {tried['information']:.3f}, ACC {acc}"
        )
    return "\n".join(["  prepared (* chosen), information in nats:", *lines])


def contest(names: Sequence[str], chosen: str, seeds: int, memory: bool) -> list[Timing]:
    images = SETS[chosen][1]()
    timings = []
    for name in names:
        print(f"  {name} …", file=sys.stderr, flush=True)
        timing = measured(name, images, seeds)
        if memory:
            timing.figures["peak MB"] = peak_megabytes(
                "benchmarks.shape", "--sets", chosen, "--one", name
            )
        timings.append(timing)
    return timings


def contestants(wanted: Sequence[str]) -> list[str]:
    """Ours, and of the peers wanted those whose packages are installed."""
    needed: Mapping[str, str] = {
        name: package for name in wanted for package in PEERS[name].packages
    }
    there = installed(needed)
    return [*OURS, *(n for n in wanted if n not in OURS and (n not in needed or n in there))]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    others = [name for name in PEERS if name not in OURS]
    parser.add_argument("--peers", nargs="*", choices=others, default=others)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument(
        "--ways", action=argparse.BooleanOptionalAction, default=True,
        help="measure every way to prepare the images that was compared",
    )  # fmt: skip
    parser.add_argument("--memory", action="store_true", help="measure peak memory too")
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    parser.add_argument("--one", choices=list(PEERS), help="only this, once, and no table")
    asked = parser.parse_args()
    os.environ.setdefault("TQDM_DISABLE", "1")
    if asked.one:
        images = SETS[asked.sets[0]][1]()
        k = len(np.unique(images.labels))
        PEERS[asked.one].run(ImageSet(images.pixels, None, images.name), k, 0)
        return
    names = contestants(asked.peers)
    warm(names)
    done: dict[str, list[Timing]] = {}
    for chosen in asked.sets:
        done[chosen] = contest(names, chosen, asked.seeds, asked.memory)
        print(table(f"{SETS[chosen][0]}:", done[chosen]), flush=True)
        if asked.ways:
            print(ways(SETS[chosen][1](), asked.seeds), flush=True)
        print()
    give(as_json(done), asked.json)


if __name__ == "__main__":
    main()
