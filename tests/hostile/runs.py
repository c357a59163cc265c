"""Run folders as somebody else may have filled them: read, reported and run again."""

import contextlib
import hashlib
import importlib.util
import io
import json
import os
import random
import shutil
import socket
import sys
from html.parser import HTMLParser
from pathlib import Path

from tests.hostile.child import survive
from tests.hostile.mutate import mutated, mutated_json

CANARY = "CANARY-7f3a"
FAKES = Path(__file__).parents[1] / "study" / "fakes.py"
MOST_CHARACTERS = 300
TRICKS = (
    "<script>alert(1)</script>",
    "<text><![CDATA[</text></svg><meta http-equiv=refresh content='0;url=https://example.org'>]]></text>",
    "<style><![CDATA[</style><img src=x onerror=alert(1)>]]></style>",
    "<title><![CDATA[</title><script>alert(1)</script>]]></title>",
    "<desc><![CDATA[</svg><iframe src=https://example.org>]]></desc>",
    "<metadata><x xmlns='http://purl.org/dc/'><![CDATA[</metadata><b onclick=x>]]></x></metadata>",
    "<a href='javascript:alert(1)'><text>x</text></a>",
    "<image href='https://example.org/x.png'/>",
    "<use href='https://example.org/x.svg#a'/>",
    "<g onclick='alert(1)'/>",
    "<g style='fill: url(https://example.org/x)'/>",
    "<g style='background:u\\72l(//example.org)'/>",
    "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml' onload='x'/></foreignObject>",
    "<animate attributeName='href' to='javascript:alert(1)'/>",
    "<g>" * 5000 + "</g>" * 5000,
)


def attack(seed: int, inputs: int) -> list[str]:
    """Try `inputs` hostile run folders."""
    return survive(__name__, seed, inputs)


def attacker(scratch: Path):
    """A function that makes one hostile run folder, uses it in every way, and says what went wrong."""
    fakes = _fakes()
    fakes.PAUSE = 0
    images = fakes.make_images()
    base = scratch / "base"
    _study(images, base, fakes)
    outside = scratch / "outside"
    _make_outside(outside, base)
    before = _seen(outside)

    def one(rng: random.Random) -> str:
        run = scratch / "run"
        shutil.copytree(base, run, symlinks=True)
        what = ""
        try:
            what, may_refuse = _spoil(run, outside, rng)
            wrong = _use(images, run, fakes, may_refuse=may_refuse)
            if not wrong and _seen(outside) != before:
                wrong = "something outside the run folder was touched"
        except BaseException as error:
            wrong = f"{type(error).__name__}: {str(error)[:200]}"
        shutil.rmtree(run, ignore_errors=True)
        return f"{what}: {wrong}" if wrong else ""

    return one


def _fakes():
    spec = importlib.util.spec_from_file_location("inkcluster_hostile_fakes", FAKES)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _study(images, out, fakes):
    from inkcluster import report
    from inkcluster.study.run.runner import study
    from inkcluster.study.settings.settings import Settings

    run = study(images, out, Settings(k=4), questions=fakes.make_questions())
    report.write(run)
    return run


def _make_outside(outside: Path, base: Path) -> None:
    """What a link may lead to: each kind of file of a run, with a word that must not get out."""
    import numpy as np
    import pandas as pd

    (outside / "folder").mkdir(parents=True)
    (outside / "text").write_text(CANARY)
    (outside / "folder" / "a").write_text(CANARY)
    (outside / "folder" / ".part-a").write_text(CANARY)
    (outside / "svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg"><text>{CANARY}</text></svg>'
    )
    pd.DataFrame({CANARY: [CANARY]}).to_parquet(outside / "parquet")
    with (outside / "npz").open("wb") as stream:
        np.savez(stream, sums=np.array([CANARY]))
    (outside / "json").write_text((base / "run.json").read_text().replace("blobs", CANARY))
    shutil.copytree(base, outside / "run")


