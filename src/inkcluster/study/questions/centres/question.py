"""Question 1: what do k-means clusters look like, and do they coincide with the true classes?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.questions.parts import judging, k_range, pictures
from inkcluster.study.questions.parts.bordering import border_figure
from inkcluster.study.questions.parts.suspects import suspects
from inkcluster.study.steps import kmeans as steps
from inkcluster.words import class_name, listed, percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

MEMBERS = 12
EXTREMES = 6
ODD = 10


class CentresQuestion:
    """What do k-means clusters look like, and do they coincide with the true classes?"""

    key = "centres"
    number = 1
    title = "What do k-means clusters look like, and do they coincide with the true classes?"
    uses = tuple(dict.fromkeys((*steps.KMEANS_USES, *k_range.USES)))
    revision = 2

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Cluster all images, picture the clusters, and judge them where there are labels."""
        work = _Clusters(images, plan, desk)
        figures: list[Figure] = [work.centres_figure()]
        tables = [work.table()]
        findings = work.missing_clusters()
        if work.match is None or work.scores is None:
            findings.append(Finding("K1", Level.NOTICE, _UNLABELLED))
        else:
            figures.append(judging.confusion(work.match))
            tables += [
                judging.counts_table(work.match),
                judging.scores_table(work.scores, "k-means"),
            ]
            tables += work.suspects()
            findings += judging.findings(work.match, work.scores)
        figures += [work.members_figure(), work.extremes_figure()]
        if (odd := work.odd_figure()) is not None:
            figures.append(odd)
        if (border := work.border_figure()) is not None:
            figures.append(border)
        if (found := k_range.find(images, plan, desk)) is not None:
            figures += found.figures()
            tables.append(found.table())
            findings += found.findings()
        return Answer(tuple(figures), tuple(tables), tuple(findings), work.arrays())


_UNLABELLED = (
    "The set has no labels, so whether the clusters are classes is for the eye to judge: "
    "look at the centres and the members of each cluster."
)


