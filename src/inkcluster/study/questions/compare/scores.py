"""Every method held against the labels, and the sizes of its clusters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.questions.parts import judging
from inkcluster.study.steps.density import RULE
from inkcluster.study.steps.methods import PIXELS, WHITENED, Methods, title_of
from inkcluster.words import decimals, listed, percent, sentence

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import Scores
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

GOOD = 0.5
"""From this ARI on, the best method is said to find the classes."""
SHOWN = ("ARI", "AMI", "NMI", "Fowlkes–Mallows", "purity", "ACC")
LEFT_OUT = "noise left out"
LISTED = 40


def of_scores(methods: Methods, plan: Plan, desk: Desk) -> Answer:
    """Sizes always; scores, the best method and the effect of whitening where there are labels."""
    del plan, desk
    sizes = Answer(figures=(_sizes_figure(methods),), tables=(_sizes_table(methods),))
    if methods.sample.images.labels is None:
        return Answer(sizes.figures, sizes.tables, (_whitening_unlabelled(methods),))
    from inkcluster.evaluate import scores

    truth = methods.sample.images.labels
    found = {name: scores(truth, c.labels) for name, c in methods.clusterings.items()}
    return Answer(
        figures=(_scoreboard(found), *sizes.figures),
        tables=(_scores_table(methods, found), *sizes.tables),
        findings=(_best(methods, found), _whitening(methods, found)),
    )


def _ranked(found: dict[str, Scores]) -> list[str]:
    return sorted(found, key=lambda name: -found[name].ari)


def _frame(found: Mapping[str, Scores]) -> pd.DataFrame:
    """Methods × measures."""
    import pandas as pd

    return pd.DataFrame([judging.scores_row(s) for s in found.values()], index=list(found))


def _scoreboard(found: dict[str, Scores]) -> Any:
    from inkcluster.figures import Scoreboard

    frame = _frame(found)[list(SHOWN)]
    without = [s.clustered.ari if s.clustered is not None else s.ari for s in found.values()]
    frame.insert(1, f"ARI, {LEFT_OUT}", without)
    first, second, *_, last = _ranked(found)
    also = [measure for measure in SHOWN[1:] if frame[measure].max() == frame.at[first, measure]]
    says = (
        f"{sentence(first)} leads in ARI with {decimals(found[first].ari)}, before {second} with "
        f"{decimals(found[second].ari)}, and {'also in ' + listed(also) if also else 'in no other measure'}"
        f"; {last} is last with {decimals(found[last].ari)}. Noise counts as a cluster of its own, and as "
        "wrong in purity and ACC."
    )
    return Scoreboard("scores", "Every method against the labels", says, frame)


def _scores_table(methods: Methods, found: dict[str, Scores]) -> Table:
    frame = _frame(found).reset_index(names="method")
    inner = _frame({name: s.clustered or s for name, s in found.items()}).reset_index()
    for measure in inner.columns[1:]:
        frame[f"{measure}, {LEFT_OUT}"] = inner[measure]
    clusterings = methods.clusterings.values()
    frame.insert(1, "clusters", [c.n_clusters for c in clusterings])
    frame.insert(2, "noise share", [c.noise_share for c in clusterings])
    noisy = [name for name, c in methods.clusterings.items() if c.noise_share]
    changed = listed(
        f"{name} (ARI {decimals(found[name].ari)} with noise as a cluster, {decimals(inner_ari(found[name]))} "
        "without)"
        for name in noisy
    )
    says = (
        f"Every measure twice: with noise as a cluster of its own, and over the clustered images "
        f"only. {'Noise is left by ' + changed if noisy else 'No method leaves noise'}."
    )
    return Table("scores", "All scores", says, frame)


def inner_ari(scores: Scores) -> float:
    """The ARI over the clustered points only."""
    return scores.clustered.ari if scores.clustered is not None else scores.ari


def _sizes_figure(methods: Methods) -> Any:
    from inkcluster.figures import ClusterSizes

    even = min(methods.names, key=methods.largest_share)
    swallowed = [name for name in methods.names if methods.largest_share(name) > 0.9]
    says = f"{len(swallowed)} of {len(methods.names)} methods put more than 90 % of the images into one cluster"
    says += f" ({listed(swallowed, 4)})" if swallowed else ""
    says += f"; the largest cluster of {even} holds {percent(methods.largest_share(even))}."
    sizes = {name: c.sizes for name, c in methods.clusterings.items()}
    noise = {name: int(np.sum(c.labels < 0)) for name, c in methods.clusterings.items()}
    return ClusterSizes("sizes", "Cluster sizes of every method", says, sizes, noise)


def _sizes_table(methods: Methods) -> Table:
    import pandas as pd

    rows = []
    for name, c in methods.clusterings.items():
        shown = " ".join(map(str, c.sizes[:LISTED].tolist()))
        rows.append(
            {
                "method": name,
                "settings": ", ".join(f"{key} {value}" for key, value in c.parameters.items()),
                "clusters": c.n_clusters,
                "noise": int(np.sum(c.labels < 0)),
                "largest share": methods.largest_share(name),
                "sizes": shown + (" …" if len(c.sizes) > LISTED else ""),
            }
        )
    chosen = [
        f"{methods.clusterings[name].parameters['eps']:g} ({space})"
        for space in (PIXELS, WHITENED)
        for name in [title_of("DBSCAN", space)]
    ]
    says = f"The largest clusters first. DBSCAN's eps is {listed(chosen)}, by this rule: {RULE}."
    return Table("sizes", "Clusters of every method", says, pd.DataFrame(rows))


def _best(methods: Methods, found: dict[str, Scores]) -> Finding:
    """C1."""
    first, second, *_, last = _ranked(found)
    best = found[first]
    sentence_ = (
        f"{sentence(first)} agrees best with the labels: ARI {decimals(best.ari)}, NMI {decimals(best.nmi)}, "
        f"{percent(best.accuracy)} of the images placed right at "
        f"{methods.clusterings[first].n_clusters} clusters; "
        f"{second} follows with ARI {decimals(found[second].ari)}, and {last} is last with "
        f"{decimals(found[last].ari)}."
    )
    return Finding("C1", Level.OK if best.ari >= GOOD else Level.NOTICE, sentence_)


def _whitening(methods: Methods, found: dict[str, Scores]) -> Finding:
    """C3, judged by the labels."""
    change = {
        kind: found[title_of(kind, WHITENED)].ari - found[title_of(kind, PIXELS)].ari
        for kind in methods.kinds
    }
    helped = [kind for kind in change if change[kind] >= 0.01]
    hurt = [kind for kind in change if change[kind] <= -0.01]
    parts = [
        f"{verb} {listed((_from_to(found, kind) for kind in kinds), 9)}"
        for verb, kinds in (("helps", helped), ("hurts", hurt))
        if kinds
    ]
    same = len(change) - len(helped) - len(hurt)
    if not parts:
        words = "PCA whitening changes no method's ARI by 0.01 or more."
        return Finding("C3", Level.OK, words)
    rest = f"; it changes the ARI of {same} of {len(change)} methods by less than 0.01"
    words = f"PCA whitening {' and '.join(parts)}{rest if same else ''}."
    return Finding("C3", Level.NOTICE if hurt else Level.OK, words)


def _from_to(found: dict[str, Scores], kind: str) -> str:
    before, after = (found[title_of(kind, space)].ari for space in (PIXELS, WHITENED))
    return f"{kind} (ARI {decimals(before)} to {decimals(after)})"


def _whitening_unlabelled(methods: Methods) -> Finding:
    """C3 without labels: only how much whitening changes."""
    names = methods.names
    alike = {
        kind: methods.ari[
            names.index(title_of(kind, PIXELS)), names.index(title_of(kind, WHITENED))
        ]
        for kind in methods.kinds
    }
    said = listed((f"{kind} {decimals(value)}" for kind, value in alike.items()), 9)
    words = (
        "Without labels nothing says whether PCA whitening helps; what it changes is the ARI "
        f"between a method with it and without: {said}."
    )
    return Finding("C3", Level.NOTICE, words)
