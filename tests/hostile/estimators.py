"""Attacks estimators and library functions with arrays of every kind, form and size.

The oracle: a form that says the same (Fortran order, read-only, another byte order, a subclass, a
table) gives the same result; all else gives a result of the right length, or a ValueError or
TypeError of one sentence. No other error, and no warning of arithmetic.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning

import inkcluster as ink
from inkcluster import cluster, evaluate, hierarchy
from inkcluster.cluster.neighbors import nearest_neighbors
from inkcluster.errors import InkclusterError

MAX_SENTENCE, MAX_THEIRS = 300, 1000
"""Characters of our sentences, and of those of NumPy, SciPy and scikit-learn that we pass on."""
ARITHMETIC = (RuntimeWarning, np.exceptions.ComplexWarning)


class Sub(np.ndarray):
    """A subclass that a caller may have."""


def frozen(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def masked(X, rng):
    return np.ma.array(X, mask=rng.random(X.shape) < rng.choice([0, 0.1]))


SAME: dict[str, Callable[[Any], Any]] = {
    "fortran": np.asfortranarray,
    "read-only": frozen,
    "other byte order": lambda X: X.astype(X.dtype.newbyteorder(">")),
    "subclass": lambda X: X.view(Sub),
    "list": lambda X: X.tolist(),
    "frame": lambda X: pd.DataFrame(X, columns=[f"p{i}" for i in range(X.shape[1])]),
    "objects": lambda X: X.astype(object),
    "strided": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "backwards": lambda X: X[::-1, ::-1].copy()[::-1, ::-1],
    "unmasked": np.ma.array,
    "nullable": lambda X: pd.DataFrame(X).astype("Float64"),
}
"""Forms of the same float64 numbers."""
ODD: dict[str, Callable[[Any, np.random.Generator], Any]] = {
    "matrix": lambda X, rng: np.matrix(X),
    "masked": masked,
    "complex": lambda X, rng: X + 1j,
    "text": lambda X, rng: X.astype(str),
    "words": lambda X, rng: np.full(X.shape, "a", object),
    "dates": lambda X, rng: np.full(X.shape, np.datetime64("2020-01-01")),
    "durations": lambda X, rng: X.astype("m8[s]"),
    "huge": lambda X, rng: X * 10.0 ** rng.integers(100, 300),
    "tiny": lambda X, rng: X * 10.0 ** -rng.integers(100, 320),
    "huge whole": lambda X, rng: np.full(X.shape, 10**30, object),
    "uint64": lambda X, rng: rng.integers(0, 2**63, X.shape, np.uint64) * np.uint64(2),
    "int64": lambda X, rng: rng.integers(-(2**62), 2**62, X.shape),
    "float16": lambda X, rng: X.astype(np.float16),
    "long": lambda X, rng: X.astype(np.longdouble),
    "bool": lambda X, rng: X > 0,
    "uint8": lambda X, rng: np.abs(X).astype(np.uint8),
    "nan": lambda X, rng: np.where(rng.random(X.shape) < 0.05, np.nan, X),
    "inf": lambda X, rng: np.where(rng.random(X.shape) < 0.05, np.inf, X),
    "empty": lambda X, rng: X[:0],
    "no columns": lambda X, rng: X[:, :0],
    "one": lambda X, rng: X[:1],
    "one column": lambda X, rng: X[:, 0],
    "cube": lambda X, rng: X.reshape(len(X), -1, 1),
    "number": lambda X, rng: np.float64(rng.normal()),
    "equal": lambda X, rng: np.ones_like(X),
    "mixed frame": lambda X, rng: pd.DataFrame(X).assign(a="x"),
    "missing": lambda X, rng: pd.DataFrame(X).astype("Float64").mask(pd.DataFrame(X) > 1),
    "category": lambda X, rng: pd.DataFrame({"a": pd.Categorical(list("ab") * len(X))}),
    "ragged": lambda X, rng: [[1.0], *X.tolist()],
    "nothing": lambda X, rng: None,
    "word": lambda X, rng: "abc",
    "dictionary": lambda X, rng: {"a": 1},
    "generator": lambda X, rng: (row for row in X),
    "record": lambda X, rng: pd.DataFrame(X).to_records(),
    "bytes": lambda X, rng: np.full(X.shape, b"1.5"),
    **{f"sparse {form}": lambda X, rng, form=form: sp.csr_array(X).asformat(form)
       for form in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")},
    "sparse matrix": lambda X, rng: sp.csr_matrix(X),
}  # fmt: skip


def fitted(cls: Any, **parameters: Any) -> Callable[[Any], Any]:
    return lambda X: [cls(**parameters).fit(X).labels_]


ESTIMATORS: dict[str, Callable[[Any], Any]] = {
    "KMeans": fitted(ink.KMeans, n_clusters=2, n_init=2, random_state=0),
    "AgglomerativeClustering": fitted(ink.AgglomerativeClustering, n_clusters=2),
    "DBSCAN": fitted(ink.DBSCAN, eps=3.0),
    "DBSCANGrid": lambda X: ink.DBSCANGrid([2.0, 3.0], [3], refine=0).fit(X).labels_[0],
    "HDBSCAN": fitted(ink.HDBSCAN, min_cluster_size=3, copy=True),
    "ShapeClustering": fitted(ink.ShapeClustering, n_clusters=2, random_state=0),
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "kmeans_range": lambda X: [cluster.kmeans_range(X, [2, 3], random_state=0).restarts[2].labels],
    "nearest_neighbors": lambda X: nearest_neighbors(X, 2),
    "linkages": lambda X: list(hierarchy.linkages(X).values()),
    "k_distances": lambda X: [evaluate.k_distances(X, 2)],
    "suggest_eps": lambda X: [evaluate.suggest_eps(X, 3).eps],
}
CALLS = ESTIMATORS | FUNCTIONS


def points(rng: np.random.Generator) -> np.ndarray:
    """Some float64 points, with ties or without."""
    n, side = int(rng.integers(8, 60)), int(rng.integers(2, 5))
    X = rng.normal(size=(n, side * side)) + 4 * (np.arange(n) % 3)[:, None]
    return np.rint(X) if rng.random() < 0.4 else X


def outcome(call: Callable[[Any], Any], X: Any) -> tuple[Any, str]:
    """The result, or None and what is wrong about the failure (nothing, if it may fail so)."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            found = [np.asarray(each) for each in call(X)]
        except (ValueError, TypeError) as error:
            sentence = str(error).strip().splitlines()[0] if str(error).strip() else ""
            ours = isinstance(error, InkclusterError)
            short = 0 < len(sentence) <= (MAX_SENTENCE if ours else MAX_THEIRS)
            wrong = "" if short else f"says {sentence[:400]!r}"
            return None, wrong
        except Exception as error:
            return None, f"raises {type(error).__name__}: {str(error)[:200]}"
    said = [w for w in said if not issubclass(w.category, ConvergenceWarning)]
    noise = [f"warns {w.message}" for w in said if issubclass(w.category, ARITHMETIC)]
    return found, noise[0] if noise else ""


