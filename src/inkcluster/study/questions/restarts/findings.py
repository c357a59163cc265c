"""The sentences of question 2: whether the restarts agree, and whether the best one is best."""

from __future__ import annotations

import numpy as np

from inkcluster.evaluate import Stability
from inkcluster.study.answer import Finding, Level
from inkcluster.study.findings import Sentences
from inkcluster.words import decimals, percent

MIN_ARI_AGREE, MIN_ARI_PART = 0.9, 0.7
"""Restarts agree from the first mean ARI on, and in part from the second on."""
MAX_EXCESS_CLOSE = 0.001
"""A restart is close to the best if its inertia is at most this share above it."""

say = Sentences(
    {
        "R1 once": "K-means ran only once, so its stability is unknown; raise restarts.",
        "R1 agree": "The {m} restarts of k-means find the same clusters: their mean agreement (ARI) is "
        "{ari} of 1.",
        "R1 part": "The {m} restarts of k-means find partly different clusters: their mean agreement "
        "(ARI) is {ari} of 1.",
        "R1 differ": "The {m} restarts of k-means find different clusters (mean agreement {ari} of 1); "
        "do not rely on single clusters of k-means.",
        "says once": "Nobody knows yet: k-means ran only once, so there is nothing to compare.",
        "says agree": "Yes: {m} runs of k-means from different starts find the same groups (agreement {ari} of "
        "1).",
        "says part": "In part: {m} runs of k-means from different starts find groups that partly differ "
        "(agreement {ari} of 1).",
        "says differ": "No: {m} runs of k-means from different starts find different groups (agreement {ari} of "
        "1).",
        "R2 once": "K-means ran only once, so a better result may exist; raise restarts.",
        "R2 one": "All {m} restarts reach the same best result.",
        "R2 close": "{close} of {m} restarts come within {excess} of the best result, so more restarts "
        "would gain little.",
        "R2 alone": "Only 1 of {m} restarts of k-means reaches the best result, so a better one may exist; raise "
        "restarts.",
    }
)


def agreement(stable: Stability) -> Finding:
    """R1: whether the restarts find the same clusters."""
    m, ari = len(stable.inertias), decimals(stable.mean_ari)
    if m == 1:
        return say("R1 once", Level.NOTICE)
    if stable.mean_ari >= MIN_ARI_AGREE:
        return say("R1 agree", Level.OK, m=m, ari=ari)
    if stable.mean_ari >= MIN_ARI_PART:
        return say("R1 part", Level.DETAIL, m=m, ari=ari)
    return say("R1 differ", Level.NOTICE, m=m, ari=ari)


def answered(stable: Stability) -> str:
    """The answer in one sentence."""
    m, ari = len(stable.inertias), decimals(stable.mean_ari, 2)
    if m == 1:
        return say.words("says once")
    if stable.mean_ari >= MIN_ARI_AGREE:
        return say.words("says agree", m=m, ari=ari)
    return say.words(
        "says part" if stable.mean_ari >= MIN_ARI_PART else "says differ", m=m, ari=ari
    )


def optima(stable: Stability) -> Finding:
    """R2: whether the best result is reached more than once."""
    m = len(stable.inertias)
    if m == 1:
        return say("R2 once", Level.DETAIL)
    if stable.n_optima == 1:
        return say("R2 one", Level.OK, m=m)
    close = int(np.sum(stable.inertias <= stable.inertias[0] * (1 + MAX_EXCESS_CLOSE)))
    if close == 1:
        return say("R2 alone", Level.NOTICE, m=m)
    return say("R2 close", Level.DETAIL, close=close, m=m, excess=percent(MAX_EXCESS_CLOSE))
