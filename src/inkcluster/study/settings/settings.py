"""`Settings`: what was asked for, on the command line or in a TOML file, checked."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from inspect import Parameter, Signature
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from inkcluster.errors import BadInputError
from inkcluster.files import open_file
from inkcluster.study.settings.kinds import MAX_SHOWN
from inkcluster.study.settings.table import NAMES, SETTINGS, Table

COMMAND_LINE = "command line"
PYTHON = "Python"
MAX_BYTES = 16_384
"""A larger file of settings is none; TOML's parser takes time quadratic in the length of a key."""


class Settings(Table):
    """What was asked for; an attribute for each setting, None where nothing was asked for.

    Parameters
    ----------
    **values
        Settings by name, such as ``k=10``: those of ``inkcluster study --help``, with ``_`` for
        ``-``. None stands for the default.
    given : mapping of str to str, optional
        Where values came from: ``"command line"``, the name of a TOML file or, if not said,
        ``"Python"``.

    Attributes
    ----------
    given : mapping of str to str
        The origin of each value that is not None.

    Raises
    ------
    BadInputError
        If a value is of the wrong type or out of range.
    TypeError
        If there is no setting of that name.

    Examples
    --------
    >>> Settings(k=10, eps=[8, 9]).eps
    (8.0, 9.0)
    >>> Settings(k=1)
    Traceback (most recent call last):
    inkcluster.errors.BadInputError: The setting k is 1 (Python); it must be a whole number from 2 up.
    """

    __signature__: ClassVar[Signature] = Signature(
        [Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in (*NAMES, "given")]
    )
    given: Mapping[str, str]

    def __init__(self, *, given: Mapping[str, str] | None = None, **values: Any) -> None:
        origins: dict[str, str] = {}
        if unknown := [name for name in values if name not in SETTINGS]:
            raise TypeError(f"There is no setting {unknown[0]!r}; {_suggestion(unknown[0])}")
        for name, row in SETTINGS.items():
            value = values.get(name)
            if value is not None:
                origins[name] = (given or {}).get(name, PYTHON)
                value = row.kind.check(name, value, origins[name])
            vars(self)[name] = value
        vars(self)["given"] = MappingProxyType(origins)

    @classmethod
    def read(cls, path: str | Path) -> Settings:
        """Read a TOML file with settings at its top level.

        Raises
        ------
        BadInputError
            If the file cannot be read, is not TOML, or holds an unknown key or a bad value.
        """
        path = Path(path)
        try:
            with open_file(path) as stream:
                content = stream.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                raise BadInputError(
                    f"The settings file {path} is too large (over {MAX_BYTES:,} bytes); settings are a "
                    "few lines such as: k = 10"
                )
            values = tomllib.loads(content.decode("utf-8"))
        except OSError as error:
            raise BadInputError(
                f"The settings file {path} cannot be read ({error.strerror or error}); "
                "check its name and that you may read it."
            ) from error
        except (ValueError, RecursionError) as error:  # also text that is not Unicode, long numbers
            if isinstance(error, BadInputError):
                raise
            what = "it is too deep" if isinstance(error, RecursionError) else str(error)[:MAX_SHOWN]
            what = "it is not text in UTF-8" if isinstance(error, UnicodeError) else what
            raise BadInputError(
                f"The settings file {path} is not valid TOML ({what}); write lines such as: k = 10"
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
            if name not in SETTINGS:
                shown = name[:MAX_SHOWN]
                raise BadInputError(
                    f"There is no setting {shown!r} ({origin}); {_suggestion(shown)}"
                )
        return cls(**named, given=dict.fromkeys(named, origin))

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
        under = cls() if file is None else file
        given = {**under.given, **command_line.given}
        return cls(**{**under.values(), **command_line.values()}, given=given)

    def values(self, names: Iterable[str] | None = None) -> dict[str, Any]:
        """The values called `names`, by name; those that were asked for if None."""
        return super().values(self.given if names is None else names)


def _suggestion(name: str) -> str:
    near = difflib.get_close_matches(name, NAMES, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(NAMES)}."
