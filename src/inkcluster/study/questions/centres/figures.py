"""The figures of question 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.questions.parts import judging, pictures
from inkcluster.words import class_name, listed, percent, sentence, several

if TYPE_CHECKING:
    from inkcluster.figures.base import Figure
    from inkcluster.study.questions.centres.question import Clusters

MEMBERS_SHOWN = 12
EXTREMES_SHOWN = 6
ODD_SHOWN = 10
BORDERS_SHOWN, MEMBERS_ON_BORDER_SHOWN = 12, 10
CLOSE_MARGIN = 0.05
"""An image lies between two centres if one is nearer by less than this share."""


def centres(work: Clusters) -> Figure:
    """The mean image of each cluster, with its largest class where there are labels."""
    from inkcluster.figures import Centres

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
    return Centres(
        "centres",
        "The centres of the k-means clusters",
        says,
        centres=work.centres,
        sizes=work.sizes,
        captions=[_largest_class(work, cluster) for cluster in range(work.k)],
        peak=pictures.peak(work.images),
        ink=pictures.ink(work.images),
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
    from inkcluster.evaluate import nearest_and_farthest

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
    from inkcluster.evaluate import borders
    from inkcluster.evaluate.members.bordering import MARGIN

    if work.k < 2:
        return []
    found = borders(work.vectors, work.labels, work.middle)
    if not found:
        return []
    n, most = sum(len(border.members) for border in found), found[0]
    says = (
        f"{n:,} images ({percent(n / len(work.labels))}) are at most {percent(MARGIN)} nearer to their "
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


def _between(work: Clusters) -> list[Figure]:
    from inkcluster.evaluate import borderline

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


def _largest_class(work: Clusters, cluster: int) -> str:
    if work.match is None:
        return ""
    label = class_name(work.match.classes[work.match.class_of[cluster]])
    return f"{label} ({percent(work.match.purity[cluster])})"
