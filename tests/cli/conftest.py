"""Runs the command line as a person does, or in this process where that makes no difference."""

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import inkcluster
from inkcluster.study import Settings, study
from inkcluster.study.answer import Answer, Finding, Level, Partition, Table

TERMINAL = ("NO_COLOR", "FORCE_COLOR", "COLUMNS")
"""Variables that describe a terminal."""


@pytest.fixture
def environment(tmp_path):
    """Variables of a process that has no terminal and finds no data but its own."""
    kept = {k: v for k, v in os.environ.items() if k not in TERMINAL}
    return kept | {"INKCLUSTER_DATA": str(tmp_path / "no-data"), "OMP_NUM_THREADS": "1"}


@pytest.fixture
def command():
    """The start of every command line."""
    return [sys.executable, "-m", "inkcluster"]


@pytest.fixture
def ink(tmp_path, environment, command):
    """Run `inkcluster` in the test's own folder; the finished process is returned.

    `shell_end` is what a shell says after the command, such as ``2>&-``.
    """

    def run(*arguments, timeout=120, shell_end="", **more):
        line = [*command, *map(str, arguments)]
        return subprocess.run(
            ["sh", "-c", f"{shlex.join(line)} {shell_end}"] if shell_end else line,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env=environment | more.pop("env", {}),
            **more,
        )

    return run


@pytest.fixture
def ink_here(tmp_path, monkeypatch, capfd):
    """Run `inkcluster` as :func:`ink` does, but in this process, which has imported everything."""
    from inkcluster import cli

    for name in TERMINAL:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INKCLUSTER_DATA", str(tmp_path / "no-data"))

    def run(*arguments):
        monkeypatch.chdir(tmp_path)
        line = ["inkcluster", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", line)
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capfd.readouterr()
        return subprocess.CompletedProcess(line, left.value.code, said.out, said.err)

    return run


@pytest.fixture
def small(tmp_path) -> Path:
    """Sixty images of 4 × 4 pixels in three plain groups, with labels."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    pixels = rng.integers(0, 60, (60, 4, 4)).astype(np.uint8)
    for image, label in zip(pixels, labels, strict=True):
        image[label] += 150
    path = tmp_path / "small.npz"
    np.savez(path, pixels=pixels, labels=labels)
    return path


@pytest.fixture
def one_sentence():
    """Check that a process refused in one sentence, and return it."""

    def checked(process):
        assert process.returncode == 1, (process.stdout, process.stderr)
        assert "Traceback" not in process.stderr
        lines = process.stderr.splitlines()
        assert len(lines) == 1, process.stderr
        assert len(lines[0].split()) > 3
        assert "failed unexpectedly" not in lines[0]
        assert "{" not in lines[0]
        return lines[0]

    return checked


HOSTILE = ("<img src=x onerror=alert(1)>", "=\u202eevil \x1b[31mred", "+1+1" + "x" * 10_000)
"""Texts that would like to be markup, turn the text around, or be a formula."""


@dataclass(frozen=True)
class Told:
    """A question whose answer is given beforehand."""

    key: str
    number: int
    found: Answer
    title: str = "What is it?"
    uses: tuple[str, ...] = ()
    revision: int = 1

    def answer(self, images, plan, desk):
        del images, plan, desk
        return self.found


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> Path:
    """A folder of 24 pictures in two folders, with names that would like to be something else."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("data") / "pictures"
    for kind in range(2):
        (folder / HOSTILE[kind]).mkdir(parents=True)
        for i in range(12):
            pixels = np.full((6, 6, 3), 20 * i, np.uint8)
            pixels[3 * kind : 3 * kind + 3] = 250 - i
            name = ("=1+1", "\u202elive", "con")[i] if i < 3 else f"{i} é"
            Image.fromarray(pixels).save(folder / HOSTILE[kind] / f"{name}.png")
    return folder


@pytest.fixture(scope="session")
def tell():
    """``tell(images, out, groups, *more, **answer)``: a run whose question 7 found these groups."""

    def _tell(images, out, groups, *more, **answer):
        n = len(images)
        known = {"confidence": np.linspace(0, 1, n), "outlier_scores": np.ones(n)}
        arrays = {"labels": groups, "places": np.zeros((n, 2)), **known}
        found = Answer(
            tables=(Table("numbers", "Numbers", "They count.", pd.DataFrame({"n": [n]})),),
            arrays=arrays,
            partitions=(Partition("shape clustering", **{name: name for name in arrays}),),
            **answer,
        )
        told = (*more, Told("shape", 7, found))
        study(images, out, Settings(k=2), questions={one.key: one for one in told})
        return out

    return _tell


@pytest.fixture(scope="session")
def told(pictures, tell, tmp_path_factory) -> Path:
    """A finished run on the pictures, with quick answers to questions 6 and 7 that are hostile too."""
    images = replace(inkcluster.load(pictures), name=HOSTILE[2])
    groups = (np.arange(24) >= 12).astype(np.int32)
    methods = pd.DataFrame(
        {"method": [f"method {i} {HOSTILE[1]}" for i in range(14)], "groups": range(14)}
        | {f"share {c}, %": np.arange(14) / 2 for c in "abc"}
    )
    compare = Answer(
        tables=(Table("methods", "The methods", "They differ.", methods),),
        arrays={"noisy": np.where(np.arange(24) % 5, groups, -1).astype(np.int32)},
        front="methods",
        partitions=(Partition("DBSCAN on pixels", "noisy"),),
    )
    return tell(
        images,
        tmp_path_factory.mktemp("told") / "run",
        groups,
        Told("compare", 6, compare),
        findings=tuple(
            Finding("D1", Level.WARNING, f"Look at {text[:60]}.") for text in HOSTILE * 2
        ),
        says=f"The 24 images form two groups of {HOSTILE[1]}. Look at the first.",
    )
