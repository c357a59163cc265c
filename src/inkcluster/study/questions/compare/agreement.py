"""Agreement between every two methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.steps.methods import PIXELS, SPACES, WHITENED, Methods, title_of
from inkcluster.words import decimals, listed, sentence

if TYPE_CHECKING:
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

SWALLOWED = 0.9
"""A method whose largest cluster, or noise, holds more than this says too little to agree with."""
ALIKE = 0.5


def of_agreement(methods: Methods, plan: Plan, desk: Desk) -> Answer:
    """The map and the table of agreement, and which methods agree."""
    del plan, desk
    finding, says = _finding(methods)
    return Answer(
        figures=(_figure(methods, says),),
        tables=(_table(methods),),
        findings=(finding,),
        arrays={"agreement": methods.ari},
    )


def _figure(methods: Methods, says: str) -> Any:
    from inkcluster.figures import AgreementMap

    return AgreementMap(
        "agreement", "ARI between every two methods", says, methods.ari, methods.names
    )


def _table(methods: Methods) -> Table:
    import pandas as pd

    frame = pd.DataFrame(methods.ari, columns=methods.names)
    frame.insert(0, "method", methods.names)
    said = []
    for space in SPACES:
        ward, kmeans = title_of("ward", space), title_of("k-means", space)
        if ward in methods.names:
            value = methods.ari[methods.names.index(ward), methods.names.index(kmeans)]
            said.append(f"{decimals(value, 2)} {title_of('', space).strip()}")
    between = (
        f"between Ward and k-means it is {listed(said)}" if said else "1 is the same partition"
    )
    says = f"The adjusted Rand index of each pair, noise as a cluster of its own; {between}."
    return Table("agreement", "ARI between every two methods", says, frame)


def _finding(methods: Methods) -> tuple[Finding, str]:
    """C2, and the sentence under the figure."""
    names = methods.names
    telling = [i for i, name in enumerate(names) if _tells(methods, name)]
    rest = [name for i, name in enumerate(names) if i not in telling]
    left = (
        f" {sentence(listed(rest, 4))} {'is' if len(rest) == 1 else 'are'} not counted here, with more than "
        "90 % of the images in one cluster or in noise."
        if rest
        else ""
    )
    if len(telling) < 2:
        number = "None" if not telling else "Only one"
        words = f"{number} of {len(names)} methods says enough to be compared.{left}"
        return Finding("C2", Level.WARNING, words), words
    rows, columns = np.triu_indices(len(telling), 1)
    values = methods.ari[np.ix_(telling, telling)][rows, columns]
    top, low = int(values.argmax()), int(values.argmin())

    def pair(at: int) -> str:
        first, second = names[telling[rows[at]]], names[telling[columns[at]]]
        return f"{first} and {second} (ARI {decimals(values[at])})"

    alike = int(np.count_nonzero(values >= ALIKE))
    span = (
        f"Most alike are {pair(top)}, least alike {pair(low)}"
        if len(values) > 1
        else f"The one pair that can be compared is {pair(top)}"
    )
    words = f"{span}; {alike:,} of {len(values):,} pairs reach an ARI of {ALIKE:g}.{left}"
    says = f"{_across(methods)}{span}."
    return Finding("C2", Level.OK if alike else Level.NOTICE, words), says


def _across(methods: Methods) -> str:
    """How alike the same method is in both spaces."""
    names = methods.names
    values = [
        methods.ari[names.index(title_of(kind, PIXELS)), names.index(title_of(kind, WHITENED))]
        for kind in methods.kinds
    ]
    return (
        f"A method agrees with itself in the other space with an ARI of {decimals(min(values), 2)} to "
        f"{decimals(max(values), 2)}. "
    )


def _tells(methods: Methods, name: str) -> bool:
    noise = methods.clusterings[name].noise_share
    return methods.largest_share(name) <= SWALLOWED and noise <= SWALLOWED
