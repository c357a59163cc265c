"""`Plan`: every value that a study runs with, and why it has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from inkcluster.errors import BadInputError
from inkcluster.study.settings import fromdata
from inkcluster.study.settings.checks import check
from inkcluster.study.settings.settings import COMMAND_LINE, NAMES, Settings

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk

DEFAULT = "the default"
SEED = 69
RESTARTS = 15
RESAMPLES = 30
SAMPLE_SIZES = (500, 1000, 2000, 3000)
COMPARE_SAMPLE = 10_000
MIN_SAMPLES = tuple(range(2, 10))
REFINE = 4
SWEEP_MIN_SAMPLES = 3
MANY_TIMES_K = 4
EXACT_UP_TO = 2000


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
    draft = _Draft(settings)
    n = len(images)
    draft.set("seed", lambda: (SEED, DEFAULT))
    draft.set("scaling", lambda: ("minmax", DEFAULT))
    draft.set("restarts", lambda: (RESTARTS, DEFAULT))
    draft.set("replace", lambda: (False, DEFAULT))
    draft.set("resamples", lambda: (RESAMPLES, DEFAULT))
    draft.set("min_samples", lambda: (MIN_SAMPLES, DEFAULT))
    draft.set("sweep_min_samples", lambda: (SWEEP_MIN_SAMPLES, DEFAULT))
    draft.set("sample_sizes", lambda: _sizes(n))
    for name in ("linkage_sample", "map_sample", "sweep_sample"):
        draft.set(name, lambda: (n, f"all {n:,} images"))
    draft.set(
        "compare_sample",
        lambda: (n, f"all {n:,} images") if n <= COMPARE_SAMPLE else (COMPARE_SAMPLE, DEFAULT),
    )
    draft.set("refine", lambda: _refine(settings))
    seed, replace = draft["seed"], draft["replace"]
    compared = fromdata.Draw(draft["compare_sample"], seed, replace)
    draft.set("k", lambda: fromdata.number_of_clusters(images, seed, desk))
    draft.set("many", lambda: _many(draft["k"], draft["compare_sample"]))
    draft.set("svd_solver", lambda: _solver(images))
    draft.resolve("components", lambda share: fromdata.components(images, compared, share, desk))
    draft.set(
        "eps",
        lambda: fromdata.map_eps(
            images,
            fromdata.Draw(draft["map_sample"], seed, replace),
            desk,
            scaling=draft["scaling"],
            min_samples=draft["min_samples"],
        ),
    )
    draft.set(
        "sweep_eps",
        lambda: fromdata.sweep_eps(
            images,
            fromdata.Draw(draft["sweep_sample"], seed, replace),
            desk,
            kept=draft["components"],
            solver=draft["svd_solver"],
            core=draft["sweep_min_samples"],
        ),
    )
    return draft.plan()


class _Draft:
    """Values as they are found: what was given first, else what `default` says."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._values: dict[str, Any] = {}
        self._why: dict[str, str] = {}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def set(self, name: str, default: Any) -> None:
        value = getattr(self._settings, name)
        if value is not None:
            self._values[name], self._why[name] = value, self._given(name)
        else:
            self._values[name], self._why[name] = default()

    def resolve(self, name: str, from_share: Any) -> None:
        """Like `set`, for a value that may be given as a share."""
        value = getattr(self._settings, name)
        if isinstance(value, float):
            self._values[name], why = from_share(value)
            self._why[name] = f"{why}; the share {self._given(name)}"
        else:
            self.set(name, lambda: from_share(None))

    def plan(self) -> Plan:
        names = {f.name for f in fields(Plan)} - {"why"}
        return Plan(**{n: self._values[n] for n in names}, why=MappingProxyType(self._why))

    def _given(self, name: str) -> str:
        origin = self._settings.given[name]
        return f"given on the {origin}" if origin == COMMAND_LINE else f"given in {origin}"


def _refine(settings: Settings) -> tuple[int, str]:
    if settings.eps is not None:
        return 0, "none, since eps is given"
    return REFINE, DEFAULT


def _sizes(n: int) -> tuple[tuple[int, ...], str]:
    sizes = tuple(size for size in SAMPLE_SIZES if size <= n)
    if len(sizes) == len(SAMPLE_SIZES):
        return sizes, DEFAULT
    if not sizes:
        return (n,), f"all {n:,} images"
    return sizes, f"the default, as far as {n:,} images go"


def _many(k: int, most: int) -> tuple[int, str]:
    if MANY_TIMES_K * k <= most:
        return MANY_TIMES_K * k, f"{MANY_TIMES_K} times k"
    return most, f"{MANY_TIMES_K} times k, but no more than the {most:,} images compared"


def _solver(images: ImageSet) -> tuple[str, str]:
    height, width = images.shape
    pixels = f"{height * width:,} pixels an image"
    if height * width <= EXACT_UP_TO:
        return "covariance_eigh", f"{pixels}: few enough for the exact covariance"
    return "randomized", f"{pixels}: too many for an exact covariance"


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
