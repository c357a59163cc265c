"""Runs the command line as a person does: in a process of its own."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def environment(tmp_path):
    """Variables of a process that has no terminal and finds no data but its own."""
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
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

    def run(*arguments):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("INKCLUSTER_DATA", str(tmp_path / "no-data"))
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
