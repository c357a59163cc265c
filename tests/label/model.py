"""A model of a labelling, of dictionaries and sets."""

import numpy as np

from inkcluster.label.state import ACCEPTED, NONE, ON_GROUP, ON_IMAGE
from inkcluster.label.walk import Walk


class Model:
    """Groups as sets; `said[i]` is the name of an image and how it has it."""

    def __init__(self, n, groups):
        self.groups = {-1 - g: {i for i in range(n) if i * groups // n == g} for g in range(groups)}
        self.name = dict.fromkeys(self.groups, NONE)
        self.said, self.texts, self.walks, self.left = {}, {}, {}, set()

    @classmethod
    def of_log(cls, n, groups, events):
        """What the actions of a log add up to, without those that are undone."""
        gone = set()
        for event in events:
            if event.kind in ("undo", "redo"):
                (gone.add if event.kind == "undo" else gone.remove)(event.body["of"])
        model = cls(n, groups)
        for event in events:
            if event.kind not in ("undo", "redo") and event.seq not in gone:
                rows, codes = (None if a is None else a.tolist() for a in (event.rows, event.codes))
                model.take(event.seq, event.kind, event.body, rows, codes)
        return model

    def take(self, seq, kind, body, rows, codes):
        group, rows, name = body.get("group"), list(rows or ()), body.get("name")
        match kind:
            case "add name":
                self.texts[seq] = body["text"]
            case "change name":
                self.texts[name] = body.get("text", self.texts[name])
            case "name":
                self.say_group(self.groups[group], name)
                self.say(rows, name)
                self.name[group] = name
                self.walks.pop(group, None)
            case "name some":
                self.say(rows, name)
                self.part(rows, 2 * seq, name)
            case "take out":
                for i in rows:
                    self.said.pop(i, None)
                self.part(rows, 2 * seq, NONE)
            case "split":
                for i in self.groups[group]:
                    if self.said.get(i, (0, 0))[1] == ON_GROUP:
                        del self.said[i]
                self.part(self.groups[group] - set(rows), 2 * seq + 1, NONE)
                self.part(rows, 2 * seq, NONE)
            case "merge":
                both = [self.groups[group], self.groups[body["other"]]]
                name = max(self.name[group], self.name[body["other"]])
                for part, had in zip(
                    both, (self.name[group], self.name[body["other"]]), strict=True
                ):
                    if had == NONE and name != NONE:
                        self.say_group(part, name)
                self.part(set.union(*both), 2 * seq, name)
            case "walk":
                self.walks[group] = Walk(len(rows), seq), rows, name
            case "page":
                self.page(seq, group, right=body["right"])
            case "check":
                for i, code in zip(rows, codes, strict=True):
                    self.said[i] = code, ON_IMAGE
            case "accept":
                for i, code in zip(rows, codes, strict=True):
                    self.said.setdefault(i, (code, ACCEPTED))
        if kind == "later":
            self.left.add(group)
        elif kind in ("name", "walk", "page"):
            self.left.discard(group)

    def page(self, seq, group, *, right):
        walk, order, name = self.walks[group]
        walk.answer(right=right)
        if walk.page is None:
            del self.walks[group]
            if walk.good:
                self.say_group(order[: walk.good], name)
                self.part(order[: walk.good], 2 * seq, name)
            for start, stop in walk.seen if walk.good else ():
                self.say(order[start:stop], name)

    def say(self, rows, name):
        self.said |= dict.fromkeys(rows, (name, ON_IMAGE))

    def say_group(self, rows, name):
        self.said |= {i: (name, ON_GROUP) for i in rows if self.said.get(i, (0, 0))[1] != ON_IMAGE}

    def part(self, rows, number, name):
        """Put these images into a group of their own; the groups that lose some walk no more."""
        rows = set(rows)
        for old in [g for g, its in self.groups.items() if its & rows]:
            self.groups[old] = self.groups[old] - rows
            self.walks.pop(old, None)
            if not self.groups[old]:
                del self.groups[old], self.name[old]
                self.left.discard(old)
        self.groups[number], self.name[number] = rows, name

    def check(self, state):
        """Fail unless it is what `state` is."""
        groups = state.groups
        assert {g: set(one.rows.tolist()) for g, one in groups.items()} == self.groups
        assert {g: one.name for g, one in groups.items()} == self.name
        assert {g for g, one in groups.items() if one.later} == self.left
        said = {i: (int(state.words[i]), int(state.how[i])) for i in np.flatnonzero(state.how)}
        assert said == self.said
        assert {code: one.text for code, one in state.names.items()} == self.texts
        pages = {g: (walk.page, name) for g, (walk, _, name) in self.walks.items()}
        assert {g: (one.walk.page, one.walking) for g, one in groups.items() if one.walk} == pages
        for number, group in groups.items():
            assert (state.group_of[group.rows] == number).all()
