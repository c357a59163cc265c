"""The report in Chromium: nothing runs that should not, nothing overflows, both themes apply."""

from io import BytesIO

import pytest
from tests.conftest import listen, until
from tests.report.conftest import ODD, Maker

from inkcluster import report
from inkcluster.figures.drawing.theme import COLOURS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The reports of runs made by hand: one of every state, one with groups and a map."""
    maker = Maker(tmp_path_factory.mktemp("page"))
    return {name: report.write(getattr(maker, name)()) for name in ("run", "grouped")}


@pytest.fixture
def open_page(browser, reports):
    contexts = []

    def opened(width=1280, scheme="light", *, of="run", at="", height=800, **how):
        address = reports[of].as_uri()
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, **how
        )
        contexts.append(context)
        page = context.new_page()
        listen(page)
        page.on(
            "request",
            lambda r: (
                None
                if r.url.startswith(("data:", "blob:")) or r.url.split("#")[0] == address
                else page.complaints.append(f"request: {r.url}")
            ),
        )
        page.goto(address + at)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light")])
def test_quiet_and_no_wider_than_the_window(open_page, hostile, width, scheme):
    page = open_page(width, scheme)
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    words = page.locator("body").text_content()
    assert all(word in words for word in hostile)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(50)
    assert page.complaints == []


SEEN = """() => {
  const words = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (element.closest('script, style, .unseen, .skip, .map-marks') || !element.checkVisibility()) continue;
    range.selectNodeContents(walk.currentNode);
    const box = range.getBoundingClientRect();
    if (box.top >= innerHeight || box.bottom <= 0 || box.left >= innerWidth || !box.width) continue;
    words.push(...walk.currentNode.data.split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word)));
  }
  return words;
}"""


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_first_screen_holds_fewer_than_120_words(open_page, width, height):
    page = open_page(width, of="grouped", height=height)
    page.wait_for_selector("[data-ready]", state="attached")
    words = page.evaluate(SEEN)  # but the numbers inside the picture
    assert {"ten", "Groups"} <= set(words)
    assert len(words) < 120, " ".join(words)


def test_a_link_opens_the_question_it_leads_into(open_page):
    page = open_page(at="#figure-centres-bars")
    assert page.locator("#figure-centres-bars").is_visible()
    assert (
        page.locator("#q-shape .inside").count() == 0
        or page.locator("#q-shape .inside").is_hidden()
    )
    page.evaluate("location.hash = '#q-shape'")
    page.locator("#q-shape .inside").wait_for()
    page.locator("#q-centres summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#figure-centres-bars").is_hidden()


def test_a_group_opens_by_key_and_its_images_one_by_one(open_page, hostile):
    page = open_page(of="grouped")
    page.locator(".tile").first.focus()
    page.keyboard.press("Enter")
    card = page.locator(".card:target")
    card.wait_for()
    assert page.locator(".card:visible").count() == 1
    card.locator(".wall-list button").first.wait_for()
    card.locator(".wall-list button").first.press("Enter")
    large = page.locator("dialog.large")
    said = large.locator("p")
    page.wait_for_function("document.querySelector('dialog.large p').textContent")
    first = said.text_content()
    assert any(word in first for word in (*hostile, *ODD))
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "(old) => document.querySelector('dialog.large p').textContent !== old", arg=first
    )
    page.keyboard.press("Escape")
    assert large.is_hidden()
    card.locator(".choose").click()
    page.wait_for_selector("#selection:not([hidden])")
    number = int(card.get_attribute("data-number"))
    assert f": group {number} (mostly " in page.locator("#selection h2").inner_text()
    card.locator(".close").click()
    assert page.locator(".card:visible").count() == 0
    assert page.complaints == []


def test_the_table_of_methods_is_sorted_by_click_and_key(open_page):
    page = open_page(of="grouped")
    heading = page.locator("#methods th").nth(1)
    cells = page.locator("#methods tbody td")
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert cells.first.text_content() == "1.000"
    heading.locator("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert cells.first.text_content() == "0.000"


def background(page):
    """The page's background as three numbers."""
    text = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return tuple(map(int, text.removeprefix("rgb(").removesuffix(")").split(",")))


LIGHT, DARK = (tuple(bytes.fromhex(hexed[1:])) for hexed in COLOURS["paper"])


def test_dark_follows_the_system_and_the_button(open_page):
    light, dark = open_page(), open_page(scheme="dark")
    assert background(light) == LIGHT
    assert background(dark) == DARK
    light.click("#theme")
    dark.click("#theme")
    assert background(light) == DARK
    assert background(dark) == LIGHT
    assert light.inner_text("#theme") == "Light"


