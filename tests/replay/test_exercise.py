"""The exercise's own figures, to the digit, out of the study's questions run with its settings."""

from pathlib import Path

import numpy as np
import pytest

from inkcluster.cluster import hierarchy
from inkcluster.evaluate import scores
from inkcluster.images import sample_index
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings import plan as planning
from inkcluster.study.settings.settings import Settings
from inkcluster.study.steps import kmeans as steps
from inkcluster.study.steps.hierarchies import numbered
from inkcluster.study.steps.samples import draw, whitened

pytestmark = [pytest.mark.mnist, pytest.mark.slow]

SETTINGS = Path(__file__).resolve().parents[2] / "examples" / "exercise.toml"

# percentage clustered for min_samples 2 to 9; each time one cluster
EPS_8 = [97.70, 97.70, 97.50, 97.40, 97.40, 97.30, 96.90, 96.80]
EPS_9 = [99.90] * 8

# noise first, then the clusters
SWEEP = {
    1: "9910" + " 3" * 30,
    3: """9637 13 14 3 9 13 10 3 33 4 3 3 31 8 3 3 3 3 4 20 3 3 3 3 12 4 3 8 9 3 3 5 3 3 3 3 3
          3 3 6 3 3 5 3 3 4 3 4 3 4 3 3 3 3 3 3 3 5 3 3 3 3 3 3 3 3 3 3 3""",
    5: """8841 1000 3 3 3 3 3 3 4 3 3 3 3 3 3 4 3 3 3 3 3 4 3 3 3 3 3 3 3 10 3 3 3 3 3 3 3 3 3
          3 3 5 3 3 3 3 3 3 3 3 3""",
    7: """7477 2110 12 18 3 3 3 4 3 3 3 3 10 7 3 3 4 3 3 3 8 3 4 3 4 3 3 3 3 5 4 5 4 3 3 6 3 3
          3 3 3 4 3 18 3 6 4 4 5 5 3 3 3 3 3 3 3 3 3 4 3 3 6 3 3 3 3 3 3 8 4 3 3 5 3 3 3 3 3 6
          6 3 3 3 3 4 6 3 3 3 3 3 4 5 3 3 5 3 5 3 3 3 3 3""",
    9: """3737 5943 7 4 3 3 3 4 3 6 3 3 6 4 5 5 8 4 6 7 3 4 3 3 3 3 3 3 5 3 4 3 3 3 4 4 3 3 9 3
          4 4 4 3 3 3 4 3 3 3 3 4 4 3 4 3 4 3 3 5 3 3 3 3 3 3 3 4 3 3 3 4 3 3 3 3 3 3 3 3 3 4 4
          3 3 3 3 3 3 3""",
    11: "768 9184 3 3 3 3 4 3 3 3 3 3 3 3 4 3 4",
    13: "42 9958",
    15: "0 10000",
}
N_LABELS = [31, 69, 51, 104, 90, 17, 2, 1]
N_LABELS_EXACT = [31, 69, 49, 114, 98, 20, 2, 1]

WARD_10 = [3077, 1486, 1256, 861, 866, 513, 873, 434, 376, 258]
WARD_40 = """381 325 435 336 165 179 434 469 153 258 507 742 295 232 230 156 279 174 376 255 208 154
    234 99 126 67 293 120 366 345 186 143 112 180 139 148 160 190 189 160"""


def numbers(words):
    return [int(word) for word in words.split()]


@pytest.fixture(scope="module")
def desk():
    return Desk()


@pytest.fixture(scope="module")
def plan(mnist, desk):
    return planning.make(mnist, Settings.read(SETTINGS), desk)


@pytest.fixture(scope="module")
def answer(mnist, plan, desk):
    return QUESTIONS["dbscan"].answer(mnist, plan, desk)


def table(answer, name):
    return next(table.frame for table in answer.tables if table.name == name)


