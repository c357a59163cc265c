"""What the page is told, and what becomes of its actions."""

import json
import threading
import time
import uuid

import pytest
from tests.label.server.conftest import serving

from inkcluster.errors import RunFolderError
from inkcluster.label import Labelling
from inkcluster.label.labelling import Labelling as Base

TAB, OTHER = "1" * 8, "2" * 8


def act(client, kind, **fields):
    return client.post({"id": uuid.uuid4().hex, "kind": kind, **fields})


def card_of(client, tab=TAB, held="", **more):
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    status, card = client.get(f"card?tab={tab}&held={held}{rest}")
    assert status == 200
    return card


def seen(card):
    return {"group": card["group"], "version": card["version"]}


def test_a_card_is_named_and_the_name_spreads(client):
    card = card_of(client)
    assert card["kind"] == "group"
    assert card["suggestion"] is None
    status, said = act(client, "name", **seen(card), name="four")
    assert status == 200
    assert said["says"] == f"named {card['size']} images “four”"
    (name,) = said["state"]["names"]
    assert (name["text"], name["key"], name["given"]) == ("four", "f", card["size"])
    assert client.labelling.wait(60)
    _, state = client.get("state")
    assert state["believed_at"] == state["seq"] == 2
    assert state["names"][0]["believed"] > 0
    after = card_of(client, held=card["group"])
    assert after["suggestion"] == name["code"]
    assert after["group"] != card["group"]


def test_an_action_sent_twice_counts_once_also_after_a_restart(client, run_of_digits):
    card = card_of(client)
    body = {"id": "c" * 16, "kind": "name", **seen(card), "name": "four"}
    first = client.post(body)[1]
    again = client.post(body)[1]
    assert again["seq"] == first["seq"] == 2
    assert len(client.labelling.events) == 2
    status, said = client.post({"id": "c" * 16, "kind": "undo"})  # it was not undone
    assert (status, said["error"]) == (400, "This id is that of another action.")
    with serving(run_of_digits) as second:
        assert second.post(body)[1]["seq"] == 2
        assert len(second.labelling.events) == 2


def test_what_was_changed_meanwhile_is_refused(client):
    card = card_of(client)
    assert act(client, "later", **seen(card))[0] == 200
    status, said = act(client, "name", **seen(card), name="four")
    assert status == 409
    assert said["error"] == "This group was changed meanwhile; look at it again."
    assert [event.kind for event in client.labelling.events] == ["later"]
    assert client.get("state")[1]["names"] == []  # "four" was not made up either


def test_two_tabs_are_not_asked_the_same(client):
    mine = card_of(client)["group"]
    ahead = card_of(client, held=mine)["group"]
    theirs = card_of(client, OTHER)["group"]
    assert len({mine, ahead, theirs}) == 3
    client.get(f"changes?after=-1&tab={TAB}&held=")  # the tab holds nothing any more
    assert card_of(client, OTHER, held=theirs)["group"] == mine


def test_a_walk_that_is_left_goes_on_later_in_any_tab(client):
    card = card_of(client)
    _, said = act(client, "walk", **seen(card), name="four")
    _, page = client.get(f"group/{said['show']}")
    assert act(client, "page", **seen(page), start=0, stop=page["page"][1], right=True)[0] == 200
    _, page = client.get(f"group/{card['group']}")
    _, said = act(client, "later", **seen(page))
    assert said["show"] is None
    assert card_of(client, OTHER)["group"] != card["group"]
    _, again = client.get(f"group/{card['group']}")
    assert (again["kind"], again["page"]) == ("page", page["page"])
    every = ",".join(map(str, client.labelling.state.groups))
    assert card_of(client, held=every)["kind"] == "done"


def test_halves_are_split_as_they_were_shown(client):
    card = card_of(client)
    status, said = act(client, "split", **seen(card))
    assert (status, said["error"]) == (409, "Look at the halves again before the group is split.")
    _, shown = client.get(f"halves/{card['group']}")
    sizes = [half["size"] for half in shown["halves"]]
    assert sum(sizes) == card["size"]
    _, said = act(client, "split", **seen(card))
    _, part = client.get(f"group/{said['show']}")
    assert part["size"] == sizes[0]
    rows = {image["row"] for image in shown["halves"][0]["images"]}
    assert rows <= set(client.labelling.state.group(said["show"]).rows.tolist())
    _, back = act(client, "undo")
    assert back["show"] == card["group"]
    assert client.get(f"group/{card['group']}")[1]["size"] == card["size"]


def test_merge_take_out_walk_and_check(client):
    card = card_of(client)
    _, other = client.get(f"group/{card['alike']}")
    both = {"other": card["alike"], "other_version": other["version"]}
    assert act(client, "merge", **seen(card), other=card["alike"], other_version=9)[0] == 409
    _, said = act(client, "merge", **seen(card), **both)
    _, merged = client.get(f"group/{said['show']}")
    assert merged["size"] == card["size"] + other["size"]
    row = merged["extreme"][0]["row"] if merged["extreme"] else merged["typical"][-1]["row"]
    _, said = act(client, "take out", **seen(merged), rows=[row])
    _, rest = client.get(f"group/{said['show']}")
    assert rest["size"] < merged["size"]
    _, said = act(client, "walk", **seen(rest), name="four")
    _, page = client.get(f"group/{said['show']}")
    assert (page["kind"], page["page"]) == ("page", [0, min(6, rest["size"])])
    while said["show"] is not None:
        _, page = client.get(f"group/{said['show']}")
        start, stop = page["page"]
        _, said = act(client, "page", **seen(page), start=start, stop=stop, right=True)
    assert said["state"]["names"][0]["given"] == rest["size"]
    _, said = act(client, "check", rows=[1, 2, 3], names=[None, "four", "nine"])
    assert said["state"]["estimate"]["checked"] == 3
    assert [name["text"] for name in said["state"]["names"]] == ["four", "nine"]


