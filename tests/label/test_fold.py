"""The fold of a log, beside a model of dictionaries and sets."""

import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.label.model import Model
from tests.label.small import code_of, folded, opened, small_run

from inkcluster.errors import BadInputError
from inkcluster.label.state import NONE, ON_GROUP, ON_IMAGE

N, GROUPS = 40, 5


class Sitting(RuleBasedStateMachine):
    """Two labellings of one folder; a list of what was done that undo and redo shorten and lengthen."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        small_run(Path(self.folder.name), N, GROUPS)
        self.both = [opened(Path(self.folder.name), who="Ada") for _ in range(2)]
        self.done, self.gone = [], []
        self.names = [self.both[0].add_name(text) for text in ("x", "y")]
        self.done = [(e.seq, e.kind, e.body, None, None) for e in self.both[0].events]

    def teardown(self):
        for one in getattr(self, "both", ()):
            one.close()
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def act(self, which, kind, body, rows=None, codes=None):
        labelling = self.both[which]
        before = folded(labelling) if not labelling.refresh() else None
        try:
            event = labelling.act(kind, body, rows, codes)
        except BadInputError:
            assert before is None or folded(labelling) == before
            return
        self.done.append((event.seq, kind, body, rows, codes))
        self.gone.clear()

    def pick(self, which, place, share=0.5):
        self.both[which].refresh()
        groups = sorted(self.both[which].state.groups)
        number = groups[place % len(groups)]
        rows = self.both[which].state.groups[number].rows.tolist()
        return number, rows[: max(1, int(share * len(rows)))]

    @rule(
        which=st.integers(0, 1), place=st.integers(0, 50), share=st.floats(0, 1), name=st.integers(0, 1),
        kind=st.sampled_from(["name", "name some", "take out", "split", "later"]),
    )  # fmt: skip
    def part(self, which, place, share, name, kind):
        group, rows = self.pick(which, place, share)
        body = {"group": group} | ({"name": self.names[name]} if "name" in kind else {})
        self.act(which, kind, body, None if kind == "later" else rows)

    @rule(which=st.integers(0, 1), a=st.integers(0, 50), b=st.integers(0, 50))
    def merge(self, which, a, b):
        body = {"group": self.pick(which, a)[0], "other": self.pick(which, b)[0]}
        self.act(which, "merge", body)

    @rule(
        which=st.integers(0, 1), kind=st.sampled_from(["check", "accept", "name some"]), name=st.integers(0, 1),
        rows=st.lists(st.integers(0, N - 1), min_size=1, max_size=4, unique=True),
    )  # fmt: skip
    def each(self, which, kind, name, rows):
        if kind == "name some":  # of any groups
            self.act(which, kind, {"name": self.names[name]}, rows)
        else:
            self.act(which, kind, {}, rows, [self.names[name]] * len(rows))

    @rule(which=st.integers(0, 1), place=st.integers(0, 50), name=st.integers(0, 1))
    def walk(self, which, place, name):
        group, rows = self.pick(which, place, 1)
        self.act(which, "walk", {"group": group, "name": self.names[name]}, rows)

    @rule(which=st.integers(0, 1), right=st.booleans())
    def page(self, which, right):
        self.both[which].refresh()
        groups = self.both[which].state.groups
        for group in [g for g, one in groups.items() if one.walk][:1]:
            start, stop = groups[group].walk.page
            self.act(which, "page", {"group": group, "start": start, "stop": stop, "right": right})

    @precondition(lambda self: len(self.done) > 2)
    @rule(which=st.integers(0, 1))
    def undo(self, which):
        self.both[which].undo()
        self.gone.append(self.done.pop())

    @precondition(lambda self: self.gone)
    @rule(which=st.integers(0, 1))
    def redo(self, which):
        self.both[which].redo()
        self.done.append(self.gone.pop())

    @invariant()
    def same(self):
        if not hasattr(self, "both"):
            return
        model = Model(N, GROUPS)
        for action in self.done:
            model.take(*action)
        for labelling in self.both:
            labelling.refresh()
            model.check(labelling.state)
        assert folded(self.both[0]) == folded(self.both[1])


TestSitting = Sitting.TestCase
TestSitting.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


def test_what_a_person_said_of_an_image_is_not_overruled_by_its_group(tmp_path):
    small_run(tmp_path)
    labelling = opened(tmp_path)
    group = -1
    rows = labelling.state.groups[group].rows
    labelling.checked(rows[:2], ["b", None])
    a = labelling.add_name("a")
    labelling.act("name", {"group": group, "name": a}, rows[2:3])
    b = code_of(labelling, "b")
    assert labelling.state.words[rows[:3]].tolist() == [b, NONE, a]
    assert labelling.state.how[rows[:4]].tolist() == [ON_IMAGE, ON_IMAGE, ON_IMAGE, ON_GROUP]
    labelling.accept(0)  # the other groups; the image of which something was denied stays without
    assert labelling.state.words[rows[1]] == NONE
    labelling.walk(group, "c")
    while labelling.state.group(group).walk is not None:
        labelling.page(group, right=True)
        if group not in labelling.state.groups:
            break
    c = code_of(labelling, "c")
    seen = labelling.state.how[rows] == ON_IMAGE
    assert (labelling.state.words[rows[seen]] == c).all()
    labelling.close()


def test_undo_takes_an_action_out_of_the_middle_where_nothing_rests_on_it(tmp_path):
    small_run(tmp_path)
    ada, bob = (opened(tmp_path, who=who) for who in ("Ada", "Bob"))
    ada.name(-1, "a")
    bob.split(-2)
    bob.name(-3, "b")
    ada.undo()
    bob.refresh()
    assert bob.state.groups[-1].name == NONE
    assert bob.state.groups[-3].name == code_of(bob, "b")
    try:
        ada.undo()  # of the name itself
        ada.redo()
        ada.redo()
        bob.name(-4, "a")
        ada.undo()
        ada.undo()
    except BadInputError as error:
        assert "Later actions rest on this one" in str(error)  # noqa: PT017
    else:
        raise AssertionError("Bob's group has lost its name")
    ada.close()
    bob.close()
