"""The explorer in Chromium: each control used, by mouse at 1280 and by keys at 390 pixels, and what it then shows."""

import csv
import io
from dataclasses import asdict, replace
from importlib.resources import files

import numpy as np
import pytest
from tests.conftest import listen, until
from tests.report.conftest import HOSTILE, VALUES, WHY, Asked

from inkcluster import report
from inkcluster.images import load
from inkcluster.study.answer import Answer, Partition
from inkcluster.study.overview import overview
from inkcluster.study.run import rows
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.facts import DataFacts
from inkcluster.study.run.folder import ANSWERS, STEPS
from inkcluster.study.run.run import Run
from inkcluster.study.run.state import write_state
from inkcluster.study.run.written import write_answer
from inkcluster.study.settings.plan import Plan

pytestmark = pytest.mark.browser

N = 300
PILE = 30, 31, 32  # images at one place
RTL, LONG, FORMULA = "\u202egnp.exe\u202c", "y" * 10_000, '=HYPERLINK("http://x")'


def make(out, *, has_map=True, most=200_000):
    """A run of digits in ten groups, and a second clustering of 40 of them with noise."""
    digits = load("digits").sample(N, random_state=69)
    classes = np.array([*HOSTILE, RTL, FORMULA])
    names = [f"{classes[i % 10]} {i}" for i in range(N)]
    names[7] = LONG
    images = replace(digits, labels=classes[digits.labels], names=np.array(names))
    plan = Plan(**(VALUES | {"thumbnails": most}), why=WHY)
    rng = np.random.default_rng(0)
    labels = digits.labels.astype(np.int32)
    labels[:3] = (labels[:3] + 1) % 10  # three images whose label is not that of their group
    angle = 2 * np.pi * labels / 10
    arrays = {
        "labels": labels,
        "confidence": np.where(np.arange(N) < 20, 0.2, 0.9),
        "outlier_scores": rng.random(N),
        "places": np.column_stack([np.cos(angle), np.sin(angle)]) * 9 + rng.normal(size=(N, 2)) / 4,
    }
    arrays["places"][list(PILE)] = arrays["places"][PILE[0]]
    known = arrays if has_map else {"labels": arrays["labels"]}
    answer = Answer(
        arrays=arrays | {"few": np.arange(40) % 3 - 1, "index": np.arange(40)},
        says="They form ten groups.",
        partitions=(
            Partition("by hand", **{name: name for name in known}),
            Partition("a sample", "few", "index"),
        ),
    )
    folder = out / ANSWERS / "shape-0123456789ab"
    folder.parent.mkdir(parents=True)
    write_answer(folder, Asked("shape", 7, "How well?", answer), plan, answer, 1.0)
    facts = DataFacts.of(images)
    rows.keep(images, out)
    entry = {"folder": folder.name, "number": 7, "seconds": 1.0}
    state = {
        "inkcluster": "0.1.0",
        "state": "done",
        "started": "2026-03-01T12:30:00+00:00",
        "finished": None,
        "versions": {"inkcluster": "0.1.0"},
        "data": {**asdict(facts), "findings": []},
        "settings": {},
        "plan": plan.to_json(),
        "asked": ["shape"],
        "seconds": {"shape": 1.0},
        "answers": {"shape": entry},
    }
    write_state(out, state)
    overview.keep(images, Desk(facts, out / STEPS), Run.open(out))
    return Run.open(out)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make(tmp_path_factory.mktemp("explorer"))


@pytest.fixture(scope="module")
def explore(browser):
    """Open a report; what the page complains of or asks for is in `complaints`."""
    contexts = []

    def opened(run, width=1280, **how):
        path = report.write(run)
        context = browser.new_context(viewport={"width": width, "height": 800}, **how)
        contexts.append(context)
        page = context.new_page()
        listen(page)
        page.on("request", lambda r: page.complaints.append(r.url))
        page.goto(path.as_uri())
        page.wait_for_selector("#explorer[data-ready]")
        page.complaints = [text for text in page.complaints if text != path.as_uri()]
        page.on("request", lambda r: page.complaints.append(r.url))
        return page

    yield opened
    for context in contexts:
        context.close()


def part(page, name):
    return page.locator(f'[data-explore="{name}"]')


def painted(page):
    """How many pixels of the map have each colour."""
    return page.evaluate(
        """() => {
          const canvas = document.querySelector('[data-map] canvas');
          const { width, height } = canvas;
          const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
          context.drawImage(canvas, 0, 0);
          const found = {};
          const { data } = context.getImageData(0, 0, width, height);
          for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) {
            const key = data.slice(i, i + 3).join();
            found[key] = (found[key] ?? 0) + 1;
          }
          return found;
        }"""
    )


