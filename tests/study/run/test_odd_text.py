"""Names and labels that are not Unicode, or would be obeyed by a terminal: a study shows them, and is done."""

import contextlib
import io
import json
import os
from dataclasses import replace

import numpy as np
import pytest

from inkcluster import report
from inkcluster.cli.guard import print_json
from inkcluster.cli.studying import results
from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet
from inkcluster.study.run.run import Run
from inkcluster.study.run.runner import study
from inkcluster.study.settings.settings import Settings

ODD = (
    "caf\udce9",
    "\ud83d\ude00",
    "lone \ud83d",
    "\udfff",
    "\x9b31m",
    "\u202egnp",
    "\ufeff",
    "a\x00b",
    "a\nb\x1b[0m",
)


@pytest.fixture
def odd(blobs):
    """Images whose every text is odd."""
    labels = np.array(ODD)[np.arange(len(blobs)) % len(ODD)]
    names = np.array([f"{label}/{i}.png" for i, label in enumerate(labels.tolist())])
    return ImageSet(
        blobs.pixels, labels, "".join(ODD), f"/home/{ODD[0]}", tuple(f"It is {t}." for t in ODD), names,
        f"from {ODD[2]}", f"column {ODD[0]!r}",
    )  # fmt: skip


def printed(run):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        print_json(results(run, run.path / "report.html"))
    return said.getvalue()


def test_a_study_with_odd_text_is_written_reported_and_printed(odd, tmp_path):
    settings = Settings(k=4, restarts=2)
    out = tmp_path / os.fsdecode(b"caf\xe9 \xe2\x80\xae")
    run = study(odd, out, settings, only=["centres", "shape"])
    assert run.failed == ()
    assert report.write(run).read_text(encoding="utf-8")
    again = Run.open(out)
    assert again.data.classes == tuple(
        sorted(["caf\\xe9", "😀", "lone \\ud83d", "\\udfff", *ODD[4:]])
    )
    text = printed(again)
    assert json.loads(text)["run"] == str(out)
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    study(odd, out, settings, only=["centres", "shape"])


def test_text_that_is_fine_stays_as_it_is(blobs):
    from inkcluster.study.run.facts import legible

    labels = np.array(["é", "日本", "😀", "a\\xe9"])[blobs.labels]
    fine = replace(blobs, labels=labels)
    assert legible(fine).labels is labels
    assert legible(blobs).labels is blobs.labels


@pytest.mark.parametrize("order", "<>")
def test_characters_beyond_unicode_are_refused_before_anything_is_written(
    ask, blobs, tmp_path, order
):
    codes = np.full(len(blobs), 0x110000, f"{order}u4")
    labels = codes.view(f"{order}U1")
    with pytest.raises(BadInputError, match="beyond Unicode"):
        ask(replace(blobs, labels=labels))
    assert not (tmp_path / "run").exists()
