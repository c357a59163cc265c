"""Every method compared with the labels, the sizes of its clusters, and what whitening changes."""

from __future__ import annotations

from typing import Any

import numpy as np

from inkcluster import figures as charts
from inkcluster.evaluate import Scores, scores
from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.compare import findings
from inkcluster.study.questions.compare.agreement import MAX_SHARE
from inkcluster.study.questions.parts import judging
from inkcluster.study.steps.density import RULE
from inkcluster.study.steps.methods import SPACES, Methods
from inkcluster.study.steps.samples import PIXELS, WHITENED, title_of
from inkcluster.study.steps.shape import SHAPE
from inkcluster.words import decimals, listed, percent, sentence

SHOWN = ("ARI", "AMI", "NMI", "Fowlkes–Mallows", "purity", "ACC")
LEFT_OUT = "noise left out"
MAX_SIZES_LISTED = 40


def of_scores(methods: Methods) -> Answer:
    """Sizes and the effect of whitening; scores and the best method where there are labels."""
    truth = methods.sample.images.labels
    figures, tables = [_sizes_figure(methods)], [_sizes_table(methods)]
    found: dict[str, Scores] = {}
    said, says, face = [], "", ""
    if truth is not None:
        found = {name: scores(truth, c.labels) for name, c in methods.clusterings.items()}
        ranked = sorted(found, key=lambda name: -found[name].ari)
        figures.insert(0, _scoreboard(found, ranked))
        tables.insert(0, _scores_table(methods, found))
        said.append(findings.of_best(ranked, found))
        says, face = findings.answered(ranked, found), "scores"
    whitening = _whitening_table(methods, found)
    said.append(findings.of_whitening(whitening.frame))
    shown = (_methods_table(methods, found), *tables, whitening)
    return Answer(tuple(figures), shown, tuple(said), says=says, face=face, front="methods")


def _scoreboard(found: dict[str, Scores], ranked: list[str]) -> Any:
    frame = judging.scores_frame(found)[list(SHOWN)]
    frame.insert(1, f"ARI, {LEFT_OUT}", [(s.clustered or s).ari for s in found.values()])
    first, second, *_, last = ranked
    also = [measure for measure in SHOWN[1:] if frame[measure].max() == frame.at[first, measure]]
    says = (
        f"{sentence(first)} leads in ARI with {decimals(found[first].ari)}, before {second} with "
        f"{decimals(found[second].ari)}, and {'also in ' + listed(also) if also else 'in no other measure'}; "
        f"{last} is last with {decimals(found[last].ari)}. Noise counts as one more cluster, and as "
        "wrong in purity and ACC."
    )
    return charts.Scoreboard("scores", "Every method against the labels", says, frame)


def _methods_table(methods: Methods, found: dict[str, Scores]) -> Table:
    """A row for each method, by agreement with the labels where there are any."""
    import pandas as pd

    rows = [
        {
            "method": name,
            "groups": c.n_clusters,
            "largest group, %": round(100 * methods.largest_share(name), 1),
            "noise, %": round(100 * c.noise_share, 1),
        }
        for name, c in methods.clusterings.items()
    ]
    frame = pd.DataFrame(rows).sort_values(
        "method", key=lambda names: names != SHAPE, kind="stable", ignore_index=True
    )
    says = "`noise`: images that a method puts into no group."
    if found:
        frame["match the labels, %"] = [round(100 * found[n].accuracy, 1) for n in frame["method"]]
        frame["agreement (ARI)"] = [round(found[n].ari, 3) for n in frame["method"]]
        frame = frame.sort_values("agreement (ARI)", ascending=False, kind="stable")
        says += (
            " `match the labels`: images in the group that stands for their label. `agreement`: 1 is "
            "perfect, 0 is chance."
        )
    m, n = len(methods.sample), methods.sample.total
    on = (
        f"{m:,} images"
        if m == n
        else f"{m:,} of the {n:,} images, drawn at random, so figures may differ from those of all images"
    )
    says = f"All {len(frame)} methods on {on}. {says}"
    return Table("methods", "The methods side by side", says, frame.reset_index(drop=True))


