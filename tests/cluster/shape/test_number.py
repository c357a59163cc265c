"""The number of clusters, on graphs whose groups are known, and its parts against plain sums."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score
from sklearn.utils import check_random_state
from tests.cluster.shape.test_shape_partition import affinities

from inkcluster.cluster import ShapeClustering
from inkcluster.cluster.shape import number
from inkcluster.cluster.shape.graph import merge
from inkcluster.cluster.shape.levels import Other, Parted, parted
from inkcluster.cluster.shape.partition import mutual_information
from inkcluster.cluster.shape.search import merged


@settings(deadline=None)
@given(affinities(3, 7))
def test_the_pair_merged_is_the_one_that_loses_least(links):
    joint, k = links / links.sum(), len(links)
    losses = []
    for b in range(1, k):
        for a in range(b):
            parts = np.where(np.arange(k) == b, a, np.arange(k))
            losses.append(-mutual_information(joint, np.unique(parts, return_inverse=True)[1]))
    found = merged(joint, k - 1)
    assert np.unique(found).tolist() == list(range(k - 1))
    assert -mutual_information(joint, found) == pytest.approx(min(losses), abs=1e-12)


@settings(deadline=None)
@given(affinities(4, 12), st.integers(10, 40))
def test_a_curve_is_of_cuts_into_each_number(links, planned):
    found = number.curve([(links, merge(links))], planned)
    assert found.numbers[0] == 1
    assert found.information[0] == 0
    assert found.numbers.tolist() == list(range(1, found.numbers[-1] + 1))
    assert found.numbers[-1] <= len(links)
    assert (found.information <= np.log(found.numbers) + 1e-9).all()
    assert (found.information >= -1e-9).all()
    strength = number.strengths(found)
    assert np.isfinite(strength).all()
    assert (strength > 0).all()
    said = number.read(found, len(links))
    assert said.strongest in said.peaks
    stands_out = number.clear(said.peaks, said.strongest)
    assert set(stands_out) <= set(said.peaks)
    assert not stands_out or said.strongest in stands_out


def bent(*slopes):
    """A curve whose slope over log k is so much up to each number, as pairs of both."""
    numbers = np.arange(1, slopes[-1][0] + 1)
    at = np.log([1, *(end for end, _ in slopes)])
    gains = np.diff(at) * [slope for _, slope in slopes]
    return number.Curve(numbers, np.interp(np.log(numbers), at, np.r_[0, np.cumsum(gains)]))


def test_classes_are_taken_before_their_forms_and_both_are_said():
    found = bent((8, 1.0), (22, 0.6), (120, 0.34))
    said = number.read(found, 1000)
    assert max(said.peaks, key=said.peaks.__getitem__) == 22
    assert said.strongest == 8
    assert number.clear(said.peaks, said.strongest) == [8, 22]


def test_much_clearer_forms_are_taken_and_the_classes_said():
    found = bent((8, 1.0), (22, 0.65), (120, 0.3))
    said = number.read(found, 1000)
    assert said.strongest == 22
    assert number.clear(said.peaks, said.strongest) == [8, 22]


@pytest.mark.parametrize("end", [200, 4])
def test_many_kinds_that_are_as_alike_as_one_stand_before_it(end):
    said = number.read(bent((end, 0.62), (450, 0.4)), 10_000)
    there = max(said.peaks, key=lambda k: said.peaks[k] if k > 1 else 0.0)
    assert 0.9 * end < there <= end
    assert said.peaks[1] > said.peaks[there]
    assert said.strongest == (there if end == 200 else 1)


def planted(rng, groups, each, near=0.0, beyond=0.02, links=14):
    """A graph of images: most links lie within an image's group, `near` of them among five groups."""
    n = groups * each
    truth = np.repeat(np.arange(groups), each)
    ends = np.repeat(np.arange(n), links)
    kind = rng.random(len(ends))
    own = truth[ends] * each + rng.integers(0, each, len(ends))
    family = truth[ends] // 5 * 5 * each + rng.integers(0, 5 * each, len(ends))
    others = np.where(kind < beyond + near, family, own)
    others = np.where(kind < beyond, rng.integers(0, n, len(ends)), others)
    graph = sp.csr_matrix((np.ones(len(ends)), (ends, others)), shape=(n, n))
    return sp.csr_matrix(graph + graph.T), truth


