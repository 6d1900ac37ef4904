"""Sums, shifts and distances, each against a slow twin that sees one page alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners.pages.around import FAR, Pages

PAGES = st.lists(st.lists(st.integers(-9, 9), min_size=1, max_size=8), min_size=1, max_size=5)


def joined(pages: list[list[int]]) -> tuple[Pages, np.ndarray]:
    doc = np.repeat(np.arange(len(pages)), [len(page) for page in pages])
    return Pages.of(doc), np.array([value for page in pages for value in page], float)


@settings(deadline=None)
@given(PAGES, st.integers(-4, 4), st.integers(0, 4))
def test_means_and_totals_stay_on_their_page(pages: list[list[int]], low: int, more: int) -> None:
    found, values = joined(pages)
    means = [
        np.mean(page[max(i + low, 0) : max(i + low + more + 1, 0)] or [0]) for page in pages for i in range(len(page))
    ]
    assert found.mean(values, low, low + more).tolist() == pytest.approx(means)
    assert found.total(values).tolist() == [sum(page) for page in pages for _ in page]
    assert found.before(values).tolist() == [sum(page[:i]) for page in pages for i in range(len(page))]
    assert found.after(values).tolist() == [sum(page[i + 1 :]) for page in pages for i in range(len(page))]
    assert found.greatest(values).tolist() == [max(page) for page in pages for _ in page]


@settings(deadline=None)
@given(PAGES, st.integers(-3, 3))
def test_shifts_stay_on_their_page(pages: list[list[int]], places: int) -> None:
    found, values = joined(pages)
    wanted = [page[i + places] if 0 <= i + places < len(page) else -1 for page in pages for i in range(len(page))]
    assert found.shifted(values, places).tolist() == wanted


@settings(deadline=None)
@given(pages=PAGES, own=st.booleans())
def test_distances_stay_on_their_page(pages: list[list[int]], *, own: bool) -> None:
    found, values = joined(pages)
    since, until = found.lines_since(values > 0, own=own), found.lines_until(values > 0, own=own)
    wanted_since, wanted_until = [], []
    for page in pages:
        at = [i for i, value in enumerate(page) if value > 0]
        for i in range(len(page)):
            wanted_since.append(min([i - a for a in at if a <= i - (not own)], default=FAR))
            wanted_until.append(min([a - i for a in at if a >= i + (not own)], default=FAR))
    assert since.tolist() == wanted_since
    assert until.tolist() == wanted_until


@settings(deadline=None)
@given(PAGES)
def test_the_best_block_has_the_greatest_sum(pages: list[list[int]]) -> None:
    found, values = joined(pages)
    first, last = found.best_block(values)
    for number, page in enumerate(pages):
        row = found.starts[number]
        greatest = max(sum(page[a : b + 1]) for a in range(len(page)) for b in range(a, len(page)))
        assert row <= first[row] <= last[row] < row + len(page)
        assert values[first[row] : last[row] + 1].sum() == greatest
