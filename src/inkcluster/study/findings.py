"""The codes of findings, their templates, and the findings that questions share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Finding, Level
from inkcluster.words import listed, sentence

if TYPE_CHECKING:
    from inkcluster.images import ImageSet

CODES: dict[str, str] = {
    "I1": "the images are odd: transposed, of mixed polarity, constant or duplicated",
    "I2": "what the reader changed or found odd in the file",
    "K1": "whether the k-means clusters match the classes",
    "K2": "a class is the largest class of several clusters",
    "K3": "several classes share a cluster",
    "K4": "a class is the largest class of no cluster",
    "K5": "the number of clusters that k-means suggests, and whether it is the k used",
    "R1": "whether the restarts of k-means agree with each other",
    "R2": "whether several restarts of k-means reach the best result",
    "H1": "the number of clusters that the hierarchy suggests",
    "H2": "whether the suggestion holds over resamples and sample sizes",
    "H3": "whether the suggestion is the number of classes in the labels",
    "H4": "whether the methods agree on a number of clusters, and whether there is a natural one",
    "H5": "at which number of clusters the hierarchy agrees best with the labels",
    "L1": "chaining: one cluster of a linkage holds almost every image",
    "L2": "how far the linkages differ from each other",
    "D1": "the best eps lies on the edge of the map",
    "D2": "DBSCAN finds one cluster and noise, and little else",
    "D3": "whether any setting clusters more than 90 % of the images",
    "D4": "distances concentrate: near and far neighbours are almost equally far",
    "D5": "the whitened sweep depends on the solver of the PCA",
    "D6": "what HDBSCAN keeps, which needs no eps",
    "C1": "the method that agrees best with the labels",
    "C2": "which methods agree with each other and which do not",
    "C3": "whether PCA whitening helps or hurts",
    "C4": "the clusters worth looking at",
    "P1": "the number of clusters that the shapes of the images show, and how clearly",
    "P2": "whether the clusters by shape match the classes",
    "P3": "how many images are surely in their cluster by shape",
    "P4": "labels that are at odds with the clusters by shape",
    "P5": "the images to look at first, since a decision on them says most",
    "P6": "how the images were prepared, and how far that was the best way",
    "P7": "groups that differ from the others by lines, contrast or polarity alone",
    "A1": "to which group each image of a very large set belongs",
    "S2": "a question could not be answered",
    "S3": "a sample of the images was used",
    "S4": "an earlier answer rests on other settings than the rest of the run",
}


class Sentences:
    """The sentences of a question's findings, as templates by code.

    A key is a code, or a code and the name of a variant: ``"L1"``, ``"L1 none"``. A sentence has at
    most 25 words and three numbers; the rest of its numbers stand in a table of the answer.

    Examples
    --------
    >>> say = Sentences({"L1 none": "No linkage chains at {k} clusters."})
    >>> say("L1 none", Level.OK, k=10)
    Finding(code='L1', level=<Level.OK: 'ok'>, sentence='No linkage chains at 10 clusters.')
    >>> say.words("L1 none", k=10)
    'No linkage chains at 10 clusters.'
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        self.templates = templates

    def __call__(self, key: str, level: Level, /, **values: object) -> Finding:
        """The finding whose sentence is the template `key` with `values` in it."""
        return Finding(key.partition(" ")[0], level, self.words(key, **values))

    def words(self, key: str, /, **values: object) -> str:
        """The template `key` with `values` in it, as a sentence."""
        return sentence(self.templates[key].format(**values))


say = Sentences(
    {
        "S3 sample": "{what} rests on {n:,} of the {total:,} images, drawn at random{twice}.",
        "S3 memory": "{what} rests on {n:,} images drawn at random: those asked for need {need:.2f} GB, "
        "and {have:.2f} GB is available.",
        "S3 placed": "{what} rests on {n:,} images, by which the others are placed: all need {need:.2f} GB, "
        "and {have:.2f} GB is available.",
        "S3 drawn": "The study looks at {n:,} of the {total:,} images, drawn at random; these place all others.",
        "S4 one": "The earlier answer on {key} rests on {name} = {then}, the rest of the run on {now}; renew it "
        "with --only {key}.",
        "S4 more": "The earlier answer on {key} rests on other settings than the rest ({names}); renew it "
        "with --only {key}.",
    }
)


