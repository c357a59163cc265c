"""Still pictures: the pixels of the images, as ink or as the photographs they are."""

import io
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from inkcluster.report.stills import PAD, still


def pixels_of(picture):
    with Image.open(io.BytesIO(b64decode(picture.url.split(",")[1]))) as opened:
        return np.asarray(opened.convert("RGBA"))


@pytest.fixture
def images():
    return np.random.default_rng(69).integers(0, 256, (5, 20, 10)).astype(np.uint8)


@pytest.mark.parametrize("look", ["light on dark", "dark on light"])
def test_ink_is_black_and_as_opaque_as_it_is_strong(images, look):
    ink = images if look == "light on dark" else 255 - images
    shown = pixels_of(still(images[:1], look))
    assert (shown[..., :3] == 0).all()
    assert np.abs(shown[..., 3].astype(int) - ink[0]).max() <= 255 / 15 / 2 + 0.5


def test_a_photograph_keeps_every_shade(images):
    shown = pixels_of(still(images[:1], "picture"))
    assert (shown[..., 0] == images[0]).all()
    assert (shown[..., 3] == 255).all()


def test_many_images_stand_apart_in_rows(images):
    sheet = still(images, "picture", 3, tuple(range(5)))
    assert (sheet.across, sheet.down, sheet.listed) == (3, 2, "0 1 2 3 4")
    pad = round(20 * PAD)
    shown = pixels_of(sheet).reshape(2, 20 + 2 * pad, 3, 10 + 2 * pad, 4).swapaxes(1, 2)
    assert (shown[1, 1, pad:-pad, pad:-pad, 0] == images[4]).all()
    assert (shown[0, 0, :pad, :, 3] == 0).all()
    assert (shown[1, 2, ..., 3] == 0).all()
