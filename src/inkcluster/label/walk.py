"""Names a group page by page: galloping ahead while all are right, halving back to the border.

A walk is part of what a log adds up to: the same answers give the same pages everywhere and always.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field

PAGE = 24
"""Images on a page."""
FIRST = 6
"""Images on the first page: the most typical."""


@dataclass
class Walk:
    """How far a walk through `n` images, the most typical first, has come.

    Attributes
    ----------
    good : int
        The images before this place are taken for right.
    bad : int
        From this place on something else may come; `n` as long as nothing else was seen.
    seen : list of (int, int)
        The pages that were all right, from and to.

    Examples
    --------
    >>> walk, border = Walk(1000), 700  # the first 700 of 1,000 images are of one kind
    >>> pages = 0
    >>> while (page := walk.page) is not None:
    ...     walk.answer(right=page[1] <= border)
    ...     pages += 1
    >>> walk.good, pages
    (678, 15)
    """

    n: int
    seed: int = 0
    good: int = 0
    bad: int = -1
    seen: list[tuple[int, int]] = field(default_factory=list)
    checked: int = 0

    def __post_init__(self) -> None:
        if self.bad < 0:
            self.bad = self.n

    @property
    def page(self) -> tuple[int, int] | None:
        """The page to be shown next, from and to; None when the walk is over."""
        if self.good >= self.bad:
            return self._unseen_page()
        if not self.good:
            return 0, min(FIRST, self.bad)
        if self.bad == self.n:  # pages skipped: 0, 1, 3, 7, …
            ahead = PAGE * (2 ** (len(self.seen) - 1) - 1)
            start = min(self.good + ahead, max(self.good, self.n - PAGE))
        else:
            start = self.good + (self.bad - self.good) // 2 // PAGE * PAGE
        return start, min(start + PAGE, self.bad)

    @property
    def skipped(self) -> list[tuple[int, int]]:
        """The pages before `good` that nobody has seen."""
        found, at = [], 0
        for start, stop in [*sorted(self.seen), (self.good, self.good)]:
            found += [(a, min(a + PAGE, start)) for a in range(at, start, PAGE)]
            at = max(at, stop)
        return found

    def answer(self, *, right: bool) -> None:
        """Whether all images of :attr:`page` are right."""
        page = self.page
        assert page is not None
        start, stop = page
        self.checked += self.good >= self.bad
        if right:
            self.seen.append(page)
            self.good = max(self.good, stop)
        else:
            self.bad = start
            self.seen = [one for one in self.seen if one[1] <= start]
            self.good = min(self.good, max((one[1] for one in self.seen), default=0))

    def _unseen_page(self) -> tuple[int, int] | None:
        """A page that was skipped, drawn at random, while too few of them were seen."""
        pages = self.skipped
        if self.checked >= math.ceil(math.log2(1 + len(pages) + self.checked)):
            return None
        if not pages:
            return None
        drawn = hashlib.sha256(f"{self.seed} {len(self.seen)}".encode()).digest()
        return pages[int.from_bytes(drawn[:8]) % len(pages)]
