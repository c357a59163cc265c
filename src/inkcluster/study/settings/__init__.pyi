from .plan import Plan
from .settings import COMMAND_LINE, Settings
from .table import NAMES

__all__ = [
    "COMMAND_LINE",
    "NAMES",
    "Plan",
    "Settings",
]