INK = """(element) => {
  const { width, height } = element.querySelector('canvas');
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
  context.drawImage(element.querySelector('canvas'), 0, 0);
  return context.getImageData(0, 0, width, height).data.filter((v, i) => i % 4 < 3 && v > 99).length;
}"""
"""How many of a picture's values are light."""


def settle(page):
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")


PINCH = """() => {
  const map = document.querySelector('[data-map]');
  const { left, top } = map.getBoundingClientRect();
  const send = (type, id, x, y) => map.dispatchEvent(new PointerEvent(type, {
    pointerId: id, pointerType: 'touch', clientX: left + x, clientY: top + y, button: 0, bubbles: true }));
  send('pointerdown', 1, 100, 100); send('pointerdown', 2, 140, 100);
  send('pointermove', 1, 40, 100); send('pointermove', 2, 200, 100);
  send('pointerup', 1, 40, 100); send('pointerup', 2, 200, 100);
}"""


def counted(page):
    settle(page)
    return part(page, "count").inner_text()


def shortened(label):
    """A label as it stands after a group's number."""
    return label if len(label) <= 24 else f"{label[:23]}…"


def heading(page):
    return part(page, "selection").locator("h2").inner_text()


def saved(page):
    with page.expect_download() as got:
        part(page, "save").click()
    assert got.value.suggested_filename == "selection.csv"
    return list(csv.DictReader(io.StringIO(got.value.path().read_text(encoding="utf-8"))))


def test_by_mouse(explore, run):
    page = explore(run, reduced_motion="reduce")
    map_ = page.locator("[data-map]")
    assert map_.get_attribute("data-map") == "raster"
    assert page.locator("#still-map").is_hidden()
    box = map_.bounding_box()

    def at(right, down):
        return box["x"] + right * box["width"], box["y"] + down * box["height"]

    colours = painted(page)
    assert len(colours) >= 10  # groups
    # under the pointer: number, name, label, group and confidence, all as text
    places = page.evaluate(
        "Promise.all(['x', 'y'].map((c) => ink.column(c))).then((c) => c.map((v) => [...v]))"
    )
    scale = min((box["width"] - 36) / max(places[0]), (box["height"] - 36) / max(places[1]))
    home = [
        (
            box["x"] + box["width"] / 2 + (x - max(places[0]) / 2) * scale,
            box["y"] + box["height"] / 2 - (y - max(places[1]) / 2) * scale,
        )
        for x, y in zip(*places, strict=True)
    ]
    target = 100
    page.mouse.move(*home[target])
    part(page, "image").wait_for()
    shown = dict(
        zip(
            part(page, "image").locator("dt").all_text_contents(),
            part(page, "image").locator("dd").all_text_contents(),
            strict=True,
        )
    )
    frame = run.frame()
    told = int(shown["image"])
    assert np.hypot(*np.subtract(home[told], home[target])) < 2
    assert shown["file"] == frame["name"][told]
    assert shown["label"] == frame["label"][told]
    group = frame["by hand"][told]
    mostly = frame["label"][frame["by hand"] == group].mode()[0]
    assert shown["group"] == f"{group} (mostly \u2068{shortened(mostly)}\u2069)"
    assert shown["confidence"] == f"{round(100 * frame['confidence'][told])} %"
    # a click selects, another takes it back
    page.mouse.click(*home[target])
    assert heading(page).startswith("1 image:")
    page.mouse.click(*home[target])
    assert part(page, "selection").is_hidden()
    # the legend filters
    part(page, "legend").locator("button").nth(4).click()
    inside = int((frame["by hand"] == 4).sum())
    called = f"group 4 (mostly \u2068{shortened(HOSTILE[4])}\u2069)"
    assert counted(page) == f"{inside} images of {N}: {called}"
    settle(page)
    assert len(painted(page)) < len(colours)
    part(page, "all").click()
    assert heading(page) == f"{inside} images: {called}"
    assert part(page, "wall").locator("li button").count() == inside
    lines = saved(page)
    wanted = frame[frame["by hand"] == 4]
    assert [int(line["image"]) for line in lines] == wanted["image"].tolist()
    assert [line["by hand"] for line in lines] == ["4"] * inside
    sampled = wanted["a sample"].astype("string").fillna("").tolist()
    assert len(set(sampled)) > 1
    assert [line["a sample"] for line in lines] == sampled
    guarded = [f"'{name}" if name[0] in "=+-@" else name for name in wanted["name"]]
    assert [line["name"] for line in lines] == guarded
    assert np.allclose(
        [float(line["confidence"]) for line in lines], wanted["confidence"], atol=0.01
    )
    part(page, "clear").click()
    part(page, "reset").click()
    settle(page)
    assert counted(page) == ""
    # lasso and rectangle
    page.evaluate("scrollTo(0, 0)")
    for mode in ("lasso", "box"):
        page.click(f"[data-map-mode={mode}]")
        page.mouse.move(*at(0.98, 0.02))
        page.mouse.down()
        corners = [(0.02, 0.02), (0.02, 0.98), (0.98, 0.98)] if mode == "lasso" else [(0.02, 0.98)]
        for corner in corners:
            page.mouse.move(*at(*corner))
        page.mouse.up()
        assert heading(page) == f"{N} images: enclosed on the map"
        part(page, "clear").click()
        page.evaluate("scrollTo(0, 0)")
    page.click("[data-map-mode=move]")
    # zoom about the pointer, by wheel once the map has the focus; then all again; drag moves
    before = painted(page)
    map_.focus()
    page.mouse.move(*home[target])
    for _ in range(5):
        page.mouse.wheel(0, -120)
    page.locator("[data-map].near").wait_for()
    page.mouse.move(home[target][0] + 60, home[target][1])
    page.mouse.move(*home[target])
    settle(page)
    assert part(page, "image").locator("dd").first.inner_text() == shown["image"]
    standing = page.locator(
        ".map-marks .point"
    )  # few images are in the frame: they stand there themselves
    standing.first.wait_for()
    assert standing.first.evaluate(INK) > 0
    page.mouse.down()
    page.mouse.move(home[target][0] + 40, home[target][1] + 10, steps=3)
    page.mouse.up()
    page.click("[data-zoom-map='0']")
    settle(page)
    assert painted(page) == before
    page.click("[data-zoom-map='1.6']")
    page.click("[data-zoom-map='0.625']")
    settle(page)
    assert painted(page) == before
    page.click("#theme")
    settle(page)
    assert part(page, "selection").is_hidden()
    assert page.complaints == []


