"""`step`: a function whose arrays are computed once for all that it depends on."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, overload

from numpy.typing import NDArray

from inkcluster.progress import listening

P = ParamSpec("P")
R = TypeVar("R")
Arrays = Mapping[str, NDArray[Any]]


class Step(Generic[P, R]):
    """A cached function, made by :func:`step`.

    Attributes
    ----------
    uses : tuple of str
        The plan's values that it depends on.
    """

    def __init__(
        self,
        compute: Callable[P, Arrays],
        wrap: Callable[..., R],
        uses: tuple[str, ...],
        revision: int,
    ) -> None:
        functools.update_wrapper(self, compute)
        self.uses = uses
        self._compute, self._wrap = compute, wrap
        self._name = compute.__name__.strip("_").replace("_", "-")
        self._what = {"of": compute.__module__, "revision": revision}
        self._signature = inspect.signature(compute)
        kinds = {name: one.kind for name, one in self._signature.parameters.items()}
        self._keys = [
            name for name, kind in kinds.items() if kind is inspect.Parameter.KEYWORD_ONLY
        ]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The function's result, from the cache if it was computed before."""
        call = self._signature.bind(*args, **kwargs)
        call.apply_defaults()
        given = call.arguments
        desk = given["desk"]
        what = {**self._what, **{name: given[name] for name in self._keys}}
        if "plan" in given:
            used = given["plan"].values(self.uses)
            given["plan"] = _Declared(self._name, used)
            what["plan"] = used

        def compute() -> Arrays:
            with listening(desk.progress):
                return self._compute(*call.args, **call.kwargs)

        return self._wrap(**desk.keep(self._name, what, compute))


class _Decorator(Protocol[R]):
    def __call__(self, compute: Callable[P, Arrays], /) -> Step[P, R]: ...


@overload
def step(*, uses: Iterable[str] = ..., revision: int = ...) -> _Decorator[Arrays]: ...
@overload
def step(
    wrap: Callable[..., R], *, uses: Iterable[str] = ..., revision: int = ...
) -> _Decorator[R]: ...
def step(
    wrap: Callable[..., Any] = dict, *, uses: Iterable[str] = (), revision: int = 1
) -> _Decorator[Any]:
    """Cache what a function computes, under all that its result depends on.

    The function has a parameter `desk`, the cache, and returns named arrays. Its result is found
    again by the data, its name, `revision`, the plan's values in `uses` and its keyword-only
    arguments. Other arguments have to follow from these. Of a parameter `plan` the function sees
    the values in `uses` alone, so that none can be forgotten there.

    Parameters
    ----------
    wrap : callable, default dict
        What is made of the arrays, which are its keyword arguments.
    uses : iterable of str
        Names of values of the plan.
    revision : int, default 1
        To be raised when a change of the code changes the result.

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

    def decorate(compute: Callable[P, Arrays]) -> Step[P, Any]:
        return Step(compute, wrap, tuple(dict.fromkeys(uses)), revision)

    return decorate


def used_by(*parts: str | Step[..., Any]) -> tuple[str, ...]:
    """Names of the plan's values: those given, and those that steps depend on, each once.

    Examples
    --------
    >>> used_by("k", step(uses=("seed", "k"))(lambda plan, desk: {}), "many")
    ('k', 'seed', 'many')
    """
    names: dict[str, None] = {}
    for part in parts:
        names |= dict.fromkeys((part,) if isinstance(part, str) else part.uses)
    return tuple(names)


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