def _seen(outside: Path) -> list[tuple]:
    """Every entry: its kind, permissions, size, time of change and content."""
    found = []
    for path in sorted([outside, *outside.rglob("*")]):
        facts = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found.append((str(path), facts.st_mode, facts.st_size, facts.st_mtime_ns, content))
    return found


def _spoil(run: Path, outside: Path, rng: random.Random) -> tuple[str, bool]:
    """Spoil one thing; what, and whether a study into the folder may be refused now."""
    files = [path for path in sorted(run.rglob("*")) if path.is_file()]
    kind = rng.randrange(4)
    if kind == 0:
        return _put_object(run, outside, rng)
    kinds = sorted({path.suffix or path.name for path in files})
    wanted = rng.choice(kinds)
    path = rng.choice([path for path in files if (path.suffix or path.name) == wanted])
    if path.suffix == ".json" and rng.random() < 0.7:
        text = mutated_json(path.read_text(), rng)
        path.write_text(text, errors="surrogatepass")
    elif path.suffix == ".svg" and rng.random() < 0.7:
        text = path.read_text()
        at = rng.choice([i for i, c in enumerate(text) if c == ">"][:200]) + 1
        path.write_text(text[:at] + rng.choice(TRICKS) + text[at:])
    else:
        path.write_bytes(mutated(path.read_bytes(), rng))
    sealed = "answers" in path.parts and rng.random() < 0.7 and _seal(path)
    name = path.relative_to(run).as_posix()
    # A document that reads as a run of other images is refused, as it should be
    may_refuse = path.name in ("run.json", ".lock") or (sealed and path.suffix == ".parquet")
    return f"{'resealed ' if sealed else ''}{name}", may_refuse


def _seal(path: Path) -> bool:
    """Make the answer that holds `path` look whole again; False where its JSON is none any more."""
    from inkcluster.study.run import written

    folder = path.parent if path.parent.parent.name == "answers" else path.parents[1]
    try:
        plain = json.loads((folder / "answer.json").read_text())
        plain.pop("seal", None)
        if path.name != "answer.json":
            plain["files"] = written._manifest(folder)
        plain["seal"] = written._seal(plain)
        (folder / "answer.json").write_text(json.dumps(plain))
    except Exception:
        return False
    return True


def _put_object(run: Path, outside: Path, rng: random.Random) -> tuple[str, bool]:
    """Put something that is no file of a run in the place of one, or beside it."""
    path = rng.choice(sorted(run.rglob("*")))
    may_refuse = path.name in ("run.json", ".lock")
    if rng.random() < 0.3:
        names = (".part-a", ".part-old-", ".part-old-..", ".part-old-answers", "more", "caf\udce9")
        path = path.with_name(rng.choice((*names, f".part-old-{path.name}")))
        may_refuse = True
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    name = rng.choice(sorted(OBJECTS))
    OBJECTS[name](path, outside, rng)
    return f"{name} at {path.relative_to(run)!s}".encode("unicode_escape").decode(), may_refuse


def _folder(path, outside, rng):
    path.mkdir()
    if rng.random() < 0.5:
        (path / "a").write_bytes(b"a")
        (path / "figures").symlink_to(outside / "folder")


def _hard_link(path, outside, rng):
    os.link(outside / "text", path)
    # The link counts as a change of the file's status, not of what is compared


def _device(path, outside, rng):
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, rng.choice((3, 5, 7))))  # null, zero, full
    except PermissionError:
        path.symlink_to("/dev/zero")


def _socket(path, outside, rng):
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's address is at most 108 characters long
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def _link(to):
    return lambda path, outside, rng: path.symlink_to(to(path, outside, rng))


