"""`Settings`: what a person asked for, on the command line or in a TOML file, checked."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from inkcluster.errors import BadInputError
from inkcluster.study.settings.values import KINDS

COMMAND_LINE = "command line"
PYTHON = "Python"


@dataclass(frozen=True)
class Settings:
    """What was asked for; None means "from the data, or the default".

    Parameters
    ----------
    seed : int, optional
        Where random numbers start.
    k : int, optional
        The number of clusters.
    scaling : {"minmax", "standard", "none"}, optional
        What k-means and the DBSCAN map do to the pixels first.
    restarts : int, optional
        Restarts of k-means.
    replace : bool, optional
        Draw samples with replacement.
    sample_sizes : tuple of int, optional
        Samples on which the hierarchy suggests a number of clusters.
    resamples : int, optional
        How many samples of each size.
    linkage_sample, map_sample, compare_sample : int, optional
        Images for the linkages, the DBSCAN map, the comparison of the methods.
    eps : tuple of float, optional
        The map's radii, in units of the scaled pixels.
    min_samples : tuple of int, optional
        The map's core sizes.
    refine : int, optional
        Further radii that are put where the map changes most.
    components : int or float, optional
        Principal components that are kept; a float below 1 is a share of the variance.
    svd_solver : str, optional
        scikit-learn's name of the PCA's solver.
    sweep_sample : int, optional
        Images for the sweep after whitening.
    sweep_eps : tuple of float, optional
        Radii of the sweep after whitening.
    sweep_min_samples : int, optional
        The sweep's core size.
    many : int, optional
        A larger number of clusters for a second cut.
    given : mapping of str to str
        Where each value that is not None came from: ``"command line"``, the name of a TOML
        file, or ``"Python"``.

    Raises
    ------
    BadInputError
        If a value is of the wrong type or out of range.

    Examples
    --------
    >>> Settings(k=10, eps=[8, 9]).eps
    (8.0, 9.0)
    >>> Settings(k=1)
    Traceback (most recent call last):
    inkcluster.errors.BadInputError: The setting k is 1 (Python); it must be a whole number from 2 up.
    """

    seed: int | None = None
    k: int | None = None
    scaling: str | None = None
    restarts: int | None = None
    replace: bool | None = None
    sample_sizes: tuple[int, ...] | None = None
    resamples: int | None = None
    linkage_sample: int | None = None
    map_sample: int | None = None
    eps: tuple[float, ...] | None = None
    min_samples: tuple[int, ...] | None = None
    refine: int | None = None
    compare_sample: int | None = None
    components: int | float | None = None
    svd_solver: str | None = None
    sweep_sample: int | None = None
    sweep_eps: tuple[float, ...] | None = None
    sweep_min_samples: int | None = None
    many: int | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given: dict[str, str] = {}
        for name in NAMES:
            value = getattr(self, name)
            if value is not None:
                given[name] = self.given.get(name, PYTHON)
                object.__setattr__(self, name, KINDS[name].check(name, value, given[name]))
        object.__setattr__(self, "given", MappingProxyType(given))

    @classmethod
    def read(cls, path: str | Path) -> Settings:
        """Read a TOML file with settings at its top level.

        Raises
        ------
        BadInputError
            If the file cannot be read, is no TOML, or holds an unknown key or a bad value.
        """
        path = Path(path)
        try:
            with path.open("rb") as stream:
                values = tomllib.load(stream)
        except OSError as error:
            raise BadInputError(
                f"The settings file {path} cannot be read ({error.strerror or error}); "
                "check its name and that you may read it."
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInputError(
                f"The settings file {path} is not valid TOML ({error}); write lines such as: k = 10"
            ) from error
        return cls.of(values, path.name)

    @classmethod
    def of(cls, values: Mapping[str, Any], origin: str) -> Settings:
        """Settings from named values (None is left out) that came from `origin`.

        Examples
        --------
        >>> Settings.of({"sample-sizes": "500, 1000"}, "command line").sample_sizes
        (500, 1000)
        >>> Settings.of({"restart": 3}, "study.toml")
        Traceback (most recent call last):
        inkcluster.errors.BadInputError: There is no setting 'restart' (study.toml); did you mean restarts?
        """
        named = {name.replace("-", "_"): value for name, value in values.items()}
        for name in named:
            if name not in NAMES:
                raise BadInputError(f"There is no setting {name!r} ({origin}); {_suggestion(name)}")
        present = {name: value for name, value in named.items() if value is not None}
        return cls(**present, given=dict.fromkeys(present, origin))

    @classmethod
    def combine(
        cls,
        command_line: Mapping[str, Any] | Settings | None = None,
        file: Settings | str | Path | None = None,
    ) -> Settings:
        """The command line's values, and the file's where the command line says nothing.

        Examples
        --------
        >>> both = Settings.combine({"k": 8}, Settings.of({"k": 10, "seed": 1}, "study.toml"))
        >>> both.k, both.seed, dict(both.given)
        (8, 1, {'seed': 'study.toml', 'k': 'command line'})
        """
        if isinstance(file, str | Path):
            file = cls.read(file)
        if not isinstance(command_line, Settings):
            command_line = cls.of(command_line or {}, COMMAND_LINE)
        over = command_line.values()
        under = file.values() if file is not None else {}
        given = {**(file.given if file is not None else {}), **command_line.given}
        return cls(**{**under, **over}, given=given)

    def values(self) -> dict[str, Any]:
        """The values that were given, by name."""
        return {name: getattr(self, name) for name in self.given}


NAMES: tuple[str, ...] = tuple(f.name for f in fields(Settings) if f.name != "given")


def _suggestion(name: str) -> str:
    near = difflib.get_close_matches(name, NAMES, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(NAMES)}."
