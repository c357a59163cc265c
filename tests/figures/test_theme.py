"""The colours: legible, told apart, complete in both themes."""

import re
from itertools import combinations

import numpy as np
import pytest

from inkcluster.figures.drawing import theme
from inkcluster.figures.drawing.svg import themed_svg

# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
VISION = {
    "all": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
THEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    lights = [float(linear(colour) @ [0.2126, 0.7152, 0.0722]) + 0.05 for colour in (one, other)]
    return max(lights) / min(lights)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson 2020, from linear RGB."""
    cone = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return lab @ np.cbrt(cone @ np.clip(rgb, 0, 1))


def test_sentinels_are_unique_and_plain() -> None:
    lights = [light for light, _ in theme.COLOURS.values()]
    assert len(set(lights)) == len(lights)
    assert all(re.fullmatch(r"#[0-9a-f]{6}", c) for pair in theme.COLOURS.values() for c in pair)
    assert not {"#000000", "#ffffff"} & set(lights)


@THEMES
def test_words_are_legible(dark) -> None:
    colour = {name: pair[dark] for name, pair in theme.COLOURS.items()}
    for words in ("ink", "muted", "ok", "warning"):
        assert contrast(colour[words], colour["paper"]) >= 4.5
    assert contrast(colour["muted"], colour["tile"]) >= 4.5


@THEMES
def test_numbers_in_cells_are_legible(dark) -> None:
    name_of = {pair[0]: name for name, pair in theme.COLOURS.items()}
    for value in np.linspace(0, 1, 101):
        pair = [theme.COLOURS[name_of[colour]][dark] for colour in theme.heat_step(value)]
        assert contrast(*pair) >= 4.5, value


@THEMES
def test_heat_runs_one_way(dark) -> None:
    steps = [theme.COLOURS[f"heat{i}"][dark] for i in range(len(theme.HEAT))]
    lights = np.array([oklab(linear(colour))[0] for colour in steps])
    assert (np.diff(lights) * (1 if dark else -1) > 0).all()


@THEMES
@pytest.mark.parametrize("vision", VISION)
def test_accents_are_told_apart(dark, vision) -> None:
    colours = [theme.COLOURS[f"accent{i}"][dark] for i in range(1, 7)]
    seen = [oklab(VISION[vision] @ linear(colour)) for colour in colours]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 0.09
    assert min(contrast(c, theme.COLOURS["paper"][dark]) for c in colours) >= 3


def test_css_gives_every_variable_in_both_themes() -> None:
    light, system, chosen = theme.CSS.split("\n")[:3]
    assert system.startswith("@media screen and (prefers-color-scheme:dark)")
    assert '[data-theme="dark"]' in chosen
    for name, (bright, dim) in theme.COLOURS.items():
        assert f"--ic-{name}:{bright};" in light
        assert f"--ic-{name}:{dim};" in system
        assert f"--ic-{name}:{dim};" in chosen


def test_heat_step_clips() -> None:
    assert theme.heat_step(-1) == theme.heat_step(0) == (theme.HEAT[0], theme.INK)
    assert theme.heat_step(2) == theme.heat_step(1) == (theme.HEAT[-1], theme.PAPER)


def test_colours_in_words_stay() -> None:
    svg = '<svg viewBox="0 0 1 1"><text style="fill: #1c2027">style="fill: #1c2027"</text></svg>'
    themed = themed_svg(svg, "f")
    assert themed.endswith('(--ic-ink,#1c2027)">style="fill: #1c2027"</text></svg>')
