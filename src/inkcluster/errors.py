"""The errors a person is meant to read: one sentence that says what is wrong, where, and what to do."""


class InkclusterError(Exception):
    """Base of every error that Inkcluster raises on purpose; the command line prints its sentence and exits 1."""


class BadInputError(InkclusterError, ValueError):
    """A file, an array or a setting that cannot be used as it is."""


class RunFolderError(InkclusterError, OSError):
    """A run folder that cannot be written, is in use, or belongs to another data set."""
