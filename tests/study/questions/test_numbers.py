"""Whether the methods agree on a number of clusters: the measure that finding H4 states."""

import numpy as np
import pytest

from inkcluster.evaluate import KSuggestion
from inkcluster.study.answer import Level
from inkcluster.study.questions.hierarchy.findings import of_number
from inkcluster.study.questions.hierarchy.suggesting import (
    MIN_STRENGTH_CLEAR,
    Verdict,
    frame,
    natural,
    read,
)
from inkcluster.study.questions.hierarchy.tables import numbers


def verdict(k=5, strength=3.0, share=1.0, other=None):
    rules = {"ratio": k, "gap": other or k, "colour": k}
    return Verdict(k, strength, 9, rules, {500: share, 1000: 1.0}, share, share, 20, 4000)


def criteria(k=5, clear=True):
    one = KSuggestion(k, 3.0, clear, "largest, 2 against 1 at the next best k")
    names = ("inertia", "silhouette", "calinski_harabasz", "davies_bouldin", "gap", "together")
    return dict.fromkeys(names, one)


def said(verdict, criteria):
    return {finding.code: finding for finding in of_number(verdict, criteria)}


def test_a_number_that_all_clearly_suggest_is_natural():
    assert natural(verdict(), criteria()) == 5
    found = said(verdict(), criteria())
    assert {finding.level for finding in found.values()} == {Level.OK}
    table = numbers(verdict(), criteria())
    assert table.frame["clear"].all()
    assert "clearly 5." in table.says


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ((verdict(strength=MIN_STRENGTH_CLEAR - 0.01), criteria()), "suggest five clusters, but"),
        ((verdict(share=0.4), criteria()), "suggest five clusters, but"),
        ((verdict(), criteria(clear=False)), "suggest five clusters, but"),
        ((verdict(), criteria(k=6)), "suggests five clusters, k-means 6;"),
        ((verdict(), None), "too few images differ"),
    ],
    ids=["weak gap", "does not hold", "k-means unclear", "another number", "k-means silent"],
)
def test_otherwise_there_is_none_and_the_finding_says_so(found, reason):
    assert natural(*found) is None
    finding = said(*found)["H4"]
    assert finding.level is Level.NOTICE
    assert finding.sentence.startswith(
        "By distances between pixels, no number of clusters is natural: "
    )
    assert reason in finding.sentence


def test_the_table_gives_the_numbers():
    weak = verdict(strength=1.27, share=0.4)
    frame = numbers(weak, criteria(k=2, clear=False)).frame
    assert frame["why"][0] == "1.27 times the next gap, at 9; 40 % of 20 samples agree"
    assert frame["k"].tolist() == [5, 2, 2, 2, 2, 2]
    assert not frame["clear"].any()


@pytest.mark.parametrize(
    ("verdict", "first", "second"),
    [
        (verdict(), "clearly suggests five clusters", "holds: at least 100 %"),
        (verdict(other=4), "suggests five clusters: its", "holds: at least 100 %"),
        (verdict(strength=1.2), "suggests five clusters, weakly", "holds: at least 100 %"),
        (verdict(share=0.4), "clearly suggests five", "holds at some sample sizes only: 40 % to"),
    ],
)
def test_the_sentences_follow_from_the_verdict(verdict, first, second):
    found = said(verdict, criteria())
    assert first in found["H1"].sentence
    assert second in found["H2"].sentence


def test_clouds_without_clusters_seldom_stand_out():
    """The threshold is measured: at most one in ten even clouds of 300 points passes it."""
    from scipy.cluster.hierarchy import ward

    rng = np.random.default_rng(69)
    strength = [read(ward(rng.random((300, 5))))["strength"][0] for _ in range(60)]
    assert np.mean(np.array(strength) >= MIN_STRENGTH_CLEAR) <= 0.1
    apart = rng.normal(size=(300, 5)) + 5 * np.eye(5)[rng.integers(0, 4, 300)]
    Z = ward(apart)
    found = Verdict.of(read(Z), 300, frame({300: {n: a[None] for n, a in read(Z).items()}}))
    assert (found.k, found.clear) == (4, True)
