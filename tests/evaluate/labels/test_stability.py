import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from inkcluster.errors import BadInputError
from inkcluster.evaluate.labels.stability import restart_stability


def test_equal_up_to_numbering_is_one_optimum(rng):
    base = rng.integers(0, 5, 200)
    restarts = [rng.permutation(5)[base] for _ in range(6)]
    found = restart_stability(restarts, np.full(6, 10.0))
    assert (found.n_optima, found.share_best) == (1, 1.0)
    assert found.mean_ari == found.min_ari == 1.0
    assert found.ari_with_labels is None


def test_close_inertias_are_not_the_same_partition(rng):
    restarts = [rng.integers(0, 5, 200) for _ in range(3)]
    assert restart_stability(restarts, [10.0, 10.0, 10.0]).n_optima == 3


def test_equal_partitions_with_other_inertias_are_not_the_same_optimum():
    found = restart_stability([[0, 0, 1, 1]] * 3, [20.0, 10.0, 10.005])
    assert found.optimum.tolist() == [1, 0, 0]
    assert found.share_best == pytest.approx(2 / 3)


def test_a_restart_stopped_short_reached_the_optimum(rng):
    base = np.repeat(np.arange(10), 500)
    moved = base.copy()
    moved[::1000] = (moved[::1000] + 1) % 10
    found = restart_stability([moved, base], [1000.4, 1000.0])
    assert 0.99 < found.min_ari < 1
    assert found.n_optima == 1


@given(st.integers(2, 5), st.integers(0, 1000), st.data())
def test_matrix_truth_and_order_of_the_restarts(m, seed, data):
    rng = np.random.default_rng(seed)
    restarts = rng.integers(0, 3, (m, 12))
    inertias = rng.choice([1.0, 1.0005, 2.0], m)
    truth = rng.integers(0, 4, 12)
    found = restart_stability(restarts, inertias, truth=truth)
    pairs = [adjusted_rand_score(a, b) for i, a in enumerate(restarts) for b in restarts[:i]]
    assert found.mean_ari == pytest.approx(np.mean(pairs))
    assert found.min_ari == pytest.approx(min(pairs))
    expected = [adjusted_rand_score(truth, labels) for labels in restarts]
    assert found.ari_with_labels == pytest.approx(expected)
    assert found.inertias.tolist() == inertias.tolist()
    assert found.optimum[np.argmin(inertias)] == 0
    # The labels change nothing else.
    permuted = restart_stability(restarts, inertias, truth=rng.permutation(truth))
    assert (permuted.optimum == found.optimum).all()
    assert (permuted.ari == found.ari).all()
    # Nor does the order in which restarts come (inertias made distinct, so that none tie).
    distinct = inertias + 1e-6 * np.arange(m)
    order = np.array(data.draw(st.permutations(range(m))))
    shuffled = restart_stability(restarts[order], distinct[order])
    assert (shuffled.optimum == restart_stability(restarts, distinct).optimum[order]).all()


def test_one_restart_agrees_with_itself():
    found = restart_stability([[0, 1]], [0.0])
    assert (found.mean_ari, found.min_ari, found.n_optima) == (1.0, 1.0, 1)


@pytest.mark.parametrize(
    ("restarts", "inertias", "says"),
    [
        ([], [], "inertias has the shape"),
        ([[0, 1]], [1.0, 2.0], "inertias has 2 entries for 1"),
        ([[0, 1]], [np.nan], "finite"),
        ([[0, 1]], [-1.0], "finite and at least 0"),
        ([[0, 1], [0]], [1.0, 1.0], "partition 1 has 1 entries"),
    ],
)
def test_bad_input_is_named(restarts, inertias, says):
    with pytest.raises(BadInputError, match=says):
        restart_stability(restarts, inertias)


def test_truth_must_fit():
    with pytest.raises(BadInputError, match="entries for 3 points"):
        restart_stability([[0, 1]], [1.0], truth=[0, 1, 1])
