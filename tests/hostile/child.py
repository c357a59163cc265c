"""Tries inputs in a child process, so that one that kills or hangs it is a failure and not the end.

A module to be tried has ``attacker(scratch)``, which returns a function: given a random generator, it
makes one input, tries it, and returns what went wrong, or an empty text.
"""

import importlib
import json
import os
import random
import select
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
START = 120
"""Seconds until the child has imported everything."""
WHILE_TESTING = int(os.environ.get("INKCLUSTER_HOSTILE_SECONDS", "10"))
"""Seconds that one input may take."""


def survive(module: str, seed: int, inputs: int) -> list[str]:
    """Try `inputs` inputs of `module`; a line for each that failed."""
    failures: list[str] = []
    at = 0
    while at < inputs:
        with tempfile.TemporaryDirectory(prefix="hostile-") as scratch:
            at = _batch(module, seed, at, inputs, Path(scratch), failures)
    return failures


def _batch(
    module: str, seed: int, first: int, last: int, scratch: Path, failures: list[str]
) -> int:
    """Try inputs from `first` on until the child ends; the first that is left."""
    command = [sys.executable, "-m", __spec__.name, module, str(seed), str(first), str(last)]
    with (scratch / "stderr").open("w+b") as errors:
        child = subprocess.Popen(
            [*command, str(scratch)],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        at, said, started = first, 0, False
        for line in _lines(child):
            (at, wrong), started = json.loads(line), True
            noise = errors.seek(0, os.SEEK_END)
            if noise > said:
                errors.seek(said)
                wrong = (
                    f"{wrong} stderr: {errors.read(noise - said).decode(errors='replace')[:400]}"
                )
            said = noise
            if wrong and at > first:
                failures.append(f"seed {seed}, input {at - 1}: {wrong}")
        child.kill()
        code = child.wait()
        child.stdout.close()
        errors.seek(said)
        said_last = errors.read().decode(errors="replace")[-600:]
        if not started:
            raise RuntimeError(f"{module} does not start: {said_last}")
        if at < last:
            failures.append(f"seed {seed}, input {at}: the process ended ({code}) {said_last}")
            return at + 1
    return last


def _lines(child):
    """The child's lines, up to its end or until none comes in time."""
    descriptor, kept, patience = child.stdout.fileno(), b"", START
    while select.select([descriptor], [], [], patience)[0]:
        patience = WHILE_TESTING
        piece = os.read(descriptor, 1 << 16)
        if not piece:
            return
        *whole, kept = (kept + piece).split(b"\n")
        yield from whole


def main() -> None:
    module, seed, first, last, scratch = sys.argv[1:]
    one = importlib.import_module(module).attacker(Path(scratch))
    print(json.dumps([int(first), ""]), flush=True)
    for n in range(int(first), int(last)):
        wrong = one(random.Random(f"{seed}-{n}"))
        print(json.dumps([n + 1, wrong]), flush=True)


if __name__ == "__main__":
    main()