def found_in(graph, k=0):
    return parted(graph, lambda: [graph], None, k, 1, check_random_state(0))


@pytest.mark.parametrize(("groups", "each"), [(2, 200), (5, 100), (12, 60), (45, 30)])
def test_as_many_clusters_as_groups(rng, groups, each):
    graph, truth = planted(rng, groups, each)
    found = found_in(graph)
    assert found.clear == [groups]
    assert found.evidence == "information"
    assert adjusted_rand_score(truth, found.labels) > 0.98


def test_two_numbers_stand_out_and_the_finer_is_taken(rng):
    graph, truth = planted(rng, 10, 60, near=0.25, beyond=0.003)
    for k in (0, 10):
        found = found_in(graph, k)
        assert found.clear == [2, 10]
        labels = found.labels
        coarse, fine = found.levels(labels, np.arange(10), {})
        assert (coarse.nested, fine.nested) == (True, True)
        assert adjusted_rand_score(truth, fine.labels) > 0.98
        assert adjusted_rand_score(truth // 5, coarse.labels) > 0.98
        assert fine.n_clusters == 10
        assert np.bincount(fine.labels).tolist() == sorted(np.bincount(labels), reverse=True)
        assert len(set(zip(coarse.labels, fine.labels, strict=True))) == 10


def test_without_a_nuisance_no_number_comes_twice_and_that_of_the_clusters_stays():
    three = np.repeat([0, 1, 2], [5, 4, 3])
    coarse = Other(2, np.minimum(three, 1), np.array([0, 1, 1]))
    cut = Parted(three, np.ones(3), np.array([1.0, 2.0, 3.0]), "information", [2, 3], [coarse])
    for left, strengths in (([0, 1], [3.0]), ([1, 2], [3.0]), ([0], [3.0])):
        chosen = np.arange(12) % len(left)
        levels = cut.levels(chosen, np.array(left), {})
        assert [one.n_clusters for one in levels] == [len(left)]
        assert [one.strength for one in levels] == strengths


def test_classes_of_a_dozen_images_are_counted(rng):
    """Ten neighbours of an image of a dozen are not all in its class, five are."""
    angle = np.linspace(0, np.pi, 18, endpoint=False).repeat(12) + rng.normal(0, 0.015, 18 * 12)
    y, x = np.mgrid[:24, :24] - 11.5
    along = np.cos(angle)[:, None, None] * x + np.sin(angle)[:, None, None] * y
    away = np.cos(angle)[:, None, None] * y - np.sin(angle)[:, None, None] * x
    ink = np.exp(-(away**2) / 2) * (along > -9) * (along < 9) + np.exp(
        -((along - 6) ** 2 + (away - 4) ** 2) / 6
    )
    shapes = ShapeClustering(shear=False, centre=False, size="kept", random_state=0).fit(ink)
    assert abs(shapes.n_clusters_ - 18) <= 1


@settings(deadline=None)
@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=60))
def test_the_strongest_number_is_a_peak_or_beside_one(heights):
    strength = np.array(heights)
    last = max(1, int(len(strength) / number.PEAK_END))
    found = number.peaks(strength)
    assert list(found) == sorted(found)
    assert max(found.values()) == pytest.approx(strength[:last].max()) or strength.argmax() >= last
    for first, height in found.items():
        assert number.NEARLY * height <= strength[first - 1] <= height


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_one_cluster(seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (200, 8, 8)).astype(np.uint8)
    assert ShapeClustering(random_state=0).fit(pixels).n_clusters_ == 1


def test_links_at_random_are_one_cluster(rng):
    graph, _ = planted(rng, 2, 200, beyond=1.0)
    assert found_in(graph).clear == [1]
    asked = found_in(graph, 3)
    assert np.unique(asked.labels).tolist() == [0, 1, 2]
    assert asked.clear == [1]


@pytest.mark.parametrize("k", [1, 2, 7, 40])
def test_any_number_can_be_asked_for(rng, k):
    graph, _ = planted(rng, 4, 10)
    assert len(np.unique(found_in(graph, k).labels)) == k
