"""`Plan`: every value that a study runs with, and why it has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from inkcluster.errors import BadInputError
from inkcluster.study.settings import fromdata
from inkcluster.study.settings.checks import check
from inkcluster.study.settings.settings import COMMAND_LINE, NAMES, Settings

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk

DEFAULTS = {
    name: (value, fromdata.DEFAULT)
    for name, value in {
        "seed": 69,
        "scaling": "minmax",
        "restarts": 15,
        "replace": False,
        "resamples": 30,
        "min_samples": tuple(range(2, 10)),
        "sweep_min_samples": 3,
    }.items()
}


@dataclass(frozen=True)
class Plan:
    """The values of a study, resolved; the names are those of :class:`Settings`.

    Parameters
    ----------
    seed, k, restarts, resamples, linkage_sample, map_sample, refine, compare_sample : int
    sweep_sample, many : int
    scaling, svd_solver : str
    replace : bool
    sample_sizes, min_samples : tuple of int
    eps, sweep_eps : tuple of float
    components : int
        Principal components kept (a share of the variance is resolved to a number).
    sweep_min_samples : int
    why : mapping of str to str
        One phrase for each value: ``"from the 10 labels"``, ``"given on the command line"``.
    """

    seed: int
    k: int
    scaling: str
    restarts: int
    replace: bool
    sample_sizes: tuple[int, ...]
    resamples: int
    linkage_sample: int
    map_sample: int
    eps: tuple[float, ...]
    min_samples: tuple[int, ...]
    refine: int
    compare_sample: int
    components: int
    svd_solver: str
    sweep_sample: int
    sweep_eps: tuple[float, ...]
    sweep_min_samples: int
    many: int
    why: Mapping[str, str]

    def values(self, names: Iterable[str] = NAMES) -> dict[str, Any]:
        """The values called `names`, by name."""
        return {name: getattr(self, name) for name in names}

    def to_json(self) -> dict[str, dict[str, Any]]:
        """``{name: {"value": …, "why": …}}``, for ``run.json``."""
        return {
            name: {"value": value, "why": self.why[name]} for name, value in self.values().items()
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Mapping[str, Any]]) -> Plan:
        """The reverse of :meth:`to_json`.

        Raises
        ------
        BadInputError
            If a value is missing: the version that wrote it had other settings. What a value was
            that it did not have cannot be known, so that no default takes its place.
        """
        if missing := [name for name in NAMES if name not in plain]:
            raise BadInputError(
                f"The plan lacks {', '.join(missing)}: another version of Inkcluster wrote it; run "
                "the study again into its folder, which keeps the answers that still fit."
            )
        values = {name: _tupled(plain[name]["value"]) for name in NAMES}
        why = {name: str(plain[name]["why"]) for name in NAMES}
        return cls(**values, why=MappingProxyType(why))


def make(images: ImageSet, settings: Settings, desk: Desk) -> Plan:
    """Resolve `settings` on `images`.

    Labels are read for the default of `k` and for nothing else.

    Parameters
    ----------
    images : ImageSet
        What is to be studied.
    settings : Settings
        What was asked for.
    desk : Desk
        Keeps what the plan computes from the images.

    Returns
    -------
    Plan

    Raises
    ------
    BadInputError
        If the images are too few or all alike, or do not go with the settings.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> from inkcluster.study.run.desk import Desk
    >>> pixels = np.random.default_rng(0).integers(0, 256, (60, 4, 4)).astype(np.uint8)
    >>> images = ImageSet(pixels, np.arange(60) % 3, name="tiny")
    >>> plan = make(images, Settings(restarts=4), Desk())
    >>> plan.k, plan.why["k"], plan.restarts, plan.why["restarts"]
    (3, 'from the 3 labels', 4, 'given in Python')
    """
    check(images, settings)
    return Draft(images, settings, desk).plan()


class Draft:
    """A plan whose values are found when they are first read: what was given, else the default."""

    def __init__(self, images: ImageSet, settings: Settings, desk: Desk) -> None:
        self.images, self.settings, self.desk = images, settings, desk
        self._why: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in NAMES:
            raise AttributeError(name)
        value, self._why[name] = self._found(name)
        setattr(self, name, value)
        return value

    def values(self, names: Iterable[str] = NAMES) -> dict[str, Any]:
        """The values called `names`, by name."""
        return {name: getattr(self, name) for name in names}

    def plan(self) -> Plan:
        """The plan, with every value."""
        return Plan(**self.values(), why=MappingProxyType(self._why))

    def _found(self, name: str) -> tuple[Any, str]:
        value = getattr(self.settings, name)
        if value is None:
            return DEFAULTS[name] if name in DEFAULTS else getattr(fromdata, name)(self)
        origin = self.settings.given[name]
        given = f"given on the {origin}" if origin == COMMAND_LINE else f"given in {origin}"
        if name == "components" and isinstance(value, float):
            number, why = fromdata.components(self, value)
            return number, f"{why}; the share {given}"
        return value, given


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