def test_print_is_light_and_unfolded(open_page):
    page = open_page(scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ic-ink')")
    assert ink.strip() == COLOURS["ink"][0]
    assert not page.is_visible("nav")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_a_figure_can_be_taken_away_as_png_and_svg(open_page):
    from PIL import Image

    page = open_page(scheme="dark", at="#figure-centres-bars")
    with page.expect_download() as got:
        page.click("button[data-picture=png]")
    assert got.value.suggested_filename == "centres-bars.png"
    with got.value.path().open("rb") as stream:
        image = Image.open(BytesIO(stream.read())).convert("RGB")
    assert image.size[0] > 1000
    assert image.getpixel((2, 2)) == DARK
    assert len(image.getcolors(1 << 24)) > 10
    with page.expect_download() as got:
        page.click("button[data-picture=svg]")
    text = got.value.path().read_text()
    assert "var(--" not in text
    assert COLOURS["accent1"][1] in text
    assert page.complaints == []


def test_readable_without_scripts(open_page):
    page = open_page(of="grouped", java_script_enabled=False)
    assert page.locator("#theme").is_hidden()
    page.locator("#q-centres summary").first.click()
    assert page.locator("#figure-centres-bars svg").is_visible()
    page.locator(".tile").first.click()
    assert page.locator(".card:target .still").count() == 3
    assert page.locator(".card:target .still").last.is_visible()


@pytest.fixture(scope="module")
def tree_report(tmp_path_factory):
    """The report of a study whose dendrogram can be zoomed into."""
    from inkcluster.images import load
    from inkcluster.study.run.runner import study
    from inkcluster.study.settings.settings import Settings

    settings = Settings(sample_sizes=[50], resamples=1, compare_sample=60)
    digits = load("digits").sample(60, random_state=69)
    return report.write(
        study(digits, tmp_path_factory.mktemp("tree"), settings, only=["hierarchy"])
    )


@pytest.fixture
def open_tree(browser, tree_report):
    contexts = []

    def opened(width=1280, **how):
        context = browser.new_context(viewport={"width": width, "height": 844}, **how)
        contexts.append(context)
        page = context.new_page()
        listen(page)
        page.goto(tree_report.as_uri() + "#figure-hierarchy-tree")
        if how.get("java_script_enabled", True):
            page.locator("#figure-hierarchy-tree [data-zoom]").scroll_into_view_if_needed()
        return page

    yield opened
    for context in contexts:
        context.close()


TREE = "#figure-hierarchy-tree"


def seen(page):
    """What part of the picture is shown: left, top, width, height."""
    return [float(v) for v in page.locator(f"{TREE} svg").get_attribute("viewBox").split()]


def test_the_tree_is_zoomed_by_buttons_keys_and_wheel_and_dragged(open_tree):
    page = open_tree()
    home = seen(page)
    assert page.locator("[data-zoom]").count() == 1  # the other figures stay as they are
    assert page.locator(f"{TREE} [data-zoom-by='0']").is_disabled()
    page.click(f"{TREE} [data-zoom-by='1.6']")
    near = seen(page)
    assert near[2] == pytest.approx(home[2] / 1.6, rel=1e-3)
    assert near[3] / near[2] == pytest.approx(home[3] / home[2], rel=1e-3)
    page.click(f"{TREE} [data-zoom-by='0']")
    assert seen(page) == home
    frame = page.locator(f"{TREE} [data-zoom]")
    frame.focus()
    for key in ("+", "+", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    moved = seen(page)
    assert moved[2] < near[2]
    assert moved[0] > home[0]
    page.keyboard.press("0")
    assert seen(page) == home
    box = frame.bounding_box()
    page.mouse.move(box["x"] + 200, max(box["y"], 0) + 200)
    page.evaluate("document.activeElement.blur()")
    page.mouse.wheel(0, -100)
    page.wait_for_timeout(100)
    assert seen(page) == home  # the page scrolled
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    until(page, lambda: seen(page)[2] < home[2])
    near = seen(page)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, max(box["y"], 0) + 150)
    page.mouse.up()
    assert seen(page)[0] > near[0]
    assert page.complaints == []


def test_two_fingers_zoom_the_tree_on_a_phone(open_tree):
    page = open_tree(390, has_touch=True, is_mobile=True)
    home = seen(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate(
        """(where) => {
          const svg = document.querySelector(where + ' svg');
          const send = (type, id, x, y) => svg.dispatchEvent(new PointerEvent(type, {
            pointerId: id, pointerType: 'touch', clientX: x, clientY: y, button: 0, bubbles: true }));
          svg.setPointerCapture = () => {};
          send('pointerdown', 1, 150, 300); send('pointerdown', 2, 200, 300);
          send('pointermove', 1, 100, 300); send('pointermove', 2, 250, 300);
          send('pointerup', 1, 100, 300); send('pointerup', 2, 250, 300);
        }""",
        TREE,
    )
    assert seen(page)[2] == pytest.approx(home[2] / 3, rel=1e-2)
    assert page.complaints == []


def test_the_tree_is_whole_in_print_and_in_what_is_taken_away(open_tree):
    page = open_tree()
    home = seen(page)
    page.click(f"{TREE} [data-zoom-by='1.6']")
    near = seen(page)
    with page.expect_download() as got:
        page.click(f"{TREE} button[data-picture=svg]")
    assert " ".join(f"{v:g}" for v in home) in got.value.path().read_text()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert seen(page) == home
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert seen(page) == near


def test_the_tree_is_there_without_scripts(open_tree):
    page = open_tree(java_script_enabled=False)
    assert page.locator(f"{TREE} svg").is_visible()
    assert page.locator(f"{TREE} .zoom").is_hidden()
