"""Contestants timed side by side in one run, printed as a table and as JSON.

Rounds are interleaved, so that what else the machine does falls on everyone; the least of each is
compared. Processor time is beside the wall's, since it suffers less from a busy machine.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@dataclass
class Timing:
    """One contestant's best round."""

    name: str
    seconds: float
    processor_seconds: float
    rounds: list[float] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Contestant:
    """Someone who does the work: `run` returns the figures that go beside the time."""

    name: str
    run: Callable[[], Mapping[str, Any]]


def race(contestants: Sequence[Contestant], rounds: int = 1) -> list[Timing]:
    """Time each contestant `rounds` times, taking turns."""
    timings = [Timing(c.name, float("inf"), float("inf")) for c in contestants]
    for _ in range(rounds):
        for contestant, timing in zip(contestants, timings, strict=True):
            wall, processor = time.perf_counter(), time.process_time()
            timing.figures = dict(contestant.run())
            seconds = time.perf_counter() - wall
            timing.processor_seconds = min(
                timing.processor_seconds, time.process_time() - processor
            )
            timing.seconds = min(timing.seconds, seconds)
            timing.rounds.append(seconds)
    return timings


def table(title: str, timings: Sequence[Timing]) -> str:
    """What was timed, the first contestant being ours; ratios are of the others' time to it."""
    ours = timings[0]
    keys = list(dict.fromkeys(key for t in timings for key in t.figures))
    head = ["", "wall s", "ratio", "cpu s", "ratio", *keys]
    rows = [
        [
            t.name,
            f"{t.seconds:.2f}",
            f"{t.seconds / ours.seconds:.1f}",
            f"{t.processor_seconds:.2f}",
            f"{t.processor_seconds / ours.processor_seconds:.1f}",
            *(_shown(t.figures.get(key)) for key in keys),
        ]
        for t in timings
    ]
    widths = [max(len(row[c]) for row in [head, *rows]) for c in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if c == 0 else cell.rjust(width)
            for c, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in [head, *rows]
    ]
    return "\n".join([title, *lines])


def installed(packages: Mapping[str, str]) -> list[str]:
    """The names whose package is installed; the others are said to be skipped, and why."""
    found = [name for name, package in packages.items() if find_spec(package) is not None]
    for name in packages.keys() - set(found):
        print(f"{name} skipped: {packages[name]} is not installed (group `bench`)", flush=True)
    return found


def as_json(parts: Mapping[str, Sequence[Timing]]) -> str:
    """Everything that was timed, and where."""
    return json.dumps(
        {
            "machine": machine(),
            "parts": {name: [asdict(t) for t in timings] for name, timings in parts.items()},
        },
        indent=1,
    )


def give(text: str, path: Path | None) -> None:
    """Write the JSON to a file, or print it where none is named."""
    if path:
        path.write_text(text, encoding="utf-8")
    else:
        print(text)


def machine() -> dict[str, Any]:
    """Where something was timed."""
    return {
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "platform": platform.system(),
        "python": platform.python_version(),
    }


def peak_megabytes(module: str, *arguments: str) -> float:
    """Peak resident memory of ``python -m module arguments`` in a process of its own.

    Linux's VmHWM, which begins anew with the program; ``ru_maxrss`` keeps the parent's peak.
    """
    code = (
        "import re,runpy,sys;"
        f"sys.argv={[module, *arguments]!r};"
        f"runpy.run_module({module!r}, run_name='__main__');"
        "print('peak', re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return int(done.stdout.split("peak")[-1]) / 1024


def data_file(name: str) -> Path | None:
    """Where a data file lies: in $INKCLUSTER_DATA, or in shared/data beside the checkout."""
    folders = [os.environ.get("INKCLUSTER_DATA"), Path(__file__).parents[2] / "shared" / "data"]
    places = [Path(folder) / name for folder in folders if folder]
    return next((place for place in places if place.is_file()), None)


def mnist_file() -> Path:
    """Where MNIST lies."""
    found = data_file("mnist-original.mat")
    if found is None:
        raise SystemExit("mnist-original.mat is neither in $INKCLUSTER_DATA nor in ../shared/data")
    return found


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, float) else str(value)
