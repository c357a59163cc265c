"""Command lines that nobody would type: a child process runs each, as a person does."""

import contextlib
import io
import os
import random
import signal
import sys
from pathlib import Path

import numpy as np
from tests.hostile.child import survive

MOST_CHARACTERS = 300
SECONDS = 20
DEEP = 5000
NUMBERS = (
    "0", "-1", "1", "2", "3", "1e3", "1.5", "nan", "inf", "-inf", str(2**31), str(2**32), str(2**63),
    str(2**64), str(-(2**63)), "9" * 30, "9" * 5000, "-" + "9" * 5000, "0x10", "1_0", "٣", "1e999",
)  # fmt: skip
WORDS = (
    "", " ", "x", "caf\udce9", "\x1b[31mred", "a\nb", "\u202egnp", "\x9b", "'", '"', "-", "--", "../..",
    "日本", "😀", "x" * 5000, "%s%n", "$(x)", "[red]x[/red]", "[/]", "{0}", "28x28", "0x0", "4x4", "1,2", "2-9",
    "9-2", "1-99999999999", "9" * 5000 + "x1", "46342x46342", "shape", "shape,shape", "minmax",
)  # fmt: skip
PLACES = (
    "/dev/zero", "/dev/null", "/dev/full", "/dev/random", "/dev/stdin", "/dev/fd/0", "/proc/self/mem",
    "/proc/self/environ", ".", "..", "fifo", "loop", "folder", "small.npz", "deep.toml", "dotted.toml",
    "long.toml", "ints.toml", "bytes.toml", "odd.toml", "good.toml", "nowhere", "nowhere/x", "small.npz/x",
    "x" * 300, "caf\udce9",
)  # fmt: skip
SETTINGS = (
    "seed", "k", "scaling", "restarts", "sample-sizes", "resamples", "linkage-sample", "map-sample", "eps",
    "min-samples", "refine", "compare-sample", "components", "svd-solver", "sweep-sample", "sweep-eps",
    "sweep-min-samples", "many", "thumbnails",
)  # fmt: skip
PATHS = ("--out", "--config", "--labels", "--png", "--data")
OPTIONS = {
    "study": (*(f"--{name}" for name in SETTINGS), *PATHS[:3], "--only", "--shape", "--label-level",
              "--turn", "--json", "--quiet", "--replace", "--no-replace"),
    "look": ("--per-label", "--seed", "--png", "--labels", "--shape", "--label-level", "--turn", "--json"),
    "save": ("--labels", "--shape", "--label-level", "--turn"),
    "show": ("--json",),
    "export": ("--data", "--by", "--labels", "--shape", "--turn"),
}  # fmt: skip
FLAGS = ("--json", "--quiet", "--replace", "--no-replace")
_STOPPED = "said it would study"


def attack(seed: int, inputs: int) -> list[str]:
    """Try `inputs` hostile command lines."""
    return survive(__name__, seed, inputs)


def attacker(scratch: Path):
    """A function that makes one command line, runs it, and says what went wrong."""
    _imported(scratch)
    here = scratch / "up" / "here"  # so that ../.. is a folder of ours too
    here.mkdir(parents=True)
    os.chdir(here)
    _files(here)
    _study(here)
    os.environ["INKCLUSTER_DATA"] = str(here / "no-data")
    kept = _seen(here)

    def one(rng: random.Random) -> str:
        line = _line(rng)
        wrong = _run(line, here)
        if not wrong and not Path("/dev/null").is_char_device():
            wrong = "/dev/null is no device any more"
        changed = {name for name, seen in kept.items() if _seen(here).get(name) != seen}
        if not wrong and changed - _named(line):
            wrong = f"it changed {sorted(changed)}"
        if changed:
            _files(here)
            kept.update(_seen(here))
        return f"{line!a:.200}: {wrong}" if wrong else ""

    return one


def _imported(scratch: Path) -> None:
    """Import what the commands import, before the first child is made."""
    import inkcluster.report
    import inkcluster.study.run.runner  # noqa: F401
    from inkcluster import images
    from inkcluster.cli.looking import look_and_say

    digits = images.load("digits")
    with contextlib.redirect_stdout(io.StringIO()):
        look_and_say(digits, index=3, per_label=1, png=scratch / "a.png", seed=0, as_json=False)
    for name in ("a.npz", "a.parquet"):
        images.load(images.save(digits, scratch / name)[0])


def _files(here: Path) -> None:
    """What the words in :data:`PLACES` name."""
    (here / "folder").mkdir(exist_ok=True)
    for name in ("fifo", "loop"):
        if not os.path.lexists(here / name):
            os.mkfifo(here / name) if name == "fifo" else (here / name).symlink_to(name)
    rng = np.random.default_rng(0)
    with (here / "small.npz").open("wb") as stream:
        pixels = rng.integers(0, 256, (30, 4, 4)).astype(np.uint8)
        np.savez(stream, pixels=pixels, labels=np.arange(30) % 3)
    texts = {
        "deep": "k = " + "[" * DEEP + "]" * DEEP,
        "dotted": "k" + ".a" * DEEP + " = 1",
        "long": "k = 3 #" + "x" * 100_000,
        "ints": f"k = {'9' * 5000}",
        "odd": f"'{'é' * 2000}' = 1\n",
        "good": "k = 3\nseed = 1\n",
    }
    for name, text in texts.items():
        (here / f"{name}.toml").write_text(text)
    (here / "bytes.toml").write_bytes(b"k = \xff\xfe")


