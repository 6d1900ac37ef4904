"""A store for the shingle sets of candidate documents, in memory or in a scratch file."""

from bisect import bisect_right
from typing import BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.kernels import kernel
from dedup.proof import set_marks
from dedup.shingles import ShingleSets

MEMORY: Final = 256 << 20
"""Bytes of shingle sets that are kept in memory, where there is a scratch file for more."""


class SetStore:
    """Shingle sets by slot, in the order in which they were added.

    Sets take 2 kB a news article and do not compress. With a `scratch` file (opened for reading and writing by
    the caller, who also deletes it) all of them go there, and `load` brings back those that the clustering asks
    for, up to `memory` bytes at a time; reading is by offset, for mapped memory would count as resident.
    """

    def __init__(self, scratch: BinaryIO | None = None, *, memory: int = MEMORY) -> None:
        self._scratch = scratch
        self._parts: list[NDArray[np.uint64]] = []
        self._sizes: list[NDArray[np.int64]] = []
        self._starts: list[NDArray[np.int64]] = []
        self._marks: list[NDArray[np.uint64]] = []
        self._capacity = memory // 8

    def add(self, sets: ShingleSets) -> None:
        """Add sets; each takes the next slot."""
        self._sizes.append(np.diff(sets.starts))
        self._marks.append(set_marks(sets.hashes, sets.starts))
        if self._scratch is None:
            self._parts.append(sets.hashes)
        else:
            self._starts.append(self._scratch.tell() + 8 * sets.starts[:-1])
            self._scratch.write(sets.hashes.tobytes())

    def open(self) -> "SetPool":
        """Stop adding; start reading."""
        sizes = np.concatenate([*self._sizes, np.empty(0, np.int64)])
        marks = np.concatenate([*self._marks, np.empty(0, np.uint64)])
        starts = np.concatenate([*self._starts, np.empty(0, np.int64)])
        if self._scratch is None:
            hashes = np.concatenate([*self._parts, np.empty(0, np.uint64)])
            self._parts.clear()
            return SetPool(hashes, np.cumsum(sizes) - sizes, sizes, marks, starts, None)
        self._scratch.flush()
        capacity = max(min(self._capacity, int(sizes.sum())), 2 * int(sizes.max(initial=1)))
        return SetPool(np.empty(capacity, np.uint64), np.full(sizes.size, -1), sizes, marks, starts, self._scratch)


class TextStore:
    """The texts of the same documents by slot, in the same scratch file; without one, as they came."""

    def __init__(self, scratch: BinaryIO | None = None) -> None:
        self._scratch = scratch
        self._parts: list[pl.Series] = []
        self._firsts = [0]
        self._ends: list[NDArray[np.int64]] = []

    def add(self, texts: pl.Series) -> None:
        """Add texts; each takes the next slot."""
        self._firsts.append(self._firsts[-1] + len(texts))
        if self._scratch is None:
            self._parts.append(texts)
            return
        ends = np.cumsum(texts.str.len_bytes().fill_null(0).to_numpy(), dtype=np.int64)
        self._ends.append(self._scratch.tell() + np.concatenate([[0], ends]))
        self._scratch.write("".join(texts.drop_nulls()).encode())

    def __getitem__(self, slot: int) -> bytes:
        part = bisect_right(self._firsts, slot) - 1
        row = slot - self._firsts[part]
        if self._scratch is None:
            return str(self._parts[part][row] or "").encode()
        start, end = self._ends[part][row : row + 2].tolist()
        self._scratch.seek(start)
        return self._scratch.read(end - start)


class SetPool:
    """The sets that are in memory now: slot `i` is `hashes[places[i]:places[i] + sizes[i]]`, if `places[i]` ≥ 0."""

    def __init__(  # noqa: PLR0917 - made by `SetStore.open` alone
        self,
        hashes: NDArray[np.uint64],
        places: NDArray[np.int64],
        sizes: NDArray[np.int64],
        marks: NDArray[np.uint64],
        starts: NDArray[np.int64],
        scratch: BinaryIO | None,
    ) -> None:
        self.hashes = hashes
        self.places = places
        self.sizes = sizes
        self.marks = marks
        self._starts = starts
        self._scratch = scratch
        self._used = 0

    def load(self, slot: int, *, keep: int = -1) -> None:
        """Read one set; when there is no room, let all others go first, but for the set `keep`."""
        if self._scratch is None or self.places[slot] >= 0:
            return
        if self._used + self.sizes[slot] > self.hashes.size:
            self._used = 0
            self.places[:] = -1
            if keep >= 0:
                self.load(keep)
        self._scratch.seek(int(self._starts[slot]))
        end = self._used + int(self.sizes[slot])
        room = self.hashes[self._used : end]
        if self._scratch.readinto(room.view(np.uint8)) != room.nbytes:  # type: ignore[attr-defined]
            raise OSError("the scratch file of the shingle sets ends too early")
        self.places[slot] = self._used
        self._used = end

    def equal(self, some: NDArray[np.int32], others: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Compare sets slot by slot, to the last shingle."""
        if self._scratch is None:
            return np.asarray(_equal(self.hashes, self.places, self.sizes, some, others))
        pairs = zip(some.tolist(), others.tolist(), strict=True)
        return np.array([np.array_equal(self[a].copy(), self[b]) for a, b in pairs], np.bool_)

    def __getitem__(self, slot: int) -> NDArray[np.uint64]:
        self.load(slot)
        return self.hashes[self.places[slot] : self.places[slot] + self.sizes[slot]]


@kernel
def _equal(hashes, places, sizes, some, others):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    equal = np.zeros(some.size, np.bool_)
    for i in range(some.size):
        a = places[some[i]]
        b = places[others[i]]
        size = sizes[some[i]]
        equal[i] = size == sizes[others[i]]
        for k in range(size if equal[i] else 0):
            if hashes[a + k] != hashes[b + k]:
                equal[i] = False
                break
    return equal
