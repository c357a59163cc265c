"""The choice between SciPy's hierarchies and ours."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import ward as scipy_ward

from inkcluster import hierarchy
from inkcluster.cluster.linkage import choose


@pytest.mark.parametrize("most", [0, 10**12], ids=["ours", "scipy"])
def test_wards_hierarchy_is_the_same_by_either(digits, monkeypatch, most):
    monkeypatch.setattr(choose, "MAX_SCIPY_WORK", most)
    X = digits.flat()[:120]
    Z = choose.quick_ward(X)
    np.testing.assert_allclose(Z, scipy_ward(X.astype(float)), rtol=1e-12)
    np.testing.assert_array_equal(Z, scipy_ward(X.astype(float)) if most else hierarchy.ward(X))
