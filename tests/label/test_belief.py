"""What is believed, how it is estimated, and what comes next."""

import doctest
import shutil
import sys

import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from tests.label.small import code_of, opened, small_run

from inkcluster.errors import BadInputError
from inkcluster.label import Labelling, cards, start
from inkcluster.label.belief import Belief, names_now
from inkcluster.label.estimate import of_checks
from inkcluster.label.order import CHECK_EVERY
from inkcluster.label.start import made
from inkcluster.label.state import NONE, ON_GROUP, ON_IMAGE, Check, State
from inkcluster.study.run import rows as rows_of
from inkcluster.study.run.frame import each
from inkcluster.study.run.run import Run


@pytest.fixture
def labelling(tmp_path):
    small_run(tmp_path)
    found = opened(tmp_path)
    yield found
    found.close()


def test_a_word_on_an_image_is_believed_whatever_is_around_it(labelling):
    for group in (-1, -2, -3):
        labelling.name(group, "a")
    labelling.name_some(-2, "b", [11])
    belief = labelling.belief
    b = code_of(labelling, "b")
    assert belief.names[11] == b
    assert belief.confidence[11] == 1
    assert (belief.names[[10, 12]] != b).all()
    shares = belief.shares.sum(axis=1)
    assert shares.max() <= 1 + 1e-5


def test_a_spot_check_does_not_change_what_is_believed(labelling):
    labelling.name(-1, "a")
    before = labelling.belief.shares.copy()
    labelling.checked([20, 30], ["b", None])
    assert np.array_equal(labelling.belief.shares[:, :1], before)
    assert not labelling.belief.shares[:, 1:].any()
    assert labelling.frame()["named"][[20, 30]].tolist() == ["b", ""]
    estimate = labelling.estimate()
    assert (estimate.right, estimate.checked) == (0, 2)


def test_the_interval_holds_the_share_that_is_right(rng):
    """Over 400 sets of which a known share is right, near the 95 of 100 that it says."""
    held, nothing = 0, Belief(sp.eye_array(2_000, format="csr"))
    for _ in range(400):
        share = rng.uniform(0.7, 1)
        state = State(np.zeros(2_000, np.int32), names=["a", "b"])
        state.give(np.arange(2_000), 0, ON_GROUP, 1)
        truth = (rng.random(2_000) > share).astype(np.int32)
        drawn = rng.choice(2_000, 96, replace=False).astype(np.int32)
        state.said.give(drawn, truth[drawn], ON_IMAGE, 2)
        state.checks.append(Check(2, drawn, truth[drawn]))
        found = of_checks(state, nothing)
        held += found.low <= (truth == 0).mean() <= found.high
    assert 0.91 <= held / 400 <= 0.99


def test_spot_checks_are_drawn_once_and_come_every_ten_answers(labelling):
    for group in range(-8, 0):
        labelling.name(group, "a")
    assert labelling.next().kind == "done"
    labelling.later(-1)
    labelling.later(-1)
    card = labelling.next()
    assert (card.kind, card.size) == ("check", 24)
    assert (card.believed == code_of(labelling, "a")).all()
    labelling.checked(card.typical, ["a"] * 24)
    assert labelling.next().kind == "done"
    for _ in range(10):
        labelling.later(-1)
    assert not set(labelling.next().typical) & set(card.typical)


def test_groups_that_others_have_are_not_asked_about(labelling):
    first = labelling.next()
    assert labelling.next(taken={first.group}).group != first.group
    rest = labelling.next(taken=set(labelling.state.groups))
    assert (rest.kind, rest.size) == ("done", 60)


def test_merging_is_offered_where_it_can_be_done(labelling):
    labelling.name(-1, "a")
    labelling.name(-2, "b")
    assert labelling.card(-2).alike == -3
    with pytest.raises(ValueError, match="named 'a', the other"):
        labelling.merge(-1, -2)


def test_labels_to_be_checked_stand_until_a_person_says_otherwise(tmp_path):
    run = small_run(tmp_path, check=True)
    found = Labelling(run, who="Ada")
    assert (
        names_now(found.state, found.state.said, found.belief).tolist()
        == found.state.given.tolist()
    )
    assert set(found.frame()["decided by"]) == {"label of the data"}
    with pytest.raises(BadInputError, match="No image is left"):
        found.accept(0)  # each has a label
    card = found.next()
    found.name(card.group, "b" if card.suggestion == 0 else "a")
    rows = found.state.words != NONE
    assert (found.frame()["named"].to_numpy()[rows] == found.names[1 - card.suggestion]).all()
    found.close()


