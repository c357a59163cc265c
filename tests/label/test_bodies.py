"""What a page or a notebook may send that is no action."""

import math

import numpy as np
import pytest
from tests.label.small import folded, opened, small_run

from inkcluster.errors import BadInputError, RunFolderError
from inkcluster.label import Labelling

RTL = "\u202eabc"


@pytest.fixture(scope="module")
def labelling(tmp_path_factory):
    path = tmp_path_factory.mktemp("bodies")
    small_run(path)
    found = opened(path)
    found.add_name("a", key="a")
    yield found
    found.close()


@pytest.mark.parametrize(
    ("kind", "body", "rows", "codes"),
    [
        ("name", {"group": True, "name": 1}, [0], None),
        ("name", {"group": -1.0, "name": 1}, [0], None),
        ("name", {"group": -1, "name": True}, [0], None),
        ("name", {"group": -1, "name": math.nan}, [0], None),
        ("name", {"group": -1, "name": 1}, [0.0], None),
        ("name", {"group": -1, "name": 1}, [math.nan], None),
        ("name", {"group": -1, "name": 1}, [True], None),
        ("name", {"group": -1, "name": 1}, [2**31], None),
        ("name", {"group": -1, "name": 1}, [2**70], None),
        ("name", {"group": -1, "name": 1}, ["0"], None),
        ("name", {"group": -1, "name": 1}, [[0]], None),
        ("name", {"group": -1, "name": 1}, [[0], [1, 2]], None),
        ("name", {"group": -1, "name": 1}, [0, 0], None),
        ("name", {"group": -1, "name": 1}, [-1], None),
        ("name", {"group": -1, "name": 1}, [59], None),
        ("name", {"group": -1, "name": 1}, [], None),
        ("name", {"group": -1, "name": 1}, None, None),
        ("name", {"group": -1, "name": 1, "more": 1}, [0], None),
        ("name", {"group": [-1], "name": 1}, [0], None),
        ("name", {"group": 10**30, "name": 1}, [0], None),
        ("split", {"group": -1}, list(range(8)), None),
        ("merge", {"group": -1, "other": -1}, None, None),
        ("page", {"group": -1, "start": 0, "stop": 6, "right": "false"}, None, None),
        ("page", {"group": -1, "start": 0, "stop": 6, "right": True}, None, None),
        ("check", {}, [0], [1, 1]),
        ("check", {}, [60], [1]),
        ("check", {}, [0], [7]),
        ("accept", {}, [0], [-1]),
        ("undo", {"of": 99}, None, None),
        ("undo", {}, None, None),
        ("redo", {"of": 1}, None, None),
        ("add name", {"text": ""}, None, None),
        ("add name", {"text": " \t "}, None, None),
        ("add name", {"text": "\u200b\u202e"}, None, None),
        ("add name", {"text": "a"}, None, None),
        ("add name", {"text": " a "}, None, None),
        ("add name", {"text": "x" * 201}, None, None),
        ("add name", {"text": "a\nb"}, None, None),
        ("add name", {"text": "\ud800"}, None, None),
        ("add name", {"text": 4}, None, None),
        ("add name", {"text": "b", "key": "a"}, None, None),
        ("add name", {"text": "b", "key": "ab"}, None, None),
        ("add name", {"text": "b", "key": " "}, None, None),
        ("add name", {"text": "b", "colour": "red"}, None, None),
        ("add name", {"text": "b", "colour": "url(x)"}, None, None),
        ("change name", {"name": 9, "text": "b"}, None, None),
        ("dance", {}, None, None),
        ([], {}, None, None),
    ],
)
def test_what_is_no_action_is_refused_and_changes_nothing(labelling, kind, body, rows, codes):
    before, events = folded(labelling), len(labelling.events)
    with pytest.raises(BadInputError) as caught:
        labelling.act(kind, body, rows, codes)
    assert "\n" not in str(caught.value)
    assert folded(labelling) == before
    assert len(labelling.events) == events


