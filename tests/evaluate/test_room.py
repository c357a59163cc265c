"""What holds for the room as a whole."""

import importlib
import inspect
import pkgutil
import subprocess
import sys

import numpy as np
import pytest
from scipy.cluster.hierarchy import ward

from inkcluster import evaluate
from inkcluster.images import ImageSet

READS_LABELS = {
    "along_hierarchy",
    "match",
    "restart_stability",
    "scores",
    "suspicious_labels",
    "worth_looking_at",
}
"""The functions that judge: the only ones with an argument for the true labels."""


def public_functions():
    for found in pkgutil.walk_packages(evaluate.__path__, "inkcluster.evaluate."):
        module = importlib.import_module(found.name)
        for name, value in inspect.getmembers(module, inspect.isfunction):
            if name in evaluate.__all__ and value.__module__ == module.__name__:
                yield name, value


def test_every_public_name_is_there():
    for name in evaluate.__all__:
        assert getattr(evaluate, name) is not None
    assert dir(evaluate) == sorted(evaluate.__all__)
    with pytest.raises(AttributeError, match="attribute nothing"):
        evaluate.nothing  # noqa: B018
    functions = {name for name, _ in public_functions()}
    assert functions == {
        name for name in evaluate.__all__ if inspect.isfunction(getattr(evaluate, name))
    }


def test_only_those_that_judge_can_be_given_labels():
    found = {name for name, f in public_functions() if "truth" in inspect.signature(f).parameters}
    assert found == READS_LABELS


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys, inkcluster.evaluate.labels.agreement, inkcluster.evaluate.number.along, "
        "inkcluster.evaluate.labels.matching, "
        "inkcluster.evaluate.labels.stability, inkcluster.evaluate.number, inkcluster.evaluate.members, "
        "inkcluster.evaluate.number.density; "
        "print([m for m in ('sklearn', 'scipy', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def choices(images: ImageSet) -> list[object]:
    """Everything of this room that chooses, as a study calls it, on a set with labels."""
    X = images.flat() / 16
    Z = ward(X)
    labels = np.argmax(X[:, [10, 20, 30]], axis=1)
    near = evaluate.nearest_and_farthest(X, labels, None, 3)
    return [
        evaluate.suggestions(Z),
        evaluate.largest_gap(Z),
        evaluate.k_distances(X, 4).tolist(),
        evaluate.suggest_eps(X, min_samples=5, n=9),
        evaluate.concentration(X, 0),
        evaluate.cohesion(X, labels).tolist(),
        evaluate.borderline(X, labels, None, 5).to_numpy().tolist(),
        [(a.tolist(), b.tolist()) for a, b in near.values()],
        evaluate.worth_looking_at(X, labels).drop(columns="purity").to_numpy().tolist(),
        evaluate.restart_stability([labels, labels[::-1]], [1.0, 2.0]).optimum.tolist(),
    ]


def test_permuted_labels_change_no_choice(digits, rng):
    small = digits.sample(200, 69)
    expected = choices(small)
    for _ in range(3):
        permuted = ImageSet(small.pixels, rng.permutation(small.labels), "permuted")
        assert choices(permuted) == expected
    assert choices(ImageSet(small.pixels, None, "none")) == expected


def test_inputs_are_not_changed(rng):
    X = rng.normal(size=(30, 4))
    labels, truth = rng.integers(-1, 3, 30), rng.integers(0, 3, 30)
    labels[:3] = [0, 1, 2]
    copies = X.copy(), labels.copy(), truth.copy()
    for array in (X, labels, truth):
        array.setflags(write=False)
    evaluate.scores(truth, labels)
    evaluate.match(truth, labels)
    evaluate.along_hierarchy(ward(X), truth)
    evaluate.pairwise_ari([truth, labels])
    evaluate.nearest_and_farthest(X, labels, None, 3)
    evaluate.borderline(X, labels, None, 3)
    evaluate.worth_looking_at(X, labels, truth=truth)
    evaluate.suggest_eps(X, min_samples=3, n=4)
    evaluate.concentration(X, 0)
    evaluate.restart_stability([labels, truth], [1.0, 2.0], truth=truth)
    for array, copy in zip((X, labels, truth), copies, strict=True):
        assert (array == copy).all()
