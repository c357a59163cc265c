import re

import pytest
from tests.hostile.runs import TRICKS, _wrong_page

from inkcluster.figures.drawing.svg import themed_svg
from inkcluster.report.inline import inline_svg

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {}>{}</svg>'
)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<foreignObject><p>x</p></foreignObject>",
        '<a href="javascript:alert(1)"><path d="M0 0"/></a>',
        '<use xlink:href="https://example.org/x.svg#a"/>',
        '<image href="http://example.org/x.png"/>',
        '<image xlink:href="data:image/svg+xml;base64,AAAA"/>',
        '<path onclick="alert(1)" d="M0 0"/>',
        '<path style="fill: url(http://example.org)" d="M0 0"/>',
        '<h:img xmlns:h="http://www.w3.org/1999/xhtml" src="x"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        "<unclosed>",
    ],
)
def test_what_is_more_than_drawing_is_refused(inside):
    with pytest.raises(ValueError, match=r"^(a|no) drawing"):
        themed_svg(SVG.format("", inside))


@pytest.mark.parametrize(
    "inside",
    [
        '<g id="a" style="fill: #1c2027"><text>&lt;script&gt;</text></g>',
        '<defs><clipPath id="c"><rect/></clipPath></defs><g clip-path="url(#c)"/>',
        '<use xlink:href="#a"/><image xlink:href="data:image/png;base64,iVBO Rw0=="/>',
        "<!-- a comment --><style>*{stroke-linejoin: round}</style>",
        "<style>@import 'http://example.org/x.css';</style>",
    ],
)
def test_drawing_is_let_in(inside):
    themed = themed_svg(SVG.format("", inside))
    assert themed.startswith("<svg ")
    assert not re.search("style>|import|comment", themed)


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick[:40])
def test_no_trick_passes(trick):
    for svg in (SVG.format("", trick), SVG.format("", f"<g><text>{trick}</text></g>")):
        page = inline_svg(svg.encode(), "p", "")
        assert page is None or not _wrong_page(page)


@pytest.mark.parametrize(
    "attribute",
    [
        'onload="alert(1)"',
        'class="part"',
        'style="fill: u\\72l(//example.org)"',
        'style="fill: url(//example.org)"',
        'style="behavior: x"',
        'clip-path="url(https://example.org/#a)"',
        'viewBox="0 0 1 1; x"',
        'xml:base="https://example.org"',
        'id="a b"',
    ],
)
def test_attributes_of_another_kind_are_refused(attribute):
    with pytest.raises(ValueError, match="a drawing with"):
        themed_svg(SVG.format(attribute, ""))


def test_depth_has_an_end():
    with pytest.raises(ValueError, match="a drawing with the element g"):
        themed_svg(SVG.format("", "<g>" * 200_000 + "</g>" * 200_000))


def test_entities_are_refused():
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG.format("", "<text>&a;</text>")
    assert inline_svg(bomb.encode(), "p", "") is None


def test_every_figure_that_matplotlib_writes_is_drawing(maker):
    run = maker.run()
    paths = list(run.path.rglob("*.svg"))
    assert paths
    for path in paths:
        svg = inline_svg(path.read_bytes(), "p7", 'A "label" <b>')
        assert 'aria-label="A &quot;label&quot; &lt;b&gt;"' in svg
        assert "<!--" not in svg


def test_an_unreadable_picture_is_none():
    assert inline_svg(b"", "p", "") is None
    assert inline_svg(b"\xff\xfe\x00", "p", "") is None
