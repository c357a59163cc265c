import numpy as np
import pytest

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet, load
from inkcluster.images.turns import TURNS

ORACLES = {
    "transpose": np.transpose,
    "left": np.rot90,
    "right": lambda image: np.rot90(image, -1),
    "half": lambda image: np.rot90(image, 2),
    "flip": np.flipud,
    "mirror": np.fliplr,
}


@pytest.mark.parametrize("how", TURNS)
def test_turns_are_those_of_numpy(how):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 3, 7)).astype(np.uint8)
    found = load(ImageSet(pixels, np.arange(5), names=np.arange(5).astype(str)), turn=how)
    np.testing.assert_array_equal(found.pixels, [ORACLES[how](image) for image in pixels])
    assert found.pixels.flags.c_contiguous
    assert (found.labels.tolist(), found.names.tolist()) == (list(range(5)), list("01234"))
    assert found.notices[-1].startswith("The images were")


def test_an_unknown_turn_is_refused_by_name():
    with pytest.raises(BadInputError, match="'sideways'; give one of transpose, left"):
        load("digits", turn="sideways")
