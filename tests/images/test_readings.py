"""Layouts that people hold are read right, with what was chosen said, or refused by the option."""

import numpy as np
import pytest
from tests.images.layouts import LAYOUTS, NOT_YET
from tests.images.test_notices import assert_short

from inkcluster.errors import BadInputError
from inkcluster.images import load

MAX_ROUNDING = 2.5
MAX_ROUNDING_SHARE = 0.02


def alike(found, wanted):
    """Whether the pixels are those wanted but for their scale, to within its rounding."""
    a, b = found.astype(float).ravel(), np.asarray(wanted, float).ravel()
    slope, level = np.polyfit(b, a, 1)
    most = max(MAX_ROUNDING, MAX_ROUNDING_SHARE * np.ptp(a))
    return slope > 0 and np.abs(a - slope * b - level).max() <= most


def marked(case):
    wrong = pytest.mark.xfail(reason="not read right yet", strict=True)
    return pytest.param(case, id=case.name, marks=[wrong] if case.name in NOT_YET else [])


@pytest.mark.parametrize("case", [marked(case) for case in LAYOUTS])
def test_readings(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = case.make(tmp_path)
    if case.refused:
        with pytest.raises(BadInputError, match=case.refused):
            load(source, **case.options)
        return
    found = load(source, **case.options)
    assert found.pixels.shape == np.shape(case.pixels)
    assert alike(found.pixels, case.pixels)
    if case.labels is None:
        assert found.labels is None
    else:
        assert found.labels is not None
        assert found.labels.tolist() == np.asarray(case.labels).tolist()
    for notice in found.notices:
        assert_short(notice)
    if case.says:
        assert any(case.says in notice for notice in found.notices), found.notices
