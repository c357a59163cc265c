from .bordering import Border, borders
from .flows import clustergram
from .typical import borderline, cohesion, nearest_and_farthest, worth_looking_at

__all__ = [
    "Border",
    "borderline",
    "borders",
    "clustergram",
    "cohesion",
    "nearest_and_farthest",
    "worth_looking_at",
]
