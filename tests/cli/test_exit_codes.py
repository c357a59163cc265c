"""Exit codes: 0 done, 1 bad input, 2 usage, 130 interrupted."""

import os
import signal
import subprocess
import time

import pytest
from typer.main import get_command

import inkcluster.images
from inkcluster.cli import app
from inkcluster.errors import BadInputError
from inkcluster.study.questions import QUESTIONS

COMMANDS = get_command(app).commands


def said_once(process):
    lines = process.stderr.splitlines()
    assert len(lines) == 1, process.stderr
    assert "Traceback" not in process.stderr
    return lines[0]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["study", "--help"]])
def test_0_asked_for_words(ink, arguments):
    process = ink(*arguments)
    assert process.returncode == 0
    assert process.stderr == ""


def test_0_done(ink, small, tmp_path):
    process = ink("study", small, "--only", "shape")
    assert process.returncode == 0
    assert process.stdout.splitlines()[-1] == "runs/small/report.html"
    assert (tmp_path / "runs/small/report.html").is_file()


def test_1_bad_input(ink_here):
    process = ink_here("study", "nowhere.npz")
    assert process.returncode == 1
    assert process.stdout == ""
    assert "nowhere.npz" in said_once(process)


@pytest.mark.parametrize(
    "arguments",
    [
        ["study", "--nonsense"],
        ["study", "--k", "ten"],
        ["study", "--k", "1"],
        ["study", "--eps", "1,x"],
        ["study", "--min-samples", "9-2"],
        ["study", "--components", "many"],
        ["study", "--shape", "28"],
        ["study", "--only", "dbscan,colours"],
        ["study", "--only", ""],
        ["study", "--workers", "0"],
        ["study", "--workers", "2", "--scheduler", "tcp://127.0.0.1:9"],
        ["look", "digits", "first"],
        ["look", "--per-label", "0"],
        ["look", "--seed", "-1"],
        ["look", "--seed", "4294967296"],
        ["look", "digits", "9" * 5000],
        ["study", "--seed", "-1"],
        ["study", "--k", str(2**63)],
        ["study", "--k", "9" * 5000],
        ["study", "--shape", "9" * 5000 + "x1"],
        ["study", "--\x1b[31mred"],
        ["study", "--components", str(2**64)],
        ["save", "digits"],
        ["cluster"],
    ],
)
def test_2_usage(ink_here, arguments):
    process = ink_here(*arguments)
    assert process.returncode == 2
    assert process.stdout == ""
    assert "Usage:" in process.stderr
    assert "Traceback" not in process.stderr
    assert "\x1b" not in process.stderr
    assert len(process.stderr) < 2000


def test_2_usage_of_a_process(ink):
    process = ink("study", "--nonsense")
    assert (process.returncode, process.stdout) == (2, "")
    assert "Usage:" in process.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_2_no_command_takes_an_option_twice(name):
    """Click takes the last, so that `--only a --only b` would answer b alone and say nothing."""
    command = COMMANDS[name]
    options = [one for one in command.params if one.param_type_name == "option"]
    assert options
    for option in options:
        written = max(option.opts, key=len)
        once = [written] if option.is_flag else [written, "1"]
        with pytest.raises(Exception, match=f"^{written} is given twice; give it once.$") as error:
            command.make_context(name, [*once, *once])
        assert error.value.exit_code == 2


@pytest.fixture
def fail(monkeypatch):
    """Let question 7 raise this error."""

    def _fail(error):
        def answer(*_):
            raise error

        monkeypatch.setattr(type(QUESTIONS["shape"]), "answer", answer)

    return _fail


def test_a_question_that_failed_is_1_after_the_report(ink_here, small, tmp_path, fail):
    fail(BadInputError("The dog ate it."))
    process = ink_here("study", small, "--only", "shape")
    assert process.returncode == 1
    assert "Traceback" not in process.stderr
    assert "The dog ate it." in process.stdout
    assert "The dog ate it." in (tmp_path / "runs/small/report.html").read_text()


def test_a_mistake_of_ours_is_one_sentence_too(ink_here, small, fail):
    fail(ZeroDivisionError("division by zero"))
    process = ink_here("study", small, "--only", "shape")
    assert process.returncode == 1
    assert "ZeroDivisionError" in said_once(process)
    assert "--debug" in process.stderr
    process = ink_here("study", small, "--only", "shape", "--debug")
    assert process.returncode == 1
    assert "Traceback" in process.stderr


@pytest.fixture
def slow(tmp_path):
    """A place from which Python learns to make question 7 slow, saying when it has begun."""
    code = (
        "import pathlib, time\n"
        "from inkcluster.study.questions import QUESTIONS\n"
        "def wait(*_):\n"
        "    pathlib.Path('begun').touch()\n"
        "    time.sleep(60)\n"
        "type(QUESTIONS['shape']).answer = wait\n"
    )
    (tmp_path / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_130_interrupted_then_goes_on(
    ink_here, small, slow, tmp_path, command, environment, number
):
    process = subprocess.Popen(
        [*command, "study", str(small), "--only", "shape", "--quiet"],
        cwd=tmp_path,
        env=environment | slow,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # in a background job the shell has interrupts ignored, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    until = time.monotonic() + 60
    while not (tmp_path / "begun").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines() == ["Interrupted. Run the same command again to continue."]
    assert ink_here("study", small, "--only", "shape").returncode == 0


def test_a_reader_who_leaves_is_no_error(tmp_path, command, environment):
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [*command, "look", "digits"], cwd=tmp_path, env=environment, stdout=writer, stderr=-1
    )
    os.close(writer)
    os.close(reader)
    _, err = process.communicate(timeout=60)
    assert err == b""


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (MemoryError("18 GiB"), "not enough memory"),
        (OSError(12, "Cannot allocate memory", "/x"), "not enough memory"),
        (OSError(28, "No space left on device"), "disk is full"),
        (PermissionError(13, "Permission denied", "/x"), "/x: Permission denied"),
    ],
)
def test_what_the_machine_lacks_is_said(ink_here, monkeypatch, raised, words):
    def load(*_, **__):
        raise raised

    monkeypatch.setattr(inkcluster.images, "load", load)
    process = ink_here("look", "digits")
    assert process.returncode == 1
    assert words in said_once(process)


@pytest.mark.parametrize("module", ["inkcluster.cli", "typer", "numpy", "inkcluster.images"])
def test_130_interrupted_while_it_starts(module, tmp_path, environment, command):
    code = (
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, *more):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "sys.argv = ['inkcluster', 'look', 'digits']\n"
        "from inkcluster.__main__ import main\n"
        "main()\n"
    )
    process = subprocess.run(
        [command[0], "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, said_once(process)) == (130, "Interrupted.")