def _study(here: Path) -> None:
    """A run, called run, of which one clustering is known."""
    from inkcluster.images import load
    from inkcluster.study import Settings, study
    from inkcluster.study.answer import Answer, Finding, Level, Partition

    class Asked:
        key, number, title, uses, revision = "shape", 7, "What is it?", (), 1

        def answer(self, images, plan, desk):
            found = (Finding("P1", Level.NOTICE, "There are three."),)
            labels = {"labels": np.arange(len(images), dtype=np.int32) % 3}
            return Answer(findings=found, arrays=labels, partitions=(Partition("shape", "labels"),))

    study(load(here / "small.npz"), here / "run", Settings(k=3), questions={"shape": Asked()})


def _seen(here: Path) -> dict[str, tuple]:
    facts = ((path.name, path.lstat()) for path in here.iterdir())
    return {name: (f.st_mode, f.st_size if not f.st_mode & 0o040000 else 0) for name, f in facts}


def _named(line: list[str]) -> set[str]:
    """The files that the command was told to write."""
    told = {line[i + 1] for i, word in enumerate(line[:-1]) if word in ("--out", "--png")}
    told |= set(line[-1:] if line[:1] == ["save"] else line[1:] if line[:1] == ["export"] else ())
    return {Path(word).name for word in told}


def _line(rng: random.Random) -> list[str]:
    command = rng.choice(list(OPTIONS))
    usual = "run" if command in ("show", "export") else "small.npz"
    data = usual if rng.random() < 0.7 else rng.choice((*PLACES, *WORDS, "digits"))
    line = [command, data]
    if command == "look" and rng.random() < 0.4:
        line.append(rng.choice(NUMBERS))
    for _ in range(rng.choice((1, 1, 2, 3))):
        option = rng.choice(OPTIONS[command])
        line.append(option)
        if option not in FLAGS:
            kind = PLACES if option in PATHS else (*NUMBERS, *WORDS)
            line.append(rng.choice(kind if rng.random() < 0.85 else (*NUMBERS, *WORDS, *PLACES)))
    if command == "export":
        line.insert(2, rng.choice((*PLACES, *WORDS, "a.csv", "a.parquet", "sorted", "run")))
    if command == "save":
        line.append(rng.choice((*PLACES, "a.npz", "a.parquet", "a.idx", *WORDS)))
    if rng.random() < 0.1:
        line.insert(rng.randrange(len(line) + 1), rng.choice((*NUMBERS, *WORDS, "--nonsense")))
    return [word.replace("\0", "") for word in line]


def _run(line: list[str], here: Path) -> str:
    """Run the command in a child of this process; what is wrong with its end or its words."""
    names = [here.parent / name for name in ("out", "err")]
    child = os.fork()
    if child == 0:
        _as_command(line, *names)
    _, status = os.waitpid(child, 0)
    out, err = (name.read_bytes().decode("utf-8", "replace") for name in names)
    if os.WIFSIGNALED(status):
        died = signal.Signals(os.WTERMSIG(status)).name
        return "it took too long" if died == "SIGALRM" else f"it died of {died}"
    return _complaint(os.WEXITSTATUS(status), out, err)


def _as_command(line: list[str], out: Path, err: Path) -> None:
    """Become the command: its own streams, a limit of time, and no study, which would take long."""
    from inkcluster import cli
    from inkcluster.study.run import runner

    signal.alarm(SECONDS)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate(("r", "w", "w"))
    )

    def stopped(self):
        from inkcluster.errors import BadInputError

        raise BadInputError(f"The command {_STOPPED}.")

    runner._Study.run = stopped
    sys.argv = ["inkcluster", *line]
    code = 99
    try:
        cli.main()
    except SystemExit as left:
        code = left.code or 0
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _complaint(code: int, out: str, err: str) -> str:
    if "Traceback" in err or "failed unexpectedly" in err:
        return err[-400:]
    odd = [c for c in out + err if not c.isprintable() and c != "\n"]
    if odd and "\x1b[" not in out:
        return f"it prints {odd[0]!a}"
    if code == 0:
        return f"stderr: {err[:300]}" if err else ""
    if code == 2:
        return "" if "Usage:" in err and len(err) < 2000 else f"no usage: {err[:300]}"
    lines = err.splitlines()
    if code != 1 or len(lines) != 1 or len(lines[0]) > MOST_CHARACTERS:
        return f"{code}: {err[:400]}"
    return ""
