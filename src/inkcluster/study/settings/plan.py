"""`Plan`: every value that a study runs with, and why it has it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from inkcluster.errors import BadInputError
from inkcluster.study.settings import fromdata
from inkcluster.study.settings.checks import check
from inkcluster.study.settings.settings import COMMAND_LINE, Settings
from inkcluster.study.settings.table import NAMES, SETTINGS, Setting, Table

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk


class Plan(Table):
    """The values of a study: an attribute for each setting, none of them None.

    Parameters
    ----------
    why : mapping of str to str
        One phrase for each value: ``"from the 10 labels"``, ``"given on the command line"``.
    **values
        A value for each setting, by name.
    """

    why: Mapping[str, str]

    def __init__(self, *, why: Mapping[str, str], **values: Any) -> None:
        vars(self).update({name: values.pop(name) for name in NAMES}, why=MappingProxyType({**why}))
        if values:
            raise TypeError(f"A plan has no value called {', '.join(values)}.")

    def to_json(self) -> dict[str, dict[str, Any]]:
        """``{name: {"value": …, "why": …}}``, for ``run.json``."""
        return {name: {"value": v, "why": self.why[name]} for name, v in self.values().items()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Mapping[str, Any]]) -> Plan:
        """The reverse of :meth:`to_json`.

        Raises
        ------
        BadInputError
            If a value is not allowed, or missing: the version that wrote it had other settings.
            Which value it worked with cannot be known, so that no default takes its place.
        """
        if missing := [name for name in NAMES if name not in plain]:
            raise BadInputError(
                f"The plan lacks {', '.join(missing)}: another version of Inkcluster wrote it; run "
                "the study again into its folder, which keeps the answers that still fit."
            )
        why = {name: str(plain[name]["why"]) for name in NAMES}
        found = SETTINGS.items()
        return cls(
            why=why, **{n: row.kind.check(n, plain[n]["value"], "run.json") for n, row in found}
        )


def make(images: ImageSet, settings: Settings, desk: Desk) -> Plan:
    """Find every value that `settings` leave open; `desk` caches what is computed for that.

    Labels are read for the default of `k` and for nothing else. BadInputError if the images are too
    few or all alike, or do not go with the settings.

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
    draft = Draft(images, settings, desk)
    return Plan(**draft.values(), why=draft.why)


class Draft(Plan):
    """A plan in the making: a value is found when it is first read."""

    images: ImageSet
    settings: Settings
    desk: Desk
    why: dict[str, str]

    def __init__(self, images: ImageSet, settings: Settings, desk: Desk) -> None:
        vars(self).update(images=images, settings=settings, desk=desk, why={})

    def _missing(self, row: Setting[Any]) -> Any:
        vars(self)[row.name], self.why[row.name] = value, _ = self._found(row)
        return value

    def _found(self, row: Setting[Any]) -> tuple[Any, str]:
        """What was given, else the default, else what the images suggest; and why."""
        value = getattr(self.settings, row.name)
        if value is None:
            if row.default is not None:
                return row.default, fromdata.DEFAULT
            found: tuple[Any, str] = getattr(fromdata, row.name)(self)
            return found
        given = self.given(row.name)
        if row is SETTINGS["components"] and isinstance(value, float):
            number, why = fromdata.components(self, value)
            return number, f"{why}; the share {given}"
        return value, given

    def given(self, name: str) -> str:
        """Where the setting called `name` was given."""
        origin = self.settings.given[name]
        return f"given on the {origin}" if origin == COMMAND_LINE else f"given in {origin}"
