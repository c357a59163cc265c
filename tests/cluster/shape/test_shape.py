"""Shape clustering: what it finds, what it may not depend on, and what it says to what it cannot use."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import adjusted_rand_score

from inkcluster import ImageSet, ShapeClustering
from inkcluster.cluster.shape import neighbors
from inkcluster.cluster.shape.preparation.prepare import INK_RADIUS, Choices, _radius, learn
from inkcluster.errors import BadInputError


def strokes(rng, n, height=20, width=20, kinds=3):
    """Bars down, bars across and rings, moved, thicker or thinner, with noise; and which is which."""
    y, x = np.mgrid[:height, :width]
    kind = np.arange(n) % kinds
    pixels = np.empty((n, height, width))
    for i in range(n):
        down, right = np.array([height, width]) / 2 - 0.5 + rng.uniform(-1, 1, 2)
        thick = rng.uniform(1.2, 2.2)
        size = min(height, width) / 3 + rng.uniform(-0.7, 0.7)
        far = np.hypot(y - down, x - right)
        gap = {
            0: np.maximum(abs(x - right) - thick, abs(y - down) - size),
            1: np.maximum(abs(y - down) - thick, abs(x - right) - size),
            2: abs(far - size) - thick,
        }[int(kind[i])]
        pixels[i] = np.clip(0.5 - gap, 0, 1)
    return np.rint(pixels * 255).astype(np.uint8), kind


def agreement(found, truth):
    return adjusted_rand_score(truth, found)


@pytest.mark.parametrize("shape", [(20, 20), (17, 26), (34, 22), (9, 9)])
def test_three_shapes_are_found_at_any_size_without_being_told_how_many(rng, shape):
    pixels, truth = strokes(rng, 180, *shape)
    model = ShapeClustering(deskew=False, random_state=0).fit(pixels)
    assert model.n_clusters_ == 3
    assert agreement(model.labels_, truth) > 0.95
    assert model.memberships_.shape == (180, 3)
    np.testing.assert_allclose(model.memberships_.sum(axis=1), 1)
    assert ((model.confidence_ >= 0) & (model.confidence_ <= 1)).all()


def test_rows_with_their_shape_an_image_set_and_images_are_the_same_to_it(rng):
    pixels, truth = strokes(rng, 90, 12, 18)
    labels = ShapeClustering(3, random_state=0).fit_predict(pixels)
    rows = ShapeClustering(3, random_state=0, image_shape=(12, 18)).fit_predict(
        pixels.reshape(90, -1)
    )
    np.testing.assert_array_equal(labels, rows)
    listed = ShapeClustering(3, random_state=0, image_shape=[12, 18]).fit_predict(list(pixels))
    np.testing.assert_array_equal(labels, listed)
    for named in (truth, rng.permutation(truth)):  # the labels of a set are not read
        found = ShapeClustering(3, random_state=0).fit_predict(ImageSet(pixels, named))
        np.testing.assert_array_equal(labels, found)


@pytest.mark.parametrize("bits", [4, 8])
def test_equal_pixels_in_any_dtype_and_unit_give_the_same_numbers(digits, rng, bits):
    """Numbers of clusters and all else, although eigenvectors begin and k-means starts at random."""
    images = digits.pixels[:150]
    if bits == 8:
        images = np.clip(15 * images + rng.integers(0, 16, images.shape), 0, 255).astype(np.uint8)
        images[0, 0, :2] = 0, 255
    model = ShapeClustering(8, random_state=0).fit(images)
    for other in (
        images.astype(np.float32),
        images.astype(np.float64),
        images.astype(np.float32) / np.float32(255),
        images / 16 - 3,
        images * 1e-30,
    ):
        found = ShapeClustering(8, random_state=0).fit(other)
        np.testing.assert_array_equal(found.labels_, model.labels_)
        np.testing.assert_array_equal(found.memberships_, model.memberships_)
        np.testing.assert_array_equal(found.neighbors_, model.neighbors_)
        np.testing.assert_array_equal(found.predict(other[:20]), model.predict(images[:20]))


def test_dark_on_light_and_other_units_give_the_same_clusters(rng):
    pixels, _ = strokes(rng, 90)
    labels = ShapeClustering(3, random_state=0).fit_predict(pixels)
    most = pixels / 255.0 * 1.7e308
    for other in (255 - pixels, pixels / 255.0 * 7 - 3, most, most.max() - most):
        assert agreement(ShapeClustering(3, random_state=0).fit_predict(other), labels) == 1


def assert_polarity_shows_nowhere(images):
    model = ShapeClustering(10, random_state=0).fit(images)
    other = ShapeClustering(10, random_state=0).fit(images.max() - images)
    assert {model.preparation_["polarity"], other.preparation_["polarity"]} == {"light", "dark"}
    np.testing.assert_array_equal(model.labels_, other.labels_)
    np.testing.assert_array_equal(model.memberships_, other.memberships_)
    np.testing.assert_array_equal(model.neighbors_, other.neighbors_)


def test_inverted_digits_give_the_same_result(digits):
    assert_polarity_shows_nowhere(digits.pixels[:300])


def test_inverted_digits_of_both_polarities_give_the_same_result(digits):
    images = digits.pixels[:300].copy()
    images[::3] = 16 - images[::3]
    model = ShapeClustering(10, random_state=0).fit(images)
    other = ShapeClustering(10, random_state=0).fit(16 - images)
    assert model.preparation_["polarity"] == "image"
    np.testing.assert_array_equal(model.memberships_, other.memberships_)


@pytest.mark.mnist
def test_inverted_mnist_digits_give_the_same_result(mnist):
    assert_polarity_shows_nowhere(mnist.sample(300, 0).pixels)


def assert_the_order_shows_nowhere(images, rng):
    model = ShapeClustering(10, random_state=0).fit(images)
    order = rng.permutation(len(images))
    other = ShapeClustering(10, random_state=0).fit(images[order])
    np.testing.assert_array_equal(model.labels_[order], other.labels_)
    np.testing.assert_array_equal(model.memberships_[order], other.memberships_)
    np.testing.assert_array_equal(model.neighbor_distances_[order], other.neighbor_distances_)
    np.testing.assert_array_equal(model.neighbors_[order], order[other.neighbors_])
    np.testing.assert_array_equal(model.predict(images[:50]), other.predict(images[:50]))


def test_another_order_of_the_images_gives_the_same_result(digits, rng):
    assert_the_order_shows_nowhere(digits.pixels[:400], rng)


@pytest.mark.mnist
def test_another_order_of_mnist_digits_gives_the_same_result(mnist, rng):
    assert_the_order_shows_nowhere(mnist.sample(2600, 0).pixels, rng)


def test_what_is_predicted_is_the_cluster_of_what_is_alike(rng):
    pixels, truth = strokes(rng, 300)
    model = ShapeClustering(3, random_state=0).fit(pixels[:200])
    predicted = model.predict(pixels[200:])
    joint = np.concatenate([model.labels_, predicted])
    assert agreement(joint, truth) == 1
    np.testing.assert_array_equal(predicted[:7], model.predict(pixels[200:207]))
    np.testing.assert_array_equal(model.predict(pixels[:200]), model.labels_)


def test_an_odd_image_scores_highest(rng):
    pixels, _ = strokes(rng, 120)
    pixels[50] = rng.integers(0, 256, (20, 20))
    model = ShapeClustering(3, random_state=0, deskew=False).fit(pixels)
    assert model.outlier_scores_.argmax() == 50


@pytest.mark.filterwarnings("error")
def test_copies_are_no_cluster(rng):
    pixels, truth = strokes(rng, 200, kinds=2)
    copies = np.repeat(pixels[:1], 9, axis=0)
    model = ShapeClustering(2, random_state=0).fit(np.concatenate([pixels, copies]))
    assert agreement(model.labels_[:200], truth) == 1
    assert (model.labels_[200:] == model.labels_[0]).all()


@pytest.mark.parametrize(("kinds", "copies"), [(2, 15), (3, 30), (60, 4)])
def test_never_more_clusters_than_different_images(rng, kinds, copies):
    pixels = np.repeat(strokes(rng, kinds)[0], copies, axis=0)
    assert ShapeClustering(random_state=0).fit(pixels).n_clusters_ <= kinds


def test_a_number_of_copied_images_is_as_clear_as_it_is_said_to_be(rng):
    model = ShapeClustering(random_state=0).fit(np.repeat(strokes(rng, 3)[0], 30, axis=0))
    (level,) = model.levels_
    assert (level.n_clusters, len(model.strengths_)) == (3, 2)
    assert level.strength == model.strengths_[1] > 1.35


def test_copies_are_in_one_cluster():
    pixels = np.repeat(strokes(np.random.default_rng(0), 60)[0], 4, axis=0)
    model = ShapeClustering(20, random_state=0).fit(pixels)
    assert model.n_clusters_ == 20
    labels = model.labels_.reshape(60, 4)
    assert (labels == labels[:, :1]).all()


def test_copies_of_ten_images_are_ten_clusters(rng):
    pixels = np.repeat(rng.random((10, 12, 12)), 25, axis=0)
    assert ShapeClustering(random_state=0).fit(pixels).n_clusters_ == 10


def test_images_that_centring_makes_equal_are_one_cluster():
    lit = np.eye(49).reshape(49, 7, 7)
    model = ShapeClustering(random_state=0).fit(lit)
    assert model.labels_.tolist() == model.predict(lit).tolist() == [0] * 49
    with pytest.raises(BadInputError, match="which 1 are different once prepared"):
        ShapeClustering(5, centre=True, size="set", random_state=0).fit(lit)


def test_images_of_one_pixel_are_compared_by_it():
    values = np.repeat([0, 1, 2], 30)
    model = ShapeClustering(random_state=0).fit(values[:, None, None])
    assert agreement(model.labels_, values) == 1
    np.testing.assert_array_equal(model.predict(values[:, None, None]), model.labels_)


@pytest.mark.parametrize("n", [2, 3, 5, 9])
def test_an_image_that_is_there_already_is_placed_in_its_cluster(n):
    noise = np.random.default_rng(n).integers(0, 256, (n, 12, 12))
    model = ShapeClustering(n, random_state=0).fit(noise)
    np.testing.assert_array_equal(model.predict(noise), model.labels_)


def test_few_images_do_not_clearly_form_one_cluster(rng, digits):
    for few in (strokes(rng, 8, kinds=2)[0], digits.pixels[:60]):
        model = ShapeClustering(random_state=0).fit(few)
        assert model.evidence_ != "information" or model.n_clusters_ > 1


def test_images_that_are_all_the_same_are_one_cluster():
    same = np.full((12, 6, 6), 9, np.uint8)
    model = ShapeClustering().fit(same)
    assert model.n_clusters_ == 1
    assert "auto" not in model.preparation_.values()
    assert model.predict(same).tolist() == [0] * 12
    with pytest.raises(BadInputError, match="All 12 images are the same"):
        ShapeClustering(2).fit(same)


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_fewer_images_than_neighbours(rng, n):
    pixels, _ = strokes(rng, n)
    model = ShapeClustering(2, random_state=0).fit(pixels)
    assert model.labels_.shape == (n,)
    assert model.neighbors_.shape == (n, min(7, n - 1))


def test_more_neighbours_than_are_linked(rng):
    pixels, truth = strokes(rng, 180)
    model = ShapeClustering(3, n_neighbors=40, random_state=0).fit(pixels)
    assert model.neighbors_.shape == (180, 40)
    assert (model.neighbors_ >= 0).all()
    assert agreement(model.labels_, truth) > 0.95


@pytest.mark.parametrize(
    ("images", "parameters", "words"),
    [
        (np.zeros((5, 4, 4, 3)), {}, "grey"),
        (np.eye(9), {"n_clusters": 10}, "at most 9"),
        (np.eye(9), {"n_clusters": "many"}, "whole number"),
        (np.eye(9), {"n_neighbors": 0}, "n_neighbors"),
        (np.eye(9), {"warp": -1}, "warp"),
        (np.eye(9), {"warp": 9}, "from 0 to 8"),
        (np.eye(9), {"image_shape": (2, 4)}, "9 pixels"),
        (np.full((4, 3, 3), np.nan), {}, "NaN"),
        (np.empty((0, 3, 3)), {}, "0 sample"),
        (np.eye(9), {"n_clusters": True}, "whole number"),
        (np.eye(9), {"n_clusters": np.array([2, 3])}, "whole number"),
        (np.eye(9), {"contrast": np.array(["set", "local"])}, "contrast must"),
        (np.eye(9), {"deskew": "no"}, "deskew must"),
        (np.eye(9), {"image_shape": 3}, "9 pixels"),
        (np.eye(9), {"image_shape": (-3, -3)}, "9 pixels"),
        (np.eye(9), {"image_shape": "33"}, "9 pixels"),
        (np.zeros((9, 4, 4)), {"image_shape": (2, 8)}, "4 × 4 pixels, but image_shape"),
        ([np.eye(4), np.eye(5)], {}, "same size"),
    ],
)
def test_what_cannot_be_used_is_said(images, parameters, words):
    with pytest.raises(ValueError, match=words):
        ShapeClustering(**parameters).fit(images)


def test_more_clusters_than_can_be_told_apart(rng):
    pixels, _ = strokes(rng, 3)
    repeated = np.repeat(pixels, 20, axis=0)
    with pytest.raises(BadInputError, match="at most 3"):
        ShapeClustering(12, random_state=0).fit(repeated)


def test_more_clusters_than_the_merges_are_looked_at_for(rng):
    pixels, _ = strokes(rng, 300)
    model = ShapeClustering(40, random_state=0).fit(pixels)
    assert np.unique(model.labels_).tolist() == list(range(40))
    assert model.memberships_.shape == (300, 40)


def test_more_clusters_than_the_graph_has_groups(rng):
    kinds, _ = strokes(rng, 9)
    copies = np.repeat(kinds, 30, axis=0)
    model = ShapeClustering(9, random_state=0).fit(copies)
    assert agreement(model.labels_, np.repeat(np.arange(9), 30)) == 1
    with pytest.raises(BadInputError, match="ask for at most 9"):
        ShapeClustering(10, random_state=0).fit(copies)


def test_a_graph_in_parts(rng):
    pixels, truth = strokes(rng, 150)
    model = ShapeClustering(random_state=0, n_neighbors=5).fit(pixels)
    of = np.repeat(np.arange(150), 5)
    graph = sp.csr_matrix((np.ones(len(of)), (of, model.neighbors_.ravel())), shape=(150, 150))
    assert connected_components(graph, directed=False)[0] >= 3
    assert model.n_clusters_ == 3
    assert agreement(model.labels_, truth) == 1


def test_new_images_of_another_size(rng):
    pixels, _ = strokes(rng, 30)
    model = ShapeClustering(3, random_state=0).fit(pixels)
    with pytest.raises(ValueError, match="20"):
        model.predict(pixels[:, :10])
    with pytest.raises(BadInputError, match="20 × 20"):
        model.predict(pixels.reshape(30, 10, 40))


@pytest.mark.parametrize("factor", [0.4, 0.7, 1.0, 2.5])
@pytest.mark.parametrize(("centre", "size"), [(True, "set"), (False, "set"), (False, "image")])
def test_ink_is_brought_to_one_size(rng, factor, centre, size):
    side = round(28 * factor)
    pixels, _ = strokes(rng, 40, side, side)
    prepared = learn(pixels, 2, Choices(centre=centre, size=size)).resize(pixels)
    radius = _radius(prepared)
    assert 1 / 1.4 < radius / INK_RADIUS < 1.4


def test_lists_are_the_nearest_of_all_pairs_given(rng):
    n = 25
    pairs = neighbors.unordered(rng.integers(0, n, 200), rng.integers(0, n, 200), n)
    there, back = rng.integers(0, 50, (2, len(pairs)))
    lists = neighbors.nearest(pairs, there, back, n, 6)
    for i in range(n):
        near = sorted(
            [(d, p % n) for p, d in zip(pairs, there, strict=True) if p // n == i]
            + [(d, p // n) for p, d in zip(pairs, back, strict=True) if p % n == i]
        )[:6]
        kept = lists.rows[i] >= 0
        assert lists.rows[i][kept].tolist() == [j for _, j in near]
        assert lists.distances[i][kept].tolist() == [d for d, _ in near]
        assert np.isinf(lists.distances[i][~kept]).all()


def test_neighbours_of_neighbours(rng):
    lists = np.array([[1, 2], [0, 3], [0, -1], [4, 1], [3, -1]], np.int32)
    expected = set()
    for i, row in enumerate(lists):
        near = [a for a in row if a >= 0]
        expected |= {tuple(sorted((i, b))) for a in near for b in lists[a] if b >= 0 and b != i}
        expected |= {tuple(sorted((a, b))) for a in near for b in near if a != b}
    found = neighbors.of_neighbors(lists, 5)
    assert {(int(p // 5), int(p % 5)) for p in found} == expected
    assert (np.diff(found) > 0).all()
    known = found[::2]
    np.testing.assert_array_equal(neighbors.without(found, known), found[1::2])


@pytest.mark.mnist
def test_ten_kinds_of_mnist_digits_are_found_without_labels(mnist):
    images = mnist.sample(3000, 0)
    model = ShapeClustering(random_state=0).fit(images)
    assert model.n_clusters_ == 10
    assert adjusted_rand_score(images.labels, model.labels_) > 0.93


@pytest.mark.mnist
def test_one_kind_of_mnist_digits_is_one_cluster(mnist):
    threes = mnist.pixels[np.flatnonzero(mnist.labels == 3)[:1500]]
    model = ShapeClustering(random_state=0).fit(threes)
    assert model.n_clusters_ == 1
    assert model.evidence_ == "information"
    assert [one.n_clusters for one in model.levels_] == [1]
