"""What is clicked shows its images, in Chromium: by mouse and by keys, and exactly the images that were counted."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from tests.conftest import listen
from tests.report.whole import DOUBT, EPS, FEW, LEAST, MAP_ROWS, SETTINGS, N, Z

from inkcluster import report
from inkcluster.evaluate import match
from inkcluster.report import settings
from inkcluster.report.crossings import crossing_of
from inkcluster.study.questions.parts import judging
from inkcluster.study.run import rows

rng = np.random.default_rng(69)


@pytest.fixture(scope="module")
def made(whole):
    return whole


@pytest.fixture(scope="module")
def page(browser, made):
    """The run's report; what the page complains of is in `complaints`."""
    path = report.write(made[0])
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    listen(page)
    page.goto(path.as_uri())
    page.wait_for_selector("#explorer[data-ready]")
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    yield page
    assert page.complaints == []
    context.close()


def by_doubt(inside):
    """The images where `inside` is true, those of whose group it is least sure first."""
    return DOUBT[inside[DOUBT]].tolist()


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
    wanted = by_doubt((labels == order[i]) & (images.labels == matched.classes[j]))
    ((title, shown),) = walls(page, where)
    assert page.locator(f"{where} .behind-head span").inner_text() == "Least sure first"
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
        "(n) => document.querySelector('.behind h4')?.textContent === n", arg=name
    )
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"


@pytest.mark.browser
def test_two_clusterings_are_set_side_by_side_with_what_differs(page, made):
    _, images, labels = made
    page.locator("#pairs").scroll_into_view_if_needed()
    says = page.locator("[data-pair=says]")
    page.locator(".pairs-grid td button").first.wait_for()
    wanted = moved(labels[: len(FEW)], FEW)
    assert says.inner_text().startswith(f"{len(wanted)} of {len(FEW)} images change group")
    assert page.locator(".pairs-grid tbody tr").count() == 10
    heads = page.locator(".pairs-grid thead th").all_inner_texts()
    assert len(heads) == 14
    assert heads[12:] == ["others", "no group"]
    page.locator("[data-pair=moved]").click()
    ((_, shown),) = walls(page, "#pairs")
    assert len(shown) == len(wanted)
    stay = np.setdiff1d(np.arange(len(FEW)), shown)
    pairs = {*zip(labels[stay].tolist(), FEW[stay].tolist(), strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    button = page.locator(".pairs-grid tbody tr").nth(3).locator("button").first
    column = int(heads[button.evaluate("(one) => one.closest('td').cellIndex") - 1][1:])
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('#pairs .behind > div').length === 3")
    inside = labels[: len(FEW)] == int(page.locator(".pairs-grid tbody th").nth(3).inner_text()[1:])
    sides = [inside & (column == FEW), inside & (column != FEW), ~inside & (column == FEW)]
    assert [rows for _, rows in walls(page, "#pairs")] == [
        by_doubt(np.r_[s, [False] * (N - len(s))]) for s in sides
    ]
    page.locator("[data-pair=columns]").select_option("label")
    page.wait_for_function(
        "document.querySelector('[data-pair=says]').textContent.includes('another label')"
    )
    codes = np.unique(images.labels, return_inverse=True)[1]
    assert says.inner_text().startswith(f"{len(moved(labels, codes))} of {N} images have")


def moved(a, b):
    """The images that change group under the best matching, by SciPy; noise is no group."""
    counts = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(counts, (a[b >= 0], b[b >= 0]), 1)
    to = np.full(len(counts), -2)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    to[rows] = np.where(counts[rows, columns] > 0, columns, -2)
    return np.flatnonzero(to[a] != b)


@pytest.mark.browser
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 8), (8, 3), (30, 30), (0, 4)])
def test_groups_are_matched_as_by_scipy(page, rows, columns):
    counts = rng.integers(0, 9, (rows, columns))
    found = page.evaluate(
        "([c, a, b]) => [...ink.matching(Float64Array.from(c), a, b)]",
        [counts.ravel().tolist(), rows, columns],
    )
    held = [counts[r, c] for r, c in enumerate(found) if c >= 0]
    best = counts[linear_sum_assignment(counts, maximize=True)].sum()
    assert sum(held) == best
    assert len(held) == len({c for c in found if c >= 0})


@pytest.mark.browser
def test_a_setting_of_the_dbscan_map_shows_its_groups_and_noise(page):
    where = "#figure-dbscan-map"
    area = page.locator(f"{where} [id*='-cells-2x3-'] > path")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.83, box["y"] + box["height"] * 0.25)
    assert_setting(page, where, 2, 0)
    for select, value in enumerate(("8.5", str(LEAST[1]))):
        page.locator(f"{where} select").nth(select).select_option(label=value)
    page.locator(f"{where} .pairs-bar button").press("Enter")
    assert_setting(page, where, 1, 1)


