"""A run that was never studied: groups and neighbours made of numbers, for tests of the log and its fold."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from inkcluster.label import Labelling, start
from inkcluster.label.kept import FOLDER


def small_run(path: Path, n: int = 60, groups: int = 8, *, check: bool = False, seed: int = 0):
    """Points on a line in `groups` groups, in three clusters; every tenth is equal to the one before it."""
    place = np.arange(n, dtype=float)
    place[9::10] = place[8::10][: len(place[9::10])]
    far = np.abs(place[:, None] - place)
    np.fill_diagonal(far, np.inf)
    near = np.argsort(far, axis=1, kind="stable")[:, :4].astype(np.int32)
    of = (np.arange(n) * groups // n).astype(np.int32)
    made = start.Start(
        groups=of,
        clusters=(of % 3).astype(np.int32),
        confidence=np.random.default_rng(seed).uniform(0.5, 1, n).astype(np.float32),
        neighbors=near,
        distances=np.take_along_axis(far, near, 1).astype(np.float32),
        given=(of % 2).astype(np.int32) if check else np.empty(0, np.int32),
        of=np.array(["hash", "small"]),
    )
    data = SimpleNamespace(n=n, hash="hash", classes=("a", "b") if check else ())
    folder = path / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    start.keep(made, folder)
    (path / "n").write_text(str(n))
    return SimpleNamespace(path=path, data=data)


def opened(path: Path, **about) -> Labelling:
    """The labelling in `path`, whose run was made by :func:`small_run` (again, in another process)."""
    n = int((path / "n").read_text())
    data = SimpleNamespace(n=n, hash="hash", classes=())
    return Labelling(SimpleNamespace(path=path, data=data), **about)


def code_of(labelling: Labelling, text: str) -> int:
    """The number of a name."""
    return {one: code for code, one in labelling.names.items()}[text]


def folded(labelling: Labelling):
    """All that a log adds up to, as plain values."""
    state = labelling.state
    return {
        "groups": {
            number: (group.rows.tolist(), group.name, group.later, group.touched, group.walking,
                     None if group.walk is None else (group.walk.page, sorted(group.walk.seen)))
            for number, group in sorted(state.groups.items())
        },
        "of": state.group_of.tolist(),
        "names": {code: (one.text, one.key, one.colour) for code, one in state.names.items()},
        "layers": [
            (one.names.tolist(), one.how.tolist(), one.since.tolist()) for one in state.layers
        ],
        "checks": [(check.rows.tolist(), check.names.tolist()) for check in state.checks],
        "answers": (state.answers, state.answers_at_check, state.seq),
    }  # fmt: skip


def act_at_random(labelling: Labelling, rng: np.random.Generator) -> str:
    """Try one action of a random kind; its kind, or that of the error."""
    state = labelling.state
    group = int(rng.choice(list(state.groups)))
    rows = state.groups[group].rows
    some = rng.choice(rows, rng.integers(1, len(rows) + 1), replace=False)
    name = f"name {rng.integers(4)}"
    kind = rng.choice(
        [
            "name",
            "name_some",
            "later",
            "merge",
            "split",
            "take_out",
            "walk",
            "page",
            "checked",
            "accept",
            "name_images",
            "undo",
            "undo",
            "redo",
            "rename",
        ]
    )
    try:
        match kind:
            case "name" | "walk":
                getattr(labelling, kind)(group, name)
            case "name_some":
                labelling.name_some(group, name, some)
            case "name_images":
                labelling.name_images(rng.choice(state.n, 3, replace=False), name)
            case "take_out":
                labelling.take_out(group, some)
            case "later":
                labelling.later(group)
            case "merge":
                labelling.merge(group, int(rng.choice(list(state.groups))))
            case "split":
                labelling.split(group, some)
            case "page":
                walking = [of for of, one in state.groups.items() if one.walk is not None]
                labelling.page(
                    int(rng.choice(walking)) if walking else group, right=bool(rng.random() < 0.7)
                )
            case "checked":
                drawn = rng.choice(state.n, 2, replace=False)
                labelling.checked(drawn, [name, None])
            case "accept":
                labelling.accept(float(rng.uniform(0, 0.5)))
            case "rename":
                labelling.change_name(name, text=f"name {rng.integers(6)}")
            case _:
                getattr(labelling, kind)()
    except ValueError as error:
        return type(error).__name__
    return str(kind)
