"""Numbers and labels in sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

NAMED_AT_MOST = 6
LONGEST = 32
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def class_name(label: Any) -> str:
    """A class as one short line of text: whole numbers without a decimal point.

    Examples
    --------
    >>> class_name(3.0), class_name("two  lines\\nof label")
    ('3', 'two lines of label')
    """
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    line = " ".join(str(label).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def class_names(classes: Iterable[Any]) -> list[str]:
    """The classes as text, told apart even where their shortened names are the same.

    Examples
    --------
    >>> class_names(["a", "x" * 40, "x" * 41])[1:]
    ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (2)']
    """
    seen: dict[str, int] = {}
    names = []
    for label in classes:
        name = class_name(label)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def well_formed(text: str) -> str:
    r"""`text` as Unicode: pairs of surrogates joined, and what is no character as its number.

    Examples
    --------
    >>> well_formed("caf\udce9"), well_formed("\ud83d\ude00 \ud83d")
    ('caf\\xe9', '😀 \\ud83d')
    """
    joined = _PAIR.sub(
        lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text
    )
    return _LONE.sub(lambda one: _number(ord(one[0])), joined)


def _number(code: int) -> str:
    """A byte that was no text (Python keeps it as U+DC80 to U+DCFF), or half of a pair."""
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def listed(items: Iterable[Any], most: int = NAMED_AT_MOST) -> str:
    """Items as a sentence lists them; beyond `most`, the rest is counted.

    Examples
    --------
    >>> listed([1, 2, 3]), listed("abcdefgh", 3)
    ('1, 2 and 3', 'a, b, c and 5 more')
    """
    words = [str(item) for item in items]
    if len(words) > most + 1:
        words = [*words[:most], f"{len(words) - most} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def several(number: int, one: str, more: str | None = None) -> str:
    """A number of things: small numbers in words, the others with thousands separators.

    Examples
    --------
    >>> several(1, "cluster"), several(4, "class", "classes"), several(4321, "image")
    ('one cluster', 'four classes', '4,321 images')
    """
    count = _WORDS[number] if number < len(_WORDS) else f"{number:,}"
    return f"{count} {one if number == 1 else more or one + 's'}"


def percent(share: float) -> str:
    """A share as a percentage that says 0 or 100 only where it is.

    Examples
    --------
    >>> percent(0.9771), percent(0.99996), percent(1.0), percent(0.25), percent(0.00001)
    ('97.7 %', 'over 99.9 %', '100 %', '25 %', 'under 0.1 %')
    """
    if 0.999 < share < 1:
        return "over 99.9 %"
    if 0 < share < 0.001:
        return "under 0.1 %"
    rounded = round(100 * share, 1)
    return f"{rounded:.0f} %" if rounded == int(rounded) else f"{rounded:.1f} %"


def whole_percent(share: float) -> str:
    """A share in whole percent, above 99 in tenths; 100 % and 0 % only where it is all or nothing.

    Examples
    --------
    >>> whole_percent(0.9996), whole_percent(1), whole_percent(0.123), whole_percent(0.0001)
    ('99.9 %', '100 %', '12 %', '1 %')
    """
    if 0.99 <= share < 1:
        return f"{math.floor(1000 * share) / 10:.1f} %"
    return f"{min(max(round(100 * share), int(share > 0)), 100 if share >= 1 else 99)} %"


def sentence(words: str) -> str:
    """`words` with a capital at the front.

    Examples
    --------
    >>> sentence("one cluster of two")
    'One cluster of two'
    """
    return words[:1].upper() + words[1:]


def ordinal(number: int) -> str:
    """A place in a row, as in "the 3rd neighbour".

    Examples
    --------
    >>> ordinal(3), ordinal(11), ordinal(22)
    ('3rd', '11th', '22nd')
    """
    last = number % 10 if number % 100 not in (11, 12, 13) else 0
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(last, 'th')}"


def decimals(value: float, digits: int = 3) -> str:
    """A score with as many decimals, and without a minus before zero.

    Examples
    --------
    >>> decimals(0.36524), decimals(-0.0001)
    ('0.365', '0.000')
    """
    return f"{round(float(value), digits) + 0.0:.{digits}f}"


def cluster_label(cluster: int, size: int) -> str:
    """What stands beside a cluster's row.

    Examples
    --------
    >>> cluster_label(3, 1486)
    'cluster 3 · 1,486'
    """
    return f"cluster {cluster} · {size:,}"


def matching(match: Any, most: int = 4) -> str:
    """Which classes of an ``evaluate.Match`` are doubled, merged and without a cluster."""
    n_clusters, n_classes = len(match.clusters), len(match.classes)
    classes = f"{n_classes:,} class{'es' if n_classes > 1 else ''}"
    if n_clusters == 0:
        return f"No cluster: all {match.n:,} point{'s' * (match.n > 1)} of {classes} are noise."
    head = (
        f"{n_clusters:,} cluster{'s' * (n_clusters > 1)} for {classes}, {percent(match.accuracy)} of "
        "the points on their best one-to-one matching"
    )
    if match.noise_share > 0:
        head += f" and {percent(match.noise_share)} noise"
    rows = dict(zip(match.clusters.tolist(), match.table, strict=True))
    place = {value: i for i, value in enumerate(match.classes.tolist())}
    doubled = [
        f"{class_name(value)} is the largest class of {len(clusters):,} clusters "
        f"({listed(map(class_name, clusters), most)})"
        for value, clusters in match.doubled
    ]
    merged = []
    for cluster, values in match.merged:
        shares = [percent(rows[cluster][place[value]] / rows[cluster].sum()) for value in values]
        who = listed(map(class_name, values), most)
        merged.append(f"{who} share cluster {class_name(cluster)} ({listed(shares, most)} of it)")
    said = [listed(doubled, most), listed(merged, most)]
    if match.missing:
        verb, whose = ("has", "its") if len(match.missing) == 1 else ("have", "their")
        who = listed(map(class_name, match.missing), most)
        said.append(f"{who} {verb} no cluster of {whose} own")
    said = [part for part in said if part]
    if not said:
        return f"{head}: every class is the largest of exactly one cluster and none share one."
    return f"{head}: {'; '.join(said)}."
