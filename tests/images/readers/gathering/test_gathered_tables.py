"""Parquet and Arrow files gathered into one file are what reading them into memory gives."""

import contextlib
import errno
import io
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.images.readers.gathering.outcomes import Stop, assert_same, outcome

from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.images.hash import data_hash
from inkcluster.images.readers.found import Asked, Gathering
from inkcluster.images.readers.gathering import arrays, journal, surveying
from inkcluster.images.readers.gathering.pieces import PicturePieces
from inkcluster.images.readers.gathering.table import TableSource
from inkcluster.images.readers.tables import looking, opening

N = 24
PICTURES = ("grey", "colour", "deep", "pages", "broken", "other size")
FORMS = ("pictures", "bare pictures", "raw", "lists", "nested", "colour", "wide", "texts")
LABELS = ("none", "numbers", "texts", "classes", "unknown", "one-hot", "missing", "given")


def picture(kind, rng):
    out = io.BytesIO()
    shape = {"colour": (6, 6, 3), "other size": (4, 7)}.get(kind, (6, 6))
    high, dtype = (4000, np.uint16) if kind == "deep" else (256, np.uint8)
    images = [Image.fromarray(rng.integers(0, high, shape, dtype=dtype)) for _ in range(2)]
    if kind == "pages":
        images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    else:
        images[0].save(out, "PNG")
    return out.getvalue()[: 40 if kind == "broken" else None]


