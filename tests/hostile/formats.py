"""Hostile files of every format, read in children that are watched.

The oracle: an `ImageSet`, or one of our errors in one sentence of fewer than 300 characters; nothing
on stderr; less than 300 MB beyond what is held before; less than 10 seconds.
"""

import os
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tests.hostile import mutations, seeds

MAX_CHARACTERS = 300
MAX_BYTES = 300 << 20
MAX_SECONDS = 10
BATCH = 200
"""Inputs for one child, which is born of a clean parent."""


@dataclass
class Report:
    """How many hostile inputs of a kind were read, refused, and what failed."""

    read: int = 0
    refused: int = 0
    failures: list[str] = field(default_factory=list)


def run(
    seed: int, inputs: int, kinds: list[str] | None = None, keep: Path | None = None
) -> dict[str, Report]:
    """Read `inputs` hostile files of each kind; files that fail are kept in `keep`."""
    import_readers()
    files = seeds.make()
    reports = {}
    for kind in kinds or list(files):
        reports[kind] = report = Report()
        for start in range(0, inputs, BATCH):
            numbers = range(start, min(inputs, start + BATCH))
            while numbers:
                done = _in_child(files, kind, seed, numbers, report, keep)
                numbers = range(done, numbers.stop)
    return reports


def attack(seed: int, inputs: int) -> list[str]:
    """Read `inputs` hostile files in all, and print a table by kind; a line for each that failed."""
    kinds = list(seeds.make())
    reports = run(seed, max(1, inputs // len(kinds)))
    print("| kind | read | refused | failed |\n|---|---|---|---|")
    for kind, report in reports.items():
        failed = len(report.failures)
        print(f"| {kind} | {report.read:,} | {report.refused:,} | {failed:,} |")
    return [failure for report in reports.values() for failure in report.failures]


def import_readers() -> None:
    """Import everything before children are born, and read each kind once, unharmed."""
    from inkcluster.images import load

    with tempfile.TemporaryDirectory() as folder:
        for kind, content in seeds.make().items():
            if kind.startswith("labels"):
                continue
            path = Path(folder) / seeds.name_of(kind)
            path.write_bytes(content)
            images = load(path)
            assert len(images) == len(seeds.LABELS), kind
            path.unlink()


def content_of(files: dict[str, bytes], kind: str, seed: int, number: int) -> bytes:
    """The bytes of one hostile file; the same for the same seed and number."""
    rng = np.random.default_rng([seed, list(files).index(kind), number])
    others = list(files.values())
    return mutations.hostile(rng, files[kind], others[int(rng.integers(len(others)))])


def _in_child(
    files: dict[str, bytes], kind: str, seed: int, numbers: range, report: Report, keep: Path | None
) -> int:
    """Read a batch in a child; returns the number of the input after the last that was judged."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        code = 1
        try:
            _read_all(files, kind, seed, numbers, folder, theirs)
            code = 0
        finally:
            os._exit(code)
    os.close(theirs)
    at = numbers.start
    with os.fdopen(ours, "rb", buffering=0) as pipe:
        buffered = b""
        why = ""
        while True:
            ready, _, _ = select.select([pipe], [], [], MAX_SECONDS)
            if not ready:
                why = f"took over {MAX_SECONDS} s"
                break
            if not (piece := pipe.read(65536)):
                break
            buffered += piece
            *lines, buffered = buffered.split(b"\n")
            for line in lines:
                verdict = line.decode("utf-8", "replace")
                _count(report, verdict, files, kind, seed, at, keep)
                at += 1
    if why:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if at < numbers.stop:
        why = why or f"killed its process (status {status})"
        _count(report, f"F{why}", files, kind, seed, at, keep)
        at += 1
    shutil.rmtree(folder, ignore_errors=True)
    return at


def _count(
    report: Report,
    verdict: str,
    files: dict[str, bytes],
    kind: str,
    seed: int,
    at: int,
    keep: Path | None,
) -> None:
    if verdict == "R":
        report.read += 1
    elif verdict == "S":
        report.refused += 1
    else:
        report.failures.append(f"{kind}, seed {seed}, input {at}: {verdict[1:]}")
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            name = f"{kind.replace(' ', '-')}-{seed}-{at}-{seeds.name_of(kind)}"
            (keep / name).write_bytes(content_of(files, kind, seed, at))


def _read_all(
    files: dict[str, bytes], kind: str, seed: int, numbers: range, folder: Path, pipe: int
) -> None:
    noise = folder / "stderr"
    heard = os.open(noise, os.O_CREAT | os.O_RDWR | os.O_APPEND)
    os.dup2(heard, 2)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    before = _peak()
    for number in numbers:
        room = folder / "r"
        room.mkdir()
        os.ftruncate(heard, 0)
        Path("/proc/self/clear_refs").write_text("5")
        began = time.monotonic()
        verdict = _verdict(files, kind, content_of(files, kind, seed, number), room)
        taken = time.monotonic() - began
        sys.stderr.flush()
        if verdict[0] != "F":
            if os.fstat(heard).st_size:
                verdict = "Fnoise: " + noise.read_text(errors="replace")[:200]
            elif taken > MAX_SECONDS:
                verdict = f"Ftook {taken:.1f} s"
            elif _peak() - before > MAX_BYTES:
                verdict = f"Ftook {(_peak() - before) >> 20} MB"
            elif sorted(p.name for p in room.iterdir()) != sorted(_names(kind)):
                verdict = "Fleft files behind"
        shutil.rmtree(room)
        os.write(pipe, " ".join(verdict.split()).encode() + b"\n")


def _names(kind: str) -> list[str]:
    return ["f.txt", "x.npy"] if kind.startswith("labels") else [seeds.name_of(kind)]


def _verdict(files: dict[str, bytes], kind: str, content: bytes, room: Path) -> str:
    """R for a set, S for a sentence, F and why for a failure."""
    from inkcluster.errors import InkclusterError
    from inkcluster.images import ImageSet, describe, load

    path = room / _names(kind)[0]
    path.write_bytes(content)
    try:
        if kind.startswith("labels"):
            (room / "x.npy").write_bytes(files["npy"])
            found = load(room / "x.npy", labels=path)
        else:
            found = load(path)
        assert isinstance(found, ImageSet)
        describe(found)
    except InkclusterError as error:
        said = str(error).replace(str(path.parent), "")
        if len(said) >= MAX_CHARACTERS:
            return f"Fsaid {len(said)} characters: {said[:120]}"
        if "\n" in said or not said.endswith(".") or len(said.split()) < 4:
            return f"Fis not one sentence: {said[:200]!r}"
        return "S"
    except BaseException as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        return f"F{type(error).__name__}: {error} ({Path(at.filename).name}:{at.lineno})"
    return "R"


def _peak() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) << 10
    return 0
