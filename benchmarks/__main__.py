"""Every benchmark with its short preset: ``python -m benchmarks``.

A benchmark is a module here without an underscore, with `SHORT`, the arguments of its short run,
and `main()`, which reads the command line. For the whole of one, run it by its name.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def main() -> int:
    failed = 0
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("_"):
            continue
        print(f"\n== benchmarks.{module.name} ==", flush=True)
        try:
            benchmark = importlib.import_module(f"benchmarks.{module.name}")
        except ModuleNotFoundError as missing:
            print(f"skipped: {missing.name} is not installed (group `bench`)")
            continue
        if not hasattr(benchmark, "SHORT"):
            print("skipped: it names no short preset")
            continue
        sys.argv = [f"benchmarks.{module.name}", *benchmark.SHORT]
        try:
            benchmark.main()
        except SystemExit as stop:
            if isinstance(stop.code, str):
                print(f"skipped: {stop.code}")
            else:
                failed |= int(bool(stop.code))
    return failed


if __name__ == "__main__":
    sys.exit(main())
