"""The documentation against the code: nothing missing, nothing invented, and its examples run."""

import doctest
import importlib
import importlib.util
import inspect
import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import typer

from inkcluster.cli import app
from inkcluster.images import ImageSet, formats
from inkcluster.study import Desk, Settings
from inkcluster.study.findings import CODES
from inkcluster.study.questions import PLACED, QUESTIONS
from inkcluster.study.questions.placed.question import PlacedQuestion
from inkcluster.study.settings import NAMES, fromdata
from inkcluster.study.settings.plan import make
from inkcluster.study.settings.table import SETTINGS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "inkcluster"
PAGES = sorted(DOCS.glob("*.md"))
README = ROOT / "README.md"

_LEVELS = re.compile(
    r'(?:Finding|say)\(\s*"(?P<code>[A-Z]\d)[^"]*",\s*(?P<levels>Level\.[^,)]*)[,)]'
)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
_EXAMPLES = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


def sections(text, level):
    """The text under each heading of a level, by heading, up to the next heading of that level or above."""
    found = re.split(rf"^({'#' * level} .*)$", text, flags=re.MULTILINE)
    higher = re.compile(rf"^#{{1,{level - 1}}} ", re.MULTILINE)
    bodies = (higher.split(body)[0] for body in found[2::2])
    return {head.lstrip("# ").strip(): body for head, body in zip(found[1::2], bodies, strict=True)}


def blocks(text, kind):
    return [m["text"] for m in _BLOCK.finditer(text) if m["kind"] == kind]


# Findings


def test_every_code_has_its_section_and_no_other():
    assert sorted(sections(page("findings.md"), 3)) == sorted(CODES)


@pytest.mark.parametrize("path", [README, *PAGES], ids=lambda path: path.name)
def test_no_page_names_a_code_that_does_not_exist(path):
    named = set(re.findall(r"\b[A-Z]\d\b", path.read_text(encoding="utf-8")))
    families = {code[0] for code in CODES}
    assert {code for code in named if code[0] in families} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_means_on_its_page_what_it_means_in_the_report(code):
    words = sections(page("findings.md"), 3)[code].split("**Levels:**")[0]
    assert " ".join(words.split()) == f"{CODES[code][0].upper()}{CODES[code][1:]}."


def test_the_levels_are_those_that_the_code_gives():
    given = {code: set() for code in CODES}
    for path in SOURCE.rglob("*.py"):
        for found in _LEVELS.finditer(path.read_text(encoding="utf-8")):
            given[found["code"]] |= set(re.findall(r"Level\.(\w+)", found["levels"]))
    assert all(given.values()), "a code is never given, or not in a way this test can read"
    for code, body in sections(page("findings.md"), 3).items():
        words = re.search(r"\*\*Levels:\*\* ([^.]*)\.", body)[1].upper().split(", ")
        assert sorted(words) == sorted(given[code]), code


# Settings


def test_the_tables_of_settings_are_those_of_the_code(settings_block):
    """Else run ``python tests/docs/settings_block.py``."""
    assert settings_block.BLOCK.search(page("settings.md"))[0] == settings_block.block()


@pytest.fixture(scope="module")
def settings_block():
    """The module that writes them."""
    return loaded("settings_block")


