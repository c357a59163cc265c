"""Labels from a file of their own, for every kind of source."""

import gzip

import numpy as np
import pytest

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet, load, save

LABELS = np.arange(6) % 3


@pytest.fixture
def files(tmp_path):
    """The same labels in every kind of file."""
    np.save(tmp_path / "l.npy", LABELS)
    idx = b"\0\0\x08\x01" + (6).to_bytes(4, "big") + bytes(LABELS.tolist())
    (tmp_path / "l-idx1-ubyte").write_bytes(idx)
    (tmp_path / "l-idx1-ubyte.gz").write_bytes(gzip.compress(idx, mtime=0))
    (tmp_path / "l.txt").write_text("\n".join(map(str, LABELS)))
    (tmp_path / "l.csv").write_text("label\n" + "".join(f"{x}\n" for x in LABELS))
    return tmp_path


@pytest.fixture
def six(rng):
    return ImageSet(rng.integers(0, 255, (6, 4, 4)).astype(np.uint8))


@pytest.mark.parametrize("name", ["l.npy", "l-idx1-ubyte", "l-idx1-ubyte.gz", "l.txt", "l.csv"])
@pytest.mark.parametrize("kind", ["npz", "npy", "array", "set", "pictures", "idx"])
def test_each_file_labels_each_source(name, kind, files, six):
    from PIL import Image

    if kind == "array":
        source = six.pixels
    elif kind == "set":
        source = six
    elif kind == "pictures":
        source = files / "pictures"
        source.mkdir()
        for i, picture in enumerate(six.pixels):
            Image.fromarray(picture).save(source / f"{i}.png")
    elif kind == "npy":
        source = files / "six.npy"
        np.save(source, six.pixels)
    else:
        source = files / ("six.npz" if kind == "npz" else "six-images-idx3-ubyte")
        save(six, source)
    found = load(source, labels=str(files / name))
    np.testing.assert_array_equal(found.labels, LABELS)
    np.testing.assert_array_equal(found.pixels, six.pixels)


def test_words_stay_words(files, six):
    (files / "words.txt").write_text("one\ntwo\none\n<b>\nfour\nfive\n")
    assert load(six, labels=str(files / "words.txt")).labels.tolist()[3] == "<b>"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"1\n2\n", "6 images but 2 labels"),
        (b"1\n\n2\n3\n4\n5\n", "empty line"),
        (b"", "empty"),
        (b"\x00\x00\x00", "not a list of labels"),
        (b"\xff\xfe\xfa1\n", "not a list of labels"),
    ],
)
def test_what_is_no_list_of_labels_is_refused(content, says, tmp_path, six):
    (tmp_path / "l.txt").write_bytes(content)
    with pytest.raises(BadInputError, match=says):
        load(six, labels=str(tmp_path / "l.txt"))


def test_a_name_that_means_nothing_is_refused(six, tmp_path):
    for source in ("digits", six, six.pixels):
        with pytest.raises(BadInputError, match="no column 'klass', and there is no file"):
            load(source, labels="klass")
    with pytest.raises(BadInputError, match="does not exist"):
        load(six, labels=tmp_path / "none.txt")
