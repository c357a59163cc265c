"""Every output that cannot be written: one clear sentence, exit code 1, earlier results kept."""

import fcntl
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def contents(folder: Path):
    """Every file that a run may not lose, with its bytes."""
    kept = [p for p in folder.rglob("*") if p.is_file() and "answers" in p.parts]
    return {path: path.read_bytes() for path in [*kept, folder / "report.html"]}


def unwritable_file(folder):
    (folder / "taken").write_text("a file")
    return folder / "taken", "taken"


def unwritable_below_a_file(folder):
    (folder / "taken").write_text("a file")
    return folder / "taken" / "run", "taken"


def unwritable_system(folder):
    return Path("/proc/inkcluster"), "/proc/inkcluster"


def unwritable_strangers(folder):
    (folder / "thesis").mkdir()
    (folder / "thesis" / "thesis.tex").write_text("a year of work")
    return folder / "thesis", "thesis.tex"


def unwritable_permissions(folder):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (folder / "locked").mkdir(mode=0o555)
    return folder / "locked", "locked"


@pytest.mark.parametrize(
    "make",
    [
        unwritable_file,
        unwritable_below_a_file,
        unwritable_system,
        unwritable_strangers,
        unwritable_permissions,
    ],
    ids=lambda make: make.__name__,
)
def test_an_output_that_cannot_be_written(one_sentence, ink_here, small, tmp_path, make):
    out, named = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert named in one_sentence(ink_here("study", small, "--only", "shape", "--out", out))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_keeps_what_there_is(one_sentence, ink, ink_here, small, tmp_path):
    assert ink_here("study", small, "--only", "shape", "--out", "run").returncode == 0
    before = contents(tmp_path / "run")
    process = ink(
        *("study", small, "--only", "centres", "--restarts", "2", "--out", "run"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000)),
    )
    assert "room" in one_sentence(process) or "full" in process.stderr
    assert contents(tmp_path / "run") == before
    assert not list((tmp_path / "run").rglob(".part-*"))
    assert ink_here("study", small, "--only", "shape,centres", "--restarts", "2").returncode == 0


def test_a_disk_that_is_really_full(one_sentence, small, tmp_path, command, environment):
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare to mount a small disk with")
    (tmp_path / "disk").mkdir()
    mount = "mount -t tmpfs -o size=150k tmpfs disk"
    if subprocess.run([unshare, "-rm", "sh", "-c", mount], cwd=tmp_path, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    study = " ".join([*command, "study", str(small), "--restarts 2 --only centres --out disk/run"])
    script = f"{mount} && {study}; code=$?; find disk -name '.part-*'; ls disk/run; exit $code"
    process = subprocess.run(
        [unshare, "-rm", "sh", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "room" in one_sentence(process) or "full" in process.stderr
    assert ".part-" not in process.stdout
    assert "report.html" not in process.stdout
    assert "run.json" in process.stdout


def test_two_runs_into_one_folder(one_sentence, ink_here, small, tmp_path):
    assert ink_here("study", small, "--only", "shape", "--out", "run").returncode == 0
    before = contents(tmp_path / "run")
    with (tmp_path / "run" / ".lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = ink_here("study", small, "--only", "centres", "--out", "run")
    assert "in use" in one_sentence(process)
    assert contents(tmp_path / "run") == before


def test_another_data_set_into_one_folder(one_sentence, ink_here, small, tmp_path):
    assert ink_here("study", small, "--only", "shape", "--out", "run").returncode == 0
    before = contents(tmp_path / "run")
    assert "small" in one_sentence(ink_here("study", "digits", "--only", "shape", "--out", "run"))
    assert contents(tmp_path / "run") == before


def test_no_writable_home_makes_no_noise(ink, tmp_path):
    nowhere = {
        "HOME": "/dev/null/home",
        "MPLCONFIGDIR": "",
        "XDG_CACHE_HOME": "",
        "XDG_CONFIG_HOME": "",
    }
    process = ink("look", "digits", "3", "--png", "x.png", env=nowhere)
    assert (process.returncode, process.stderr) == (0, "")
    assert (tmp_path / "x.png").stat().st_size > 100


@pytest.mark.parametrize("where", ["/dev/null", "/dev/stdout", "fifo", "folder", "loop"])
def test_a_picture_is_written_into_no_device_pipe_or_folder(
    one_sentence, ink_here, tmp_path, where
):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    kind = (tmp_path / where).lstat().st_mode
    assert where in one_sentence(ink_here("look", "digits", "3", "--png", where))
    assert (tmp_path / where).lstat().st_mode == kind


def test_a_closed_or_full_stream_is_no_traceback(ink, small, tmp_path):
    """stderr closed: nothing to say there; stdout closed: nobody to say it to; neither fails a study."""
    line = ["study", str(small), "--only", "shape"]
    for streams in ("2>&-", "0<&- 1>&- 2>&-", "2>/dev/full"):
        process = ink(*line, "--out", "run", shell_end=streams)
        assert process.returncode == 0, (streams, process.stderr)
        assert process.stderr.count("\n") <= 1
        assert (tmp_path / "run" / "report.html").is_file()
    for words in (["--help"], ["look", "digits"]):
        process = ink(*words, shell_end="1>/dev/full")
        assert process.returncode == 1, words
        assert "Exception ignored" not in process.stderr
        assert "Traceback" not in process.stderr


def test_under_ulimit_arrow_reserves_no_address_space(tmp_path):
    """A gigabyte of 2.2 was gone before the first question, which then had too little."""
    code = (
        "import sys, psutil, inkcluster.cli as cli; sys.argv = ['inkcluster', '--version']\n"
        "try: cli.main()\n"
        "except SystemExit: import pyarrow as pa; before = psutil.Process().memory_info().vms\n"
        "pa.table({'a': [1]}); print((psutil.Process().memory_info().vms - before) >> 20)"
    )
    command = ["bash", "-c", 'ulimit -v 4000000; exec "$0" -c "$1"', sys.executable, code]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert int(said.split()[-1]) < 600  # MB
