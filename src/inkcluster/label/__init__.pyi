from .labelling import Labelling

__all__ = ["Labelling"]
