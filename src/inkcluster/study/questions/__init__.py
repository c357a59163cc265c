"""The questions of a study, a folder each, imported when they are first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from inkcluster.errors import BadInputError

if TYPE_CHECKING:
    from inkcluster.study.answer import Question

_FILES = ("centres", "restarts", "hierarchy", "linkages", "dbscan", "compare", "shape")

OPENING = "shape"
"""The question on whose answer the report opens; it is answered first."""

PLACED = "placed"
"""The question that is asked besides where a study looks at some of very many images."""


class _Questions(Mapping[str, "Question"]):
    """The questions by key, in the order of their numbers."""

    def __getitem__(self, key: str) -> Question:
        if key not in _FILES:
            raise KeyError(key)
        question: Question = importlib.import_module(f"{__name__}.{key}.question").QUESTION
        return question

    def __contains__(self, key: object) -> bool:
        return key in _FILES

    def __iter__(self) -> Iterator[str]:
        return iter(_FILES)

    def __len__(self) -> int:
        return len(_FILES)


QUESTIONS: Mapping[str, Question] = _Questions()
"""The questions by key, in the order in which the report shows them.

Examples
--------
>>> list(QUESTIONS)
['centres', 'restarts', 'hierarchy', 'linkages', 'dbscan', 'compare', 'shape']
>>> QUESTIONS["shape"].number
7
"""


def asked_of(questions: Mapping[str, Question], only: Iterable[str] | None) -> tuple[str, ...]:
    """The keys of the questions asked, in the order of the work; `only` None asks all of them.

    BadInputError if `only` is empty or names another.
    """
    if only is None:
        return tuple(sorted(questions, key=_is_later))
    wanted = list(only)
    for key in wanted:
        if key not in questions:
            raise BadInputError(f"There is no question {key!r}; there are {', '.join(questions)}.")
    if not wanted:
        raise BadInputError(f"No question was named; there are {', '.join(questions)}.")
    return tuple(sorted((key for key in questions if key in wanted), key=_is_later))


def _is_later(key: str) -> bool:
    """The report opens on one answer, so that this is worked out before the others."""
    return key != OPENING
