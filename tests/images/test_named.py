"""Named sets: embedded, found, fetched from a server here, verified, and kept."""

import functools
import gzip
import hashlib
import http.server
import re
import threading
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits

from inkcluster.errors import BadInputError
from inkcluster.images import NAMED, describe, load, named, save


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No data folder, an empty cache, and sources that nobody serves."""
    monkeypatch.delenv("INKCLUSTER_DATA", raising=False)
    monkeypatch.setenv("INKCLUSTER_CACHE", str(tmp_path / "cache"))
    for name, entry in named.CATALOGUE.items():
        monkeypatch.setitem(named.CATALOGUE, name, replace(entry, mirrors=("http://127.0.0.1:9/",)))


@pytest.fixture
def server(tmp_path):
    """A folder that is served, its address, and the paths that were asked for."""
    folder = tmp_path / "served"
    folder.mkdir()
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            asked.append(self.path)

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{listening.server_port}/", asked
        listening.shutdown()
        thread.join()


@pytest.fixture
def served(server, small, monkeypatch):
    """A catalogue entry whose four files the server has."""
    folder, address, asked = server
    save(small.take(np.arange(20)), folder / "train-images-idx3-ubyte.gz")
    save(small.take(np.arange(20, 30)), folder / "t10k-images-idx3-ubyte.gz")
    hashes = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}
    entry = named.Entry("small", ("http://127.0.0.1:9/", address), hashes, ("small", "small.npz"))
    monkeypatch.setitem(named.CATALOGUE, "mnist", entry)
    return folder, asked


def test_digits_are_embedded():
    images, bunch = load("digits"), load_digits()
    np.testing.assert_array_equal(images.pixels, bunch.images)
    np.testing.assert_array_equal(images.labels, bunch.target)
    assert images.pixels.dtype == np.uint8
    assert images.pixels.max() == 16
    assert describe(images) == "1,797 images, 8 × 8, labels 0–9, light on dark"


def test_the_catalogue_is_complete():
    assert NAMED == ("digits", "mnist", "fashion-mnist")
    seen = set()
    for entry in named.CATALOGUE.values():
        assert {"train", "t10k"} == {name.split("-")[0] for name in entry.sha256}
        assert len(entry.sha256) == 4
        assert all(re.fullmatch("[0-9a-f]{64}", h) for h in entry.sha256.values())
        seen.update(entry.sha256.values())
    assert len(seen) == 8


def test_fetched_once_from_the_first_source_that_answers(served, small):
    _, asked = served
    read = load("mnist")
    assert read.name == "mnist"
    np.testing.assert_array_equal(read.pixels, small.pixels)
    np.testing.assert_array_equal(read.labels, small.labels)
    assert len(asked) == 4
    np.testing.assert_array_equal(load("mnist").pixels, small.pixels)
    assert len(asked) == 4


def test_a_file_that_does_not_match_its_hash_is_not_kept(served, tmp_path):
    folder, _ = served
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"another"))
    with pytest.raises(
        BadInputError, match="mnist could not be fetched: none of 2 servers gave t10k-lab"
    ):
        load("mnist")
    assert not (tmp_path / "cache" / "mnist" / "t10k-labels-idx1-ubyte.gz").exists()


def test_a_damaged_cache_is_fetched_again(served, small, tmp_path):
    load("mnist")
    (tmp_path / "cache" / "mnist" / "train-images-idx3-ubyte.gz").write_bytes(b"damaged")
    np.testing.assert_array_equal(load("mnist").pixels, small.pixels)


def test_without_a_network_it_says_what_to_do():
    with pytest.raises(BadInputError) as said:
        load("fashion-mnist")
    assert "could not be fetched" in str(said.value)
    assert "$INKCLUSTER_DATA" in str(said.value)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize(
    "place", ["mnist/train-images-idx3-ubyte", "MNIST/raw/train-images-idx3-ubyte.gz", "mnist.npz"]
)
def test_found_in_the_data_folder(place, small, tmp_path, monkeypatch):
    path = tmp_path / "data" / place
    path.parent.mkdir(parents=True)
    save(small, path)
    monkeypatch.setenv("INKCLUSTER_DATA", str(tmp_path / "data"))
    read = load("mnist")
    assert read.name == "mnist"
    assert str(tmp_path / "data") in read.source
    np.testing.assert_array_equal(read.labels, small.labels)


def test_mnist_original_is_found_in_the_data_folder(writers, small, tmp_path, monkeypatch):
    writers["mat v5"](tmp_path).rename(tmp_path / "mnist-original.mat")
    monkeypatch.setenv("INKCLUSTER_DATA", str(tmp_path))
    np.testing.assert_array_equal(load("mnist").pixels, small.pixels)