def columns_of(form, rng, kinds, values):
    """The columns that hold the images."""
    if form in ("pictures", "bare pictures"):
        content = [picture(kinds[i % len(kinds)], rng) for i in range(N)]
        if form == "bare pictures":
            return {"image": pa.array(content, pa.binary())}
        return {"image": [{"bytes": one, "path": f"in/{i}.png"} for i, one in enumerate(content)]}
    slope = rng.integers(0, 9, (N, 1)) + np.arange(36) % 6 * 20
    numbers = {
        "bytes": slope.astype(np.uint8),
        "late": np.where(np.arange(N)[:, None] < N // 2, 0, slope / 255.0),
        "fractions": slope + 0.25,
        "deep": (slope * 9).astype(np.uint16),
        "outside": slope - 3.0,
        "nan": np.where((np.arange(N) == N - 1)[:, None], np.nan, slope / 255.0),
    }[values]
    if form == "raw":
        return {"image": pa.array([row.tobytes() for row in slope.astype(np.uint8)], pa.binary())}
    if form == "wide":
        return {f"pixel{i}": numbers[:, i] for i in range(36)}
    if form == "texts":
        return {"pixels": [" ".join(map(str, row)) for row in numbers.tolist()]}
    if form == "nested":
        return {"image": numbers.reshape(N, 6, 6).tolist()}
    if form == "colour":
        return {"image": np.repeat(np.tile(numbers, (1, 2))[:, :64], 3, axis=1).tolist()}
    return {"image": numbers.tolist()}


def table_of(form, labels, named, kinds, values, seed=0):
    rng = np.random.default_rng(seed)
    columns = columns_of(form, rng, kinds, values)
    which = np.arange(N) % 3
    if labels == "one-hot" and form == "wide":
        columns |= {f"class_{i}": (which == i).astype(int) for i in range(3)}
    elif labels not in ("none", "given"):
        columns["label"] = {
            "texts": [f"digit {i}" for i in which],
            "one-hot": np.eye(3, dtype=int)[which].tolist(),
            "missing": [None, *which[1:].tolist()],
            "unknown": [-1] * N,
        }.get(labels, which.tolist())
    if named:
        columns["file_name"] = [f"scan {i}" for i in range(N)]
    table = pa.table(columns)
    if labels in ("classes", "unknown"):
        about = {"info": {"features": {"label": {"names": ["zero", "one", "two"]}}}}
        table = table.replace_schema_metadata({"huggingface": json.dumps(about)})
    return table


def written(place, table, files=1, group=5, form="parquet"):
    """The table in one file, or in a folder of several."""
    ends = np.linspace(0, len(table), files + 1).astype(int)
    place.mkdir(exist_ok=True)
    for i, (start, stop) in enumerate(itertools.pairwise(ends)):
        part = table.slice(start, stop - start)
        path = place / f"train-{i:05}-of-{files:05}.{form}"
        if form == "parquet":
            pq.write_table(part, path, row_group_size=group)
        else:
            with pa.OSFile(str(path), "wb") as out, pa.ipc.new_file(out, part.schema) as writer:
                writer.write_table(part, max_chunksize=group)
    return place if files > 1 else path


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    form=st.sampled_from(FORMS),
    labels=st.sampled_from(LABELS),
    named=st.booleans(),
    kinds=st.lists(st.sampled_from(PICTURES), min_size=1, max_size=4),
    values=st.sampled_from(["bytes", "late", "fractions", "deep", "outside", "nan"]),
    files=st.integers(1, 3),
    group=st.integers(1, N),
    kind=st.sampled_from(["parquet", "parquet", "arrow"]),
    batch=st.integers(1, 9),
    stops=st.lists(st.integers(1, 12), max_size=2),
    shape=st.sampled_from([None, None, (4, 9)]),
)
def test_gathered_is_what_is_read(
    form, labels, named, kinds, values, files, group, kind, batch, stops, shape, tmp_path_factory
):
    table = table_of(form, labels, named, kinds, values)
    folder = tmp_path_factory.mktemp("data")
    source = written(folder / "set", table, files, group, kind)
    how = {"shape": shape}
    if labels == "given":
        how["labels"] = [f"label {i % 5}" for i in range(N)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surveying, "BATCH_FILES", batch)
        patch.setattr(looking, "MAX_BATCH_ROWS", batch)
        patch.setattr(arrays, "SYNC_BYTES", 200)
        expected = outcome(source, **how)
        for after in stops:
            with contextlib.suppress(KeyboardInterrupt):
                outcome(source, gather=folder / "g", progress=Stop(after), **how)
        found = outcome(source, gather=folder / "g", **how)
        assert_same(found, expected)
        assert_same(outcome(source, gather=folder / "g", **how), expected)  # what is there already
    if not isinstance(expected, str):
        assert isinstance(found.pixels, np.memmap)
        assert data_hash(found) == data_hash(expected)
        assert {path.name for path in (folder / "g").iterdir()} <= {
            "gathered.jsonl", "images.npy", "labels.npy", "names.npy", ".lock",
        }  # fmt: skip


@pytest.mark.parametrize("form", ["pictures", "lists"])
def test_a_killed_process_loses_at_most_a_batch(form, tmp_path):
    """Killed, not interrupted: nothing that Python does at its end is done."""
    source = written(tmp_path / "set", table_of(form, "texts", False, ["grey", "deep"], "late"), 2)
    code = """
import os, signal, sys
from inkcluster.images import load
from inkcluster.images.readers.gathering import arrays, journal, surveying
from inkcluster.images.readers.tables import looking
surveying.BATCH_FILES = looking.MAX_BATCH_ROWS = 4
arrays.SYNC_BYTES = 1
add, lines = journal.Journal.add, []
def killed(self, **line):
    add(self, **line)
    lines.append(line)
    if len(lines) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
journal.Journal.add = killed
load(sys.argv[1], gather=sys.argv[2])
"""
    done = subprocess.run([sys.executable, "-c", code, source, tmp_path / "g"], check=False)
    assert done.returncode == -9
    lines = (tmp_path / "g" / "gathered.jsonl").read_text().splitlines()
    assert len(lines) == 1 + 3
    done = json.loads(lines[-1])
    begun = []
    with pytest.MonkeyPatch.context() as patch:
        note_starts(patch, begun)
        found = load(source, gather=tmp_path / "g")
    assert_same(found, load(source))
    assert begun[0] == (done["files"] if form == "pictures" else done["arrays"]["seen"]["n"]) > 8


