import json
import os
import pty
import re
import resource
import select
import subprocess
import sys
import time

import numpy as np
import pytest

from inkcluster.compute.dasked import clients


def json_of(process):
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def test_text(ink, small):
    process = ink("study", small, "--only", "shape", "--verbose")
    lines = process.stdout.splitlines()
    assert lines[0].startswith("small: 60 images, 4 × 4")
    assert any(line[2:].startswith("P2  ") for line in lines)
    assert "The 60 images form three groups by shape, clearly. 100 % are" in process.stdout
    assert re.search(r"group 0 .*\n20 ", process.stdout)
    (line,) = process.stderr.splitlines()
    assert re.fullmatch(r"7\. How well can the images be clustered at all\? \d+\.\d s", line)


def test_workers_without_dask_are_refused(ink_here, small, one_sentence, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    for option in (["--workers", "2"], ["--scheduler", "tcp://127.0.0.1:9"]):
        said = one_sentence(ink_here("study", small, *option))
        assert "Dask is not installed; install it with: pip install 'inkcluster[dask]'." in said


def test_idle_workers_are_told_of(ink_here, small, monkeypatch):
    monkeypatch.setattr(clients, "current_client", object)
    process = ink_here("study", small, "--only", "shape")
    assert "The Dask workers had nothing to do: " in process.stderr
    assert process.returncode == 0


def test_quiet_prints_the_path_only(ink_here, small):
    process = ink_here("study", small, "--only", "shape", "--quiet", "--out", "a run")
    assert process.stdout == "a run/report.html\n"
    assert process.stderr == ""


def test_json_is_the_whole_of_stdout(ink_here, small, tmp_path):
    found = json_of(
        ink_here("study", small, "--only", "centres,shape", "--json", "--restarts", "2")
    )
    assert found["data"]["n"] == 60
    assert found["state"] == "done"
    assert found["failed"] == []
    assert found["settings"]["k"] == {"value": 3, "why": "from the 3 labels"}
    assert found["settings"]["restarts"] == {"value": 2, "why": "given on the command line"}
    by_key = {question["key"]: question for question in found["questions"]}
    assert by_key["shape"]["state"] == "answered"
    assert by_key["centres"]["state"] == "answered"
    assert {f["code"] for f in by_key["centres"]["findings"]} <= {
        f["code"] for f in found["findings"]
    }
    for figure in by_key["centres"]["figures"]:
        for kind in ("svg", "png", "data"):
            assert (tmp_path / figure[kind]).is_file()
    for table in by_key["centres"]["tables"]:
        assert table["rows"] >= 0
        assert table["columns"]
    assert (tmp_path / found["report"]).is_file()


def test_the_file_and_the_command_line(ink_here, small, tmp_path):
    (tmp_path / "study.toml").write_text("k = 4\nseed = 7\n")
    found = json_of(
        ink_here("study", small, "--only", "shape", "--config", "study.toml", "--k", "5", "--json")
    )
    assert found["settings"]["k"]["value"] == 5
    assert found["settings"]["k"]["why"] == "given on the command line"
    assert found["settings"]["seed"]["value"] == 7
    assert found["settings"]["seed"]["why"] == "given in study.toml"


def test_every_setting_is_an_option(ink_here, small):
    options = {
        "--seed": "1",
        "--k": "4",
        "--shape-k": "3",
        "--study-sample": "100",
        "--scaling": "none",
        "--restarts": "3",
        "--replace": None,
        "--sample-sizes": "20,30",
        "--resamples": "2",
        "--linkage-sample": "40",
        "--map-sample": "41",
        "--eps": "1,2.5",
        "--min-samples": "2-4",
        "--refine": "3",
        "--compare-sample": "42",
        "--components": "5",
        "--svd-solver": "randomized",
        "--sweep-sample": "43",
        "--sweep-eps": "3",
        "--sweep-min-samples": "4",
        "--many": "9",
        "--thumbnails": "100",
    }
    arguments = [part for pair in options.items() for part in pair if part is not None]
    found = json_of(ink_here("study", small, "--only", "shape", "--json", *arguments))
    from inkcluster.study.settings import NAMES

    assert {"--" + name.replace("_", "-") for name in NAMES} == set(options)
    assert {setting["why"] for setting in found["settings"].values()} == {
        "given on the command line"
    }
    assert found["settings"]["min_samples"]["value"] == [2, 3, 4]
    assert found["settings"]["eps"]["value"] == [1.0, 2.5]
    assert found["settings"]["replace"]["value"] is True


def test_labels_and_shape(ink_here, tmp_path):
    rng = np.random.default_rng(1)
    np.save(tmp_path / "flat.npy", rng.integers(0, 255, (40, 12)).astype(np.uint8))
    np.save(tmp_path / "names.npy", np.array(["a", "b"] * 20))
    found = json_of(
        ink_here(
            *("study", "flat.npy", "--only", "shape", "--json"),
            *("--shape", "3x4", "--labels", "names.npy"),
        )
    )
    assert (found["data"]["height"], found["data"]["width"]) == (3, 4)
    assert found["data"]["classes"] == ["a", "b"]


def test_hostile_labels_end_to_end(ink_here, tmp_path):
    rng = np.random.default_rng(1)
    hostile = np.array(
        ["<img src=x onerror=alert(1)>", "</script>", "\x1b[31mred\n", "{{7*7}}"] * 10
    )
    np.savez(
        tmp_path / "x.npz", pixels=rng.integers(0, 255, (40, 4, 4)).astype(np.uint8), labels=hostile
    )
    process = ink_here("study", "x.npz", "--only", "centres,shape", "--restarts", "2")
    assert process.returncode == 0, process.stderr
    assert "\x1b" not in process.stdout
    text = (tmp_path / "runs/x/report.html").read_text()
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert text.count("</script>") == text.count("<script")


@pytest.mark.parametrize("no_color", ["", "1"])
def test_on_a_terminal_bars_and_colours_unless_refused(
    small, tmp_path, command, environment, no_color
):
    main, other = pty.openpty()
    variables = environment | {"TERM": "xterm-256color", "COLUMNS": "100"}
    if no_color:
        variables["NO_COLOR"] = no_color
    process = subprocess.Popen(
        [*command, "study", str(small), "--only", "shape"],
        cwd=tmp_path,
        env=variables,
        stdin=other,
        stdout=other,
        stderr=other,
    )
    os.close(other)
    shown, until = b"", time.monotonic() + 60
    while time.monotonic() < until:
        ready, _, _ = select.select([main], [], [], 0.1)
        try:
            chunk = os.read(main, 65536) if ready else b""
        except OSError:
            break
        shown += chunk
        if not ready and process.poll() is not None:
            break
    os.close(main)
    assert process.wait(60) == 0
    assert "━".encode() in shown
    assert (b"\x1b[32m" in shown) is not bool(no_color)
    assert b"runs/small/report.html" in shown


def test_a_second_run_takes_up_the_first(ink_here, small):
    first = json_of(ink_here("study", small, "--only", "centres", "--restarts", "2", "--json"))
    again = json_of(ink_here("study", small, "--only", "centres", "--restarts", "2", "--json"))
    assert again["questions"] == first["questions"]


def test_help_is_quick_and_imports_nothing_heavy(command, environment, tmp_path):
    heavy = "numpy|pandas|sklearn|scipy|matplotlib|pyarrow|jinja2|inkcluster.images|inkcluster.study.run"
    code = (
        "import sys\nsys.argv = ['inkcluster', '--help']\nfrom inkcluster.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"found = [m for m in {heavy!r}.split('|') if m in sys.modules]\n"
        "sys.exit(f'imported {found}' if found else 0)\n"
    )
    process = subprocess.run(
        [command[0], "-c", code], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert process.returncode == 0, process.stderr
    best = min(_seconds([*command, "--help"], environment) for _ in range(3))
    assert best < 0.5


def _seconds(line, environment):
    """Processor time, which other work on the machine does not lengthen as it does the wall's."""

    def spent():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = spent()
    subprocess.run(line, env=environment, capture_output=True, check=True)
    return spent() - before


def test_a_study_of_the_folder_one_is_in_does_not_read_its_own_run(ink_here, tmp_path):
    from PIL import Image

    rng = np.random.default_rng(0)
    for i in range(20):
        pixels = rng.integers(0, 256, (4, 4)).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{i:02}.png")
    said = [ink_here("study", ".", "--only", "shape", "--k", "3") for _ in range(2)]
    assert [process.returncode for process in said] == [0, 0], said[1].stderr
    assert "20 images" in said[1].stdout
    assert said[0].stdout == said[1].stdout
    assert len(list((tmp_path / "runs").iterdir())) == 1
    refused = ink_here("look", next((tmp_path / "runs").iterdir()))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is the folder of a study" in refused.stderr
