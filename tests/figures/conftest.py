"""An example of every figure, on real digits, with whatever words a test wants in it."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import DBSCAN, KMeans
from sklearn.metrics import adjusted_rand_score, confusion_matrix

from inkcluster import HDBSCAN
from inkcluster.evaluate import along_hierarchy, clustergram
from inkcluster.figures import (
    AgreementMap,
    AlongHierarchy,
    Centres,
    Clustergram,
    ClusterSizes,
    CondensedTree,
    Confusion,
    Dendrogram,
    Dendrograms,
    EpsMap,
    Figure,
    Gallery,
    GalleryRow,
    ImageMap,
    KCurves,
    KDistance,
    MergeHeights,
    PictureTree,
    Reachability,
    Restarts,
    Scoreboard,
    Spectrum,
    SuggestionCounts,
    Sweep,
)
from inkcluster.images import ImageSet

METHODS = ("ward", "single", "average", "complete", "weighted", "centroid", "median")
Words = Callable[[str], str]


@pytest.fixture(scope="session")
def make_examples(digits: ImageSet) -> Callable[..., dict[str, Figure]]:
    """Make one figure of each class; `words` turns each name in it into another."""
    few = digits.take(np.arange(300))
    X = few.flat().astype(np.float64)
    fits = [KMeans(10, n_init=1, random_state=seed).fit(X) for seed in range(8)]
    best = min(fits, key=lambda fit: fit.inertia_)
    trees = {method: linkage(X, method) for method in METHODS}
    cuts = {method: fcluster(Z, 10, "maxclust") for method, Z in trees.items()}
    everything = {"k-means": best.labels_, **cuts}
    eps, least = np.array([16, 18, 20, 22, 24, 26]), np.arange(2, 8)
    grid = np.array([[DBSCAN(eps=e, min_samples=m).fit_predict(X) for m in least] for e in eps])
    noise = np.mean(grid == -1, axis=2)
    clusters = grid.max(axis=2) + 1
    largest = np.array([[_largest(labels) for labels in row] for row in grid])
    line = pd.DataFrame(
        {
            "eps": eps,
            "clusters": clusters[:, 1],
            "noise_share": noise[:, 1],
            "largest_share": largest[:, 1],
        }
    )
    squares = (X**2).sum(1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * X @ X.T, 0))
    curve = np.sort(np.sort(distances, axis=1)[:, 5])

    partitions = {k: KMeans(k, n_init=1, random_state=0).fit_predict(X) for k in range(1, 7)}
    flows = clustergram(X, partitions)

    dense = HDBSCAN(min_cluster_size=8, copy=True).fit(X)
    kept = range(len(dense.selected_clusters_))
    means = np.array([few.pixels[dense.labels_ == c].mean(axis=0) for c in kept])

    def make(words: Words = lambda name: name) -> dict[str, Figure]:
        says = words("What to see.")
        classes = [words(str(label)) for label in range(10)]
        captions = [words(str(label)) for label in few.labels]
        rows = [
            GalleryRow(words(f"cluster {c}"), where[:12].tolist(), [captions[i] for i in where])
            for c in range(10)
            for where in [np.flatnonzero(best.labels_ == c)]
        ]
        scores = pd.DataFrame(
            {
                "ARI": [adjusted_rand_score(few.labels, labels) for labels in everything.values()],
                "purity": [_purity(few.labels, labels) for labels in everything.values()],
                "clusters": [10] * len(everything),
            },
            index=[words(method) for method in everything],
        )
        agreement = np.array(
            [[adjusted_rand_score(a, b) for a in everything.values()] for b in everything.values()]
        )
        counts = pd.DataFrame(
            {"sample_size": [500, 500, 1000, 1000], "k": [4, 5, 5, 7], "count": [3, 7, 9, 1]}
        )
        whitened = line.assign(clusters=line["clusters"] + 2)
        figures = [
            Gallery("members", "Members", says, few.pixels, rows, peak=16),
            Centres(
                "centres",
                "Centres",
                says,
                best.cluster_centers_.reshape(-1, 8, 8),
                np.bincount(best.labels_),
                [words(f"mostly {c}") for c in range(10)],
                peak=16,
            ),
            Confusion(
                "confusion",
                "Match",
                says,
                confusion_matrix(best.labels_, few.labels),
                [words(f"#{c}") for c in range(10)],
                classes,
            ),
            Scoreboard("scores", "Scores", says, scores),
            Restarts(
                "restarts",
                "Restarts",
                says,
                np.sort([fit.inertia_ for fit in fits]),
                np.array([adjusted_rand_score(few.labels, fit.labels_) for fit in fits]),
            ),
            AgreementMap("agreement", "Agreement", says, agreement, [words(m) for m in everything]),
            Dendrogram(
                "dendrogram",
                "Dendrogram",
                says,
                trees["ward"],
                5,
                few.pixels[:20].astype(float),
                truncate=20,
                leaf_labels=[words(f"leaf {i}") for i in range(20)],
                peak=16,
            ),
            PictureTree(
                "tree",
                "Tree",
                says,
                trees["ward"],
                5,
                few.pixels[:39].astype(float),
                truncate=20,
                classes=[words(str(i % 10)) for i in range(39)],
                shares=np.linspace(0.1, 1, 39).tolist(),
                peak=16,
            ),
            AlongHierarchy(
                "along",
                "Along",
                says,
                {words(m): along_hierarchy(Z, few.labels)["ari"] for m, Z in trees.items()},
                {words("suggested"): 5, words("classes"): 10},
            ),
            Dendrograms(
                "dendrograms", "Dendrograms", says, [(words(m), Z, 10) for m, Z in trees.items()]
            ),
            SuggestionCounts("counts", "Suggestions", says, counts),
            MergeHeights("heights", "Heights", says, {words(m): Z[:, 2] for m, Z in trees.items()}),
            ClusterSizes(
                "sizes",
                "Sizes",
                says,
                {words(m): np.bincount(labels)[1:] for m, labels in cuts.items()},
                {words("single"): 4},
            ),
            EpsMap(
                "map",
                "Map",
                says,
                eps,
                least,
                {words("clusters"): clusters, words("noise share"): noise, "largest": largest},
                noise < 0.1,
                criterion=words("over 90 % clustered"),
                beneath={"largest": 1 - noise},
                chosen=(2, 3),
                suggested=22,
            ),
            KCurves(
                "curves",
                "Curves",
                says,
                list(range(1, 9)),
                {words("gap"): np.arange(8.0), words("rising"): [np.nan, *np.arange(7) / 10]},
                {words("gap"): 4},
                {words("gap"): np.full(8, 0.2)},
                used=5,
            ),
            Clustergram("clustergram", "Clustergram", says, flows, used=3),
            KDistance("knee", "Knee", says, curve, 280, 5, (10.0, 20.0)),
            CondensedTree(
                "condensed",
                "Condensed tree",
                says,
                dense.condensed_tree_,
                dense.selected_clusters_,
                means,
                [words(f"cluster {c}") for c in kept],
                peak=16,
            ),
            Reachability(
                "reachability",
                "Reachability",
                says,
                dense.reachability_,
                dense.ordering_,
                dense.labels_,
            ),
            Spectrum(
                "spectrum",
                "Spectrum",
                says,
                1 - np.array([0, 1, 2, 3, 20, 24, 30, 31]) / 100,
                [2.0, 1.5, 6.7, 1.2, 1.25, 1.03],
                4,
                (2, 3),
            ),
            ImageMap(
                "image-map",
                "Map of the images",
                says,
                X[:, [20, 43]] + np.random.default_rng(0).normal(0, 0.4, (300, 2)),
                best.labels_,
                best.cluster_centers_.reshape(-1, 8, 8),
                best.cluster_centers_[:, [20, 43]],
                [words(f"#{c}") for c in range(8)],
                peak=16,
            ),
            Sweep("sweep", "Sweep", says, eps, {words("scaled"): line, words("white"): whitened}),
        ]
        return {type(figure).__name__: figure for figure in figures}

    return make


@pytest.fixture(scope="session")
def examples(make_examples: Callable[..., dict[str, Figure]]) -> dict[str, Figure]:
    """One figure of each class, by the name of the class."""
    return make_examples()


def _largest(labels: np.ndarray) -> float:
    counts = np.bincount(labels[labels >= 0])
    return counts.max(initial=0) / len(labels)


def _purity(truth: np.ndarray, labels: np.ndarray) -> float:
    _, labels = np.unique(labels, return_inverse=True)
    return confusion_matrix(labels, truth).max(axis=1).sum() / len(truth)
