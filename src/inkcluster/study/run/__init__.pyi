from .desk import Desk
from .run import Run
from .runner import study
from .written import WrittenAnswer, WrittenFigure, WrittenTable

__all__ = [
    "Desk",
    "Run",
    "WrittenAnswer",
    "WrittenFigure",
    "WrittenTable",
    "study",
]