OBJECTS = {
    "fifo": lambda path, outside, rng: os.mkfifo(path),
    "socket": _socket,
    "device": _device,
    "folder": _folder,
    "hard link": _hard_link,
    "empty file": lambda path, outside, rng: path.touch(),
    "file": lambda path, outside, rng: path.write_bytes(rng.randbytes(100)),
    "link to a file": _link(
        lambda path, outside, rng: (
            outside / rng.choice(("text", "svg", "parquet", "npz", "json", "missing"))
        )
    ),
    "link to a folder": _link(lambda path, outside, rng: outside / "folder"),
    "link to a part of a run": _link(
        lambda path, outside, rng: (
            outside / "run" / rng.choice(("", "answers", "steps", "run.json"))
        )
    ),
    "link to itself": _link(lambda path, outside, rng: path.name),
    "link to a device": _link(lambda path, outside, rng: rng.choice(("/dev/zero", "/dev/full"))),
    "link up": _link(lambda path, outside, rng: ".."),
}


def _use(images, run: Path, fakes, *, may_refuse: bool) -> str:
    """Read the folder, make its report, and study into it again; what went wrong."""
    for what, work in (("read", _read), ("study", lambda path: _study(images, path, fakes))):
        said = _sentence(work, run)
        if said and (complaint := _complaint(said, run)):
            return f"{what}: {complaint}"
        if said and what == "study" and not may_refuse:
            return f"{what} was refused: {said}"
        report = run / "report.html"
        if what == "study" and not said and (wrong := _looks_wrong(report)):
            return f"report: {wrong}"
    return ""


def _read(path: Path) -> None:
    from inkcluster import report
    from inkcluster.cli.guard import print_json
    from inkcluster.cli.showing import first_screen, say_first_screen
    from inkcluster.cli.studying import results
    from inkcluster.study.run.run import Run

    run = Run.open(path)
    for answer in run.answers:
        answer.arrays()
    page = report.page.html(run)
    if wrong := _wrong_page(page):
        raise AssertionError(wrong)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        print_json(results(run, path / "report.html"))
    json.loads(said.getvalue())
    with contextlib.redirect_stdout(io.StringIO()) as said:
        print_json(first_screen(run))
        say_first_screen(run)
    if CANARY in said.getvalue() + run._repr_html_() + run.frame().to_csv():
        raise AssertionError("it shows what lies outside the run")


def _sentence(work, path: Path) -> str:
    from inkcluster.errors import InkclusterError

    try:
        work(path)
    except InkclusterError as error:
        return str(error)
    return ""


def _complaint(said: str, run: Path) -> str:
    short = said.replace(str(run), "RUN")
    if "\n" in said or not said.endswith(".") or len(short) > MOST_CHARACTERS or CANARY in said:
        return f"is no sentence: {short[:400]!r}"
    return ""


def _looks_wrong(page: Path) -> str:
    if page.is_symlink() or not page.is_file():
        return "it is no file"
    return _wrong_page(page.read_text(encoding="utf-8"))


def _wrong_page(text: str) -> str:
    if CANARY in text:
        return "it holds what lies outside the run"
    check = _Page()
    check.feed(text)
    check.close()
    return check.wrong


class _Page(HTMLParser):
    """Notices whatever a report never holds: handlers, other scripts, ways out of the page."""

    def __init__(self):
        super().__init__()
        self.wrong, self.scripts = "", 0

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script"
        metas = [value for name, value in attrs if tag == "meta" and name == "http-equiv"]
        if tag in {"iframe", "object", "embed", "foreignobject", "animate", "base", "form", "link"}:
            self.wrong = f"<{tag}>"
        if self.scripts > 1 or metas not in ([], ["Content-Security-Policy"]):
            self.wrong = f"<{tag}> {attrs}"
        for name, value in attrs:
            outward = name in ("href", "src", "xlink:href", "action") and not (
                value or ""
            ).startswith(("#", "data:"))
            if (
                name.startswith("on")
                or outward
                or "//example.org" in (value or "").replace("\\72", "r")
            ):
                self.wrong = f"<{tag} {name}={value!r}>"