def _scores_table(methods: Methods, found: dict[str, Scores]) -> Table:
    frame = judging.scores_frame(found).reset_index()
    inner = judging.scores_frame({name: s.clustered or s for name, s in found.items()})
    for measure in inner:
        frame[f"{measure}, {LEFT_OUT}"] = inner[measure].to_numpy()
    clusterings = methods.clusterings.values()
    frame.insert(1, "clusters", [c.n_clusters for c in clusterings])
    frame.insert(2, "noise share", [c.noise_share for c in clusterings])
    noisy = listed(name for name, c in methods.clusterings.items() if c.noise_share)
    says = (
        "Every measure twice: with noise as one more cluster, and over the clustered images only. "
        f"{f'Noise is left by {noisy}' if noisy else 'No method leaves noise'}."
    )
    return Table("scores", "All scores", says, frame)


def _whitening_table(methods: Methods, found: dict[str, Scores]) -> Table:
    """How alike each method's clusters are with whitening and without, and its ARI both ways."""
    import pandas as pd

    rows = []
    for kind in methods.kinds:
        before, after = (title_of(kind, space) for space in SPACES)
        alike = methods.ari[methods.names.index(before), methods.names.index(after)]
        row = {"method": kind, "ARI between the two": alike}
        if found:
            row |= {f"ARI {title_of('', s).strip()}": found[title_of(kind, s)].ari for s in SPACES}
            row["change"] = found[after].ari - found[before].ari
        rows.append(row)
    frame = pd.DataFrame(rows)
    alike = frame["ARI between the two"]
    says = (
        "`ARI between the two` compares a method's clusters after PCA whitening with those on pixels: "
        f"{decimals(alike.min(), 2)} to {decimals(alike.max(), 2)}."
    )
    if found:
        says += " The other columns are its ARI with the labels, on pixels and after whitening."
    return Table("whitening", "What PCA whitening changes", says, frame)


def _sizes_figure(methods: Methods) -> Any:
    even = min(methods.names, key=methods.largest_share)
    one = [name for name in methods.names if methods.largest_share(name) > MAX_SHARE]
    says = (
        f"{len(one)} of {len(methods.names)} methods put more than 90 % of the images into one cluster"
        f"{f' ({listed(one)})' if one else ''}; the largest cluster of {even} holds "
        f"{percent(methods.largest_share(even))}."
    )
    sizes = {name: c.sizes for name, c in methods.clusterings.items()}
    noise = {name: int(np.sum(c.labels < 0)) for name, c in methods.clusterings.items()}
    return charts.ClusterSizes("sizes", "Cluster sizes of every method", says, sizes, noise)


def _sizes_table(methods: Methods) -> Table:
    import pandas as pd

    rows = []
    for name, c in methods.clusterings.items():
        shown = " ".join(map(str, c.sizes[:MAX_SIZES_LISTED].tolist()))
        rows.append(
            {
                "method": name,
                "settings": ", ".join(f"{key} {value}" for key, value in c.parameters.items()),
                "clusters": c.n_clusters,
                "noise": int(np.sum(c.labels < 0)),
                "largest share": methods.largest_share(name),
                "sizes": shown + (" …" if len(c.sizes) > MAX_SIZES_LISTED else ""),
            }
        )
    eps, white = (
        methods.clusterings[title_of("DBSCAN", space)].parameters["eps"]
        for space in (PIXELS, WHITENED)
    )
    says = (
        f"`sizes` lists the largest clusters first. DBSCAN's eps is {eps:g} on pixels and {white:g} "
        f"after PCA, chosen for {RULE}."
    )
    if methods.refused:
        says += f" Left out for lack of memory: {listed(methods.refused, 14)}."
    return Table("sizes", "Clusters of every method", says, pd.DataFrame(rows))
