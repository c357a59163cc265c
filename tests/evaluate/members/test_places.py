"""Places on a map: groups apart, and the middle of the bulk."""

import numpy as np

from inkcluster.evaluate.members.places import densest, islands, typical


def test_islands_are_apart_from_every_middle(rng):
    bulk = rng.uniform(0, 3, (900, 2))
    far = rng.normal([9, 9], 0.1, (30, 2))
    few = rng.normal([9, 0], 0.05, (3, 2))
    found = islands(np.concatenate([bulk, far, few]), np.array([[1.5, 1.5]]))
    assert [sorted(part) for part in found] == [list(range(900, 930))]


def test_the_densest_place_and_the_typical_member_are_members(rng):
    bulk, far = rng.normal(0, 0.1, (60, 2)), rng.normal(9, 0.1, (20, 2))
    places = np.concatenate([bulk, far])
    assert (places == densest(places)).all(axis=1).any()
    assert np.abs(densest(places)).max() < 0.5
    assert 60 <= typical(places, np.arange(60, 80)) < 80
