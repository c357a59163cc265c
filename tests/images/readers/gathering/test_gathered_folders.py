"""A folder gathered into one file is what reading it into memory gives; what was gathered is kept."""

import errno
import io
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.images.readers.gathering.outcomes import Stop, assert_same, outcome

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.readers.found import Gathering
from inkcluster.images.readers.gathering import folder as folder_source
from inkcluster.images.readers.gathering import gather, journal, pictures, surveying
from inkcluster.images.readers.pictures import items

KINDS = ("grey", "deep", "fraction", "colour", "clear", "pages", "broken", "text", "large")


def content(kind, rng, side):
    """The bytes of a file, and its ending."""
    out = io.BytesIO()
    h, w = side
    if kind == "broken":
        return b"\x89PNG\r\n\x1a\nnothing", ".png"
    if kind == "text":
        return b"a note", ".txt"
    if kind == "large":
        h, w = 120, 110
    shape = {"colour": (h, w, 3), "clear": (h, w, 2)}.get(kind, (h, w))
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    if kind == "deep":
        pixels = rng.integers(0, 4000, shape, dtype=np.uint16)
    if kind == "fraction":
        pixels = rng.random(shape, dtype=np.float32)
    image = Image.fromarray(pixels)
    if kind == "pages":
        more = [Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)) for _ in range(2)]
        image.save(out, "TIFF", save_all=True, append_images=more)
    else:
        image.save(out, "TIFF" if kind == "fraction" else "PNG")
    return out.getvalue(), ".tif" if kind in ("pages", "fraction") else ".png"


def filled(folder, kinds, seed=0, sides=((8, 8),), classes=3):
    rng = np.random.default_rng(seed)
    for i, kind in enumerate(kinds):
        inner = folder / f"digit_{i % classes}" if classes else folder
        inner.mkdir(parents=True, exist_ok=True)
        held, ending = content(kind, rng, sides[i % len(sides)])
        (inner / f"{i:03}{ending}").write_bytes(held)
    return folder


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=9),
    sides=st.sampled_from([((8, 8),), ((8, 8), (8, 8), (5, 9)), ((4, 6), (9, 3))]),
    classes=st.integers(0, 3),
    stray=st.booleans(),
    how=st.sampled_from([{}, {"shape": (7, 5)}, {"label_level": 1}, {"label_level": 0}]),
    batch=st.integers(1, 4),
)
def test_gathered_is_what_is_read(kinds, sides, classes, stray, how, batch, tmp_path_factory):
    folder = filled(tmp_path_factory.mktemp("data") / "set", kinds, 1, sides, classes)
    if stray:
        (folder / "stray.png").write_bytes(content("grey", np.random.default_rng(2), (8, 8))[0])
    place = folder.parent / "gathered"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surveying, "BATCH_FILES", batch)
        expected = outcome(folder, **how)
        assert_same(outcome(folder, gather=place, **how), expected)
        assert_same(outcome(folder, gather=place, **how), expected)  # what is there already
    if not isinstance(expected, str):
        assert {path.name for path in place.iterdir()} <= {
            "gathered.jsonl", "images.npy", "labels.npy", "names.npy", ".lock",
        }  # fmt: skip


MIXED = ("grey", "colour", "text", "deep", "pages", "broken", "grey", "clear")


