"""Our own loops run in these tests, whatever the size, unless a test asks for scikit-learn's."""

import pytest

from inkcluster.cluster.kmeans import choose


@pytest.fixture(autouse=True)
def our_loops(monkeypatch):
    monkeypatch.setattr(choose, "MAX_PEER_WORK", 0)
