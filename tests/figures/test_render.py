"""What `render` writes and what `themed_svg` makes of it."""

import base64
import re
import subprocess
import sys
from io import BytesIO
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from inkcluster.figures import AgreementMap, Centres, Confusion, Gallery, GalleryRow, render
from inkcluster.figures.drawing import fonts, theme
from inkcluster.figures.drawing.svg import themed_svg

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "a $b_1$ & $\\frac{ c",
    "$",
    "]]> --> <!-- <script>",
    '" onload="alert(1)',
    "nul \x00 bell \x07 \x1b[31m",
    "two\nlines\tand a tab",
    "very " * 40 + "long",
    "数字 データ",
    "عدد ספרה",
    "\u202egnorw",
    "🙂 digit 👩‍👧",
    "e\u0301 ﷽",
    "style='fill: #1c2027'",
    "",
]


@pytest.fixture(scope="session")
def files(examples, tmp_path_factory):
    """The SVG and the PNG of each example."""
    folder = tmp_path_factory.mktemp("written")
    return {name: render(figure, folder / name) for name, figure in examples.items()}


@pytest.fixture(scope="session")
def written(files):
    return {name: svg.read_text() for name, (svg, _) in files.items()}


@pytest.mark.parametrize("turn", range(2))
def test_hostile_names_show_as_text(turn, make_examples, tmp_path) -> None:
    given: dict[str, str] = {}

    def words(word: str) -> str:
        """Each name becomes the next of the hostile ones, made unique by its own last letter."""
        hostile = HOSTILE[(len(given) + 7 * turn) % len(HOSTILE)]
        return given.setdefault(word, hostile + word[-2:])

    for name, figure in make_examples(words).items():
        svg = render(figure, tmp_path / "hostile")[0].read_text(encoding="utf-8")
        page = themed_svg(svg, "f", label=figure.says)
        assert not re.search(r"<(img|script)|<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', page)), (
            name
        )
        root = ET.fromstring(svg)
        assert {element.tag for element in root.iter()} <= {
            SVG + tag for tag in ("svg", "g", "defs", "style", "path", "use", "text", "image", "clipPath", "rect")
        }  # fmt: skip


def test_name_is_shown_as_it_is(tmp_path) -> None:
    name = "<b>&$x_1$"
    figure = Confusion("a", "A", "A.", np.eye(2, dtype=int), [name, "$"], ["p", "q"])
    root = ET.fromstring(render(figure, tmp_path / "a")[0].read_text())
    texts = [element.text for element in root.iter(SVG + "text")]
    assert name in texts
    assert "$" in texts


def test_same_figure_same_bytes(make_examples, files, tmp_path) -> None:
    for name, figure in make_examples().items():
        first = [path.read_bytes() for path in files[name]]
        assert first == [p.read_bytes() for p in render(figure, tmp_path / "again")], name


def test_same_bytes_in_another_process(tmp_path) -> None:
    figure = Centres("a", "A", "A.", np.arange(32.0).reshape(2, 4, 4), [1, 2], ["x", "y"], 31.0)
    here = [path.read_bytes() for path in render(figure, tmp_path / "here")]
    script = (
        "import sys, numpy as np; from inkcluster.figures import AgreementMap, Centres, render;"
        "f = Centres('a', 'A', 'A.', np.arange(32.0).reshape(2, 4, 4), [1, 2], ['x', 'y'], 31.0);"
        "render(f, sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "there")], check=True)
    assert here == [(tmp_path / f"there{e}").read_bytes() for e in (".svg", ".png")]


def test_svg_names_no_date_and_no_version(written) -> None:
    for svg in written.values():
        assert "dc:date" not in svg
        assert not re.search(r"Matplotlib v\d", svg)


def test_every_colour_is_the_themes(written) -> None:
    lights = {light for light, _ in theme.COLOURS.values()}
    for name, svg in written.items():
        used = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", svg))
        assert used <= lights, name
        assert theme.INK in used, name


def test_themed_svg_leaves_no_fixed_colour_font_size_or_style_sheet(written) -> None:
    for name, svg in written.items():
        themed = themed_svg(svg, "f")
        assert not re.search(r"(?<!,)#[0-9a-f]{6}", re.sub(r"(href|url\()[^\s]*", "", themed)), name
        assert "DejaVu" not in themed
        assert "<style" not in themed
        assert "<?xml" not in themed
        root = ET.fromstring(themed.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))
        assert "width" not in root.attrib
        assert "viewBox" in root.attrib