@pytest.mark.parametrize(
    ("kinds", "stops"), [(MIXED, (2, 5, 5, 4, 6)), (("grey",) * 8, (2, 5, 5, 2))]
)
def test_what_is_cut_off_goes_on(kinds, stops, tmp_path, monkeypatch):
    monkeypatch.setattr(surveying, "BATCH_FILES", 3)
    folder = filled(tmp_path / "set", kinds)
    expected = load(folder)
    decoded = []
    real = items.sort_out
    monkeypatch.setattr(
        items, "sort_out", lambda item, *to: (decoded.append(item.name), real(item, *to))[1]
    )
    for after in stops:  # within batches and between them, then while the images are written
        with pytest.raises(KeyboardInterrupt):
            load(folder, gather=tmp_path / "g", progress=Stop(after))
        with (tmp_path / "g" / "gathered.jsonl").open("ab") as stream:
            stream.write(b'{"pict')  # a line that was being written
    assert_same(load(folder, gather=tmp_path / "g"), expected)
    assert decoded.count(decoded[0]) == 2  # in the first call and the second, then it counts
    n = len(decoded)
    assert_same(load(folder, gather=tmp_path / "g"), expected)
    assert len(decoded) == n


@pytest.mark.parametrize("kinds", [MIXED, ("grey",) * 8])
def test_a_crash_at_any_step_loses_nothing(kinds, tmp_path, monkeypatch):
    monkeypatch.setattr(surveying, "BATCH_FILES", 3)
    folder = filled(tmp_path / "set", kinds)
    expected = load(folder)
    for step in range(1, 40, 3):
        steps = iter(range(1, 100))

        def crash(given, *more, real, stop=step, steps=steps):
            if next(steps) == stop:
                raise RuntimeError("crash")
            return real(given, *more)

        with pytest.MonkeyPatch.context() as patch:
            for module, name in ((os, "fsync"), (pictures, "finish"), (gather, "_facts_of")):
                real = getattr(module, name)
                patch.setattr(module, name, lambda *a, real=real: crash(*a, real=real))
            try:
                load(folder, gather=tmp_path / f"g{step}")
            except RuntimeError:
                pass
            else:
                break
        assert_same(load(folder, gather=tmp_path / f"g{step}"), expected)
    assert step > 9


def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(surveying, "BATCH_FILES", 2)
    folder = filled(tmp_path / "set", MIXED)
    expected, synced = load(folder), journal.Growing.synced
    calls = iter(range(100))

    def full(file):
        if next(calls) > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return synced(file)

    with monkeypatch.context() as patch:
        patch.setattr(journal.Growing, "synced", full)
        with pytest.raises(
            BadInputError, match=r"no room left .* is kept: make room and run the same"
        ):
            load(folder, gather=tmp_path / "g")
    kept = (tmp_path / "g" / "gathered.jsonl").read_bytes().count(b'"files"')
    assert kept == 2
    read = []
    real = items.sort_out
    monkeypatch.setattr(items, "sort_out", lambda *one: (read.append(1), real(*one))[1])
    assert_same(load(folder, gather=tmp_path / "g"), expected)
    assert len(read) == len(MIXED) - 2 * kept


@pytest.mark.parametrize("damage", ["images", "shorter", "facts", "names"])
def test_damage_is_found(damage, tmp_path, monkeypatch):
    folder, place = filled(tmp_path / "set", MIXED), tmp_path / "g"
    expected = load(folder)
    if damage == "facts":  # cut off in the middle, then spoilt
        monkeypatch.setattr(surveying, "BATCH_FILES", 3)
        with pytest.raises(KeyboardInterrupt):
            load(folder, gather=place, progress=Stop(6))
        spoilt = place / "facts.part"
    else:
        load(folder, gather=place)
        spoilt = place / ("names.npy" if damage == "names" else "images.npy")
    held = bytearray(spoilt.read_bytes())
    held[-1] ^= 1
    spoilt.write_bytes(held[:-1] if damage in ("shorter", "names") else held)
    assert_same(load(folder, gather=place), expected)


def test_other_pictures_or_options_are_gathered_anew(tmp_path):
    folder, place = filled(tmp_path / "set", ["grey"] * 4), tmp_path / "g"
    load(folder, gather=place)
    (folder / "digit_1" / "new.png").write_bytes(
        content("colour", np.random.default_rng(3), (9, 9))[0]
    )
    assert_same(load(folder, gather=place), load(folder))
    for how in ({"shape": (5, 5)}, {"label_level": 0}, {"labels": list("abcde")}):
        assert_same(load(folder, gather=place, **how), load(folder, **how))
    os.utime(folder / "digit_1" / "new.png", ns=(1, 1))
    before = (place / "gathered.jsonl").read_bytes()
    load(folder, gather=place)
    assert (place / "gathered.jsonl").read_bytes() != before


