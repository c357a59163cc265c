"""What a labelling gave, in every kind of file that an export writes."""

import gzip
import json
import shutil
import struct

import numpy as np
import pandas as pd
import pytest

from inkcluster.label import Labelling
from inkcluster.study import Run


@pytest.fixture
def labelled(told, tmp_path):
    """The run of 24 pictures; one group is named 7, one <b>/x</b>, the others by what is around them."""
    labelling = Labelling(Run.open(shutil.copytree(told, tmp_path / "run")), who="Ada")
    groups = sorted(labelling.state.groups, reverse=True)
    labelling.name(groups[0], "7")
    labelling.name(groups[-1], "<b>/x")
    labelling.undo()
    labelling.redo()
    yield labelling
    labelling.close()


def test_a_table_has_the_names_beside_the_groups(ink_here, labelled, tmp_path):
    told = labelled.run.path
    process = ink_here("export", told, "labels.parquet")  # while somebody works on it
    assert process.returncode == 0, process.stderr
    found, mine = pd.read_parquet(tmp_path / "labels.parquet"), labelled.frame()
    assert found.columns[:9].tolist() == [
        "image", "name", "label", "named", "confidence of the name", "decided by", "who", "when",
        "group that was named",
    ]  # fmt: skip
    assert found["named"].tolist() == mine["named"].tolist()
    assert set(found["who"]) == {"", "Ada"} or set(found["who"]) == {"Ada"}
    run = Run.open(told).frame()
    pd.testing.assert_frame_equal(found[run.columns], run)


def test_labels_as_mnist_has_them(ink_here, one_sentence, labelled, tmp_path):
    told = labelled.run.path
    process = ink_here("export", told, "labels-idx1-ubyte.gz")
    assert process.returncode == 0, process.stderr
    assert "24 labels; names are numbered in the order of the alphabet" in process.stdout
    content = gzip.decompress((tmp_path / "labels-idx1-ubyte.gz").read_bytes())
    assert struct.unpack(">II", content[:8]) == (0x801, 24)
    names = dict(
        line.split("\t")[::-1]
        for line in (tmp_path / "labels-idx1-ubyte.gz.txt").read_text().splitlines()
    )
    mine = [int(names[name or "(without a name)"]) for name in labelled.frame()["named"]]
    assert list(content[8:]) == mine
    labelled.change_name("<b>/x", text="3")
    process = ink_here("export", told, "digits-idx1-ubyte")
    assert "each name is its number" in process.stdout
    codes = np.frombuffer((tmp_path / "digits-idx1-ubyte").read_bytes()[8:], np.uint8)
    assert codes.tolist() == [int(name or 255) for name in labelled.frame()["named"]]
    (tmp_path / "digits-idx1-ubyte.txt").unlink()
    assert "digits-idx1-ubyte" in one_sentence(ink_here("export", told, "digits-idx1-ubyte"))


def test_the_log_is_a_line_for_each_action(ink_here, labelled, tmp_path):
    process = ink_here("export", labelled.run.path, "log.jsonl")
    assert process.returncode == 0, process.stderr
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, 7))
    assert [line["kind"] for line in lines] == [
        "add name",
        "name",
        "add name",
        "name",
        "undo",
        "redo",
    ]
    assert {line["who"] for line in lines} == {"Ada"}
    assert not any(line["undone"] for line in lines)


def test_what_no_export_wrote_is_not_replaced(labelled, tmp_path):
    """In this process: each ending again and again, over its own file, and over somebody's."""
    from functools import partial

    from inkcluster.cli.exporting import export_and_say
    from inkcluster.errors import BadInputError

    read = partial(lambda **_: None, source=None, options=[])
    beside = "a-idx1-ubyte.txt"
    for name, theirs in (
        ("a.jsonl", {"a.jsonl": '{"text": "mine"}\n'}),
        ("a.jsonl", {"a.jsonl": "mine"}),
        ("a-idx1-ubyte", {beside: "notes of mine\n"}),
        ("a-idx1-ubyte", {"a-idx1-ubyte": "labels", beside: "notes of mine\n"}),
        ("a-idx1-ubyte", {"a-idx1-ubyte": "labels"}),
    ):
        folder = tmp_path / "out"
        folder.mkdir()
        for _ in range(2):  # its own is replaced
            export_and_say(labelled.run.path, folder / name, by=None, read=read)
        for file in folder.iterdir():
            file.unlink()
        for file, text in theirs.items():
            (folder / file).write_text(text)
        with pytest.raises(BadInputError, match="was not written by this command"):
            export_and_say(labelled.run.path, folder / name, by=None, read=read)
        assert {file.name: file.read_text() for file in folder.iterdir()} == theirs
        shutil.rmtree(folder)


def test_images_in_a_folder_for_each_name(ink_here, labelled, pictures, tmp_path):
    process = ink_here("export", labelled.run.path, "sorted", "--data", pictures, "--by", "named")
    assert process.returncode == 0, process.stderr
    found = labelled.frame()
    held = {path.name: len(list(path.iterdir())) for path in (tmp_path / "sorted").iterdir()}
    assert held["7"] == (found["named"] == "7").sum()
    assert held["_b__x"] == (found["named"] == "<b>/x").sum()
    assert sum(held.values()) == 24


def test_what_has_no_names_is_said_in_a_sentence(ink_here, one_sentence, told, pictures):
    for command in (
        ("labels-idx1-ubyte",), ("log.jsonl",), ("sorted", "--data", pictures, "--by", "named"),
    ):  # fmt: skip
        assert "inkcluster label" in one_sentence(ink_here("export", told, *command))
    said = one_sentence(ink_here("export", told, "log.jsonl", "--by", "named"))
    assert "only for a folder of images" in said
