"""Agreement between every two methods."""

from __future__ import annotations

import numpy as np

from inkcluster import figures as charts
from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.compare import findings
from inkcluster.study.steps.methods import SPACES, Methods
from inkcluster.study.steps.samples import title_of
from inkcluster.words import decimals, listed

MAX_SHARE = 0.9
"""A method with a larger share of the images in one cluster, or in noise, is not compared."""


def of_agreement(methods: Methods) -> Answer:
    """The map and the table of agreement, and C2."""
    import pandas as pd

    names = methods.names
    compared = [i for i, name in enumerate(names) if _tells(methods, name)]
    left_out = [name for i, name in enumerate(names) if i not in compared]
    title = "Agreement between every two methods (ARI)"
    frame = pd.DataFrame(methods.ari, columns=names)
    frame.insert(0, "method", names)
    between = [
        f"{decimals(methods.ari[names.index(ward), names.index(kmeans)], 2)} {title_of('', space).strip()}"
        for space in SPACES
        for ward, kmeans in [(title_of("ward", space), title_of("k-means", space))]
        if ward in names
    ]
    ward = f" Between Ward and k-means it is {listed(between)}." if between else ""
    says = f"1 is the same partition, 0 is chance; noise counts as one more cluster.{ward}"
    return Answer(
        figures=(
            charts.AgreementMap(
                "agreement", title, _says(methods, compared, left_out), methods.ari, names
            ),
        ),
        tables=(Table("agreement", title, says, frame),),
        findings=(
            findings.of_pairs(
                [names[i] for i in compared], methods.ari[np.ix_(compared, compared)]
            ),
        ),
        arrays={"agreement": methods.ari},
        says=_answered(methods, compared),
        face="agreement",
    )


def _answered(methods: Methods, compared: list[int]) -> str:
    """The answer in one sentence where there are no labels; with them the scores give it."""
    if methods.sample.images.labels is not None:
        return ""
    names, ari = [methods.names[i] for i in compared], methods.ari[np.ix_(compared, compared)]
    return findings.answered_unlabelled(len(methods.names), names, ari)


def _says(methods: Methods, compared: list[int], left_out: list[str]) -> str:
    """The sentences under the map: the pair that is least alike, and who is not compared."""
    says = "1 is the same partition, 0 is chance."
    if len(compared) > 2:
        rows, columns = np.triu_indices(len(compared), 1)
        values = methods.ari[np.ix_(compared, compared)][rows, columns]
        low = int(values.argmin())
        first, second = (methods.names[compared[side[low]]] for side in (rows, columns))
        says += f" Least alike are {first} and {second} (ARI {decimals(values[low])})."
    if left_out:
        says += (
            f" Finding C2 does not count {listed(left_out)}, with more than 90 % of the images in one "
            "cluster or in noise."
        )
    return says


def _tells(methods: Methods, name: str) -> bool:
    noise = methods.clusterings[name].noise_share
    return methods.largest_share(name) <= MAX_SHARE and noise <= MAX_SHARE