def test_a_name_is_not_sure_where_what_is_around_it_has_another(tmp_path):
    found = Labelling(small_run(tmp_path, check=True))
    wrong = 19  # in the middle of the third group
    found.state.given[wrong] = 1 - found.state.given[wrong]
    frame = found.frame()
    assert found.belief.names[wrong] != found.state.given[wrong]
    assert frame["named"][wrong] == found.names[int(found.state.given[wrong])]
    assert frame["confidence"][wrong] == 0
    assert frame["confidence"][18] > 0
    found.name_images([wrong], "a")
    assert found.frame()["confidence"][wrong] == 1
    found.close()


def test_the_first_clustering_is_taken_alike_whether_it_is_named_or_not(
    studied_digits, monkeypatch
):
    run = Run.open(studied_digits)
    name, partition, arrays, clusters = next(each(run))
    clusters = np.where(np.arange(len(clusters)) % 7, clusters, -1)  # with noise
    monkeypatch.setattr(start, "each", lambda _: [(name, partition, arrays, clusters)])
    assert made(run, name).digest == made(run).digest


def test_labels_are_not_read_unless_they_are_checked(studied_digits, tmp_path, monkeypatch):
    run = Run.open(studied_digits)
    begun = made(run)
    with monkeypatch.context() as patch:
        patch.setattr(rows_of, "kept", lambda *_: pytest.fail("labels were read"))
        again = made(run)
    assert begun.digest == again.digest
    checked = made(run, check=True)
    assert len(checked.given) == 300
    assert not len(begun.given)
    pairs = np.unique(np.c_[checked.groups, checked.given], axis=0)
    assert len(pairs) == checked.groups.max() + 1


def test_the_example_of_labelling_runs(studied_digits, tmp_path, monkeypatch):
    """It needs a run, which the doctests of modules have not."""
    shutil.copytree(studied_digits, tmp_path / "runs" / "digits")
    monkeypatch.chdir(tmp_path)
    text = (Labelling.__doc__ or "").replace("# doctest: +SKIP", "")
    found = doctest.DocTestParser().get_doctest(text, {}, "Labelling", None, None)
    assert len(found.examples) > 5
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(found, out=sys.stderr.write)
    assert result.failed == 0


def test_an_image_marked_wrong_is_right_once_a_person_has_named_it(labelling):
    labelling.name(-1, "a")
    labelling.checked([20, 0], [None, "a"])
    labelling.name_some(int(labelling.state.group_of[20]), "b", [20])
    assert (labelling.estimate().right, labelling.estimate().checked) == (2, 2)
    labelling.undo()
    assert labelling.estimate().right == 1


def test_the_card_ahead_is_of_another_cluster(labelling):
    """The page asks for the next card while the one before it is not answered yet."""
    clusters = labelling._start.clusters
    held = []
    for _ in range(3):
        held.append(labelling.next(held).group)
    first = [int(clusters[labelling.state.groups[group].rows[0]]) for group in held]
    assert sorted(first) == [0, 1, 2]


def test_a_name_is_offered_from_a_share_on(labelling):
    assert not labelling.card(-2).sure
    labelling.name(-1, "a")
    labelling.name(-3, "b")
    between = labelling.card(-2)
    assert between.suggestion != NONE
    assert 0 < between.share < cards.MIN_SHARE
    assert not between.sure
    labelling.name_some(-2, "a", labelling.state.groups[-2].rows[:-1])
    left = labelling.card(-2)
    assert left.sure == (left.share >= cards.MIN_SHARE) == (left.plain()["sure"])
    labelling.name(-3, "a")
    assert labelling.card(-2).sure
    assert 0 < labelling.card(-2).alike_share <= 1


@given(st.integers(2, 130), st.integers(0, 2**31), st.sampled_from([0.0, 0.02, 0.1, 0.5]))
def test_each_half_has_its_least_part(n, seed, density):
    """Of any links: pieces apart, single images, one whole."""
    rng = np.random.default_rng(seed)
    links = sp.random_array((n, n), density=density, rng=rng, format="csr")
    graph = sp.csr_matrix(links + links.T)
    if rng.random() < 0.5:  # a whole with images outside it
        rest = np.arange(n) < max(1, n // 20)
        full = ~rest[:, None] & ~rest
        graph = sp.csr_matrix(full * rng.uniform(0.1, 1, (n, n)))
        graph = graph + graph.T
    state, belief = State(np.zeros(n, np.int32)), Belief(graph)
    part = cards.halves(-1, state, belief, graph)
    least = max(2, cards.MIN_PART * n) if n > 3 else 1
    assert least <= len(part) <= n - least
    assert len(np.unique(part)) == len(part) <= n / 2


def test_no_spot_check_comes_before_each_cluster_has_an_answer(labelling):
    labelling.name(-1, "a")
    for _ in range(CHECK_EVERY):
        labelling.later(-4)  # of the cluster that has an answer
    assert labelling.next().kind == "group"
    labelling.later(-2)
    assert labelling.next().kind == "group"
    labelling.later(-3)
    assert labelling.next().kind == "check"
