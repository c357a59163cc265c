import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from tests.report.conftest import SAYS, Maker

from inkcluster import report
from inkcluster.images import ImageSet
from inkcluster.report.page import html
from inkcluster.report.payload import main_classes
from inkcluster.study.answer import Level
from inkcluster.study.overview.groups import find as groups_of

VOID = {
    "meta",
    "img",
    "br",
    "link",
    "input",
    "hr",
    "path",
    "use",
    "rect",
    "circle",
    "image",
    "line",
}
TAGS = (
    "html head meta title style body a header p svg circle button h1 h2 h3 h4 div img nav ol ul li b "
    "bdi span main section article figure figcaption table thead tbody tr th td details summary small "
    "dl dt dd code footer script g path defs clippath rect use image text tspan "
    "canvas polygon label select option input"
)
ALLOWED = set(TAGS.split())


class Reader(HTMLParser):
    """Collects what a browser would make of the page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.ids, self.attributes, self.words, self.open = [], [], [], [], []
        self.scripts = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.attributes += [(tag, *pair) for pair in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.attributes += [(tag, *pair) for pair in attrs]
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        (self.scripts if self.open and self.open[-1] == "script" else self.words).append(data)


@pytest.fixture(scope="module", params=["run", "grouped"])
def page(tmp_path_factory, request):
    maker = Maker(tmp_path_factory.mktemp("page"))
    return Reader(html(getattr(maker, request.param)()))


def test_hostile_words_stay_words(page, hostile):
    text = " ".join(page.words)
    for word in hostile:
        assert word in text
    assert {tag for tag, _ in page.tags} <= ALLOWED
    assert not [a for a in page.attributes if a[1].startswith("on")]
    assert "1337" not in text
    assert page.open == []


def test_no_link_leaves_the_page(page):
    for tag, name, value in page.attributes:
        if name in ("href", "src", "xlink:href"):
            assert value.startswith(("#", "data:")), (tag, name, value)
            if tag == "img":
                assert value.startswith("data:image/png;base64,")
    inner = {
        value[1:] for tag, name, value in page.attributes if name == "href" and value[0] == "#"
    }
    assert inner <= set(page.ids)


def test_policy_allows_one_script_by_its_hash(page):
    policies = [a["content"] for t, a in page.tags if a.get("http-equiv")]
    assert len(policies) == 1
    (script,) = (text for text in page.scripts if text.startswith('"use strict"'))
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policies[0]
    assert policies[0].startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")


def test_ids_are_unique_with_two_figures_of_one_kind(page):
    assert len(page.ids) == len(set(page.ids))


def test_same_run_same_bytes(maker):
    run = maker.run()
    first = report.write(run).read_bytes()
    assert report.write(type(run).open(run.path)).read_bytes() == first


def test_headings_are_in_order(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_first_screen_has_what_asks_for_action_and_no_codes(make_report):
    text = make_report()
    top = text[text.index('id="answer"') : text.index('id="questions"')]
    assert re.findall(r'<li class="(\w+)"><p>', top) == ["warning", "warning", "notice"]
    assert 'href="#q-centres"' in top
    assert 'href="#q-dbscan"' in top
    assert 'class="code"' not in top


def test_every_finding_stands_in_its_question_worst_first(make_report):
    text = make_report()
    own = text[text.index('id="q-centres"') : text.index('id="figure-centres-bars"')]
    assert re.findall(r'class="finding (\w+)"', own) == [str(level) for level in Level]
    assert re.findall(r'class="finding (\w+)"', text[text.index('id="data"') :]) == ["notice"]


def test_the_first_screen_opens_on_the_answer(maker):
    text = html(maker.grouped())
    top = text[text.index('id="answer"') : text.index('id="questions"')]
    headline, deck = SAYS.split(". ")
    assert f'<h1 id="headline">{headline}.</h1>' in top
    assert f'<p class="deck">{deck}</p>' in top
    assert top.count('class="card"') == 10
    assert top.count('class="tile"') == 10
    assert re.findall('id="(wall-[a-z]+)"', top) == ["wall-doubtful", "wall-outliers"]
    assert 'id="methods"' in top


def test_each_state_of_a_question_is_said(make_report):
    text = make_report()
    for key, state in {"centres": "answered", "shape": "answered", "dbscan": "failed"}.items():
        assert f'id="q-{key}" class="part question {state}"' in text
    assert "This could not be answered" in text
    assert text.count('class="part question unasked"') == 4
    assert "add --only compare to ask it" in text


def test_a_page_written_meanwhile_says_what_is_still_being_computed(make_report):
    text = make_report(state="running")
    assert text.count('class="part question computing"') == 1
    assert "1 question was still being computed when this page was written" in text
    assert 'class="part question computing"' not in make_report("stopped", state="stopped")


def test_where_the_settings_come_from(make_report):
    text = make_report()
    row = text[text.index('<tr class="given">') :]
    row = row[: row.index("</tr>")]
    assert ">k<" in row
    assert "<td>10</td>" in row
    assert "given on the command line &lt;img" in row
    assert "8, 8.5" in text


@pytest.mark.parametrize("state", ["interrupted", "stopped", "running"])
def test_a_run_that_is_not_done_says_so(make_report, state):
    assert 'class="banner"' in make_report(state=state)
    assert 'class="banner"' not in make_report("other")


def test_a_full_disk_leaves_the_earlier_report(maker, monkeypatch):
    run = maker.run()
    before = report.write(run).read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        report.write(run)
    monkeypatch.undo()
    assert (run.path / "report.html").read_bytes() == before
    assert not list(run.path.glob(".part-*"))


def test_the_download_is_the_data(make_report, maker):
    from base64 import b64decode

    text = make_report()
    found = re.search(r'download="centres-bars.csv" href="data:text/csv;base64,([^"]+)"', text)
    lines = b64decode(found[1]).decode().splitlines()
    assert lines[0] == "word,height"
    assert len(lines) == 9


def test_a_picture_that_is_no_drawing_is_not_let_in(maker, monkeypatch):
    from inkcluster.report import exhibits

    monkeypatch.setattr(exhibits, "inline_svg", lambda *_: None)
    text = report.write(maker.run()).read_text()
    assert '<img src="data:image/png;base64,' in text[text.index('id="figure-centres-bars"') :]


def test_names_in_captions_are_code_and_nothing_else_is_markup():
    from inkcluster.report.wording import marked

    said = marked("`a<b>` & <i>`c`</i> `")
    assert str(said) == ("<code>a&lt;b&gt;</code> &amp; &lt;i&gt;<code>c</code>&lt;/i&gt; `")


def test_no_label_is_odd_where_a_group_has_no_main_one():
    pixels = np.zeros((40, 4, 4), np.uint8)
    pixels[20:] = 200
    labels = np.array(["a"] * 10 + ["b"] * 10 + ["c"] * 19 + ["a"])
    groups = np.repeat([0, 1], 20).astype(np.int32)
    found = groups_of(ImageSet(pixels, labels), groups, {})
    assert found["suspects"].tolist() == [39]
    assert main_classes(
        groups, np.searchsorted(["a", "b", "c"], labels).astype(np.int32), 2, 3
    ) == [-1, 2]
