"""Whether the methods agree on a number of clusters: the measure that finding H4 states."""

import numpy as np
import pytest

from inkcluster.evaluate import KSuggestion
from inkcluster.study.answer import Level
from inkcluster.study.questions.parts.numbers import Numbers
from inkcluster.study.questions.parts.suggesting import CLEAR, Verdict, frame, read


def verdict(k=5, strength=3.0, share=1.0):
    rules = dict.fromkeys(("ratio", "gap", "colour"), (k, share))
    return Verdict(k, strength, 9, rules, {500: (k, share), 1000: (k, share)}, share, 20, 4000)


def criteria(k=5, clear=True):
    one = KSuggestion(k, 3.0, clear, "largest, 2 against 1 at the next best k")
    names = ("inertia", "silhouette", "calinski_harabasz", "davies_bouldin", "gap", "together")
    return dict.fromkeys(names, one)


def test_a_number_that_all_clearly_suggest_is_natural():
    found = Numbers(verdict(), criteria())
    assert found.natural == 5
    assert found.finding().level is Level.OK
    assert found.table().frame["clear"].all()
    assert "clearly 5." in found.table().says


@pytest.mark.parametrize(
    "found",
    [
        Numbers(verdict(strength=CLEAR - 0.01), criteria()),
        Numbers(verdict(share=0.4), criteria()),
        Numbers(verdict(), criteria(clear=False)),
        Numbers(verdict(), criteria(k=6)),
        Numbers(verdict(), None),
    ],
    ids=["weak gap", "does not hold", "k-means unclear", "another number", "k-means silent"],
)
def test_otherwise_there_is_none_and_the_finding_says_so(found):
    assert found.natural is None
    said = found.finding()
    assert said.level is Level.NOTICE
    assert said.sentence.startswith("There is no natural number of clusters here")
    assert said.sentence.endswith(".")


def test_the_sentence_gives_the_numbers():
    said = Numbers(verdict(strength=1.27, share=0.4), criteria(k=2, clear=False)).finding().sentence
    for part in (
        "says 5",
        "1.27 times",
        "from 2 on",
        "40 % or more",
        "from 50 % on",
        "2 by the elbow",
    ):
        assert part in said


def test_clouds_without_clusters_seldom_stand_out():
    """The threshold is measured: at most one in ten even clouds of 300 points passes it."""
    from scipy.cluster.hierarchy import ward

    rng = np.random.default_rng(69)
    strength = [read(ward(rng.random((300, 5))))["strength"][0] for _ in range(60)]
    assert np.mean(np.array(strength) >= CLEAR) <= 0.1
    apart = rng.normal(size=(300, 5)) + 5 * np.eye(5)[rng.integers(0, 4, 300)]
    Z = ward(apart)
    found = Verdict.of(read(Z), 300, frame({300: {n: a[None] for n, a in read(Z).items()}}))
    assert (found.k, found.clear) == (4, True)
