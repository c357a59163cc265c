"""A walk page by page finds the border, and asks for few pages."""

import math

import hypothesis.strategies as st
from hypothesis import given

from inkcluster.label.walk import FIRST, PAGE, Walk


def walked(n, border, seed=0):
    walk, pages = Walk(n, seed), 0
    while (page := walk.page) is not None:
        start, stop = page
        assert 0 <= start < stop <= n
        assert stop - start <= PAGE
        walk.answer(right=stop <= border)
        pages += 1
        assert pages < 200
    return walk, pages


@given(st.data(), st.integers(1, 20_000), st.integers(0, 100))
def test_where_all_right_ones_come_first_the_border_is_found_within_a_page(data, n, seed):
    border = data.draw(st.integers(0, n))
    walk, pages = walked(n, border, seed)
    assert walk.good <= border
    assert border - walk.good < PAGE
    assert walk.good == n or border < n
    assert all(stop <= walk.good for _, stop in walk.seen)
    assert walk.good > 0 or border < min(FIRST, n)
    assert pages <= 4 * math.log2(n + 2) + 4


@given(st.integers(1, 3000), st.lists(st.booleans(), min_size=400, max_size=400))
def test_any_answers_end_it_and_only_seen_pages_count_as_seen(n, answers):
    walk, right = Walk(n, 7), set()
    for answer in answers:
        if (page := walk.page) is None:
            break
        if answer:
            right.add(page)
        walk.answer(right=answer)
    assert walk.page is None
    assert set(walk.seen) <= right


def test_the_same_answers_give_the_same_pages_on_every_machine():
    walk, pages = Walk(1000, 5), []
    while (page := walk.page) is not None:
        pages.append(page)
        walk.answer(right=True)
    assert pages == [
        (0, 6),
        (6, 30),
        (54, 78),
        (150, 174),
        (342, 366),
        (726, 750),
        (976, 1000),
        (774, 798),
        (78, 102),
        (222, 246),
        (582, 606),
        (534, 558),
        (126, 150),
    ]