@pytest.mark.parametrize("who", ["", " ", "x" * 101, 7, "a\nb"])
def test_who_and_id_are_short_texts(labelling, who):
    for about in ({"who": who}, {"action": who}):
        with pytest.raises(BadInputError, match="is a text of 1 to 100"):
            labelling.act("later", {"group": -1}, **about)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, math.nan, math.inf, True, "0.5", None])
def test_a_confidence_is_from_0_to_1(labelling, confidence):
    with pytest.raises(BadInputError, match="from 0 to 1"):
        labelling.accept(confidence)


@pytest.mark.parametrize(
    "act",
    [
        lambda one: one.name(99, "new"),
        lambda one: one.name(-1, "new", version=7),
        lambda one: one.name(-1, "new", action=""),
        lambda one: one.name_some(-1, "new", []),
        lambda one: one.name_some(-1, "new", [59]),
        lambda one: one.name_images([], "new"),
        lambda one: one.name_images([60], "new"),
        lambda one: one.walk(-1, "new", version=7),
        lambda one: one.checked([0, 1], ["new"]),
        lambda one: one.checked([0, 60], ["new", "newer"]),
        lambda one: one.checked([0, 1], ["new", "x" * 201]),
        lambda one: one.checked([0, 1], "aa"),
        lambda one: one.checked([0], None),
        lambda one: one.page(-1, right=True),
    ],
)
def test_an_action_that_is_refused_makes_up_no_name(labelling, act):
    before, events = folded(labelling), len(labelling.events)
    with pytest.raises(BadInputError):
        act(labelling)
    assert folded(labelling) == before
    assert len(labelling.events) == events


def test_new_names_are_made_up_once_and_right_before_what_gives_them(tmp_path):
    small_run(tmp_path)
    labelling = opened(tmp_path)
    labelling.checked([0, 10, 20, 30], ["a", " b", "a", None])
    assert [event.kind for event in labelling.events] == ["add name", "add name", "check"]
    assert labelling.names == {1: "a", 2: "b"}
    assert labelling.state.words[[0, 10, 20, 30]].tolist() == [1, 2, 1, -1]
    before = folded(labelling)
    labelling.close()
    again = opened(tmp_path)
    assert folded(again) == before
    again.walk(-1, "c")
    with pytest.raises(BadInputError, match="true or false"):
        again.page(-1, right="no")
    again.close()
    with pytest.raises(RunFolderError, match=r"closed database\.$"):
        again.later(-1)


def test_a_labelling_is_of_a_run(tmp_path):
    for run in (str(tmp_path), tmp_path, None):
        with pytest.raises(BadInputError, match="is of a run"):
            Labelling(run)


def test_texts_and_numbers_are_taken_as_they_are(tmp_path):
    small_run(tmp_path)
    labelling = opened(tmp_path)
    for text in ("<b>4</b>", RTL, "x" * 200, "=1+1", "e\u0301"):
        code = labelling.add_name(text)
        assert labelling.names[code] == ("é" if text == "e\u0301" else text)
    labelling.name(np.int64(-1), np.int32(code))
    labelling.name_some(np.int64(-2), " é ", np.array([9], np.uint8))
    assert labelling.state.words[9] == code
    assert len(labelling.events) == 7
    labelling.close()


def test_equal_images_move_together(tmp_path):
    small_run(tmp_path)  # 8 and 9 are equal, of groups -2
    labelling = opened(tmp_path)
    labelling.take_out(-2, [8])
    moved = labelling.state.groups[2 * labelling.state.seq]
    assert moved.rows.tolist() == [8, 9]
    labelling.close()


def test_an_id_is_taken_once_and_for_one_action(tmp_path):
    small_run(tmp_path)
    labelling = opened(tmp_path)
    first = labelling.act("later", {"group": -1}, action="x")
    assert labelling.act("later", {"group": -1}, action="x") is first
    with pytest.raises(BadInputError, match="of another action"):
        labelling.act("merge", {"group": -1, "other": -2}, action="x")
    labelling.close()
