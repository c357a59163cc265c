from .plan import Plan
from .settings import COMMAND_LINE, NAMES, Settings

__all__ = [
    "COMMAND_LINE",
    "NAMES",
    "Plan",
    "Settings",
]
