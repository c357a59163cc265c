"""What a page or a notebook may send that is no action."""

import math

import numpy as np
import pytest
from tests.label.small import folded, opened, small_run

from inkcluster.errors import BadInputError

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


@pytest.mark.parametrize("confidence", [-0.1, 1.1, math.nan, math.inf, True])
def test_a_confidence_is_from_0_to_1(labelling, confidence):
    with pytest.raises(BadInputError, match="from 0 to 1"):
        labelling.accept(confidence)


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
