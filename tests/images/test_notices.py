"""What a reader or the inspection remarks becomes a finding: at most 25 words and three numbers."""

import re

import numpy as np
import pandas as pd
import pytest
import scipy.io
from PIL import Image

from inkcluster.images import ImageSet, inspect, load, save

MAX_WORDS = 25
MAX_NUMBERS = 3


def assert_short(sentence):
    words = [word for word in sentence.split() if any(c.isalnum() for c in word)]
    numbers = re.findall(r"\d[\d,.]*", sentence)
    assert len(words) <= MAX_WORDS, sentence
    assert len(numbers) <= MAX_NUMBERS, sentence
    assert sentence.endswith(".")


def odd_pictures(folder, small):
    """Broken pictures, one in colour, one of another size, and a file that is no picture."""
    for i, picture in enumerate(small.pixels[:4]):
        Image.fromarray(picture).save(folder / f"{'abcd'[i]}.png")
    Image.fromarray(np.dstack([small.pixels[4]] * 2 + [small.pixels[5]])).save(folder / "e.png")
    Image.fromarray(np.zeros((9, 12), np.uint8)).save(folder / "f.png")
    for name in "ghijk":
        (folder / f"{name}.png").write_bytes(b"broken")
    (folder / "notes.txt").write_text("no picture")
    (folder / "more.txt").write_text("no picture")
    return folder, 4


def one_broken_picture(folder, small):
    Image.fromarray(small.pixels[0]).save(folder / "a.png")
    (folder / "b.png").write_bytes(b"broken")
    return folder, 1


def joined_parts(folder, small):
    parts = {
        "train": slice(0, 15),
        "val": slice(15, 20),
        "valid": slice(20, 25),
        "test": slice(25, 30),
    }
    arrays = {f"x_{part}": small.pixels[own] for part, own in parts.items()}
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz", 1


def joined_files(folder, small):
    unlabelled = ImageSet(small.pixels)
    for name in ("train", "t10k", "other"):
        save(unlabelled, folder / f"{name}-images-idx3-ubyte")
    return folder, 2


def arrays_not_used(folder, small):
    unused = {name: np.zeros((2, 2)) for name in ("first", "second", "third", "fourth", "fifth")}
    scipy.io.savemat(folder / "a.mat", {"pixels": small.flat(), **unused})
    return folder / "a.mat", 1


def guessed_columns(folder, small):
    table = pd.DataFrame(small.flat()).rename(columns="p{}".format)
    table.insert(0, "what", small.labels)
    table.insert(0, "Index", 0)
    table.insert(0, "id", 0)
    table.to_csv(folder / "a.csv")
    return folder / "a.csv", 2


def deep(folder, small):
    np.save(folder / "a.npy", small.pixels.astype(np.uint16) * 16)
    return folder / "a.npy", 1


def flags(folder, small):
    np.save(folder / "a.npy", small.pixels > 99)
    return folder / "a.npy", 1


def fractions(folder, small):
    np.save(folder / "a.npy", small.pixels / 255)
    return folder / "a.npy", 1


def halves(folder, small):
    np.save(folder / "a.npy", small.pixels / 2)
    return folder / "a.npy", 1


def deep_colour(folder, small):
    np.save(folder / "a.npy", np.stack([small.pixels.astype(np.uint16) * 250] * 3, axis=3))
    return folder / "a.npy", 2


@pytest.mark.parametrize(
    "make",
    [
        odd_pictures, one_broken_picture, joined_parts, joined_files, arrays_not_used,
        guessed_columns, deep, flags, fractions, halves, deep_colour,
    ],
    ids=lambda make: make.__name__,
)  # fmt: skip
def test_readers(make, small, tmp_path):
    source, count = make(tmp_path, small)
    notices = load(source).notices
    assert len(notices) == count, notices
    for sentence in notices:
        assert_short(sentence)


def test_inspection(digits):
    odd = np.ascontiguousarray(digits.pixels.transpose(0, 2, 1))
    odd[:4] = 16 - odd[:4]
    odd[10:12] = 3
    notices = inspect(ImageSet(odd))
    assert [n.code for n in notices] == ["transposed", "polarity", "constant", "duplicates"]
    for notice in notices:
        assert_short(notice.sentence)
