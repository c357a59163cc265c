"""A folder of pictures that would take much of the memory is gathered in the run's folder, and used again."""

import numpy as np
import pytest
from PIL import Image

from inkcluster import report
from inkcluster.cli import parse
from inkcluster.cli.listen import Listener
from inkcluster.images.readers.gathering import surveying
from inkcluster.images.readers.pictures import items
from inkcluster.progress import Progress
from inkcluster.study.run import folder as run_folder
from inkcluster.study.run import runner
from inkcluster.study.run.run import Run


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(30):
        inner = tmp_path / "set" / f"digit_{i % 2}"
        inner.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 60, (6, 6), dtype=np.uint8)
        pixels[3 * (i % 2)] = 200
        Image.fromarray(pixels).save(inner / f"{i:02}.png")
    return tmp_path / "set"


def test_a_study_gathers_and_is_exported(
    folder, ink_here, one_sentence, tell, monkeypatch, tmp_path
):
    def told(images, out):
        return Run.open(tell(images, out, (np.arange(30) % 2).astype(np.int32)))

    monkeypatch.setattr(run_folder, "MAX_READ_SHARE", 0)
    monkeypatch.setattr(runner, "study", lambda images, out, *_, **__: told(images, out))
    monkeypatch.setattr(report, "write", lambda run: run.path / "report.html")
    monkeypatch.setattr(surveying, "BATCH_FILES", 10)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").write_text("mine")
    refused = one_sentence(ink_here("study", folder, "--out", "mine"))
    assert "holds no study" in refused
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["note.txt"]

    real, calls = items.sort_out, []

    def cut_off(item, *to):
        calls.append(item.name)
        if len(calls) == 25:
            raise KeyboardInterrupt
        return real(item, *to)

    monkeypatch.setattr(items, "sort_out", cut_off)
    ask = ("study", folder, "--quiet")
    assert ink_here(*ask).returncode == 130
    run = tmp_path / "runs" / "set"
    assert {path.name for path in run.iterdir()} == {"gathered"}
    assert ink_here(*ask).returncode == 0
    assert len(calls) == 25 + 10
    images = np.load(run / "gathered" / "images.npy")
    assert images.shape == (30, 6, 6)
    assert ink_here("export", run, "copies").returncode == 0
    assert len(calls) == 35
    assert len(list((tmp_path / "copies").rglob("*.png"))) == 30
    assert ink_here("look", folder, "--gather", run / "gathered").returncode == 0
    assert len(calls) == 35


def test_reading_shows_its_progress(folder, ink_here, monkeypatch, tmp_path):
    tasks = []

    class Heard(Listener, Progress):
        def __init__(self):
            self.progress = self

        def task(self, what, total=None):
            tasks.append((what, total))
            return super().task(what, total)

    monkeypatch.setattr(parse, "listener", lambda quiet: Heard())
    assert ink_here("look", folder, "--gather", tmp_path / "g").returncode == 0
    assert tasks == [("looking through set", 30), ("gathering set", 30)]