def test_by_keys(explore, run):
    page = explore(run, 390, color_scheme="dark", reduced_motion="reduce")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".explorer").evaluate("(e) => e.scrollWidth <= e.clientWidth")
    page.locator("[data-map]").focus()
    seen = set()
    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        settle(page)
        seen.add(part(page, "said").text_content())
    assert len(seen) >= 3
    assert all(words.startswith("image ") and "confidence" in words for words in seen)
    for key in ("+", "Shift+ArrowRight", "-", "0"):
        page.keyboard.press(key)
    # arrow keys go through images at one place, and back
    page.evaluate(f"ink.map.point({PILE[0]})")
    for key, at in zip(("Right", "Down", "Up", "Left"), (1, 2, 1, 0), strict=True):
        page.keyboard.press(f"Arrow{key}")
        settle(page)
        told = part(page, "said").text_content()
        assert told.startswith(f"image {PILE[at]}, ")
        assert told.endswith(f", here {at + 1} of 3")
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert part(page, "said").text_content() != told
    page.keyboard.press("Enter")
    assert heading(page).startswith("1 image:")
    page.keyboard.press("Escape")
    page.evaluate(PINCH)  # two fingers
    page.locator("[data-map].near").wait_for()
    page.evaluate("ink.map.zoom(0)")
    # colour by each of what there is
    names = part(page, "colour").locator("option").all_text_contents()
    assert names == ["by hand", "a sample", "label", "confidence", "outlier score"]
    counts = {}
    for name in names:
        part(page, "colour").select_option(name)
        page.wait_for_timeout(30)
        settle(page)
        counts[name] = part(page, "legend").locator("button").count()
    assert counts == {
        "by hand": 10,
        "a sample": 4,
        "label": 10,
        "confidence": 2,
        "outlier score": 5,
    }
    part(page, "colour").select_option("a sample")
    settle(page)
    assert "not in the sample, 260 images" in part(page, "legend").locator(
        "button"
    ).last.get_attribute("aria-label")
    # filters
    part(page, "filters").locator("summary").press("Enter")
    part(page, "colour").select_option("by hand")
    part(page, "only").select_option("odd")
    settle(page)
    assert counted(page) == f"3 images of {N}: label and group disagree"
    part(page, "only").select_option("unsure")
    settle(page)
    assert counted(page) == f"20 images of {N}: unsure of their group"
    part(page, "only").select_option("")
    part(page, "label").select_option("1")
    part(page, "group").select_option("1")
    settle(page)
    frame = run.frame()
    both = int(((frame["by hand"] == 1) & (frame["label"] == sorted(set(frame["label"]))[1])).sum())
    assert counted(page).startswith(f"{both} images of {N}: group 1 (mostly ")
    assert "; label " in counted(page)
    part(page, "reset").press("Enter")
    # search by number and by name
    for words, first in (("12", "12"), ("Y" * 30, "7"), ("gnp.exe", None), ("nothing like it", "")):
        part(page, "find").fill(words)
        part(page, "find").press("Enter")
        if first:
            until(page, lambda n=first: part(page, "image").locator("dd").first.inner_text() == n)
        elif first is None:
            until(page, lambda: heading(page).endswith("images: found by “gnp.exe”"))
    until(page, lambda: "No image" in counted(page))
    # what other parts of the page call
    page.evaluate("ink.explore.select([1, 2, 3, 99999, -1], '<b>three</b>')")
    assert heading(page) == "3 images: <b>three</b>"
    assert page.evaluate("document.activeElement.textContent") == "3 images: <b>three</b>"
    part(page, "wall").locator("button").nth(1).press("Enter")
    settle(page)
    assert part(page, "image").locator("dd").first.inner_text() == "2"
    page.evaluate("ink.explore.colour('label')")
    settle(page)
    assert part(page, "colour").input_value() == "label"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.complaints == []