def test_the_rest_is_accepted_as_it_was_counted(client):
    card = card_of(client)
    act(client, "name", **seen(card), name="four")
    assert client.labelling.wait(60)
    _, rest = client.get("rest")
    some = next(one for one in rest if one["confidence"] == 0.5)
    assert act(client, "accept", confidence=0.5, count=some["count"] + 1)[0] == 409
    _, said = act(client, "accept", confidence=0.5, count=some["count"])
    assert said["state"]["accepted"] == some["count"] > 0
    _, said = act(client, "undo")
    assert said["state"]["accepted"] == 0


def test_the_images_of_a_name_come_by_doubt_and_are_renamed(client):
    card = card_of(client)
    _, said = act(client, "name", **seen(card), name="four")
    code = said["state"]["names"][0]["code"]
    assert client.labelling.wait(60)
    _, wall = client.get(f"names/{code}")
    rows = [image["row"] for image in wall["images"]]
    confidence = client.labelling.belief.confidence[rows]
    assert (confidence[1:] >= confidence[:-1] - 1e-6).all()
    assert [one["group"] for one in wall["groups"]] == [card["group"]]
    many = rows[:3] + rows[-3:]
    assert len(set(client.labelling.state.group_of[many])) > 1
    before = len(client.labelling.events)
    status, said = act(client, "rename", rows=many, name="<b>nine</b>")
    assert status == 200
    assert {n["text"]: n["given"] for n in said["state"]["names"]}["<b>nine</b>"] >= 6
    assert [e.kind for e in client.labelling.events[before:]] == ["add name", "name some"]
    assert said["state"]["undo"].startswith("named")
    _, said = act(client, "undo")
    assert {n["text"]: n["given"] for n in said["state"]["names"]}["<b>nine</b>"] == 0
    assert client.get("names/99")[0] == 400


def test_a_label_that_is_checked_is_kept_by_enter_and_its_neighbours_name_is_told(run_of_digits):
    with serving(run_of_digits, check=True) as client:
        card = card_of(client)
        assert card["sure"]
        assert card["around"] not in (None, card["suggestion"])
        _, state = client.get("state")
        _, said = act(client, "name", **seen(card), name=card["suggestion"])
        assert client.labelling.wait(60)
        _, after = client.get("state")
        assert after["contradicted"] < state["contradicted"] <= 300
        assert said["state"]["looked_at"] == card["size"]


def test_a_change_is_told_at_once_to_who_waits(client):
    found = {}

    def wait():
        found["said"] = client.get(f"changes?after=0&believed=0&tab={OTHER}&held=")
        found["after"] = time.monotonic()

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.1)
    assert waiting.is_alive()
    at = time.monotonic()
    act(client, "add name", text="four", who="Bea")
    waiting.join(60)
    assert found["after"] - at < 10  # it waits for 25
    (event,) = found["said"][1]["events"]
    assert (event["who"], event["says"]) == ("Bea", "made the name “four”")


def test_another_process_is_heard(client, run_of_digits):
    theirs = Labelling(run_of_digits, who="Bea")
    theirs.add_name("four")
    theirs.close()
    _, said = client.get(f"changes?after=0&believed=0&tab={TAB}&held=")
    assert [event["who"] for event in said["events"]] == ["Bea"]


def test_a_full_disk_is_said_and_nothing_counts(client, monkeypatch):
    def full(self, *given, **named):
        raise RunFolderError("The disk is full; nothing of this action was kept.")

    monkeypatch.setattr(Base, "act", full)
    status, said = act(client, "add name", text="four")
    assert status == 507
    assert "disk is full" in said["error"]
    assert client.get("state")[1]["names"] == []


def test_images_are_sent_as_sheets(untouched):
    client = untouched
    from io import BytesIO

    import numpy as np
    from PIL import Image

    token = client.address.token
    _, _, content = client.send("GET", f"/{token}/api/sheet?rows=5,3")
    height, width = client.get("state")[1]["tile"]
    sheet = np.asarray(Image.open(BytesIO(content)))
    assert sheet.shape == (2 * height, width)
    one = client.send("GET", f"/{token}/api/image/3.png")[2]
    assert (np.asarray(Image.open(BytesIO(one))) == sheet[height:]).all()
    for query in ("", "rows=", "rows=300", "rows=-1", "rows=a", "rows=" + "1," * 500 + "1"):
        assert client.send("GET", f"/{token}/api/sheet?{query}")[0] == 400
    assert client.send("GET", f"/{token}/api/image/300.png")[0] == 400


@pytest.mark.parametrize("path", ["card", "card?tab=<b>", "group/77", "halves/77", "names/-1"])
def test_an_odd_question_gets_a_sentence(untouched, path):
    status, _, content = untouched.send("GET", f"/{untouched.address.token}/api/{path}")
    assert status in (400, 404, 409)
    assert json.loads(content)["error"].endswith(".")
