"""The questions, the run folder, the findings.

:func:`study` answers the questions about a set of images in a folder; :meth:`Run.open` reads the
answers back. The public names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inkcluster.study.answer import Answer, Finding, Level, Question, Table
    from inkcluster.study.desk import Desk
    from inkcluster.study.plan import Plan
    from inkcluster.study.questions import QUESTIONS
    from inkcluster.study.run import Run
    from inkcluster.study.runner import study
    from inkcluster.study.settings import Settings

_WHERE = {
    "QUESTIONS": "questions",
    "Answer": "answer",
    "Desk": "desk",
    "Finding": "answer",
    "Level": "answer",
    "Plan": "plan",
    "Question": "answer",
    "Run": "run",
    "Settings": "settings",
    "Table": "answer",
    "study": "runner",
}

__all__ = [
    "QUESTIONS",
    "Answer",
    "Desk",
    "Finding",
    "Level",
    "Plan",
    "Question",
    "Run",
    "Settings",
    "Table",
    "study",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"inkcluster.study.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'inkcluster.study' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
