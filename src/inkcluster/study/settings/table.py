"""The settings of a study, each declared once.

The command line, TOML files, :class:`Settings`, :class:`Plan`, the report and ``docs/settings.md``
are made from this table. A new setting is one entry in :class:`Table`, and a function of its name in
:mod:`inkcluster.study.settings.fromdata` if its default comes from the images.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import FrozenInstanceError, dataclass
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, overload

from inkcluster.study.settings.kinds import (
    COUNT_OR_SHARE,
    FLAG,
    POSITIVE,
    Kind,
    choice,
    several,
    whole,
)  # fmt: skip

if TYPE_CHECKING:
    from inkcluster.study.settings.plan import Plan
    from inkcluster.study.settings.settings import Settings

T = TypeVar("T")


@dataclass(eq=False)
class Setting(Generic[T]):
    """One setting; on :class:`Settings` and :class:`Plan` an attribute with its value."""

    kind: Kind[T]
    topic: str  # the heading under which it is listed
    help: str  # one sentence that says what it is
    default: T | None = None  # None where it comes from the images
    rule: str = ""  # in words, how the default comes from the images
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def option(self) -> str:
        """Its option on the command line."""
        option = "--" + self.name.replace("_", "-")
        return f"{option}/--no-{option[2:]}" if self.kind is FLAG else option

    @overload
    def __get__(self, holder: None, owner: type) -> Setting[T]: ...
    @overload
    def __get__(self, holder: Settings, owner: type) -> T | None: ...
    @overload
    def __get__(self, holder: Plan, owner: type) -> T: ...
    def __get__(self, holder: Any, owner: type) -> Any:
        return self if holder is None else holder._missing(self)


GENERAL = "All questions"
KMEANS = "k-means"
HIERARCHY = "Hierarchies and linkages"
DENSITY = "DBSCAN and HDBSCAN"
COMPARISON = "Comparison and PCA"
REPORT = "The report"
_SAMPLE = whole(10)


class Table:
    """All settings; what holds their values derives from it and cannot be changed."""

    seed = Setting(whole(0, 2**32 - 1), GENERAL, "Seed of all random numbers.", default=69)
    k = Setting(
        whole(2),
        GENERAL,
        "Number of clusters, for k-means and for the cuts of hierarchies.",
        rule="the number of classes, or what the shapes or Ward's hierarchy show; [see below](#k)",
    )
    shape_k = Setting(
        whole(0),
        GENERAL,
        "Number of clusters by shape; 0 finds it from the images.",
        rule="`k` if it is given, else 0",
    )
    study_sample = Setting(
        _SAMPLE,
        GENERAL,
        "Images that the questions look at; of a larger set they are drawn at random, and place all "
        "others.",
        default=100_000,
    )
    scaling = Setting(
        choice("minmax", "standard", "none"),
        KMEANS,
        "Scaling of the pixels before k-means and the DBSCAN map: each pixel to 0–1 (minmax), "
        "to mean 0 and standard deviation 1 (standard), or none.",
        default="minmax",
    )
    restarts = Setting(whole(2, 1000), KMEANS, "Restarts of k-means.", default=15)
    replace = Setting(
        FLAG,
        GENERAL,
        "Draw samples with replacement, so that an image may come twice.",
        default=False,
    )
    sample_sizes = Setting(
        several(_SAMPLE),
        HIERARCHY,
        "Sizes of the samples whose hierarchies suggest a number of clusters.",
        rule="500, 1000, 2000, 3000, as far as the images go; all images if fewer than 500",
    )
    resamples = Setting(whole(1, 1000), HIERARCHY, "Samples drawn of each size.", default=30)
    linkage_sample = Setting(
        _SAMPLE,
        HIERARCHY,
        "Images in the hierarchies; if these are all, each is taken once, also with `replace`.",
        rule="all images; 20000 of those drawn from more than `study_sample`",
    )
    map_sample = Setting(_SAMPLE, DENSITY, "Images in the DBSCAN map.", rule="all images")
    eps = Setting(
        several(POSITIVE),
        DENSITY,
        "Values of eps in the DBSCAN map, in units of the scaled pixels.",
        rule="9 values from the distances; [see below](#eps-and-sweep_eps)",
    )
    min_samples = Setting(
        several(whole(1)),
        DENSITY,
        "Values of min_samples in the DBSCAN map: images within eps, itself counted, that make a "
        "core point. HDBSCAN takes their median.",
        default=tuple(range(2, 10)),
    )
    refine = Setting(
        whole(0, 100),
        DENSITY,
        "Values of eps added where the DBSCAN map changes most.",
        rule="4; 0 if `eps` is given",
    )
    compare_sample = Setting(
        _SAMPLE,
        COMPARISON,
        "Images on which all methods are compared.",
        rule="10000, or all images if there are no more",
    )
    components = Setting[int](
        COUNT_OR_SHARE,
        COMPARISON,
        "Principal components kept, or the share of the variance that they keep.",
        rule="the fewest that keep 90 % of the variance; [see below](#components-and-svd_solver)",
    )
    svd_solver = Setting(
        choice("auto", "full", "covariance_eigh", "arpack", "randomized"),
        COMPARISON,
        "Solver of the PCA, by scikit-learn's name.",
        rule="by the pixels of an image; [see below](#components-and-svd_solver)",
    )
    sweep_sample = Setting(
        _SAMPLE, DENSITY, "Images in the DBSCAN sweep after PCA whitening.", rule="all images"
    )
    sweep_eps = Setting(
        several(POSITIVE),
        DENSITY,
        "Values of eps after PCA whitening, in units of the whitened components.",
        rule="8 values from the distances; [see below](#eps-and-sweep_eps)",
    )
    sweep_min_samples = Setting(
        whole(1), DENSITY, "The min_samples after PCA whitening and in question 6.", default=3
    )
    many = Setting(
        whole(2),
        COMPARISON,
        "Clusters of the second, finer cut of Ward's hierarchy.",
        rule="4 times `k`, but no more than `compare_sample`",
    )

    thumbnails = Setting(
        whole(0),
        REPORT,
        "Images that the report can show one by one; of a larger set it shows typical, extreme and "
        "unsure ones, and a sample.",
        default=200_000,
    )

    def values(self, names: Iterable[str] | None = None) -> dict[str, Any]:
        """The values called `names`, by name; all if None."""
        return {name: getattr(self, name) for name in (NAMES if names is None else names)}

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        values = ", ".join(f"{k}={v!r}" for k, v in vars(self).items() if v is not None)
        return f"{type(self).__name__}({values})"

    def _missing(self, row: Setting[Any]) -> Any:
        raise AttributeError(f"{type(self).__name__} has no value of {row.name}")


SETTINGS: Mapping[str, Setting[Any]] = {
    name: row for name, row in vars(Table).items() if isinstance(row, Setting)
}
"""The rows of the table by name."""
NAMES: tuple[str, ...] = tuple(SETTINGS)
