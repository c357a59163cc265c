"""What is clicked shows its images, in Chromium: by mouse and by keys, and exactly the images that were counted."""

from dataclasses import replace

import numpy as np
import pytest
from tests.report.conftest import HOSTILE, ODD, Asked, Maker

from inkcluster import report
from inkcluster.evaluate import match
from inkcluster.images import load
from inkcluster.report.crossings import crossing_of
from inkcluster.study.answer import Answer, Partition
from inkcluster.study.overview import overview
from inkcluster.study.questions.parts import judging
from inkcluster.study.run import rows
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.facts import DataFacts
from inkcluster.study.run.folder import ANSWERS, STEPS
from inkcluster.study.run.run import Run
from inkcluster.study.run.state import write_state
from inkcluster.study.run.written import write_answer

N = 120
rng = np.random.default_rng(69)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of digits in ten groups, some of them wrong, and the images as they were clustered."""
    maker = Maker(tmp_path_factory.mktemp("cells"))
    out = maker.folder / "run"
    out.mkdir()
    digits = load("digits").sample(N, random_state=69)
    classes = np.array([*HOSTILE, *ODD])
    images = replace(digits, labels=classes[digits.labels])
    labels = (digits.labels + (rng.random(N) < 0.3)) % 10
    matched = match(images.labels, labels)
    shape = Answer(
        figures=(judging.confusion(matched),),
        tables=(judging.counts_table(matched),),
        arrays={"labels": labels.astype(np.int32)},
        says="They form ten groups.",
        partitions=(Partition("by hand", "labels"),),
    )
    entries = {}
    for question in (Asked("shape", 7, "How well?", shape),):
        folder = out / ANSWERS / f"{question.key}-0123456789ab"
        folder.parent.mkdir(exist_ok=True)
        write_answer(folder, question, maker.plan, question.yields, 1.0)
        entries[question.key] = {"folder": folder.name, "number": question.number, "seconds": 1.0}
    facts = DataFacts.of(images)
    rows.keep(images, out)
    write_state(out, maker._state(facts, entries, "done"))
    overview.keep(images, Desk(facts, out / STEPS), Run.open(out))
    return Run.open(out), images, labels


@pytest.fixture(scope="module")
def page(browser, made):
    """The run's report; what the page complains of is in `complaints`."""
    path = report.write(made[0])
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(m.text))
    page.on("pageerror", lambda e: page.complaints.append(str(e)))
    page.goto(path.as_uri())
    page.wait_for_selector("#explorer[data-ready]")
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    yield page
    assert page.complaints == []
    context.close()


def walls(page, at):
    """What each wall below `at` is called, and its images."""
    page.locator(f"{at} .behind .wall-list").first.wait_for()
    return page.evaluate(
        """(at) => [...document.querySelectorAll(`${at} .behind > div`)].map((one) => [
          one.querySelector('h3, h4').textContent,
          [...one.querySelectorAll('canvas')].map((canvas) => Number(canvas.dataset.row)),
        ])""",
        at,
    )


@pytest.mark.browser
def test_each_cell_of_clusters_against_classes_shows_its_images(page, made):
    _, images, labels = made
    where = "#table-shape-classes"
    buttons = page.locator(f"{where} button.cell")
    matched = match(images.labels, labels)
    assert buttons.count() == np.count_nonzero(matched.table)
    order = judging.row_order(matched)
    i, j = np.argwhere(matched.table[order] == matched.table[matched.table < 5].max())[0]
    row = page.locator(f"{where} tbody tr").nth(i)
    row.locator("td").nth(j).locator("button").click()
    wanted = np.flatnonzero((labels == order[i]) & (images.labels == matched.classes[j])).tolist()
    ((title, shown),) = walls(page, where)
    assert shown == wanted
    assert title.startswith(f"{len(wanted)} images labelled")
    assert matched.classes[j][:50] in title
    box = page.locator("#figure-shape-confusion [id*='-cells-10x10-'] > path")
    box.scroll_into_view_if_needed()
    size = box.bounding_box()
    at = {"x": (j + 0.5) * size["width"] / 10, "y": (i + 0.5) * size["height"] / 10}
    page.mouse.click(size["x"] + at["x"], size["y"] + at["y"])
    assert walls(page, "#figure-shape-confusion") == [[title, wanted]]


@pytest.mark.browser
def test_cells_are_one_stop_of_the_tab_key_and_arrows_go_between_them(page):
    where = "#table-shape-classes"
    assert page.locator(f"{where} button.cell[tabindex='0']").count() == 1
    page.locator(f"{where} button.cell[tabindex='0']").focus()
    before = page.evaluate("document.activeElement.closest('tr').rowIndex")
    page.keyboard.press("ArrowDown" if before < 5 else "ArrowUp")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert page.evaluate("document.activeElement.closest('tr').rowIndex") != before
    page.keyboard.press("Enter")
    page.wait_for_function(
        "(n) => document.querySelector('.behind h4').textContent === n", arg=name
    )
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"


def test_a_table_of_other_counts_has_no_cells(made):
    run, _, labels = made
    (answer,) = run.answers
    codes = rows.kept(run.path, N, 10).labels
    assert crossing_of(answer, labels.astype(np.int32), codes)["groups"]
    assert crossing_of(answer, np.roll(labels, 1).astype(np.int32), codes) is None
