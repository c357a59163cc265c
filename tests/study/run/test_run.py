"""Answers come back from disk as they were given, and nothing damaged is believed."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from inkcluster.errors import BadInputError, RunFolderError
from inkcluster.study.answer import Level
from inkcluster.study.run.run import Run


@pytest.fixture
def run(ask, blobs):
    return ask(blobs)


def folder_of(run, key):
    (folder,) = (run.path / "answers").glob(f"{key}-*")
    return folder


def test_an_answer_comes_back_whole(run, fakes, blobs):
    answer = Run.open(run.path).answer("two")
    assert (answer.key, answer.number, answer.title) == ("two", 2, "What is two?")
    assert answer.folder == folder_of(run, "two")
    assert answer.plan == {"seed": 69, "restarts": 15}
    assert answer.seconds > 0
    assert answer.pending is None
    sums = blobs.flat().sum(axis=1, dtype=np.int64) * np.arange(69, 72)[:, None]
    np.testing.assert_array_equal(answer.arrays()["sums"], sums, strict=True)
    (table,) = answer.tables
    assert (table.name, table.title, table.says) == ("sums", "Sums", "They add up.")
    pd.testing.assert_frame_equal(table.frame(), pd.DataFrame(sums.T), check_column_type=False)
    (figure,) = answer.figures
    assert (figure.name, figure.title, figure.says) == ("bars", "Bars", "They stand.")
    assert figure.svg.read_bytes().startswith(b"<?xml")
    assert figure.png.read_bytes().startswith(b"\x89PNG")
    assert figure.frame()["height"].tolist() == sums[:, :4].ravel().tolist()
    (finding,) = answer.findings
    assert (finding.code, finding.level) == ("S3", Level.NOTICE)
    assert finding.sentence == f"two: the sums add up to {sums.sum():,}."


def test_the_folder_is_laid_out_as_documented(run):
    names = {path.relative_to(run.path).as_posix() for path in run.path.rglob("*")}
    folder = folder_of(run, "two").relative_to(run.path).as_posix()
    assert {
        ".lock",
        "run.json",
        f"{folder}/answer.json",
        f"{folder}/arrays.npz",
        f"{folder}/tables/sums.parquet",
        f"{folder}/figures/bars.svg",
        f"{folder}/figures/bars.png",
        f"{folder}/figures/bars.parquet",
    } <= names
    assert (run.path / ".lock").read_bytes() == b""


def test_run_json_says_what_was_done(run, blobs):
    content = json.loads((run.path / "run.json").read_text())
    assert content["state"] == "done"
    assert set(content["versions"]) >= {"inkcluster", "python", "numpy", "scipy", "scikit-learn"}
    assert content["settings"] == {"k": {"value": 4, "given": "Python"}}
    assert content["plan"]["k"] == {"value": 4, "why": "given in Python"}
    assert content["plan"]["seed"] == {"value": 69, "why": "the default"}
    data = content["data"]
    assert (data["name"], data["n"], data["height"], data["width"]) == ("blobs", 60, 6, 6)
    assert data["source"] == "made by a test"
    assert data["classes"] == ["0", "1", "2", "3"]
    assert len(data["hash"]) == 64
    assert "60 images" in data["line"]
    assert set(content["seconds"]) == {"plan", "one", "two", "three"}
    assert (run.data.name, run.plan.k, run.state, run.failed) == ("blobs", 4, "done", ())
    assert run.settings == content["settings"]
    assert run.versions == content["versions"]
    assert [f.sentence for f in run.findings] == [
        f.sentence for f in (*run.data_findings, *(f for a in run.answers for f in a.findings))
    ]


def test_no_study_there(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RunFolderError, match="holds no study"):
            Run.open(path)


def test_an_answer_that_was_not_asked_for(run):
    with pytest.raises(BadInputError, match="no answer to 'four'; it has one, two, three"):
        run.answer("four")


FILES = ["answer.json", "arrays.npz", "tables/sums.parquet", "figures/bars.svg"]


def truncate(path):
    path.write_bytes(path.read_bytes()[:-20])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "truncated": truncate,
    "one bit": flip,
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_answer_is_refused_on_reading_and_computed_again(
    ask, fakes, blobs, run, name, damage
):
    path = folder_of(run, "two") / name
    whole = {
        file: file.read_bytes() for file in folder_of(run, "two").rglob("*.*") if file.is_file()
    }
    damage(path)
    with pytest.raises(RunFolderError, match="missing or damaged"):
        Run.open(run.path).answer("two")
    questions = fakes.make_questions()
    again = ask(blobs, questions=questions)
    assert [fake.asked for fake in questions.values()] == [0, 1, 0]
    assert again.answer("two").arrays()["sums"].shape == (3, 60)
    for file, content in whole.items():
        if file.name != "answer.json":
            assert file.read_bytes() == content


def test_a_sentence_changed_by_hand_is_not_believed(ask, fakes, blobs, run):
    path = folder_of(run, "one") / "answer.json"
    path.write_text(path.read_text().replace("add up to", "do not add up to"))
    questions = fakes.make_questions()
    ask(blobs, questions=questions)
    assert questions["one"].asked == 1
    assert "do not" not in path.read_text()


def test_a_file_that_does_not_belong_there(ask, fakes, blobs, run):
    (folder_of(run, "one") / "tables" / "more.parquet").write_bytes(b"?")
    questions = fakes.make_questions()
    ask(blobs, questions=questions)
    assert questions["one"].asked == 1
    assert not (folder_of(run, "one") / "tables" / "more.parquet").exists()


def test_arrays_damaged_after_the_answer_was_read(run):
    answer = run.answer("one")
    truncate(folder_of(run, "one") / "arrays.npz")
    with pytest.raises(RunFolderError, match=r"arrays\.npz is missing or damaged"):
        answer.arrays()


def test_a_moved_run_is_still_a_run(run, tmp_path):
    shutil.move(run.path, tmp_path / "elsewhere")
    assert Run.open(tmp_path / "elsewhere").answer("one").arrays()["sums"].shape == (3, 60)


def test_a_plan_of_another_version_is_said_to_be_and_made_anew(ask, fakes, blobs, run):
    state = json.loads((run.path / "run.json").read_text())
    whole = run.plan
    for name in ("refine", "sweep_sample"):
        del state["plan"][name]
    (run.path / "run.json").write_text(json.dumps(state))
    older = Run.open(run.path)
    assert older.answer("two").key == "two"
    with pytest.raises(
        RunFolderError, match=r"run\.json.*lacks refine, sweep_sample.*run the study again"
    ):
        _ = older.plan
    questions = fakes.make_questions()
    assert ask(blobs, questions=questions).plan == whole
    assert [fake.asked for fake in questions.values()] == [0, 0, 0]


def test_an_answer_that_rests_on_a_setting_there_is_no_more(run):
    state = json.loads((run.path / "run.json").read_text())
    del state["plan"]["restarts"]
    (run.path / "run.json").write_text(json.dumps(state))
    (said,) = [f for f in Run.open(run.path).answer("two").findings if f.code == "S4"]
    assert said.sentence == (
        "The earlier answer on two rests on other settings than the rest (restarts); renew it with "
        "--only two."
    )


def damaged(state):
    """Every `state` that lacks one entry, or has one of another type, and where that is."""
    wrong = {str: 7, int: "7", float: "7", bool: 7, list: "x", dict: [], type(None): None}

    def spoilt(value, where):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            old = value[key]
            if isinstance(value, dict):
                del value[key]
                yield (*where, key), "missing"
            value[key] = wrong[type(old)]
            if value[key] != old:
                yield (*where, key), "wrong"
            value[key] = old
            if isinstance(old, dict | list):
                yield from spoilt(old, (*where, key))

    yield from spoilt(state, ())


def test_any_entry_of_run_json_that_is_missing_or_wrong_is_one_sentence(
    ask, fakes, blobs, tmp_path
):
    from dataclasses import replace

    images = replace(blobs, notices=("One image was skipped.",))
    questions = fakes.make_questions(fakes.broken())
    out = ask(images, tmp_path / "run", questions=questions).path
    state, refused = json.loads((out / "run.json").read_text()), []
    for where, how in damaged(state):
        (out / "run.json").write_text(json.dumps(state))
        try:
            run = Run.open(out)
            read = (run.data, run.data_findings, run.plan, run.settings, run.versions)
            assert all(part is not None for part in read) or where == ("plan",), (where, how)
            assert (run.started, run.seconds, run.keys, run.failed, run.findings) is not None
        except RunFolderError as error:
            refused.append(str(error))
    assert len(refused) > 100
    assert not [sentence for sentence in refused if sentence[-1] != "." or "\n" in sentence]


@pytest.mark.parametrize("part", ["data", "answers", "seconds", "versions", "plan", "settings"])
@pytest.mark.parametrize("value", [{}, [], "x", 7, {"one": {}}])
def test_a_run_with_a_part_that_holds_nothing_right_can_be_run_again(
    ask, fakes, blobs, run, part, value
):
    state = json.loads((run.path / "run.json").read_text())
    state[part] = value
    (run.path / "run.json").write_text(json.dumps(state))
    questions = fakes.make_questions()
    again = ask(blobs, questions=questions)
    assert again.keys == ("one", "two", "three")
    assert again.plan == run.plan
    assert [fake.asked for fake in questions.values()] == [0, 0, 0]


def test_an_answer_whose_seal_fits_but_that_lacks_an_entry_is_damaged(run):
    from inkcluster.study.run.written import _seal

    path = folder_of(run, "one") / "answer.json"
    plain = json.loads(path.read_text())
    del plain["seal"], plain["title"]
    path.write_text(json.dumps({**plain, "seal": _seal(plain)}))
    with pytest.raises(RunFolderError, match="missing or damaged"):
        Run.open(run.path).answer("one")