def loaded(name):
    """A script beside this file, as a module."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def options_of_study():
    command = typer.main.get_command(app).commands["study"]
    return {p.name: {*p.opts, *p.secondary_opts} for p in command.params if p.opts[0][0] == "-"}


@pytest.mark.parametrize("name", NAMES)
def test_an_option_is_named_as_the_table_names_it(name):
    assert set(SETTINGS[name].option.split("/")) == options_of_study()[name]


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("sample_sizes", ", ".join(map(str, fromdata.SAMPLE_SIZES))),
        ("refine", f"{fromdata.REFINE}; 0"),
        ("compare_sample", f"{fromdata.COMPARE_SAMPLE}, or all"),
        ("linkage_sample", f"{fromdata.LINKAGE_SAMPLE} of those drawn"),
        ("many", f"{fromdata.MANY_TIMES_K} times `k`"),
        ("eps", f"{fromdata.MAP_EPS} values"),
        ("sweep_eps", f"{fromdata.SWEEP_EPS} values"),
        ("components", f"{100 * fromdata.SHARE_OF_VARIANCE:g} %"),
    ],
)
def test_a_rule_says_the_numbers_of_the_code(name, default):
    assert re.search(rf"(?<!\d){re.escape(default)}(?!\d)", SETTINGS[name].rule)


def test_every_option_is_on_a_page():
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    named = set(re.findall(r"--[a-z][\w-]*", text))
    options = {o for those in options_of_study().values() for o in those if o.startswith("--")}
    assert options - {"--help"} <= named


def test_the_example_of_a_settings_file_is_read_and_names_every_setting_that_it_can(tmp_path):
    (example,) = blocks(page("settings.md"), "toml")
    (tmp_path / "study.toml").write_text(example, encoding="utf-8")
    read = Settings.read(tmp_path / "study.toml")
    assert sorted(read.given) == sorted(NAMES) == sorted(tomllib.loads(example))


# Questions


def question_sections():
    """The text about each question, by its key."""
    return {
        re.match(r"Question \d+, `(\w+)`", head)[1]: body
        for head, body in sections(page("questions.md"), 2).items()
    }


def test_every_question_has_its_section_with_number_and_title():
    asked = {**QUESTIONS, PLACED: PlacedQuestion}
    wanted = [f"Question {q.number}, `{key}`: {q.title}" for key, q in asked.items()]
    assert list(sections(page("questions.md"), 2)) == wanted


@pytest.mark.parametrize("key", list(QUESTIONS))
def test_a_question_names_the_settings_that_it_uses(key):
    said = re.search(r"\*\*Settings:\*\* ([^.]*)\.", question_sections()[key])[1]
    assert sorted(re.findall(r"`(\w+)`", said)) == sorted(set(QUESTIONS[key].uses))


@pytest.fixture(scope="module")
def small():
    """Images on which every question has something to say, and settings under which it is quick."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = ImageSet(bunch.images[:150].astype("uint8"), bunch.target[:150], "small")
    settings = Settings(
        k=10, many=12, restarts=3, resamples=2, sample_sizes=[60], linkage_sample=60
    )
    desk = Desk()
    return images, make(images, settings, desk), desk


@pytest.mark.parametrize("labelled", [True, False], ids=["labels", "no labels"])
@pytest.mark.parametrize("key", list(QUESTIONS))
def test_figures_tables_and_codes_of_an_answer_are_on_the_page(small, key, labelled):
    images, made, desk = small
    shown = images if labelled else ImageSet(images.pixels, None, "small")
    answer = QUESTIONS[key].answer(shown, made, desk)
    body = question_sections()[key]
    figures, tables = _rows_named(body, "figure"), _rows_named(body, "table")
    found = {figure.name for figure in answer.figures}
    members = {name for name in found if key == "linkages" and name.startswith("members-")}
    assert found - members <= set(figures)
    assert {table.name for table in answer.tables} <= set(tables)
    codes = re.search(r"\*\*Findings:\*\* (.*)", body)[1]
    assert {finding.code for finding in answer.findings} <= set(re.findall(r"[A-Z]\d", codes))
    judged = {name for name, needs in (figures | tables).items() if needs}
    there = found | {table.name for table in answer.tables}
    assert judged <= there if labelled else not judged & there


def _rows_named(body, kind):
    """The names in the first column of the tables headed `kind`, and whether they need labels."""
    names = {}
    for table in re.findall(rf"^\| {kind} \|.*\n\|[-|]+\n((?:\|.*\n)*)", body, re.MULTILINE):
        for row in table.splitlines():
            first = row.split("|")[1]
            names |= dict.fromkeys(re.findall(r"`([\w-]+)`", first), "*(labels)*" in first)
    return names


# The site


