"""The errors a person reads: one sentence that says what is wrong, where, and what to do."""


class InkclusterError(Exception):
    """Base of every error that Inkcluster raises on purpose; the command line prints it and exits 1."""


class BadInputError(InkclusterError, ValueError):
    """A file, an array or a setting that cannot be used as it is."""


class OutOfMemoryError(BadInputError, MemoryError):
    """Memory ran out while a file was read; the file itself may be sound."""


class TooLittleMemoryError(BadInputError):
    """A plan that does not fit into memory: `need` and `have` are its two numbers, in bytes."""

    def __init__(self, sentence: str, need: int, have: int) -> None:
        super().__init__(sentence)
        self.need = need
        self.have = have


class DataChangedError(BadInputError):
    """A file that changed while a study read from it."""


class RunFolderError(InkclusterError, OSError):
    """A run folder that cannot be written, is in use, or belongs to another data set."""