def test_the_file_is_the_one_of_the_exercise(mnist):
    assert mnist.flat().shape == (70_000, 784)
    assert mnist.classes.tolist() == list(range(10))
    ink = mnist.flat()[4][mnist.flat()[4] > 0]
    assert ink[:9].tolist() == [46, 105, 254, 254, 254, 254, 255, 239, 41]
    assert ink[9:21].tolist() == [37, 118, 222, 254, 253, 253, 253, 253, 253, 253, 211, 54]


def test_the_settings_are_taken_from_the_file(plan):
    assert all(
        "exercise.toml" in why
        for name, why in plan.why.items()
        if name not in ("resamples", "study_sample", "thumbnails")
    )


@pytest.mark.parametrize("n", [30, 500, 1000, 10_000])
def test_samples_are_those_of_resample_with_a_string_for_replace(n):
    from sklearn.utils import resample

    drawn = resample(np.arange(70_000), n_samples=n, replace=True, random_state=69)
    np.testing.assert_array_equal(sample_index(70_000, n, 69, replace=True), drawn)
    assert len(np.unique(drawn)) < n or n < 500


def test_the_sixteen_lines_of_dbscan_come_out(answer):
    frame = table(answer, "criterion")
    assert frame.columns.tolist() == [
        "percentage clustered",
        "eps",
        "min_samples",
        "number of clusters",
    ]
    lines = [
        f"{row[0]:.2f}% good clusters with eps={row[1]:g}, min_samples={row[2]}, "
        f"cluster_count: {row[3]}"
        for row in frame.itertuples(index=False)
    ]
    assert lines == [
        f"{share:.2f}% good clusters with eps={eps}, min_samples={least}, cluster_count: 1"
        for eps, shares in ((8, EPS_8), (9, EPS_9))
        for least, share in zip(range(2, 10), shares, strict=True)
    ]


def test_the_whitened_sweep_comes_out_with_all_its_sizes(answer):
    frame = table(answer, "sweep-sizes")
    assert frame["eps"].tolist() == list(SWEEP)
    for row in frame.itertuples(index=False):
        noise, *clusters = numbers(SWEEP[int(row.eps)])
        assert (row.noise, numbers(row.sizes)) == (noise, clusters)
    shown = {eps: np.bincount(labels + 1).tolist() for eps, labels in sweep_labels(answer)}
    assert shown == {eps: numbers(sizes) for eps, sizes in SWEEP.items()}


def sweep_labels(answer):
    return zip(SWEEP, answer.arrays["sweep_labels_randomized"], strict=True)


def test_the_sweep_counts_labels_as_the_exercise_does_and_depends_on_the_solver(answer):
    frame = table(answer, "sweep").set_index("solver")
    assert frame.loc["randomized", "labels"].tolist() == N_LABELS
    assert frame.loc["covariance_eigh", "labels"].tolist() == N_LABELS_EXACT
    finding = next(f for f in answer.findings if f.code == "D5")
    assert "at 4 of 8 values of eps" in finding.sentence


def test_small_clusters_are_shown_at_the_exercises_eps(answer):
    figure = next(f for f in answer.figures if f.name == "small-clusters")
    assert figure.says.startswith("Eps 7 gives most clusters, 103 of 10,000 images")


@pytest.mark.parametrize(("k", "sizes"), [(10, WARD_10), (40, numbers(WARD_40))])
def test_wards_sizes_come_out_in_their_order(mnist, plan, k, sizes):
    vectors = whitened(draw(mnist, plan.compare_sample, plan).images, plan)[1]
    assert k in (plan.k, plan.many)
    assert np.bincount(numbered(hierarchy.linkage(vectors, "ward"), k)).tolist() == sizes


def test_k_means_agrees_with_the_labels_as_in_the_exercise(mnist, plan, desk):
    found = steps.best(mnist, plan, desk)
    assert 0.3645 <= scores(mnist.labels, found.labels[0]).ari <= 0.3660