class _Clusters:
    """The best restart's clusters, and what is known about them."""

    def __init__(self, images: ImageSet, plan: Plan, desk: Desk) -> None:
        from inkcluster.evaluate import cohesion, match, scores

        self.images, self.plan = images, plan
        features, self.vectors = steps.scaled(images, plan)
        self.run = steps.kmeans(images, plan, desk, self.vectors)
        self.k = self.run.n_found
        self.labels = self.run.labels[0]
        self.middle = self.run.centres[0][: self.k]
        with desk.progress.task("members of the clusters", total=2) as advance:
            self.centres = np.asarray(features.pictures(self.middle))
            self.sizes = np.bincount(self.labels, minlength=self.k)
            self.cohesion = cohesion(self.vectors, self.labels)
            advance(1)
            self.match = None if images.labels is None else match(images.labels, self.labels)
            self.scores = None if images.labels is None else scores(images.labels, self.labels)
            advance(1)
        self.shown = range(min(self.k, pictures.ROWS_AT_MOST))
        self.peak = pictures.peak(images)

    def missing_clusters(self) -> list[Finding]:
        """Say that fewer clusters were found than asked for."""
        if self.k == self.plan.k:
            return []
        words = (
            f"K-means was asked for {several(self.plan.k, 'cluster')} and found "
            f"{several(self.k, 'cluster')}: there are no more different images than that."
        )
        return [Finding("K1", Level.WARNING, words)]

    def centres_figure(self) -> Figure:
        from inkcluster.figures import Centres

        return Centres(
            "centres",
            "The centres of the k-means clusters",
            self._what_the_centres_say(),
            centres=self.centres,
            sizes=self.sizes,
            captions=[self._mostly(cluster) for cluster in range(self.k)],
            peak=self.peak,
            ink=self._ink,
        )

    def members_figure(self) -> Figure:
        drawn = pictures.random_members(self.labels, MEMBERS, self.plan.seed)
        rows = [(self._name(c), drawn[c]) for c in self.shown]
        says = (
            f"Up to {MEMBERS} members of each cluster, drawn at random: "
            "what is alike within a row is what the cluster is about."
        )
        if self.match is not None:
            purity = self.match.purity[: len(self.shown)]
            worst, best = int(np.argmin(purity)), int(np.argmax(purity))
            says = (
                f"Up to {MEMBERS} members of each cluster, drawn at random, with their labels: "
                f"cluster {best} is the purest, with {percent(purity[best])} of one class, cluster "
                f"{worst} the most mixed, with {percent(purity[worst])} of its largest."
            )
        return self._gallery("members", "Members of each cluster", says, rows)

    def extremes_figure(self) -> Figure:
        """A row for each cluster: its nearest members, its centre, its farthest members."""
        from inkcluster.evaluate import nearest_and_farthest

        found = nearest_and_farthest(self.vectors, self.labels, self.middle, EXTREMES)
        near, far = np.array([self._distances(found[c]) for c in self.shown]).T
        spread = far - near
        widest = int(np.argmax(spread))
        says = (
            f"Left of each centre its {EXTREMES} nearest members, nearest first, right of it the "
            f"{EXTREMES} farthest, farthest first: what the centre stands for, and what was put "
            f"there for want of a nearer one. Cluster {widest} reaches furthest: from "
            f"{near[widest]:.3g} to {far[widest]:.3g} in scaled pixels."
        )
        return pictures.gallery(
            self.images,
            "extremes",
            "Nearest to the centres and farthest from them",
            self._says(says),
            [(self._name(c), np.concatenate(found[c])) for c in self.shown],
            between=[(len(found[c][0]), self.centres[c], "centre") for c in self.shown],
        )

    def odd_figure(self) -> Figure | None:
        """Labelled: strangers close to a centre; otherwise: images between two centres."""
        if self.match is None:
            return self._borderline_figure()
        rows, strangers = [], 0
        for c in self.shown:
            own = self.match.classes[self.match.class_of[c]]
            odd = np.flatnonzero((self.labels == c) & (self.images.labels != own))
            strangers += len(odd)
            gap = np.linalg.norm(self.vectors[odd] - self.middle[c], axis=1)
            rows.append((self._name(c), odd[np.argsort(gap, kind="stable")[:ODD]]))
        if not strangers:
            return None
        says = (
            f"{sentence(several(strangers, 'image'))} ({percent(strangers / len(self.labels))}) "
            "lie in a cluster whose largest class is another than theirs; of each cluster the "
            f"{ODD} nearest to its centre are shown with their labels: these look most like what "
            "they are not."
        )
        return self._gallery(
            "odd", "Odd members: of another class, yet near the centre", says, rows
        )

    def suspects(self) -> list[Table]:
        """The images whose label and cluster disagree, ranked; none where all agree."""
        if self.match is None or self.images.labels is None:
            return []
        found = suspects(self.images.labels, self.labels, self.vectors, self.middle, self.match)
        return [] if found is None else [found]

    def border_figure(self) -> Figure | None:
        """A row for each border between two clusters, the most populous first."""
        if self.k < 2:
            return None
        return border_figure(self.images, self.vectors, self.labels, self.middle)

    def table(self) -> Table:
        """One row for each cluster."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                "cluster": np.arange(self.k),
                "size": self.sizes,
                "share": self.sizes / len(self.labels),
                "cohesion": self.cohesion,
            }
        )
        if self.match is not None:
            frame = frame.join(judging.cluster_columns(self.match))
        says = (
            f"The largest cluster holds {self.sizes[0]:,} images, the smallest "
            f"{self.sizes[-1]:,}; cohesion is the mean distance to the cluster's centre over the "
            "mean distance to the centre of all images, so the smaller the tighter."
        )
        return Table("clusters", "The clusters", says, frame)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What the answer rests on."""
        return {
            "labels": self.labels,
            "centres": self.centres,
            "centres_scaled": self.middle,
            "inertia": self.run.inertias[:1],
        }

    def _borderline_figure(self) -> Figure | None:
        from inkcluster.evaluate import borderline

        if self.k < 2:
            return None
        frame = borderline(self.vectors, self.labels, self.middle, len(self.labels))
        rows = []
        for c in self.shown:
            mine: pd.DataFrame = frame[frame["cluster"] == c]
            rows.append((self._name(c), mine["index"].to_numpy()[:ODD]))
        close = float((frame["margin"] < 0.05).mean())
        says = (
            f"The {ODD} members of each cluster that lie most nearly between its centre and the "
            f"next: {percent(close)} of all images are less than 5 % nearer to their own centre "
            "than to another, and could as well have gone there."
        )
        return self._gallery("odd", "Odd members: almost as near to another centre", says, rows)

    def _gallery(
        self, name: str, title: str, says: str, rows: list[tuple[str, NDArray[np.int64]]]
    ) -> Figure:
        return pictures.gallery(self.images, name, title, self._says(says), rows)

    def _says(self, says: str) -> str:
        if len(self.shown) < self.k:
            return f"{says} The {len(self.shown)} largest of {self.k} clusters are shown."
        return says

    @property
    def _ink(self) -> str:
        return pictures.ink(self.images)

    def _name(self, cluster: int) -> str:
        return f"#{cluster}\n{self.sizes[cluster]:,}"

    def _mostly(self, cluster: int) -> str:
        if self.match is None:
            return ""
        label = class_name(self.match.classes[self.match.class_of[cluster]])
        return f"{label} ({percent(self.match.purity[cluster])})"

    def _what_the_centres_say(self) -> str:
        head = (
            f"Each picture is the mean of one cluster's members; the sizes run from "
            f"{self.sizes[-1]:,} to {self.sizes[0]:,} of {len(self.labels):,} images"
        )
        if self.match is None:
            return f"{head}. A sharp picture means members that are alike, a blurred one a mixture."
        pure = [c for c in range(self.k) if self.match.purity[c] >= judging.PURE]
        named = listed(f"cluster {c}" for c in pure)
        held = f"{several(len(pure), 'cluster')} hold" if len(pure) != 1 else "one cluster holds"
        tail = f"{held} at least {percent(judging.PURE)} of one class"
        return f"{head}, and {tail}{f' ({named})' if pure else ''}."

    def _distances(self, pair: tuple[NDArray[np.int64], NDArray[np.int64]]) -> tuple[float, float]:
        near, far = (int(index[0]) for index in pair)
        centre = self.middle[self.labels[near]]
        return (
            float(np.linalg.norm(self.vectors[near] - centre)),
            float(np.linalg.norm(self.vectors[far] - centre)),
        )


QUESTION = CentresQuestion()
