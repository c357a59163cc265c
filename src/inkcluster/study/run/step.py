"""`step`: a function whose arrays are computed once for all that it depends on."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, ParamSpec

from numpy.typing import NDArray

from inkcluster.progress import listening

P = ParamSpec("P")
Arrays = Mapping[str, NDArray[Any]]


class Step(Generic[P]):
    """A cached function, made by :func:`step`; `uses` are the plan's values that it depends on."""

    def __init__(self, compute: Callable[P, Arrays], uses: Iterable[str], revision: int) -> None:
        functools.update_wrapper(self, compute)
        self.uses = tuple(dict.fromkeys(uses))
        self._compute = compute
        self._name = compute.__name__.strip("_").replace("_", "-")
        self._what = {"of": compute.__module__, "revision": revision}
        self._signature = inspect.signature(compute)
        parameters = self._signature.parameters.values()
        self._keys = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Arrays:
        """The function's result, from the cache if it was computed before."""
        call = self._signature.bind(*args, **kwargs)
        call.apply_defaults()
        given = call.arguments
        desk, what = given["desk"], {**self._what, **{name: given[name] for name in self._keys}}
        if "plan" in given:
            used = given["plan"].values(self.uses)
            given["plan"] = _Declared(self._name, used)
            what["plan"] = used

        def compute() -> Arrays:
            with listening(desk.progress):
                return self._compute(*call.args, **call.kwargs)

        kept: Arrays = desk.keep(self._name, what, compute)
        return kept


def step(
    *, uses: Iterable[str] = (), revision: int = 1
) -> Callable[[Callable[P, Arrays]], Step[P]]:
    """Cache what a function computes, under all that its result depends on.

    The function has a parameter `desk`, the cache, and returns named arrays. Its result is found
    again by the data, its name, `revision`, the plan's values in `uses` and its keyword-only
    arguments. Other arguments have to follow from these. Of a parameter `plan` the function sees
    the values in `uses` alone, so that none can be forgotten there. Raise `revision` when a change
    of the code changes the result.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.study import Desk
    >>> @step()
    ... def squares(desk, *, n):
    ...     print("computing")
    ...     return {"squares": np.arange(n) ** 2}
    >>> desk = Desk()
    >>> squares(desk, n=3), squares(desk, n=3)
    computing
    ({'squares': array([0, 1, 4])}, {'squares': array([0, 1, 4])})
    """
    return lambda compute: Step(compute, uses, revision)


def used_by(*parts: str | Step[...]) -> tuple[str, ...]:
    """Names of the plan's values: those given, and those that steps depend on, each once.

    Examples
    --------
    >>> used_by("k", step(uses=("seed", "k"))(lambda plan, desk: {}), "many")
    ('k', 'seed', 'many')
    """
    names = [(part,) if isinstance(part, str) else part.uses for part in parts]
    return tuple(dict.fromkeys(itertools.chain(*names)))


class _Declared:
    """The plan as a step sees it: the values that it declares."""

    def __init__(self, step: str, values: Mapping[str, Any]) -> None:
        vars(self).update(values)
        self._step = step

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"the step {self._step} reads {name} of the plan: declare it in `uses`"
        )
