"""The page in Chromium: whole sittings by key and by touch, compared with the log."""

import re

import numpy as np
import pytest
from tests.conftest import listen, until
from tests.label.server.conftest import serving

from inkcluster.label import Labelling
from inkcluster.label.state import NONE
from inkcluster.study.run import rows

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)>\u202egnp"
IMAGES = re.compile(r"(\d+) images?")


@pytest.fixture
def open_page(browser):
    contexts = []

    def opened(client, width=1280, height=800, scheme="light", **how):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, **how
        )
        contexts.append(context)
        page = context.new_page()
        listen(page)
        page.goto(client.address.url)
        page.wait_for_selector("[data-ready]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()


def settled(page, client, count):
    """Wait until the log has so many actions and the page has shown what follows."""
    until(page, lambda: len(client.labelling.events) >= count)
    assert [e.kind for e in client.labelling.events][count:] == []
    page.wait_for_selector("body:not([data-busy])")


def after(page, client, act):
    """Do it, and wait for the action that it is."""
    before = len(client.labelling.events)
    act()
    settled(page, client, before + 1)


def typed(page, name):
    page.keyboard.press("/")
    page.keyboard.type(name)
    page.keyboard.press("Enter")


def kinds(client):
    return [event.kind for event in client.labelling.events]


def title(page):
    return page.locator("#title").text_content()


def test_a_sitting_by_keyboard_alone(open_page, run_of_digits):
    with serving(run_of_digits) as client:
        page = open_page(client)
        assert "type a name for all of them" in page.locator("#hint").text_content()
        page.keyboard.press("Enter")
        assert page.locator("#said").text_content().startswith("Nothing is suggested")
        page.keyboard.type("eight")  # a letter that means nothing yet begins a name
        page.keyboard.press("Enter")
        settled(page, client, 2)
        typed(page, "mist")  # its key is I: M, S stay commands
        settled(page, client, 4)
        size = int(IMAGES.match(title(page))[1])
        page.keyboard.press("i")
        settled(page, client, 5)
        assert (
            f"{size} " in page.locator("#names .count").nth(1).get_attribute("aria-label") or size
        )
        page.keyboard.press("z")
        settled(page, client, 6)
        assert int(IMAGES.match(title(page))[1]) == size  # the group is in hand again
        page.keyboard.press("s")
        page.locator("#title", has_text="Split").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("s")
        page.locator("#title", has_text="Split").wait_for()
        page.keyboard.press("s")
        settled(page, client, 7)
        page.keyboard.press("m")
        page.locator("#title", has_text="Merge").wait_for()
        page.keyboard.press("m")
        settled(page, client, 8)
        events = client.labelling.events
        assert kinds(client) == [
            "add name", "name", "add name", "name", "name", "undo", "split", "merge",
        ]  # fmt: skip
        assert events[7].body["group"] == 2 * events[6].seq
        done = len(events)
        page.keyboard.press("ArrowRight")
        page.keyboard.press(".")
        marked = int(page.locator("[aria-selected=true]").first.get_attribute("data-row"))
        page.keyboard.press("x")
        settled(page, client, done + 1)
        assert marked in client.labelling.events[-1].rows
        page.keyboard.press("a")
        page.keyboard.press("i")
        settled(page, client, done + 2)
        assert title(page) == "Are all of these “mist”?"
        page.keyboard.press("n")
        settled(page, client, done + 3)
        assert kinds(client)[done:] == ["take out", "walk", "page"]
        kept = [event.id for event in client.labelling.events]
        port = client.address.port
        names = client.labelling.names
    with serving(run_of_digits, port=port) as client:  # the open tab goes on
        assert [event.id for event in client.labelling.events] == kept
        page.wait_for_timeout(300)
        page.keyboard.press("z")
        settled(page, client, done + 4)
        assert kinds(client)[-1] == "undo"
        assert client.labelling.events[-1].body["of"] == client.labelling.events[-2].seq
        page.keyboard.press("Shift+Z")
        settled(page, client, done + 5)
        assert kinds(client)[-1] == "redo"
        page.keyboard.press("Alt+a")
        page.keyboard.press("Escape")
        for _ in range(30):
            if title(page).startswith("Spot"):
                break
            after(page, client, lambda: page.keyboard.press("Space"))
        assert title(page).startswith("Spot check")
        page.keyboard.press("ArrowRight")
        page.keyboard.press(".")
        after(page, client, lambda: page.keyboard.press("Enter"))
        check = client.labelling.events[-1]
        assert (check.kind, len(check.rows)) == ("check", 24)
        assert np.flatnonzero(check.codes == NONE).tolist() == [0]
        page.keyboard.press("r")
        page.locator("dialog button", has_text="Accept").click()
        after(page, client, page.locator("dialog button", has_text="Yes, accept").click)
        accepted = client.labelling.events[-1]
        assert accepted.kind == "accept"
        assert client.labelling.names == names
        assert page.complaints == [] or all("ERR_" in text for text in page.complaints)
    again = Labelling(run_of_digits)
    table = again.frame()
    again.close()
    assert (table["decided by"] == "accepted as believed").sum() == len(accepted.rows)
    assert set(table["named"]) <= {"eight", "mist", ""}


def test_a_sitting_by_touch_on_a_phone(open_page, run_of_digits):
    with serving(run_of_digits) as client:
        page = open_page(client, 390, 844, "dark", has_touch=True, is_mobile=True)
        page.locator("#new-text").fill("seven")
        page.get_by_role("button", name="Use").tap()
        settled(page, client, 2)
        page.locator("#plates .tile").first.tap()
        page.locator("#answers button", has_text="Take out").tap()
        settled(page, client, 3)
        page.locator("#answers button", has_text="Later").tap()
        settled(page, client, 4)
        page.locator("#names li button").first.tap()
        settled(page, client, 5)
        page.locator("#tools button", has_text="Undo").tap()
        settled(page, client, 6)
        assert kinds(client) == ["add name", "name", "take out", "later", "name", "undo"]
        small = page.evaluate(
            "[...document.querySelectorAll('button')].filter(b => b.checkVisibility())"
            ".map(b => b.getBoundingClientRect()).filter(b => b.height < 44 || b.width < 44).length"
        )
        assert small == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.complaints == []


def test_two_tabs_hear_each_other_and_names_are_text(open_page, run_of_digits):
    with serving(run_of_digits) as client:
        one, two = open_page(client), open_page(client)
        one.locator("#edit").click()
        one.locator("#who").fill("Cleo")
        one.locator("#who ~ button").click()
        one.locator("#said", has_text="Cleo").wait_for()
        after(one, client, lambda: one.keyboard.press("Space"))
        assert client.labelling.events[-1].who == "Cleo"
        assert one.locator("#tools button").first.text_content().startswith("ZUndo: left")
        assert two.locator("#tools button").first.is_disabled()  # Ada, who has done nothing
        before = title(two), two.locator("#plates").inner_html()
        client.labelling.name(client.labelling.next().group, HOSTILE, who="Bea")
        notice = two.locator("#notice", has_text="Bea")
        notice.get_by_role("button", name="Show").wait_for()
        assert notice.text_content().startswith("Bea named")
        assert (title(two), two.locator("#plates").inner_html()) == before
        two.locator("#names bdi").first.wait_for()
        assert one.locator("#names bdi").first.text_content() == HOSTILE
        one.keyboard.press("?")
        assert HOSTILE in one.locator("dialog").text_content()
        assert one.locator("img").count() == 0
        assert one.complaints == two.complaints == []


@pytest.mark.parametrize("acts_too", [False, True], ids=["who waits", "who acts"])
def test_what_another_does_is_told_however_late_the_state_comes(open_page, run_of_digits, acts_too):
    with serving(run_of_digits) as client:
        page, held = open_page(client), []
        page.route("**/api/state*", lambda one: one.continue_() if held else held.append(one))
        client.labelling.add_name("four", who="Bea")  # so the page asks for the state
        page.locator("#notice", has_text="Bea").wait_for()
        until(page, lambda: held)
        client.labelling.add_name("five", who="Cleo")
        if acts_too:
            after(page, client, lambda: page.keyboard.press("Space"))
        held[0].continue_()
        page.locator("#notice", has_text="Cleo").wait_for()
        undo = "Undo: left" if acts_too else "Undo"
        page.get_by_role("button", name=undo, disabled=not acts_too).wait_for()
        assert page.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing(open_page, run_of_digits, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with serving(run_of_digits) as client:
        labels = rows.kept(run_of_digits.path, 300, 10).labels
        for _ in range(3):
            card = client.labelling.next()
            client.labelling.name(card.group, str(np.bincount(labels[card.images]).argmax()))
        client.labelling.wait(60)
        page = open_page(client, width, 844, scheme, bypass_csp=True)

        def wrong():
            found = axe.run(page).response["violations"]
            return [(one["id"], one["nodes"][0]["html"][:200]) for one in found]

        assert wrong() == []
        page.keyboard.press("r")
        page.locator("dialog input").wait_for()
        assert wrong() == []
        page.locator("#dialog-close").click()
        page.locator("#edit").click()
        assert wrong() == []
