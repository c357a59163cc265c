from .answer import Answer, Finding, Level, Question, Table
from .questions import QUESTIONS
from .run import Desk, Run, study
from .settings import Plan, Settings

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