def test_without_a_map_and_with_few_pictures(explore, tmp_path):
    page = explore(make(tmp_path, has_map=False, most=30))
    assert page.locator("[data-map]").is_hidden()
    part(page, "legend").locator("button").first.click()
    part(page, "all").click()
    assert ": group 0 (mostly " in heading(page)
    page.evaluate(f"ink.explore.select([...Array({N}).keys()])")
    part(page, "note").wait_for()
    note = part(page, "note").inner_text()
    part(page, "wall").locator(".more-images button").click()
    settle(page)
    assert note.startswith("This file holds the pictures of ")
    assert int(note.split()[6]) == part(page, "wall").locator("li").count()
    assert page.complaints == []


POINTS = """
const n = 4000, x = new Uint16Array(n), y = new Uint16Array(n), tones = new Uint8Array(n);
for (let i = 0; i < n; i++) { x[i] = 4000 + (i % 80) * 700; y[i] = 4000 + Math.floor(i / 80) * 1100; tones[i] = i % 3; }
const colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
const order = new Uint32Array(n).map((_, i) => i);
const view = { left: 0, top: 0, scale: 400 / 65536, radius: 2, colours };
const shares = (canvas) => {
  const copy = document.createElement('canvas');
  Object.assign(copy, { width: 400, height: 400 });
  const context = copy.getContext('2d');
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, 400, 400);
  const found = [0, 0, 0];
  for (let i = 0; i < data.length; i++) if (i % 4 < 3) found[i % 4] += data[i] / 255 * data[(i | 3)] / 255;
  return found;
};
const painter = (again) => {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 400, height: 400 });
  document.body.append(canvas);
  const made = ink.points.make(canvas, x, y, () => again(made));
  made.paint(tones, order);
  made.draw(view);
  return [made.kind, shares(made.canvas), made];
};
"""


def test_the_graphics_card_draws_what_the_raster_draws(browser):
    script = (files("inkcluster.report") / "assets/explorer/points.js").read_text("utf-8")
    page = browser.new_page()
    found = {}
    for kind, more in (
        ("raster", ""),
        ("webgl2", "WebGL2RenderingContext.prototype.getParameter = () => 'A card';"),
    ):
        text = script.replace("const MANY = 200000", "const MANY = 10")
        page.goto("about:blank")
        found[kind] = page.evaluate(
            f"""() => new Promise((done) => {{
              const ink = {{}}; const whole = WebGL2RenderingContext.prototype.getParameter; {more}
              {text}; {POINTS}
              let lost = null;
              const [kind, first, made] = painter((it) => {{ it.draw(view); done([kind, first, shares(it.canvas)]); }});
              if (kind === 'raster') return done([kind, first, first]);
              lost = made.canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
              lost.loseContext(); setTimeout(() => lost.restoreContext(), 20);
            }})"""
        )
        assert found[kind][0] == kind
    page.close()
    raster, card = found["raster"][1], found["webgl2"][1]
    assert min(raster) > 5000
    assert np.allclose(card, raster, rtol=0.25)
    assert found["webgl2"][2] == pytest.approx(card)  # also after the context was lost