def note_starts(patch, begun):
    """Note from which image on a table is decoded or converted."""
    decode, take = PicturePieces.decode, arrays._Seen.take
    patch.setattr(
        PicturePieces, "decode", lambda self, at, *to: (begun.append(at), decode(self, at, *to))[1]
    )
    patch.setattr(
        arrays._Seen, "take", lambda seen, *of: (begun.append(seen.n), take(seen, *of))[1]
    )


def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(looking, "MAX_BATCH_ROWS", 4)
    monkeypatch.setattr(arrays, "SYNC_BYTES", 1)
    source = written(tmp_path / "set", table_of("lists", "numbers", True, ["grey"], "bytes"))
    expected, synced, calls = load(source), journal.Growing.synced, itertools.count()

    def full(file):
        if next(calls) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return synced(file)

    with monkeypatch.context() as patch:
        patch.setattr(journal.Growing, "synced", full)
        with pytest.raises(
            BadInputError, match=r"no room left to gather the images of .*set/train"
        ):
            load(source, gather=tmp_path / "g")
    begun = []
    note_starts(monkeypatch, begun)
    assert_same(load(source, gather=tmp_path / "g"), expected)
    assert begun[0] == 4 + 1 + 4  # of row groups of five, four at a time


def test_other_files_or_options_are_gathered_anew(tmp_path):
    place = tmp_path / "g"
    source = written(tmp_path / "set", table_of("pictures", "numbers", True, ["grey"], "bytes"), 2)
    load(source, gather=place)
    (last,) = source.glob("train-00001*")
    pq.write_table(table_of("pictures", "numbers", True, ["colour"], "bytes", 1), last)
    assert_same(load(source, gather=place), load(source))
    for how in ({"shape": (5, 5)}, {"labels": "file_name"}, {"labels": np.arange(36)}):
        assert_same(load(source, gather=place, **how), load(source, **how))
    before = (place / "gathered.jsonl").read_bytes()
    load(source, gather=place, labels=np.arange(36))
    assert (place / "gathered.jsonl").read_bytes() == before


@pytest.mark.parametrize("form", ["pictures", "lists", "wide", "raw"])
def test_only_what_takes_much_is_gathered(form, tmp_path):
    source = written(tmp_path / "set", table_of(form, "numbers", False, ["grey"], "bytes"))
    asked = []

    def place(name):
        asked.append(name)
        return tmp_path / "g"

    with opening.opened_table(source) as table:
        takes = TableSource(table, str(source), Asked(), "").estimated_bytes()
    expected = load(source)
    assert_same(load(source, gather=Gathering(place, takes)), expected)
    assert not asked
    assert_same(load(source, gather=Gathering(place, takes - 1)), expected)
    assert asked == ["train-00000-of-00001"]


def test_pictures_that_hold_more_than_they_seemed_are_gathered(tmp_path, monkeypatch):
    monkeypatch.setattr(TableSource, "estimated_bytes", lambda self: 0)
    source = written(tmp_path / "set", table_of("pictures", "numbers", False, ["grey"], "bytes"))
    found = load(source, gather=Gathering(lambda name: tmp_path / "g", 100))
    assert isinstance(found.pixels, np.memmap)


def test_a_folder_is_called_by_its_own_name(tmp_path):
    """Also if there is only one file in it: a study looks for its images under that name."""
    names = []
    for files in (1, 2):
        folder = tmp_path / f"set {files}"
        written(folder, table_of("wide", "numbers", False, ["grey"], "bytes"), files)
        place = Gathering(lambda name: names.append(name) or tmp_path / f"g{len(names)}")
        assert load(folder, gather=place).name == names[-1] == f"set {files}"


