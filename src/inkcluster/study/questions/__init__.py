"""The questions of a study, a folder each, imported when they are first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inkcluster.study.answer import Question

_FILES = ("centres", "restarts", "hierarchy", "linkages", "dbscan", "compare", "shape")


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
