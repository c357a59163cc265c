"""What notebooks show of an object: escaped, small, with nothing that a theme could hide."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from inkcluster.cluster import Clustering
from inkcluster.figures import Centres, Gallery, GalleryRow
from inkcluster.images import ImageSet

HOSTILE = ("<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "\u202e" + "x" * 10_000)
OURS = {"div", "p", "b", "bdi", "img", "figure", "figcaption", "a"}


class Seen(HTMLParser):
    """The tags, the attributes and the text of a piece of HTML."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.attributes, self.words = set(), [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


@pytest.fixture
def check():
    """Check the HTML of an object; what is seen of it."""

    def _check(shown):
        text = shown._repr_html_()
        assert len(text) < 200_000
        seen = Seen(text)
        assert not seen.open
        assert seen.tags <= OURS
        for name, value in seen.attributes:
            assert name in {"style", "src", "alt", "href"}
            assert name != "src" or value.startswith("data:image/png;base64,")
            assert name != "style" or not re.search(r"(?<![-\w])color", value)
        assert all(alt for name, alt in seen.attributes if name == "alt")
        return seen

    return _check


@pytest.fixture
def many():
    """300 noisy images of 60 × 40 with hostile labels, names and a hostile name of the set."""
    pixels = np.random.default_rng(0).integers(0, 17, (300, 60, 40)).astype(np.uint8)
    labels = np.array([*HOSTILE, *map(str, range(20))])[np.arange(300) % 23]
    return ImageSet(pixels, labels, HOSTILE[0], names=labels)


def test_images_are_a_contact_sheet(check, many, digits):
    seen = check(many)
    assert "300 images, 60 × 40" in seen.words
    assert HOSTILE[0] in seen.words
    assert "… and 11 more labels" in seen.words
    assert len([name for name, _ in seen.attributes if name == "src"]) == 12
    assert len([name for name, _ in check(digits).attributes if name == "src"]) == 10
    alone = check(ImageSet(many.pixels[:1] * 0))
    assert "no labels" in alone.words


def test_a_clustering_shows_centres_and_sizes(check):
    labels = np.arange(100, dtype=np.int32) % 31 - 1
    centres = np.random.default_rng(0).normal(size=(30, 8, 8))
    seen = check(Clustering(labels, HOSTILE[1], centres=centres))
    assert "30 clusters of 100 points, 4 % noise" in seen.words
    assert seen.words.count("group ") == 24
    assert "… and 6 more" in seen.words
    assert "img" not in check(Clustering(labels, "k-means")).tags
    assert "no clusters" in check(Clustering(np.full(3, -1, np.int32), "DBSCAN")).words


def test_a_figure_is_its_picture(check):
    noise = np.random.default_rng(0).integers(0, 256, (60, 48, 48)).astype(np.uint8)
    rows = [GalleryRow(str(i), list(range(12 * i, 12 * i + 12))) for i in range(5)]
    for figure in (
        Centres("a", HOSTILE[0], HOSTILE[1], noise[:3], [3, 2, 1]),
        Gallery("b", "Many", HOSTILE[2], noise, rows),
    ):
        seen = check(figure)
        assert figure.title in seen.words
