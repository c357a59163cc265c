import pytest

from inkcluster.report.inline import inline_svg, is_only_drawing

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
        "<style>@import 'http://example.org/x.css';</style>",
        '<h:img xmlns:h="http://www.w3.org/1999/xhtml" src="x"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        "<unclosed>",
    ],
)
def test_what_is_more_than_drawing_is_refused(inside):
    assert not is_only_drawing(SVG.format("", inside))


@pytest.mark.parametrize(
    "inside",
    [
        '<g id="a" style="fill: #1c2027"><text>&lt;script&gt;</text></g>',
        '<defs><clipPath id="c"><rect/></clipPath></defs><g clip-path="url(#c)"/>',
        '<use xlink:href="#a"/><image xlink:href="data:image/png;base64,iVBO Rw0=="/>',
        "<!-- a comment --><style>*{stroke-linejoin: round}</style>",
    ],
)
def test_drawing_is_let_in(inside):
    assert is_only_drawing(SVG.format("", inside))


def test_entities_are_refused():
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG.format("", "<text>&a;</text>")
    assert not is_only_drawing(bomb)


def test_every_figure_that_matplotlib_writes_is_drawing(maker):
    run = maker.run()
    paths = list(run.path.rglob("*.svg"))
    assert paths
    for path in paths:
        assert is_only_drawing(path.read_text())
        svg = inline_svg(path, "p7", 'A "label" <b>')
        assert 'aria-label="A &quot;label&quot; &lt;b&gt;"' in svg
        assert "<!--" not in svg


def test_a_missing_or_unreadable_picture_is_none(tmp_path):
    assert inline_svg(tmp_path / "none.svg", "p", "") is None
    (tmp_path / "bad.svg").write_bytes(b"\xff\xfe\x00")
    assert inline_svg(tmp_path / "bad.svg", "p", "") is None