def test_what_cannot_be_one_set_is_refused(tmp_path):
    table = table_of("lists", "numbers", True, ["grey"], "bytes")
    folder = written(tmp_path / "set", table, 3)
    _, second, _ = sorted(folder.iterdir())
    whole = second.read_bytes()
    how = {"gather": tmp_path / "g"}
    pq.write_table(table.drop(["file_name"]), second)
    refused = outcome(folder, **how)
    assert (
        refused
        == f"{second} has other columns than train-00000-of-00003.parquet beside it; give one file."
    )
    pictures = table_of("pictures", "numbers", True, ["grey"], "bytes")
    pq.write_table(pictures, second)
    refused = outcome(folder, **how)
    assert refused == outcome(folder)
    assert refused.startswith(f"{second} holds the images in another form than train-00000")
    second.write_bytes(whole[:-9])
    refused = outcome(folder, **how)
    assert refused == outcome(folder)
    assert refused.startswith(f"{second} cannot be read as a Parquet table: it is damaged")
    pq.write_table(table.set_column(0, "image", [[[1, 2, 3, 4]] * N]), second)
    refused = outcome(folder, **how)
    assert refused == outcome(folder)
    assert "holds lists of several sizes (36 and 4); give all images one size" in refused


def test_damage_that_is_met_on_the_way_is_said_and_what_was_read_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "SYNC_BYTES", 1)
    folder = written(tmp_path / "set", table_of("lists", "numbers", True, ["grey"], "bytes"), 3)
    *_, last = sorted(folder.iterdir())
    whole = last.read_bytes()
    last.write_bytes(whole[:4] + bytes(60) + whole[64:])
    state = last.stat()
    refused = outcome(folder, gather=tmp_path / "g")
    assert refused.startswith(f"{last} cannot be read as a Parquet table: it is damaged")
    last.write_bytes(whole)
    os.utime(last, ns=(state.st_atime_ns, state.st_mtime_ns))
    begun = []
    note_starts(monkeypatch, begun)
    assert_same(load(folder, gather=tmp_path / "g"), load(folder))
    assert begun[0] == 2 * N // 3


def test_what_is_too_large_for_memory_says_how_to_gather(tmp_path, monkeypatch):
    source = written(tmp_path / "set", table_of("lists", "none", False, ["grey"], "bytes"))
    monkeypatch.setattr(opening, "MAX_UNPACKED_BYTES", 99)
    with pytest.raises(BadInputError, match=r"at most 99 bytes are read into .*--gather FOLDER"):
        load(source)
    with pytest.raises(
        BadInputError, match=r"row group of .*; write it again in groups of at most"
    ):
        load(source, gather=tmp_path / "g")


PEAK = """
import resource, sys
import numpy as np, pandas, PIL.Image, pyarrow.parquet
from inkcluster.images import load
from inkcluster.images.readers.tables import arrow
def anonymous():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1000
import threading
before, most, stop = anonymous(), 0, threading.Event()
def watch():
    global most
    while not stop.wait(0.005):
        most = max(most, anonymous())
threading.Thread(target=watch).start()
found = load(sys.argv[1], gather=sys.argv[2])
stop.set()
print(len(found), most - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says what is anonymous")
def test_memory_stays_small(tmp_path):
    """Lists of 120 MB in row groups of 8 MB; in memory they take more than twice as much."""
    n, at_once = 150_000, 10_000
    values = np.arange(at_once * 784, dtype=np.uint32).astype(np.uint8)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(values), 784)
    table = pa.table({"image": lists, "label": np.arange(at_once) % 10})
    with pq.ParquetWriter(tmp_path / "a.parquet", table.schema) as out:
        for _ in range(n // at_once):
            out.write_table(table)
    done = subprocess.run(
        [sys.executable, "-c", PEAK, tmp_path / "a.parquet", tmp_path / "g"],
        capture_output=True,
        check=True,
    )
    read, megabytes = done.stdout.split()
    assert int(read) == n
    assert float(megabytes) < 115