def same_values(a: Any, b: Any) -> bool:
    """Whether two arrays of one dtype hold the same, NaN included."""
    return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=np.asarray(a).dtype.kind == "f")


def one(seed: int) -> str | None:
    """What breaks the rules for the input of this seed; None if nothing does."""
    rng = np.random.default_rng(seed)
    name = str(rng.choice(list(CALLS)))
    X = points(rng)
    same = rng.random() < 0.4
    form = str(rng.choice(list(SAME if same else ODD)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's of matrices
        given = SAME[form](X) if same else ODD[form](X, rng)
    before = given.copy() if isinstance(given, np.ndarray) else None
    found, wrong = outcome(CALLS[name], given)
    if same and not wrong:
        expected, _ = outcome(CALLS[name], X.copy())
        if (found is None) != (expected is None) or not all(
            np.array_equal(a, b) for a, b in zip(found or [], expected or [], strict=True)
        ):
            wrong = "is not what the plain array gives"
    numbers = before is not None and before.dtype != object
    if not wrong and numbers and not same_values(before, given):
        wrong = "is written to"
    return f"seed {seed}: {name} of {form}: {wrong}" if wrong else None


def attack(seed: int, inputs: int) -> list[str]:
    """Run `inputs` inputs; a line for each that breaks the rules."""
    return [said for i in range(inputs) if (said := one(seed * 1_000_003 + i))]
