from .page import write

__all__ = ["write"]
