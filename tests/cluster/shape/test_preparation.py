"""How images are prepared: what each choice does, and that the choice is made from the images alone."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.cluster.shape.test_shape import strokes

from inkcluster import ShapeClustering
from inkcluster.cluster.shape.preparation import decision
from inkcluster.cluster.shape.preparation.ink import mixed_borders
from inkcluster.cluster.shape.preparation.prepare import Choices, learn, moments
from inkcluster.errors import BadInputError


def ready(pixels, **choices):
    """Images as they are compared, before gradients are taken."""
    preparation = learn(pixels, 2, Choices(**choices))
    return preparation.straighten(preparation.resize(pixels))


def moved(rng, pixels, most):
    """Each image in a larger frame, at a place of its own."""
    n, height, width = pixels.shape
    out = np.zeros((n, height + most, width + most), pixels.dtype)
    for image, shifted in zip(pixels, out, strict=True):
        down, right = rng.integers(0, most + 1, 2)
        shifted[down : down + height, right : right + width] = image
    return out


@pytest.mark.parametrize("size", ["set", "image", "kept"])
@pytest.mark.parametrize("side", [20, 9])
def test_centring_commutes_with_shifts(rng, size, side):
    pixels, _ = strokes(rng, 60, side, side)
    one, two = (moved(np.random.default_rng(seed), pixels, 12) for seed in (1, 2))
    assert (one != two).any(axis=(1, 2)).mean() > 0.9
    np.testing.assert_allclose(ready(one, size=size), ready(two, size=size), atol=1e-5)


def test_shear_takes_the_slant_and_keeps_the_place(rng):
    pixels = strokes(rng, 30, 24, 24)[0].astype(float)
    slanted = np.zeros_like(pixels)
    for row in range(24):
        slanted[:, row] = np.roll(pixels[:, row], (row - 12) // 3, axis=1)
    before = moments(slanted.astype(np.float32))
    after = moments(ready(slanted, centre=False, size="kept"))
    assert np.abs(after.slant).max() < 0.05 < np.abs(before.slant).min()
    np.testing.assert_allclose(after.right, before.right, atol=0.1)
    np.testing.assert_allclose(after.down, before.down, atol=1e-3)


def test_each_image_gets_its_own_size(rng):
    small, large = strokes(rng, 30, 18, 18)[0], strokes(rng, 30, 32, 32)[0]
    pixels = np.concatenate([np.pad(small, ((0, 0), (7, 7), (7, 7))), large])
    radii = {}
    for size in ("set", "image"):
        ink = moments(ready(pixels, size=size))
        radius = np.sqrt(ink.down_variance + ink.right_variance)
        radii[size] = np.median(radius[30:]) / np.median(radius[:30])
    assert radii["set"] > 1.5
    assert radii["image"] == pytest.approx(1, abs=0.1)


def test_local_contrast_makes_dim_images_like_bright_ones(rng):
    pixels = strokes(rng, 40)[0].astype(float)
    pixels[20:] = 0.4 * pixels[:20]
    strength = {}
    for contrast in ("set", "local"):
        preparation = learn(pixels, 2, Choices(contrast=contrast))
        steps = np.abs(preparation.gradients(ready(pixels, contrast=contrast)).astype(float))
        strength[contrast] = steps[20:].sum() / steps[:20].sum()
    assert strength["local"] > 1.2 * strength["set"]


def tried(model, **values):
    """The information of the ways that were compared with these values."""
    return [
        way["information"]
        for way in model.preparation_["tried"]
        if all(way[name] == value for name, value in values.items())
    ]


def test_ink_that_lies_anywhere_is_centred(rng):
    pixels, truth = strokes(rng, 120)
    model = ShapeClustering(3, shear=False, random_state=0).fit(moved(rng, pixels, 16))
    assert model.preparation_["centre"] is True
    assert max(tried(model, centre=False)) < max(tried(model, centre=True))
    assert adjusted_rand_score(truth, model.labels_) == 1
    json.dumps(model.preparation_)  # plain values


def test_a_place_that_says_which_is_which_is_kept(rng):
    pixels = strokes(rng, 120, 12, 12, kinds=1)[0]
    frame = np.zeros((120, 26, 26))
    corner = np.arange(120) % 4
    for image, out, at in zip(pixels, frame, corner, strict=True):
        down, right = 14 * (at // 2), 14 * (at % 2)
        out[down : down + 12, right : right + 12] = image
    model = ShapeClustering(4, random_state=0).fit(frame)
    assert model.preparation_["centre"] is False
    assert adjusted_rand_score(corner, model.labels_) == 1


def test_images_of_either_polarity_are_each_seen_in_their_own(rng):
    pixels, truth = strokes(rng, 120)
    other = rng.random(120) < 0.4
    pixels[other] = 255 - pixels[other]
    assert mixed_borders(pixels) == pytest.approx(other.mean())
    model = ShapeClustering(3, random_state=0).fit(pixels)
    assert model.preparation_["polarity"] == "image"
    assert adjusted_rand_score(truth, model.labels_) == 1
    again = ShapeClustering(3, random_state=0).fit(255 - pixels)
    assert adjusted_rand_score(model.labels_, again.labels_) == 1


def test_what_is_given_is_kept_and_nothing_is_compared(rng):
    pixels, _ = strokes(rng, 90)
    way = {"centre": False, "shear": True, "size": "image", "polarity": "dark", "contrast": "local"}
    model = ShapeClustering(3, random_state=0, **way).fit(pixels)
    assert model.preparation_ == {**way, "tried": []}
    short = ShapeClustering(3, deskew=False, shear=True).fit(pixels).preparation_
    assert (short["centre"], short["shear"]) == (False, True)
    assert {way["centre"] for way in short["tried"]} == {False}
    few = ShapeClustering(2).fit(pixels[:20]).preparation_
    assert few == {"centre": True, "shear": True, "size": "set", "polarity": "light",
                   "contrast": "set", "tried": []}  # fmt: skip


def test_images_without_clusters_are_prepared_as_usual(rng, monkeypatch):
    """What varies without clusters, such as slant, would say much about its neighbours."""
    pixels, _ = strokes(rng, 120)
    asked = decision.asked({**dict.fromkeys(decision.VALUES, "auto"), "deskew": None})
    first = learn(pixels, 2, decision.usual(pixels, asked))
    values = iter([0.1, 9.0, 9.0, 9.0, 9.0])
    for clustered, compared in ((False, 1), (True, 5)):
        values = iter([0.1, 9.0, 9.0, 9.0, 9.0])
        monkeypatch.setattr(decision, "information", lambda *_: (next(values), clustered))  # noqa: B023
        kept, said = decision.decided(pixels, first, asked)
        assert len(said["tried"]) == compared
        assert kept.choices == replace(first.choices, centre=not clustered)


@pytest.mark.parametrize(
    "wrong",
    [{"centre": 1}, {"shear": "yes"}, {"size": "large"}, {"polarity": None}, {"contrast": 0.5}],
)
def test_what_no_choice_is_is_said(wrong):
    with pytest.raises(BadInputError, match='must be "auto" or one of'):
        ShapeClustering(2, **wrong).fit(np.eye(9))
