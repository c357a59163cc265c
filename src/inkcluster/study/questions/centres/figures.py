"""The figures of question 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.evaluate import KSuggestion, borderline, borders, nearest_and_farthest
from inkcluster.evaluate.members.bordering import MAX_BORDER_GAP
from inkcluster.evaluate.number.k_suggestion import CRITERIA
from inkcluster.study.questions.parts import judging, pictures
from inkcluster.words import listed, percent, sentence, several

if TYPE_CHECKING:
    from inkcluster.figures.base import Figure
    from inkcluster.study.questions.centres.question import Clusters
    from inkcluster.study.steps.k_range import KRange

MEMBERS_SHOWN = 12
EXTREMES_SHOWN = 6
ODD_SHOWN = 10
BORDERS_SHOWN, MEMBERS_ON_BORDER_SHOWN = 12, 10
CLOSE_MARGIN = 0.05
"""An image lies between two centres if one is nearer by less than this share."""
_PANELS = {
    "inertia": "Inertia",
    "silhouette_simplified": "Silhouette, simplified",
    "silhouette": "Silhouette",
    "calinski_harabasz": "Calinski–Harabasz",
    "davies_bouldin": "Davies–Bouldin (small is good)",
    "gap": "Gap statistic",
}


def centres(work: Clusters) -> Figure:
    """The mean image of each cluster, with its largest class where there are labels."""
    says = (
        f"The mean image of each cluster; the clusters hold {work.sizes[-1]:,} to "
        f"{work.sizes[0]:,} of {len(work.labels):,} images. "
    )
    if work.match is None:
        says += "A sharp picture means that the members are alike, a blurred one that they differ."
    else:
        pure = np.flatnonzero(work.match.purity >= judging.PURE).tolist()
        says += (
            f"In {several(len(pure), 'cluster')}{f' ({listed(pure)})' if pure else ''} at least "
        )
        says += f"{percent(judging.PURE)} of the members are of one class."
    return charts.Centres(
        "centres",
        "The centres of the k-means clusters",
        says,
        centres=work.centres,
        sizes=work.sizes,
        captions=[judging.largest_class(work.match, cluster) for cluster in range(work.k)],
        **pictures.shades(work.images),
    )


def members(work: Clusters) -> Figure:
    """Members of each cluster, drawn at random."""
    drawn = pictures.random_members(work.labels, MEMBERS_SHOWN, work.plan.seed)
    says = f"Up to {MEMBERS_SHOWN} members of each cluster, drawn at random"
    if work.match is not None:
        purity = work.match.purity[: len(_shown(work))]
        worst, best = int(np.argmin(purity)), int(np.argmax(purity))
        says += (
            f", with their labels. Cluster {best} is the purest ({percent(purity[best])} of one "
            f"class), cluster {worst} the most mixed ({percent(purity[worst])})"
        )
    return _gallery(work, "members", "Members of each cluster", f"{says}.", drawn)


def extremes(work: Clusters) -> Figure:
    """A row for each cluster: its nearest members, its centre, its farthest members."""
    shown = _shown(work)
    found = nearest_and_farthest(work.vectors, work.labels, work.middle, EXTREMES_SHOWN)
    ends = np.array([[int(near[0]), int(far[0])] for near, far in (found[c] for c in shown)])
    gap = np.linalg.norm(work.vectors[ends] - work.middle[: len(shown), None], axis=2)
    widest = int(np.argmax(gap[:, 1] - gap[:, 0]))
    says = (
        f"Left of each centre its {EXTREMES_SHOWN} nearest members, the nearest first; right of it "
        f"the {EXTREMES_SHOWN} farthest, the farthest first. Cluster {widest} is the widest: its "
        f"members are {gap[widest, 0]:.3g} to {gap[widest, 1]:.3g} from the centre, in scaled pixels."
    )
    return pictures.gallery(
        work.images,
        "extremes",
        "Nearest to the centres and farthest from them",
        _of_largest(work, says),
        [(_name(work, c), np.concatenate(found[c])) for c in shown],
        between=[(len(found[c][0]), work.centres[c], "centre") for c in shown],
    )


def odd(work: Clusters) -> list[Figure]:
    """Members of another class near the centre; without labels, members between two centres."""
    if work.match is None:
        return _between(work) if work.k > 1 else []
    rows, strangers = [], 0
    for c in _shown(work):
        own = work.match.classes[work.match.class_of[c]]
        found = np.flatnonzero((work.labels == c) & (work.images.labels != own))
        strangers += len(found)
        gap = np.linalg.norm(work.vectors[found] - work.middle[c], axis=1)
        rows.append(found[np.argsort(gap, kind="stable")[:ODD_SHOWN]])
    if not strangers:
        return []
    says = (
        f"{sentence(several(strangers, 'image'))} ({percent(strangers / len(work.labels))}) are not of "
        f"the largest class of their cluster. Each row shows the {ODD_SHOWN} nearest to the centre, "
        "with their labels."
    )
    return [_gallery(work, "odd", "Odd members: of another class, yet near the centre", says, rows)]


def border(work: Clusters) -> list[Figure]:
    """Images between two clusters: a row for each of the largest borders."""
    if work.k < 2:
        return []
    found = borders(work.vectors, work.labels, work.middle)
    if not found:
        return []
    n, most = sum(len(border.members) for border in found), found[0]
    says = (
        f"{n:,} images ({percent(n / len(work.labels))}) are at most {percent(MAX_BORDER_GAP)} nearer to their "
        "own centre than to the next. Each row shows those between two clusters, the closest first; "
        f"most ({len(most.members):,}) are between clusters {most.first} and {most.second}."
    )
    if len(found) > BORDERS_SHOWN:
        says += f" The {BORDERS_SHOWN} largest of {several(len(found), 'border')} are shown."
    rows = [
        (f"#{b.first} | #{b.second}\n{len(b.members):,}", b.members[:MEMBERS_ON_BORDER_SHOWN])
        for b in found[:BORDERS_SHOWN]
    ]
    title = "On the border between two clusters"
    return [pictures.gallery(work.images, "border", title, says, rows)]


def k_curves(found: KRange, used: int) -> Figure:
    """The criteria for each k, and the k that each suggests."""
    at = {name: one.k for name, one in found.suggested.items() if one.k is not None}
    by_k = sorted(criteria_by_k(found.suggested).items())
    clear = [CRITERIA[name] for name in CRITERIA if found.suggested[name].clear]
    only = f"clearly only {listed(clear)}" if clear else "none clearly"
    return charts.KCurves(
        "k-curves",
        "Criteria for the number of clusters",
        f"Six criteria for each k on {several(len(found.sample), 'image')}, without labels. They "
        f"suggest {listed(f'{k} ({listed(who)})' for k, who in by_k)}, "
        f"{'all clearly' if len(clear) == len(CRITERIA) else only}.",
        ks=found.scores["k"].tolist(),
        curves={words: found.scores[name].to_numpy() for name, words in _PANELS.items()},
        suggested={words: at[name] for name, words in _PANELS.items() if name in at},
        errors={_PANELS["gap"]: found.scores["gap_error"].to_numpy()},
        used=used,
    )


def clustergram(found: KRange, used: int) -> Figure:
    """How the clusters split as k grows, and the k > 1 at which most images stay together."""
    flows = found.flows[found.flows["k"] > 1]
    stay = flows.groupby(["k", "cluster"])["flow"].max().groupby("k").sum()
    k = int(stay.index.to_numpy()[stay.to_numpy().argmax()])
    return charts.Clustergram(
        "clustergram",
        "How the clusters split as k grows",
        "Each cluster is drawn at the mean score of its members on the first principal component; "
        f"thick lines are clusters that stay together. They change least from {k} to {k + 1} clusters: "
        f"{percent(stay.max() / len(found.sample))} of the images stay with the larger part of their "
        "cluster.",
        found.flows,
        used,
    )


def criteria_by_k(suggested: Mapping[str, KSuggestion], weak: str = "") -> dict[int, list[str]]:
    """The criteria that suggest each number; `weak` follows those that are not clear about it."""
    by_k: dict[int, list[str]] = {}
    for name, words in CRITERIA.items():
        if (k := suggested[name].k) is not None:
            by_k.setdefault(k, []).append(words + ("" if suggested[name].clear else weak))
    return by_k


def _between(work: Clusters) -> list[Figure]:
    frame = borderline(work.vectors, work.labels, work.middle, len(work.labels))
    rows = [frame.loc[frame["cluster"] == c, "index"].to_numpy()[:ODD_SHOWN] for c in _shown(work)]
    close = percent(float((frame["margin"] < CLOSE_MARGIN).mean()))
    says = (
        f"The {ODD_SHOWN} members of each cluster that are almost as near to another centre; {close} "
        f"of all images are less than {percent(CLOSE_MARGIN)} nearer to their own centre."
    )
    return [_gallery(work, "odd", "Odd members: almost as near to another centre", says, rows)]


def _gallery(
    work: Clusters, name: str, title: str, says: str, members: list[NDArray[np.int64]]
) -> Figure:
    """A row of members for each cluster shown."""
    rows = [(_name(work, c), members[c]) for c in _shown(work)]
    return pictures.gallery(work.images, name, title, _of_largest(work, says), rows)


def _shown(work: Clusters) -> range:
    return range(min(work.k, pictures.ROWS_AT_MOST))


def _of_largest(work: Clusters, says: str) -> str:
    shown = len(_shown(work))
    return f"{says} The {shown} largest of {work.k} clusters are shown." if shown < work.k else says


def _name(work: Clusters, cluster: int) -> str:
    return f"#{cluster}\n{work.sizes[cluster]:,}"