def sampled(what: str, index: NDArray[np.int64], total: int) -> tuple[Finding, ...]:
    """S3 where `index` does not hold every image of a set of `total`; else nothing.

    Examples
    --------
    >>> [finding.sentence for finding in sampled("The map", np.arange(4), 9)]
    ['The map rests on 4 of the 9 images, drawn at random.']
    """
    n, distinct = len(index), len(np.unique(index))
    if distinct == total:
        return ()
    twice = "" if distinct == n else f" with replacement ({distinct:,} different)"
    return (say("S3 sample", Level.DETAIL, what=what, n=n, total=total, twice=twice),)


def drawn(n: int, total: int) -> Finding:
    """S3 where the study looks at `n` of the images.

    Examples
    --------
    >>> drawn(1000, 9000).sentence
    'The study looks at 1,000 of the 9,000 images, drawn at random; these place all others.'
    """
    return say("S3 drawn", Level.NOTICE, n=n, total=total)


def short_of_memory(what: str, n: int, need: int, have: int) -> Finding:
    """S3 where `what` rests on `n` images since more do not fit into memory; sizes in bytes.

    Examples
    --------
    >>> short_of_memory("The map", 5000, 9_800_000_000, 4_000_000_000).sentence
    'The map rests on 5,000 images drawn at random: those asked for need 9.80 GB, and 4.00 GB is available.'
    """
    return say("S3 memory", Level.NOTICE, what=what, n=n, need=need / 1e9, have=have / 1e9)


def placed(what: str, n: int, need: int, have: int) -> Finding:
    """S3 where `what` rests on `n` images and places the others by these; sizes in bytes.

    Examples
    --------
    >>> placed("The map", 5000, 9_800_000_000, 4_000_000_000).sentence
    'The map rests on 5,000 images, by which the others are placed: all need 9.80 GB, and 4.00 GB is available.'
    """
    return say("S3 placed", Level.NOTICE, what=what, n=n, need=need / 1e9, have=have / 1e9)


def outdated(key: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Finding, ...]:
    """S4 where the answer `key` rests on other settings, `then`, than the run has `now`.

    Examples
    --------
    >>> [finding.sentence for finding in outdated("centres", {"k": 9, "seed": 1}, {"k": 10, "seed": 1})]
    ['The earlier answer on centres rests on k = 9, the rest of the run on 10; renew it with --only centres.']
    """
    names = [name for name in then if name not in now or then[name] != now[name]]
    if not names:
        return ()
    name = names[0]
    if len(names) == 1 and name in now and not isinstance(then[name], list):
        found = say("S4 one", Level.WARNING, name=name, then=then[name], now=now[name], key=key)
    else:
        found = say("S4 more", Level.WARNING, names=listed(names, 3), key=key)
    return (found,)


def of_images(images: ImageSet, of_n: int = 0) -> tuple[Finding, ...]:
    """What is odd about the images themselves: one finding for each warning and each notice.

    Before them S3, where they were drawn from `of_n`.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> pixels = np.random.default_rng(0).integers(0, 256, (20, 4, 4)).astype(np.uint8)
    >>> odd = ImageSet(pixels, name="tiny", notices=("One broken image was skipped.",))
    >>> [f.code for f in of_images(odd) if f.code == "I2"]
    ['I2']
    """
    from inkcluster.images import inspect

    warnings = (Finding("I1", Level.WARNING, notice.sentence) for notice in inspect(images))
    notices = (Finding("I2", Level.NOTICE, sentence) for sentence in images.notices)
    few = (drawn(len(images), of_n),) if of_n else ()
    return (*few, *warnings, *notices)
