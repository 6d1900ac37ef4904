"""Sums, shifts and distances over the lines of pages, none of which ever looks past its page."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from cleaners.pages.shape import Flags, Floats

Numbers = NDArray[np.int64]

FAR: Final = 400
"""Lines farther than this are all equally far."""
_GRAIN: Final = 1024.0
"""Sums run over whole multiples of 1/1024. Those add without rounding, so that a page's sums are the same bits
whatever other pages stand in the batch."""
_ABYSS: Final = 2.0**24
"""More words than a page has."""


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """Where the page of each line begins and ends; `first`, `past` and `page` are by line, `starts` by page."""

    first: Numbers
    past: Numbers
    page: Numbers
    starts: Numbers

    @classmethod
    def of(cls, doc: NDArray[np.generic]) -> Self:
        """Find the pages: runs of lines with the same `doc`."""
        starts = np.flatnonzero(np.r_[True, doc[1:] != doc[:-1]])
        sizes = np.diff(np.r_[starts, len(doc)])
        page = np.repeat(np.arange(len(starts)), sizes)
        return cls(starts[page], (starts + sizes)[page], page, starts)

    @property
    def size(self) -> Floats:
        """Lines of the line's page."""
        return (self.past - self.first).astype(np.float64)

    @property
    def place(self) -> Numbers:
        """The line's place in its page, from 0."""
        return np.arange(len(self.page)) - self.first

    def total(self, values: Floats | Flags) -> Floats:
        """Sum over the line's page."""
        return _between(_running(values), self.first, self.past)

    def before(self, values: Floats | Flags) -> Floats:
        """Sum over the lines of the page above this one."""
        return _between(_running(values), self.first, np.arange(len(values)))

    def after(self, values: Floats | Flags) -> Floats:
        """Sum over the lines of the page below this one."""
        return _between(_running(values), np.arange(len(values)) + 1, self.past)

    def mean(self, values: Floats | Flags, low: int, high: int) -> Floats:
        """Mean over the lines from `low` to `high` places away, as far as the page has them; 0 where it has none."""
        rows = np.arange(len(values))
        begin = np.clip(rows + low, self.first, self.past)
        end = np.maximum(np.clip(rows + high + 1, self.first, self.past), begin)
        return _between(_running(values), begin, end) / np.maximum(end - begin, 1)

    def greatest(self, values: Floats) -> Floats:
        """Find the greatest of the page."""
        return np.maximum.reduceat(values, self.starts)[self.page]

    def shifted(self, values: Floats | Flags, places: int) -> Floats:
        """Value of the line `places` away; -1 outside the page."""
        other = np.arange(len(values)) + places
        inside = (other >= self.first) & (other < self.past)
        return np.where(inside, values[np.clip(other, 0, len(values) - 1)], -1.0)

    def lines_since(self, flags: Flags, *, own: bool) -> Floats:
        """Lines from the nearest flagged line above, at most `FAR`; with `own`, a flagged line is 0 from itself."""
        rows = np.arange(len(flags))
        latest = np.maximum.accumulate(np.where(flags, rows, -1))
        if not own:
            latest = np.r_[-1, latest[:-1]]
        return np.where(latest >= self.first, np.minimum(rows - latest, FAR), FAR).astype(np.float64)

    def lines_until(self, flags: Flags, *, own: bool) -> Floats:
        """Lines to the nearest flagged line below, at most `FAR`."""
        rows = np.arange(len(flags))
        never = len(flags) + FAR
        nearest = np.minimum.accumulate(np.where(flags, rows, never)[::-1])[::-1]
        if not own:
            nearest = np.r_[nearest[1:], never]
        return np.where(nearest < self.past, np.minimum(nearest - rows, FAR), FAR).astype(np.float64)

    def best_block(self, values: Floats) -> tuple[Numbers, Numbers]:
        """First and last line of the page's run of lines with the greatest sum (Kadane), by line."""
        rows = np.arange(len(values))
        running = _running(values)
        depth = _ABYSS * self.page  # each page far below the one before, so that no minimum crosses over
        lowest = np.minimum.accumulate(running[:-1] - depth) + depth
        gain = running[1:] - lowest
        last = np.minimum.reduceat(np.where(gain == self.greatest(gain), rows, len(rows)), self.starts)[self.page]
        opens = (running[:-1] == lowest[last]) & (rows <= last)
        return np.maximum.reduceat(np.where(opens, rows, -1), self.starts)[self.page], last


def _running(values: Floats | Flags) -> Floats:
    sums: Floats = np.r_[0.0, np.cumsum(np.rint(values * _GRAIN))] / _GRAIN
    return sums


def _between(running: Floats, begin: Numbers, end: Numbers) -> Floats:
    return running[end] - running[begin]
