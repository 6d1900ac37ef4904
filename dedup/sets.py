"""A store for the shingle sets of candidate documents, in memory or in a scratch file."""

from bisect import bisect_right
from typing import BinaryIO, Final

import numpy as np
import polars as pl
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from dedup.kernels import kernel
from dedup.marks import set_marks
from dedup.shingles import ShingleSets
from dedup.utf8 import pointer, utf8

MEMORY: Final = 256 << 20
"""Bytes of shingle sets that are kept in memory, where there is a scratch file for more."""
WORDS: Final = 16
"""Words in the marks of the largest sets: 84 bytes a news article. Of 100,000, 28,000 comparisons are the least that
finds what is alike; there were 30,000 with 16 words, 87,000 with 8, 349,000 with one."""
TEXTS: Final = 64 << 20
"""Bytes of text that are kept so."""


class SetStore:
    """Shingle sets by slot, in the order in which they were added.

    Sets take 2 kB a news article and do not compress. Those that `memory` has no room for, and with them all others,
    go to a `scratch` file (opened for reading and writing by the caller, who also deletes it), if there is one;
    `load` brings back those that the clustering asks for. It reads by offset, for mapped memory counts as resident.
    """

    def __init__(self, scratch: BinaryIO | None = None, *, memory: int = MEMORY) -> None:
        self._scratch = scratch
        self._parts: list[NDArray[np.uint64]] = []
        self._sizes: list[NDArray[np.int32]] = []
        self._starts: list[NDArray[np.int64]] = []
        self._marks: list[NDArray[np.uint64]] = []
        self._marked: list[tuple[int, int]] = []  # where marks are in the scratch file, and how many words
        self._words: list[NDArray[np.int8]] = []
        self._capacity = memory // 8
        self._held = 0

    def add(self, sets: ShingleSets) -> None:
        """Add sets; each takes the next slot."""
        self._sizes.append(np.diff(sets.starts).astype(np.int32))
        marks, firsts = set_marks(sets.hashes, sets.starts, WORDS)
        self._marks.append(marks)
        self._words.append(np.diff(firsts).astype(np.int8))
        self._parts.append(sets.hashes)
        self._held += sets.hashes.size
        if self._scratch is not None and self._held > self._capacity:
            for part, sizes in zip(self._parts, self._sizes[len(self._starts) :], strict=True):
                self._starts.append(self._scratch.tell() + 8 * (np.cumsum(sizes, dtype=np.int64) - sizes))
                self._scratch.write(part.data)
            for marks in self._marks:
                self._marked.append((self._scratch.tell(), marks.size))
                self._scratch.write(marks.data)
            self._parts.clear()
            self._marks.clear()

    def open(self) -> "SetPool":
        """Stop adding; start reading."""
        sizes = np.concatenate([*self._sizes, np.empty(0, np.int32)])
        firsts = np.concatenate([[0], *self._words]).cumsum(dtype=np.int64)
        marks = np.empty(firsts[-1], np.uint64)
        read = 0
        for place, words in self._marked:
            assert self._scratch is not None  # noqa: S101 - nothing has a place in it otherwise
            _read_into(marks[read : read + words], self._scratch, place)
            read += words
        _move(self._marks, marks[read:])
        if not self._starts:
            hashes = np.empty(self._held, np.uint64)
            _move(self._parts, hashes)
            places = np.cumsum(sizes, dtype=np.int64) - sizes
            return SetPool(hashes, places, sizes, marks, firsts, np.empty(0, np.int64), None)
        starts = np.concatenate(self._starts)
        capacity = max(min(self._capacity, int(sizes.sum(dtype=np.int64))), 2 * int(sizes.max(initial=1)))
        room = np.empty(capacity, np.uint64)
        return SetPool(room, np.full(sizes.size, -1), sizes, marks, firsts, starts, self._scratch)


def _move(parts: list[NDArray[np.uint64]], room: NDArray[np.uint64]) -> None:
    """Join parts, and let go of each in turn: two copies of all of them would be twice the memory."""
    end = room.size
    while parts:
        part = parts.pop()
        room[end - part.size : end] = part
        end -= part.size


