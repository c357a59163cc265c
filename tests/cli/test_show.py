"""The first screen on a terminal."""

import json
import shutil
import webbrowser

import numpy as np
import pytest
from rich.cells import cell_len

from inkcluster.cli.blocks import tiles
from inkcluster.study import Run

HOSTILE = ("<img src=x onerror=alert(1)>", "=\u202eevil \x1b[31mred")


@pytest.fixture
def run(told, tmp_path):
    """A copy of the run that a test may spoil."""
    return shutil.copytree(told, tmp_path / "run")


def spoil(run, **values):
    state = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(state | values))


@pytest.mark.parametrize("columns", [30, 80, 200])
def test_the_first_screen(ink_here, told, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    process = ink_here("show", told)
    assert (process.returncode, process.stderr) == (0, "")
    text = process.stdout
    assert all(c.isprintable() or c == "\n" for c in text)
    lines = text.splitlines()
    assert text.startswith("+1+1xxxx")
    assert max(map(cell_len, lines)) <= columns
    assert " ".join(text.split()).count("The 24 images form two groups of =\\u202eevil") == 1
    assert "group 0" in text
    assert any(line.split()[0] == "12" for line in lines if line.strip())
    assert "█" in text
    assert sum(line.startswith("! ") for line in lines) == 5
    assert "method 11" in text
    assert "method 12" not in text
    assert "… and 2 more in the report" in text
    assert ("share a" in text, "share c" in text) == (columns > 30, True)
    assert lines[-1] == "There is no report yet."


def test_the_same_as_json(ink_here, told):
    found = json.loads(ink_here("show", told, "--json").stdout)
    assert found["says"].startswith("The 24 images form two groups")
    assert [group["size"] for group in found["groups"]] == [12, 12]
    assert [group["purity"] for group in found["groups"]] == [1, 1]
    assert {group["label"] for group in found["groups"]} == set(HOSTILE)
    assert len(found["findings"]) == 5
    assert len(found["methods"]) == 14
    assert (found["state"], found["computing"], found["report"]) == ("done", [], None)


def test_a_run_that_is_still_computing_says_what(ink_here, run):
    state = json.loads((run / "run.json").read_text())
    spoil(
        run, state="running", answers={"compare": state["answers"]["compare"]}, asked=["shape", "x"]
    )
    said = ink_here("show", run)
    assert said.returncode == 0, said.stderr
    assert "No question is answered yet." in said.stdout
    assert "Still being computed, unless the study was killed: question 7." in said.stdout
    spoil(run, answers={}, state="interrupted")
    assert "The study was interrupted." in ink_here("show", run).stdout


def test_what_is_no_run_or_damaged_is_one_sentence(ink_here, one_sentence, run, tmp_path):
    assert "holds no study" in one_sentence(ink_here("show", tmp_path / "nowhere"))
    next(run.glob("answers/shape-*/tables/*.parquet")).write_bytes(b"no table")
    assert "run the study again" in one_sentence(ink_here("show", run))
    spoil(run, data=3)
    assert "is damaged" in one_sentence(ink_here("show", run, "--json"))


def test_open_writes_the_report_and_opens_it(ink_here, one_sentence, run, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or len(opened) == 1)
    assert ink_here("show", run, "--open").returncode == 0
    assert opened == [(run / "report.html").resolve().as_uri()]
    assert (run / "report.html").is_file()
    assert "No browser could be started" in one_sentence(ink_here("show", run, "--open"))


def test_a_notebook_shows_the_sentence_and_the_groups(run):
    (run / "report.html").touch()
    text = Run.open(run)._repr_html_()
    assert len(text) < 200_000
    assert "The 24 images form two groups of =\u202eevil" in text
    assert text.count('<img src="data:image/png;base64,') == text.count("<img") == 2
    assert "&lt;img src=x" in text
    assert f'href="{(run / "report.html").as_uri()}"' in text


def test_numbers_of_millions_are_shown_whole():
    lines = tiles(
        np.full((5, 28, 28), 9, np.uint8), [("group 11", "12,345,678", "six · 100 %")] * 5, 80
    )
    text = "\n".join(lines)
    assert [text.count(one) for one in ("group 11", "12,345,678", "six · 100 %")] == [5, 5, 5]