@pytest.mark.browser
def test_branches_of_the_tree_close_to_one_picture_and_open_again(page):
    where = "#figure-hierarchy-tree"
    page.locator(f"{where} svg").scroll_into_view_if_needed()
    branches = page.locator(f"{where} .branch")
    branches.first.wait_for()
    counts = "(at) => [...document.querySelectorAll(`${at} [id*='-node-'][id$='-count']`)].filter((one) => one.style.display !== 'none').map((one) => Number(one.textContent)).sort((a, b) => a - b)"
    whole = page.evaluate(counts, where)
    assert whole == sorted([1] * 12 + Z[:, 3].astype(int).tolist())
    height = float(page.locator(f"{where} svg").get_attribute("viewBox").split()[3])
    page.locator(f"{where} .pairs-bar button", has_text="Close at the cut").click()
    assert page.evaluate(counts, where) == [4, 4, 4, 8, 12]
    lines = f"{where} [id*='-branches-'] > path"
    assert page.locator(f"{lines}:visible").count() == 4
    assert float(page.locator(f"{where} svg").get_attribute("viewBox").split()[3]) < height
    closed = page.locator(f"{where} .branch[aria-expanded=false]")
    assert closed.count() == 3
    box = closed.first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert closed.count() == 2
    assert len(page.evaluate(counts, where)) == 5 + 6
    page.locator(f"{where} .branch[tabindex='0']").focus()  # the root
    page.keyboard.press("Enter")
    assert page.evaluate(counts, where) == [12]
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") != (
        "branch of 12 images"
    )
    page.locator(f"{where} .pairs-bar button", has_text="Open all").click()
    assert page.evaluate(counts, where) == whole
    assert float(page.locator(f"{where} svg").get_attribute("viewBox").split()[3]) == height


@pytest.mark.browser
def test_branches_of_a_dendrogram_close_to_triangles_and_open_again(page):
    where = "#figure-hierarchy-one"
    page.locator(f"{where} svg").scroll_into_view_if_needed()
    branches = page.locator(f"{where} .branch")
    branches.first.wait_for()
    assert branches.count() == len(Z)
    lines, leaves = (f"{where} [id*='-{part}-0-']" for part in ("links", "leaf"))
    triangles = "(at) => [...document.querySelectorAll(at)].filter((one) => one.checkVisibility() && one.getAttribute('d').endsWith('Z')).length"
    assert page.locator(f"{leaves}:visible").count() == 3 * 12  # a tile, a picture and a number
    assert page.evaluate(triangles, f"{lines} path") == 0
    page.locator(f"{where} .pairs-bar button", has_text="Close at the cut").press("Enter")
    assert page.locator(f"{lines} path:visible").count() == 5
    assert page.evaluate(triangles, f"{lines} path") == 3
    assert page.locator(f"{leaves}:visible").count() == 0
    closed = page.locator(f"{where} .branch[aria-expanded=false]:visible")
    assert closed.count() == 3
    box = closed.first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3)
    assert closed.count() == 2
    assert page.locator(f"{leaves}:visible").count() == 3 * 4
    root = page.locator(f"{where} .branch[tabindex='0']")
    root.focus()
    assert root.get_attribute("aria-label") == "branch of 12 images"
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        assert root.get_attribute("aria-expanded") == str(key == "Space").lower()
        assert page.locator(f"{lines} path:visible").count() == (1 if key == "Enter" else 7)
    for key, members in zip(("Down", "Down", "Up"), (4, 2, 4), strict=True):
        page.keyboard.press(f"Arrow{key}")
        name = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert members == 2 or name == f"branch of {members} images"
    page.locator(f"{where} .pairs-bar button", has_text="Open all").click()
    assert page.locator(f"{leaves}:visible").count() == 3 * 12
    # each panel is a tree of its own
    where = "#figure-hierarchy-panels"
    page.locator(f"{where} svg").scroll_into_view_if_needed()
    page.locator(f"{where} .branch").first.wait_for()
    roots = page.locator(f"{where} .branch[tabindex='0']")
    names = roots.evaluate_all("(all) => all.map((one) => one.getAttribute('aria-label'))")
    assert names == ["ward, cut at 3: branch of 12 images", "last five: branch of 12 images"]
    roots.last.press("Enter")
    assert page.locator(f"{where} [id*='-links-1-'] path:visible").count() == 1
    assert page.locator(f"{where} [id*='-links-0-'] path:visible").count() == 4


def assert_setting(page, where, i, j):
    """The walls are the 12 largest groups of the setting and its noise."""
    says = f"eps {EPS[i]:g}, min_samples {LEAST[j]}: "
    page.locator(f"{where} .behind > p", has_text=says).wait_for()
    labels = SETTINGS[i, j]
    shown = dict(walls(page, where))
    sizes = np.bincount(labels[labels >= 0])
    assert len(shown) == min(np.count_nonzero(sizes), 12) + 1
    for title, held in shown.items():
        number = -1 if title.startswith("Noise") else int(title.split(":")[0].split()[1])
        assert held == MAP_ROWS[labels == number].tolist()
    assert sum(map(len, shown.values())) == sum(sorted(sizes)[-12:]) + np.sum(labels == -1)


def test_a_map_that_takes_too_much_room_is_left_out(made, monkeypatch):
    run, _, _ = made
    about, columns = settings.settings_of(run)
    assert (about["labels"], list(columns)) == ("map", ["map", "map-rows"])
    monkeypatch.setattr(settings, "MAX_BYTES", 10)
    about, columns = settings.settings_of(run)
    assert (about["labels"], columns) == (None, {})


def test_a_table_of_other_counts_has_no_cells(made):
    run, _, labels = made
    answer = run.answer("shape")
    codes = rows.kept(run.path, N, 10).labels
    assert crossing_of(answer, labels.astype(np.int32), codes)["groups"]
    assert crossing_of(answer, np.roll(labels, 1).astype(np.int32), codes) is None