def _read_into(room: NDArray[np.uint64], scratch: BinaryIO, place: int) -> None:
    scratch.seek(place)
    if scratch.readinto(room.view(np.uint8)) != room.nbytes:  # type: ignore[attr-defined]  # every binary file has it
        raise OSError("the scratch file of the shingle sets ends too early")


class TextStore:
    """The texts of the same documents by slot, as long as `memory` has room for them, else in the same scratch file."""

    def __init__(self, scratch: BinaryIO | None = None, *, memory: int = TEXTS) -> None:
        self._scratch = scratch
        self._capacity = memory
        self._held = 0
        self._parts: list[NDArray[np.uint8]] = []
        self._places: list[int] = []  # where the first parts are in the scratch file: the others are in memory
        self._firsts = [0]
        self._ends: list[NDArray[np.int64]] = []

    def add(self, texts: pl.Series) -> None:
        """Add texts; each takes the next slot."""
        with utf8(texts) as views:
            self._parts.append(_joined(views.addresses, views.lengths))
            self._ends.append(np.concatenate([[0], np.cumsum(views.lengths, dtype=np.int64)]))
        self._firsts.append(self._firsts[-1] + len(texts))
        self._held += self._parts[-1].size
        if self._scratch is not None and self._held > self._capacity:
            for part in self._parts:
                self._places.append(self._scratch.tell())
                self._scratch.write(part.data)
            self._parts.clear()

    def __getitem__(self, slot: int) -> bytes:
        part = bisect_right(self._firsts, slot) - 1
        start, end = self._ends[part][slot - self._firsts[part] :][:2].tolist()
        if not self._places:
            return self._parts[part][start:end].tobytes()
        assert self._scratch is not None  # noqa: S101 - nothing has a place in it otherwise
        self._scratch.seek(self._places[part] + start)
        return self._scratch.read(end - start)


@kernel
def _joined(addresses, lengths):  # type: ignore[no-untyped-def]  # numba's types
    joined = np.empty(np.sum(lengths), np.uint8)
    end = np.int64(0)
    for i in range(addresses.size):
        length = np.int64(lengths[i])
        joined[end : end + length] = carray(pointer(addresses[i]), length, np.uint8)  # type: ignore[call-overload]  # NumPy's int64 is no int
        end += length
    return joined


class SetPool:
    """The sets that are in memory now: slot `i` is `hashes[places[i]:places[i] + sizes[i]]`, if `places[i]` ≥ 0."""

    def __init__(  # noqa: PLR0917 - made by `SetStore.open` alone
        self,
        hashes: NDArray[np.uint64],
        places: NDArray[np.int64],
        sizes: NDArray[np.int32],
        marks: NDArray[np.uint64],
        firsts: NDArray[np.int64],
        starts: NDArray[np.int64],
        scratch: BinaryIO | None,
    ) -> None:
        self.hashes = hashes
        self.places = places
        self.sizes = sizes
        self.marks = marks
        self.firsts = firsts
        self._starts = starts
        self._scratch = scratch
        self._used = 0

    def load(self, slot: int, *, keep: int = -1) -> None:
        """Read one set; when there is no room, let all others go first, but for the set `keep`."""
        if self._scratch is None or self.places[slot] >= 0:
            return
        if self._used + int(self.sizes[slot]) > self.hashes.size:
            self._used = 0
            self.places[:] = -1
            if keep >= 0:
                self.load(keep)
        end = self._used + int(self.sizes[slot])
        _read_into(self.hashes[self._used : end], self._scratch, int(self._starts[slot]))
        self.places[slot] = self._used
        self._used = end

    def equal(self, some: NDArray[np.int32], others: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Compare sets slot by slot, to the last shingle."""
        if self._scratch is None:
            return np.asarray(_equal(self.hashes, self.places, self.sizes, some, others))
        # Not made lists of: these would take ten times the bytes.
        pairs = zip(some, others, strict=True)
        return np.fromiter((np.array_equal(self[a].copy(), self[b]) for a, b in pairs), np.bool_, some.size)

    def __getitem__(self, slot: int) -> NDArray[np.uint64]:
        self.load(slot)
        return self.hashes[self.places[slot] : self.places[slot] + self.sizes[slot]]


@kernel
def _equal(hashes, places, sizes, some, others):  # type: ignore[no-untyped-def]  # numba's types
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
