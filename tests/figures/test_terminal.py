"""Pictures in text, read back."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkcluster.figures.terminal import half_blocks, value_grid

UPPER, LOWER = {"█", "▀"}, {"█", "▄"}
PICTURES = hnp.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(PICTURES)
def test_plain_blocks_are_the_pixels(picture) -> None:
    lines = half_blocks(picture, peak=255).split("\n")
    h, w = picture.shape
    assert len(lines) == (h + 1) // 2
    read = np.zeros((2 * len(lines), w), bool)
    for i, line in enumerate(lines):
        for j, block in enumerate(line):
            read[2 * i, j], read[2 * i + 1, j] = block in UPPER, block in LOWER
    assert np.array_equal(read[:h], picture > 127)


@given(PICTURES)
def test_fine_colours_are_the_pixels(picture) -> None:
    lines = half_blocks(picture, colours=2**24, peak=255).split("\n")
    h, w = picture.shape
    cells = [re.findall(r"\x1b\[38;2;(\d+);\d+;\d+;48;2;(\d+);\d+;\d+m▀", line) for line in lines]
    assert all(len(row) == w for row in cells)
    read = np.array(cells, int).transpose(0, 2, 1).reshape(-1, w)[:h]
    assert np.array_equal(255 - read, picture)
    assert all(line.endswith("\x1b[0m") for line in lines)


def test_256_colours_run_from_paper_to_ink() -> None:
    line = half_blocks(np.array([[0, 255]], np.uint8), colours=256)
    assert re.findall(r"38;5;(\d+)", line) == ["255", "232"]


@pytest.mark.parametrize("colours", [None, 256, 2**24])
def test_polarity(colours, digits) -> None:
    light = half_blocks(digits.pixels[0], colours=colours, peak=16)
    dark = half_blocks(16 - digits.pixels[0], ink="dark on light", colours=colours, peak=16)
    assert light == dark


def test_wide_pictures_are_shrunk_to_fit() -> None:
    picture = np.zeros((104, 100), np.uint8)
    picture[:, 50:] = 255
    lines = half_blocks(picture, width=30).split("\n")
    assert len(lines) == 13
    assert max(map(len, lines)) == 25
    assert set("".join(lines)) == {" ", "█"}


def test_digits_of_a_small_scale_are_seen(digits) -> None:
    assert "█" in half_blocks(digits.pixels[0])
    assert half_blocks(np.zeros((4, 4), np.uint8)).strip() == ""


@given(PICTURES)
def test_value_grid_reads_back(picture) -> None:
    grid = value_grid(picture)
    read = np.array([[int(v) for v in line.split()] for line in grid.split("\n")])
    assert np.array_equal(read, picture)
    assert len({len(line) for line in grid.split("\n")}) == 1


def test_value_grid_of_fractions() -> None:
    assert value_grid(np.array([[0.25, 1.0]])) == "0.25    1"
