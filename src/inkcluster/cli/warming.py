"""Compiles the kernels ahead of time, in parallel processes, and says how long it took and where."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from inkcluster.cli.guard import one_line, say
from inkcluster.errors import BadInputError, InkclusterError


def warm_and_say(wanted: Sequence[str]) -> None:
    """Compile what is not compiled yet, for these parts or for all.

    What each part uses is listed in a file beside the compiled code, so that a second call only
    looks whether all of it is there.
    """
    from inkcluster.compute.threads import workers
    from inkcluster.kernels import _jit

    parts = _parts()
    if unknown := [name for name in wanted if name not in parts]:
        raise BadInputError(f"There is no part {unknown[0]!r}; name some of {', '.join(parts)}.")
    folder = _jit.kept_in()
    if folder is None:
        raise InkclusterError(
            "Compiled code is kept nowhere: no folder can be written, or INKCLUSTER_KERNEL_CACHE is "
            "0. Set NUMBA_CACHE_DIR to a folder that can be written."
        )
    lists = folder / f"inkcluster-{_jit.state()}.json"
    known = _read(lists)
    names = [name for name in parts if name in wanted or not wanted]
    todo = [name for name in names if not _there(known.get(name))]
    begun, compiled = time.perf_counter(), 0
    for name, files, new, seconds in _done(todo, workers()):
        known[name] = files
        compiled += new
        say(f"{name}: {new} functions compiled, {seconds:.0f} s")
    if todo:
        lists.write_text(json.dumps(known), encoding="utf-8")
    ready = len({file for name in names for file in known[name]})
    said = f"{ready} functions are ready in {folder.parent}"
    if todo:
        said = f"{compiled} functions compiled in {time.perf_counter() - begun:.0f} s; {said}"
    typer.echo(one_line(f"{said}."))


def _parts() -> dict[str, Callable[[], None]]:
    from inkcluster.cluster.warm import PARTS

    return {"study": _study, **PARTS}


def _study() -> None:
    """What a study needs of all parts, on few images."""
    from inkcluster.images import load
    from inkcluster.study import study

    with TemporaryDirectory() as folder:
        study(load("digits"), Path(folder) / "run")


def _done(names: Sequence[str], processes: int) -> Iterator[tuple[str, list[str], int, float]]:
    if not names:
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(names)), spawn, max_tasks_per_child=1) as pool:
        try:
            for done in as_completed([pool.submit(compile_for, name) for name in names]):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def compile_for(name: str) -> tuple[str, list[str], int, float]:
    """Run one part: its name, the files that it uses, how many of them are new, and the seconds."""
    from inkcluster.kernels import _jit

    begun = time.perf_counter()
    _parts()[name]()
    files = sorted(map(str, _jit.used))
    return name, files, len(_jit.written), time.perf_counter() - begun


def _read(lists: Path) -> dict[str, list[str]]:
    try:
        known: dict[str, list[str]] = json.loads(lists.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def _there(files: list[str] | None) -> bool:
    return bool(files) and all(Path(file).is_file() for file in files or ())
