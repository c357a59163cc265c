"""Steps: what they are found again by, and what they see of the plan."""

import numpy as np
import pytest

from inkcluster.study.run.desk import Desk
from inkcluster.study.run.step import step, used_by


class Plan:
    """Three values."""

    def __init__(self, **values):
        self._values = {"k": 3, "seed": 1, "many": 9} | values

    def values(self, names):
        return {name: self._values[name] for name in names}


@pytest.fixture
def counted():
    """A step that counts how often it is computed."""
    times = []

    @step(uses=("k", "seed", "k"))
    def _sums_of(rows, plan, desk, *, n):
        times.append(n)
        return {"sums": np.asarray(rows)[:n] * plan.k}

    return _sums_of, times


def test_a_step_is_found_by_its_plan_values_and_keyword_arguments(counted):
    sums, times = counted
    desk = Desk()
    first = sums([1, 2], Plan(), desk, n=2)
    assert first["sums"].tolist() == [3, 6]
    sums([1, 2], Plan(many=8), desk, n=2)
    assert times == [2]
    sums([1, 2], Plan(), desk, n=1)
    sums([1, 2], Plan(seed=2), desk, n=2)
    assert times == [2, 1, 2]


def test_a_step_is_kept_in_the_folder_under_its_name(counted, tmp_path):
    sums, times = counted
    for _ in range(2):
        sums([1, 2], Plan(), Desk(folder=tmp_path), n=2)
    (path,) = tmp_path.iterdir()
    assert path.name.startswith("sums-of-")
    assert times == [2]


def test_a_new_revision_and_another_module_are_other_steps():
    def one(desk):
        return {"one": np.array(desk is not None)}

    desk, made = Desk(), []
    keep = desk.keep
    desk.keep = lambda *args: made.append(args[1]) or keep(*args)
    step()(one)(desk)
    step(revision=2)(one)(desk)
    one.__module__ = "elsewhere"
    step()(one)(desk)
    assert len({str(what) for what in made}) == 3


def test_a_step_cannot_read_a_value_that_it_does_not_declare():
    @step(uses=("k",))
    def greedy(plan, desk):
        return {"both": np.array([plan.k, plan.seed])}

    with pytest.raises(AttributeError, match=r"step greedy reads seed .* declare it in `uses`"):
        greedy(Plan(), Desk())


def test_a_step_within_a_step_has_to_be_declared_too(counted):
    sums, _ = counted

    @step(uses=used_by(sums, "many"))
    def outer(plan, desk):
        return {"sums": sums([5], plan, desk, n=1)["sums"] + plan.many}

    assert outer.uses == ("k", "seed", "many")
    assert outer(Plan(), Desk())["sums"].tolist() == [24]

    @step(uses=("k",))
    def careless(plan, desk):
        return sums([5], plan, desk, n=1)

    with pytest.raises(AttributeError, match="reads seed"):
        careless(Plan(), Desk())


def test_a_name_that_cannot_be_a_files_is_refused():
    with pytest.raises(ValueError, match="no name for a step"):
        step()(lambda desk: {})(Desk())
