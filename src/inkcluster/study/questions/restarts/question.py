"""Question 2: are the k-means restarts stable?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.evaluate import Stability
from inkcluster.evaluate.labels.stability import restart_stability
from inkcluster.images import ImageSet
from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.restarts import figures as draw
from inkcluster.study.questions.restarts import findings
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps import kmeans as steps


class RestartsQuestion:
    """Are the k-means restarts stable?"""

    key = "restarts"
    number = 2
    title = "Are the k-means restarts stable?"
    uses = steps.kmeans.uses
    revision = 5

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Compare the restarts with each other, and with the labels where there are any."""
        run = steps.restarts(images, plan, desk)
        with desk.progress.task("agreement of the restarts", total=1) as advance:
            stable = restart_stability(list(run.labels), run.inertias, truth=images.labels)
            advance(1)
        figures = [draw.inertias(stable)]
        figures += [draw.agreement(stable)] if plan.restarts > 1 else []
        figures += draw.optima(images, plan, run, stable)
        arrays: dict[str, NDArray[Any]] = {
            "labels": run.labels,
            "inertias": run.inertias,
            "n_iter": run.n_iter,
            "ari": stable.ari,
            "optimum": stable.optimum,
        }
        if stable.ari_with_labels is not None:
            arrays["ari_with_labels"] = stable.ari_with_labels
        said = (findings.agreement(stable), findings.optima(stable))
        return Answer(
            tuple(figures),
            (_table(run, stable),),
            said,
            arrays,
            says=findings.answered(stable),
            face="inertias",
        )


def _table(run: steps.KMeansRestarts, stable: Stability) -> Table:
    """One row for each restart."""
    import pandas as pd

    best = stable.inertias[0] or 1.0
    frame = pd.DataFrame(
        {
            "restart": np.arange(1, len(run.inertias) + 1),
            "inertia": run.inertias,
            "above_best": run.inertias / best - 1.0,
            "iterations": run.n_iter,
            "optimum": stable.optimum + 1,
            "ari_with_best": stable.ari[0],
        }
    )
    if stable.ari_with_labels is not None:
        frame["ari_with_labels"] = stable.ari_with_labels
    says = (
        f"The restarts by inertia, the lowest first; they took {run.n_iter.min()} to "
        f"{run.n_iter.max()} iterations. They reach {stable.n_optima} different results (optimum): two "
        "results are the same if their ARI is at least 0.99 and their inertias differ by at most 0.1 %."
    )
    return Table("restarts", "The restarts", says, frame)


QUESTION = RestartsQuestion()
