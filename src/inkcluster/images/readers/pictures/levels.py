"""Decides which folders of the pictures' paths are their labels, over the whole tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import PurePosixPath

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line, shown
from inkcluster.images.readers.naming import are_parts, says_part
from inkcluster.images.readers.pictures.roles import Role, counts_from_one, role_of
from inkcluster.images.readers.pictures.tree import Folder, children, names_by_level, repeats
from inkcluster.words import listed, sentence, several

MAX_STRAY_SHARE = 0.1
"""If more pictures than this lie outside the class folders, the folders are not taken for labels."""
MIN_INSTANCES = 20
"""Folders of a single picture each are not labels where there are as many as this."""
MAX_LEVELS = 100
"""Deeper trees are made to take time."""


@dataclass(frozen=True)
class Labelling:
    """The label of each folder of pictures; None for one whose pictures have none.

    `levels` are the levels of the folders' names that make the label, from 1; none if there are no
    labels. If there are labels, pictures without one are left out.
    """

    of: dict[Folder, str | None] = field(default_factory=dict)
    levels: tuple[int, ...] = ()
    notices: tuple[str, ...] = ()


def labelling(
    paths: Sequence[PurePosixPath], asked: tuple[int, ...] | None, where: str
) -> Labelling:
    """Which folders are the labels of the pictures at `paths`.

    Levels count from 1, the folders in the root. A level with one name says nothing. Names such as
    train and test are parts of the set, see :func:`~inkcluster.images.readers.naming.are_parts`. Of several
    levels that remain, the one whose names look most like classes is the label (see
    :class:`~inkcluster.images.readers.pictures.roles.Role`). Where names only count within their parent
    (``Greek/character01``), the label is both names. Of levels that look alike, the inner one is
    the label if its names never repeat under another parent.

    Pictures outside of the class folders are left out if they are few, or a whole part of the set;
    otherwise there are no labels. A notice states every choice and the option that decides it.

    Parameters
    ----------
    paths : sequence of PurePosixPath
        Relative to the root.
    asked : tuple of int or None
        The levels to take, negative ones from the pictures' own folder upwards; (0,) for no
        labels; None to decide.
    where : str
        The root, for sentences.

    Raises
    ------
    BadInputError
        If several levels could be labels and nothing tells, or if no picture has the levels asked.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> paths = [PurePosixPath(f"train/{c}/hsf_{w}/x.png") for c in "ab" for w in range(3)]
    >>> found = labelling(paths, None, "here")
    >>> found.levels, found.of["train", "a", "hsf_2"]
    ((2,), 'a')
    """
    if asked == (0,):
        return Labelling()
    counts = Counter(path.parent.parts for path in paths)
    deepest = max(map(len, counts))
    if deepest > MAX_LEVELS:
        raise BadInputError(
            f"{where}: a picture lies {deepest:,} folders deep; labels are found at most "
            f"{MAX_LEVELS} deep; --label-level 0 means none."
        )
    found = _decided(counts, where) if asked is None else _taken(counts, asked, where)
    return _said_left_out(found, paths)


def _taken(counts: Counter[Folder], levels: tuple[int, ...], where: str) -> Labelling:
    """The labelling by the levels asked for."""
    deepest = max(map(len, counts))
    if not levels or not all(levels):
        raise BadInputError(
            "--label-level counts from 1, the folders in the root, or from -1, the pictures' own; "
            "0 alone means no labels."
        )
    of = {folder: _label(folder, levels) for folder in counts}
    if not any(of.values()):
        raise BadInputError(
            f"{where}: no picture lies in a folder of level {listed(levels)}; the deepest has "
            f"level {deepest}; give another --label-level."
        )
    return Labelling(of, levels)


def _label(folder: Folder, levels: Iterable[int]) -> str | None:
    places = [level - 1 if level > 0 else len(folder) + level for level in levels]
    if not all(0 <= place < len(folder) for place in places):
        return None
    return "/".join(folder[place] for place in places)


def _decided(counts: Counter[Folder], where: str) -> Labelling:
    names = names_by_level(counts)
    parts = [i for i, own in enumerate(names) if _are_parts(own)]
    classes = [i for i, own in enumerate(names) if len(own) > 1 and i not in parts]
    if not classes:
        return Labelling(notices=_about_parts(names, parts))
    odd = _odd_parts(names[classes[0]])
    if odd:
        return _without_odd_parts(counts, classes[0], odd, where)
    unlabelled = _unlabelled_parts(counts, parts[0], classes) if parts else set()
    if unlabelled:
        return _without(counts, unlabelled, where)
    total = counts.total()
    depths = {i: sum(n for f, n in counts.items() if len(f) > i) for i in classes}
    usable = [i for i in classes if depths[i] >= (1 - MAX_STRAY_SHARE) * total]
    if not usable:
        return Labelling(
            notices=_one(
                f"{total - depths[classes[0]]:,} of {total:,} pictures lie in no class folder, so "
                f"there are no labels; --label-level {classes[0] + 1} leaves them out."
            )
        )
    if total >= MIN_INSTANCES:
        singles = [i for i in usable if _has_singles(counts, i, parts)]
        usable = [i for i in usable if i not in singles]
        if not usable:
            return Labelling(
                notices=_one(
                    "Each picture lies in a folder of its own, so there are no labels; "
                    f"--label-level {singles[0] + 1} takes the folders' names."
                )
            )
    levels = _chosen([f for f in counts if len(f) > usable[-1]], names, usable, where)
    others = [i + 1 for i in classes if i + 1 not in levels and depths[i] > MAX_STRAY_SHARE * total]
    of = {folder: _label(folder, levels) for folder in counts}
    return Labelling(of, levels, _about_choice(levels, others))


def _are_parts(names: set[str]) -> bool:
    """Whether a level has the parts of the set; other folders beside train and test are parts too."""
    return are_parts(names) or sum(map(says_part, names)) > 1


def _chosen(
    folders: list[Folder], names: list[set[str]], levels: list[int], where: str
) -> tuple[int, ...]:
    """The level, or levels, that are the label, of `levels` (from 0) that could be."""
    if len(levels) == 1:
        return (levels[0] + 1,)
    roles = {i: role_of(names[i]) for i in levels}
    for outer, inner in pairwise(levels):
        if roles[outer] is Role.CONTAINER:
            return (outer + 1, inner + 1)
    best = min(roles.values())
    likely = [i for i in levels if roles[i] is best]
    if best is Role.NUMBER or best is Role.WORD:
        likely = [i for i in levels if roles[i] in (Role.NUMBER, Role.WORD)]
    inner = likely[-1]
    outer = max((i for i in levels if i < inner), default=inner)
    if len(likely) == 1:
        if best is not Role.NUMBERED_CLASS or roles[outer] is not Role.WORD:
            return (inner + 1,)
        if not repeats(folders, outer, inner):
            return (inner + 1,)
        if counts_from_one(children(folders, outer, inner)):
            return (outer + 1, inner + 1)
        likely = [outer, inner]
    elif all(roles[i] is best in (Role.WORD, Role.CLASS) for i in likely) and not any(
        repeats(folders, i, inner) for i in likely[:-1]
    ):
        return (inner + 1,)
    raise _ambiguous(names, likely, where)


def _ambiguous(names: list[set[str]], likely: list[int], where: str) -> BadInputError:
    shown = [f"level {i + 1} (such as {one_line(min(names[i]), 30)!r})" for i in likely]
    both = ",".join(str(i + 1) for i in likely)
    options = listed(f"--label-level {i + 1}" for i in likely).replace(" and ", " or ")
    return BadInputError(
        f"{where}: the folders' names at {listed(shown)} could be the labels; "
        f"give {options}, or --label-level {both} for both, 0 for none."
    )


def _has_singles(counts: Counter[Folder], level: int, parts: list[int]) -> bool:
    """Whether each folder at the level holds a single picture, those of all parts together."""
    above = [i for i in range(level + 1) if i not in parts]
    inside = [folder for folder in counts if len(folder) > level]
    return len({tuple(f[i] for i in above) for f in inside}) >= counts.total()


def _unlabelled_parts(counts: Counter[Folder], level: int, classes: list[int]) -> set[Folder]:
    """The folders of parts of the set, such as test, that have no class folders as others have.

    Instead they may have a folder with a name of no class (``test/unknown``).
    """
    below = next((i for i in classes if i > level), None)
    if below is None:
        return set()
    by_part: dict[str, list[Folder]] = {}
    for folder in counts:
        if len(folder) > level:
            by_part.setdefault(folder[level], []).append(folder)
    own = {p: {f[below] for f in all_ if len(f) > below} for p, all_ in by_part.items()}
    without = {part for part, names in own.items() if not names}
    for part, names in own.items():
        others = set().union(*(other for p, other in own.items() if p != part))
        if len(names) == 1 and len(others) > 1 and not names & others:
            without.add(part)
    if len(without) == len(own):
        return set()
    return {folder for part in without for folder in by_part[part]}


def _without(counts: Counter[Folder], unlabelled: set[Folder], where: str) -> Labelling:
    """The labelling of the other folders; those given have no labels, if the others have."""
    found = _decided(Counter({f: n for f, n in counts.items() if f not in unlabelled}), where)
    return replace(found, of=found.of | dict.fromkeys(unlabelled)) if found.levels else found


def _odd_parts(names: set[str]) -> set[str]:
    """The names of parts of the set among those of classes: a folder ``test`` beside 0 to 9.

    ``train`` alone may be a class among words: bus, car, train.
    """
    odd = {name for name in names if says_part(name)}
    if not odd or len(names) - len(odd) < 2:
        return set()
    is_word = role_of(names - odd) is Role.WORD
    return set() if is_word and {name.lower() for name in odd} == {"train"} else odd


def _without_odd_parts(counts: Counter[Folder], level: int, odd: set[str], where: str) -> Labelling:
    """The labelling without those parts, whose own folders have labels if the others have them."""
    inside = {f for f in counts if len(f) > level and f[level] in odd}
    found = _without(counts, inside, where)
    if not found.levels:
        return found
    known = set(found.of.values()) - {None}
    more: dict[Folder, str | None] = {}
    for folder in inside:
        label = _label(folder[:level] + folder[level + 1 :], found.levels)
        more[folder] = label if label in known else None
    return replace(found, of=found.of | more)


def _about_parts(names: list[set[str]], parts: list[int]) -> tuple[str, ...]:
    level = next((i for i in parts if len(names[i]) > 1), None)
    if level is None:
        return ()
    shown = listed(one_line(name, 20) for name in sorted(names[level]))
    return _one(
        f"{shown} were taken for parts of the set; --label-level {level + 1} takes them for labels."
    )


def _about_choice(levels: tuple[int, ...], others: list[int]) -> tuple[str, ...]:
    if len(levels) > 1:
        return _one(
            f"Labels join the names of the folders at levels {listed(levels)}; "
            f"--label-level {levels[-1]} takes the inner ones alone."
        )
    if not others:
        return ()
    return _one(
        f"Labels are the folders at level {levels[0]}; --label-level {others[0]} takes others."
    )


def _said_left_out(found: Labelling, paths: Sequence[PurePosixPath]) -> Labelling:
    if not found.levels:
        return found
    left_out = [path for path in paths if found.of[path.parent.parts] is None]
    if not left_out:
        return found
    verb = "was" if len(left_out) == 1 else "were"
    count = sentence(several(len(left_out), "picture"))
    said = f"{count} without a class folder {verb} left out: {shown(map(str, left_out))}."
    option = (
        "To keep pictures outside the class folders, give --label-level 0, which means no labels."
    )
    return replace(found, notices=(*found.notices, said, option))


def _one(notice: str) -> tuple[str, ...]:
    return (notice,)