def test_prefixed_ids_do_not_clash_and_references_hold(written) -> None:
    seen: set[str] = set()
    for number, svg in enumerate(written.values()):
        themed = themed_svg(svg, f"figure-{number}")
        ids = re.findall(r'\sid="([^"]+)"', themed)
        assert len(ids) == len(set(ids))
        assert not seen & set(ids)
        seen |= set(ids)
        used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', themed)
        assert {a or b for a, b in used} <= set(ids)


def test_prefix_and_label_cannot_leave_their_attributes(written) -> None:
    themed = themed_svg(written["Centres"], '"><img src=x>', label='"><script>')
    assert "<img" not in themed
    assert "<script" not in themed


def test_pictures_are_one_image_of_black_ink(tmp_path) -> None:
    pixels = np.zeros((3, 20, 20), np.uint8)
    pixels[1, 5:9, 3:4] = 200
    figure = Gallery("a", "A", "A.", pixels, [GalleryRow("r", [0, 1]), GalleryRow("s", [2])])
    svg = render(figure, tmp_path / "a")[0].read_text()
    image = _only_image(svg)
    assert (image[..., :3] == 0).all()
    assert set(np.unique(image[..., 3])) == {0, 200}
    assert (image[..., 3] == 200).sum() == 4
    themed = themed_svg(svg, "f")
    assert len(re.findall(r'<g class="ic-ink" id="f-ink_1">', themed)) == 1
    assert "pixelated" not in themed


def test_coarse_pictures_keep_their_pixels(digits, tmp_path) -> None:
    figure = Gallery("a", "A", "A.", digits.pixels[:2], [GalleryRow("r", [0, 1])], peak=16)
    themed = themed_svg(render(figure, tmp_path / "a")[0].read_text(), "f")
    assert "pixelated" in themed
    assert 'class="ic-ink"' in themed


def test_polarity_says_which_pixels_are_ink(digits, tmp_path) -> None:
    rows = [GalleryRow("r", [0, 1, 2])]
    light = Gallery("a", "A", "A.", digits.pixels[:3], rows, "light on dark", 16)
    dark = Gallery("a", "A", "A.", 16 - digits.pixels[:3], rows, "dark on light", 16)
    files = [render(figure, tmp_path / "a")[0].read_text() for figure in (light, dark)]
    assert files[0] == files[1]


def test_photographs_are_no_ink_that_a_dark_page_inverts(digits, tmp_path) -> None:
    figure = Gallery(
        "a", "A", "A.", digits.pixels[:2] + 1, [GalleryRow("r", [0, 1])], "picture", 17
    )
    svg = render(figure, tmp_path / "a")[0].read_text()
    image = _only_image(svg)
    shown = image[image[..., 3] > 0]
    assert len(shown) == digits.pixels[:2].size
    assert {*np.unique(shown[:, :3])} == {round(v * 255 / 17) for v in range(1, 18)}
    assert 'class="ic-ink"' not in themed_svg(svg, "f")


def _only_image(svg: str) -> np.ndarray:
    (data,) = re.findall(r'href="data:image/png;base64,\s*([^"]+)"', svg)
    return np.asarray(Image.open(BytesIO(base64.b64decode(data))).convert("RGBA"))


def pixels_of(words, folder):
    figure = AgreementMap("map", "Agreement", "They agree.", np.eye(2), [words, "k-means"])
    return np.asarray(Image.open(render(figure, folder / "map")[1]).convert("L"))


def test_characters_that_no_font_has_are_told_apart_by_number(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "_font_with", lambda character: None)
    svg = tmp_path / "map.svg"
    drawn = [pixels_of(words, tmp_path) for words in ("日", "月")]
    assert "月" in svg.read_text()  # its reader has other fonts
    assert (drawn[0] != drawn[1]).any()


def test_characters_are_drawn_in_a_font_that_has_them(tmp_path):
    if fonts._font_with("あ") is None:
        pytest.skip("no font on this machine has Japanese characters")
    drawn = pixels_of("あ", tmp_path)
    assert (drawn != pixels_of("い", tmp_path)).any()
    assert not fonts._font_with("あ").startswith("Last Resort")


def test_a_font_is_found_by_its_characters():
    assert fonts._font_with("A") is not None
    assert fonts._font_with("\U0010ffff") is None
