"""The spectrum's data, and the map's: colours, and pictures that do not hide what they show."""

import numpy as np
import pytest

from inkcluster.figures import ImageMap, Spectrum
from inkcluster.figures.drawing.scatter import Room, hue, raster


def test_strengths_stand_beside_the_eigenvalue_they_follow():
    frame = Spectrum("s", "S", "S.", [1, 0.9, 0.8, 0.2], [2.0, 4.0], 3).frame()
    assert frame["strength"].tolist()[1:3] == [2.0, 4.0]
    assert frame["strength"].isna().tolist() == [True, False, False, True]
    assert frame["kept"].tolist() == [True, True, True, False]


def test_bars_are_to_scale_unless_one_dwarfs_the_rest():
    values = [1, 0.9, 0.8, 0.2, 0.1]
    for strongest, said in ((6.5, "6.50"), (90.0, "90.00, not to scale")):
        picture = Spectrum("s", "S", "S.", values, [1.4, strongest, 1.2], 3, (2,)).plot()
        below = picture.axes[-1]
        tops = {
            round(bar.get_x() + bar.get_width() / 2): bar.get_y() + bar.get_height()
            for bar in below.patches
        }
        assert said in [text.get_text() for text in below.texts]
        assert tops[2] == pytest.approx(1.4)
        assert tops[3] == pytest.approx(min(strongest, 28.0))


def test_spots_of_the_map_hold_each_image_once(rng):
    places, labels = rng.normal(0, 3, (5000, 2)), rng.integers(-1, 4, 5000)
    frame = ImageMap("m", "M", "M.", places, labels, np.zeros((0, 2, 2)), np.zeros((0, 2))).frame()
    assert frame["images"].sum() == 5000
    assert not frame[["x", "y"]].duplicated().any()
    step = np.ptp(places, axis=0).max() / 200
    assert frame["x"].between(places[:, 0].min(), places[:, 0].max()).all()
    one = places[17]
    spot = frame[(frame["x"] <= one[0] + 1e-9) & (frame["x"] > one[0] - step - 1e-9)]
    assert ((spot["y"] <= one[1] + 1e-9) & (spot["y"] > one[1] - step - 1e-9)).any()


def test_the_cluster_of_a_spot_is_that_of_most_of_its_images():
    places = np.array([[0.0, 0], [0, 0], [0, 0], [1, 1]])
    frame = ImageMap(
        "m", "M", "M.", places, [2, 1, 1, 0], np.zeros((0, 2, 2)), np.zeros((0, 2))
    ).frame()
    assert frame[["cluster", "images"]].to_numpy().tolist() == [[1, 3], [0, 1]]


def test_colours_differ_and_stand_out_on_light_and_dark():
    colours = np.array([hue(c) for c in range(12)])
    gaps = np.abs(colours[:, None] - colours[None]).sum(axis=2)
    assert gaps[~np.eye(12, dtype=bool)].min() > 40
    light = colours @ [0.2126, 0.7152, 0.0722]
    assert (light > 60).all()
    assert (light < 190).all()


def test_the_raster_is_the_points(rng):
    from inkcluster.figures.drawing import theme

    _, axes = theme.page(4, 4)
    spots = rng.uniform(0, 2, (300, 2))
    covered = raster(axes, spots, np.zeros(300, int), (1.0, 0.5, 2.0, 2.0))
    away = np.linalg.norm(covered[:, None] - (spots + np.array([1.0, 0.5]))[None], axis=2)
    assert away.min(axis=1).max() < 0.05  # no colour without a point
    assert away.min(axis=0).max() < 0.02  # no point without colour
    rgba = axes.images[0].get_array()
    assert {tuple(c) for c in rgba[rgba[..., 3] > 0][:, :3].tolist()} == {hue(0)}


@pytest.mark.parametrize("seed", range(3))
def test_room_is_found_beside_points_and_other_pictures(seed):
    rng = np.random.default_rng(seed)
    covered = rng.normal(3, 0.4, (500, 2))
    room = Room(covered, 6, 6)
    boxes = [room.place(3, 3, 0.5, 0.5) for _ in range(4)]
    for x, y in boxes:
        assert 0 <= x <= 5.6
        assert 0 <= y <= 5.6
        inside = (np.abs(covered - [x + 0.25, y + 0.25]) < 0.25).all(axis=1)
        assert inside.mean() < 0.1
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert max(abs(a[0] - b[0]), abs(a[1] - b[1])) >= 0.5
