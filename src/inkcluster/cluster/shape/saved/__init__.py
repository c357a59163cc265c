"""Fitted models on disk: a folder of arrays and one JSON file, without pickle."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, Self

from sklearn.utils.validation import check_is_fitted


class Saved:
    """What an estimator has that can be saved and loaded."""

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write the fitted model as a folder of arrays and one JSON file, whole or not at all.

        Nothing in it is pickled. A model saved there before is replaced; any other folder is not.
        Versions of Inkcluster from this one on can load it. It holds what `predict` needs of each
        image that was clustered, about 2 kB of one of 28 × 28 pixels, and neither images nor labels.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        BadInputError
            If the folder cannot be written, or holds something else.

        Examples
        --------
        >>> import tempfile
        >>> import numpy as np
        >>> from inkcluster.cluster.shape import ShapeClustering
        >>> bars = np.zeros((40, 8, 8))
        >>> bars[:20, 1:7, 3:5], bars[20:, 3:5, 1:7] = 1, 1
        >>> model = ShapeClustering(2, deskew=False, random_state=0).fit(bars)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     again = ShapeClustering.load(model.save(f"{folder}/bars"))
        >>> bool((again.predict(bars) == model.labels_).all())
        True
        """
        check_is_fitted(self)
        from inkcluster.cluster.shape.saved.folder import write

        model: Any = self
        parameters = model.get_params(deep=False)
        fitted = {name: value for name, value in vars(self).items() if name not in parameters}
        return write(parameters, fitted, Path(folder))

    @classmethod
    def load(cls, folder: str | PathLike[str]) -> Self:
        """The model that :meth:`save` wrote: it has the same attributes, and predicts the same.

        Raises
        ------
        BadInputError
            If the folder holds no model, a damaged one, or one that a newer version wrote.
        """
        from inkcluster.cluster.shape.saved.folder import read

        kind: Any = cls
        parameters, fitted = read(Path(folder), set(kind._get_param_names()))
        model: Self = kind(**parameters)
        vars(model).update(fitted)
        return model
