"""Attack one target, or all of them, with many inputs; print what went wrong and a table.

Each function in :data:`TARGETS` takes a seed and a number of inputs, and returns a line for each
input that broke the rules, with the number that makes it again.
"""

import argparse
import importlib
import os
import sys
import time

TARGETS = {
    "formats": "tests.hostile.formats:attack",
    "runs": "tests.hostile.runs:attack",
    "arguments": "tests.hostile.arguments:attack",
    "estimators": "tests.hostile.estimators:attack",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--inputs", type=int, default=1000, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("INKCLUSTER_SEED", "69")))
    asked = parser.parse_args()
    if unknown := [name for name in asked.targets if name not in TARGETS]:
        parser.error(f"there is no target {unknown[0]!r}; there are {', '.join(TARGETS)}")
    rows = []
    for name in asked.targets or TARGETS:
        module, _, function = TARGETS[name].partition(":")
        begun = time.perf_counter()
        failures = getattr(importlib.import_module(module), function)(asked.seed, asked.inputs)
        rows.append((name, asked.inputs, len(failures), time.perf_counter() - begun))
        for failure in failures:
            print(f"{name}: {failure}", flush=True)
    print("| target | inputs | failures | seconds |\n|---|---|---|---|")
    for name, inputs, failures, seconds in rows:
        print(f"| {name} | {inputs:,} | {failures:,} | {seconds:.0f} |")
    return int(any(failures for _, _, failures, _ in rows))


if __name__ == "__main__":
    sys.exit(main())