def test_it_is_mapped_and_left_out_of_the_folder_it_lies_in(tmp_path):
    folder = filled(tmp_path / "set", ["grey"] * 4)
    expected = load(folder)
    found = load(folder, gather=folder / "g")
    assert isinstance(found.pixels, np.memmap)
    assert_same(load(folder), expected)
    assert_same(load(folder, gather=folder / "g"), expected)
    with pytest.raises(BadInputError, match=r"holds gathered images; give .*images\.npy"):
        load(folder / "g")


def test_places_that_cannot_be_used(tmp_path):
    folder, place = filled(tmp_path / "set", ["grey"] * 2), tmp_path / "g"
    place.mkdir()
    (place / "mine.txt").write_text("mine")
    with pytest.raises(BadInputError, match=r"not empty and holds no gathered .*'mine.txt'"):
        load(folder, gather=place)
    assert (place / "mine.txt").read_text() == "mine"
    with pytest.raises(BadInputError, match=r"cannot be gathered in .*give another folder"):
        load(folder, gather=place / "mine.txt")
    with pytest.raises(BadInputError, match="name of the folder to gather images in is empty"):
        load(folder, gather="")
    with (
        journal.held(tmp_path / "busy", "here"),
        pytest.raises(BadInputError, match="Another process gathers images"),
    ):
        load(folder, gather=tmp_path / "busy")


def test_only_what_takes_much_is_gathered(tmp_path):
    folder, asked = filled(tmp_path / "set", ["grey"] * 4), []

    def place(name):
        asked.append(name)
        return tmp_path / "g"

    load(folder, gather=Gathering(place, 4 * (2 * 64 + pictures.OBJECT_BYTES)))
    assert not asked
    found = load(folder, gather=Gathering(place, 4 * (2 * 64 + pictures.OBJECT_BYTES) - 1))
    assert asked == ["set"]
    assert_same(found, load(folder))


def test_pictures_that_hold_more_than_they_seemed_are_gathered(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "inkcluster.images.readers.pictures.folder.estimated_bytes", lambda items: 0
    )
    folder = filled(tmp_path / "set", ["grey"] * 4)
    found = load(folder, gather=Gathering(lambda name: tmp_path / "g", 100))
    assert isinstance(found.pixels, np.memmap)


def test_too_many_without_a_place_are_refused(tmp_path, monkeypatch):
    folder = filled(tmp_path / "set", ["grey"] * 4)
    monkeypatch.setattr("inkcluster.images.readers.pictures.folder.MAX_MEMBERS", 3)
    with pytest.raises(BadInputError, match=r"more than 3 files.*--gather FOLDER"):
        load(folder)
    monkeypatch.undo()
    monkeypatch.setattr("inkcluster.images.readers.pictures.folder.MAX_UNPACKED_BYTES", 99)
    with pytest.raises(BadInputError, match=r"hold more than 99 bytes of pixels.*--gather FOLDER"):
        load(folder)


def test_a_picture_that_changes_meanwhile_is_said(tmp_path, monkeypatch):
    folder = filled(tmp_path / "set", ["deep"] * 4)
    real = folder_source.surveyed

    def change(*given):
        found = real(*given)
        held, _ = content("grey", np.random.default_rng(3), (9, 9))
        (folder / "digit_0" / "000.png").write_bytes(held)
        return found

    monkeypatch.setattr(folder_source, "surveyed", change)
    with pytest.raises(BadInputError, match=r"digit_0/000\.png changed while the pictures were"):
        load(folder, gather=tmp_path / "g")