@pytest.mark.parametrize("path", [README, *PAGES], ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path):
    text = _BLOCK.sub("", path.read_text(encoding="utf-8"))
    for target in (m["target"] for m in _LINK.finditer(text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        goal = path.parent / name if name else path
        assert goal.is_file(), f"{path.name} links to {target}"
        if anchor:
            heads = re.findall(r"^#+ (.*)$", goal.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {_slug(head) for head in heads}, f"{path.name} links to {target}"


def _slug(heading):
    kept = re.sub(r"[^\w\s-]", "", heading).strip().lower()
    return re.sub(r"[-\s]+", "-", kept)


@pytest.mark.parametrize("path", sorted((DOCS / "pictures").iterdir()), ids=lambda path: path.name)
def test_a_picture_is_small_shown_and_readable_in_both_themes(path):
    """Made by ``python tests/docs/shape_pictures.py``, those of a report by ``page_pictures.py``."""
    assert path.stat().st_size < 150_000
    shown = [README.read_text(encoding="utf-8").replace("](docs/", "](")]
    shown += [other.read_text(encoding="utf-8") for other in PAGES]
    assert any(f"](pictures/{path.name})" in text for text in shown)
    if path.suffix == ".png":
        return
    style = ElementTree.parse(path).getroot().findtext("{http://www.w3.org/2000/svg}style")
    assert "prefers-color-scheme:dark" in style


def test_what_draws_the_pictures_still_finds_what_it_draws():
    drawing = loaded("shape_pictures")
    one = np.random.default_rng(0).integers(-30, 31, (2, 2, 9, 9)).astype(np.int8)
    _, least = drawing.places(*one, warp=2)
    forward, _ = drawing.pair_distances(drawing.Fields(one, 2), np.array([0]), np.array([1]))
    assert least.sum() == forward[0]


def test_the_table_of_the_model_is_what_the_model_says():
    """Else run ``python tests/docs/scale_picture.py``."""
    assert "\n".join(loaded("scale_picture").rows()) in page("scale.md")


def test_every_page_is_in_the_navigation_and_every_entry_is_a_page():
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    assert sorted(re.findall(r"^  - .*: (\S+\.md)$", nav, re.MULTILINE)) == [p.name for p in PAGES]


@pytest.mark.parametrize(
    "room",
    ["", ".images", ".features", ".cluster", ".hierarchy", ".evaluate", ".figures", ".study"],
)
def test_every_public_name_is_on_the_page_of_names(room):
    module = importlib.import_module(f"inkcluster{room}")
    named = set(re.findall(r"inkcluster(?:\.\w+)+", page("api.md")))
    handed_on = {n for n in module.__all__ if is_scipys(getattr(module, n))}
    ours = set(module.__all__) - handed_on
    assert {f"inkcluster{room}.{name}" for name in ours} <= named


def is_scipys(value):
    return getattr(value, "__module__", "").startswith("scipy.")


def test_every_name_on_the_page_of_names_exists():
    for name in set(re.findall(r"^::: (\S+)$", page("api.md"), re.MULTILINE)):
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), name


# Performance


def test_the_tables_of_performance_are_written_between_their_marks(performance_tables):
    text = page("performance.md")
    assert list(performance_tables.blocks(text)) == ["cold", "stranger"]
    where = {"machine": {"processors": 2, "python": "3.11", "platform": "here"}}
    call = {"call": "KMeans(10)", "data": "digits", "first": 2.0, "second": 0.5, "compiled": []}
    call |= {"first_cpu": 3.0, "second_cpu": 1.0}
    cell = {"family": "lattice", "estimator": "ward", "n": 9, "dtype": "float32", "order": "F"}
    cell |= {"ours": 2.0, "theirs": 4.0, "same": "yes", "peer": "SciPy", "algorithm": "stored"}
    tables = {
        "cold": performance_tables.cold_table(where | {"calls": [call]}),
        "stranger": performance_tables.stranger_table(where | {"cells": [cell]}),
    }
    assert "| KMeans(10) | digits | 1.50 | 2.00 | 0.5 | 0.50 |  | 0 |  |" in tables["cold"]
    assert re.search(
        r"\| lattice \| ward \| 9 \| float32 F \| 2.00 \|.*\| yes \| stored \|", tables["stranger"]
    )
    assert performance_tables.blocks(performance_tables.with_blocks(text, tables)) == tables


@pytest.fixture(scope="module")
def performance_tables():
    """The module that writes them."""
    return loaded("performance_tables")


# Examples


@pytest.mark.parametrize(
    "path",
    [p for p in (README, *PAGES) if ">>>" in p.read_text(encoding="utf-8")],
    ids=lambda path: path.name,
)
def test_examples_give_what_the_page_says(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "\n".join(blocks(path.read_text(encoding="utf-8"), "python"))
    example = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    assert example.examples
    said = []
    results = doctest.DocTestRunner(optionflags=_EXAMPLES).run(example, out=said.append)
    assert not results.failed, "".join(said)


def test_every_python_block_is_an_example_that_runs():
    for path in [README, *PAGES]:
        for text in blocks(path.read_text(encoding="utf-8"), "python"):
            assert text.startswith(">>>"), f"{path.name}: {text[:40]}"


def test_the_table_of_formats_is_the_readers():
    assert "\n".join(formats.rows()) in page("data.md")


@pytest.mark.parametrize("kind", formats.FORMATS)
def test_every_format_has_its_reader(kind):
    module, _, function = formats.FORMATS[kind].reader.rpartition(".")
    read = getattr(importlib.import_module(f"inkcluster.images.readers.{module}"), function)
    assert list(inspect.signature(read).parameters)[1:] == ["asked"]


def test_every_option_in_the_table_of_formats_exists():
    named = set(re.findall(r"--[a-z][a-z-]+", "\n".join(formats.rows())))
    assert named <= {o for those in options_of_study().values() for o in those}
    assert {"--labels", "--shape", "--label-level"} <= named
