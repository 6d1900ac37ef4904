"""Samples of shingle sets: one shingle in four, the same ones in every text, by which contained texts are found."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.kernels import kernel
from dedup.shingles import shingle_sets

U64 = np.uint64
RATE: Final = 4
"""One shingle in so many is in the sample: it is if its hash says so, whichever text it stands in."""

RECALL: Final = 0.998
"""Chance that no more is missing than a sample is allowed to miss; that a sample is empty comes on top."""

_BLOCK: Final = 1 << 20
_FURTHER: Final = 8
"""Shingles looked up beyond those that a contained text must share one of: it must share one more for each."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Sample `i` is `hashes[starts[i]:starts[i + 1]]`, in no order.

    >>> samples = sample_shingles(pl.Series(["one two three", " ".join(map(str, range(99)))]), words=2)
    >>> samples.starts.size - 1, bool((samples.hashes % RATE == 0).all())
    (2, True)
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]


def sample_shingles(texts: pl.Series, *, words: int) -> Samples:
    """Sample the distinct shingles of each text: Broder's "mod m" sketch, by which containment can be estimated.

    >>> text = " ".join(map(str, range(4000)))
    >>> 900 < sample_shingles(pl.Series([text]), words=2).hashes.size < 1100
    True
    """
    sets = shingle_sets(texts, words=words)
    sampled = sets.hashes & U64(RATE - 1) == 0
    return Samples(sets.hashes[sampled], np.concatenate([[0], np.cumsum(sampled)])[sets.starts])


class SampleStore:
    """The samples of many texts, in memory or in a scratch file, to be read from front to back more than once."""

    def __init__(self, scratch: BinaryIO | None = None) -> None:
        self._scratch = scratch
        self._parts: list[NDArray[np.uint64]] = []
        self._counts: list[NDArray[np.int32]] = []

    def add(self, samples: Samples) -> None:
        """Add the samples of the next texts."""
        self._counts.append(np.diff(samples.starts).astype(np.int32))
        if self._scratch is None:
            self._parts.append(samples.hashes)
        else:
            self._scratch.write(samples.hashes.tobytes())

    def counts(self) -> NDArray[np.int32]:
        """Return the size of each sample."""
        return np.concatenate([*self._counts, np.empty(0, np.int32)])

    def blocks(self, *, size: int = _BLOCK) -> Iterator[tuple[int, Samples]]:
        """Read the samples again, about `size` hashes at a time: the number of the first text, and the samples."""
        ends = np.cumsum(self.counts(), dtype=np.int64)
        if self._scratch is None:
            self._parts = [np.concatenate([*self._parts, np.empty(0, np.uint64)])]
        first, before = 0, 0
        while first < ends.size:
            last = max(int(np.searchsorted(ends, before + size, side="right")), first + 1)
            end = int(ends[last - 1])
            if self._scratch is None:
                hashes = self._parts[0][before:end]
            else:
                self._scratch.seek(8 * before)  # there may be two readers
                hashes = np.frombuffer(self._scratch.read(8 * (end - before)), np.uint64)
            yield first, Samples(hashes, np.concatenate([[before], ends[first:last]]) - before)
            first, before = last, end


def allowed_misses(missing: int) -> int:
    """How many of `missing` shingles to allow in a sample: with the chance `RECALL` there are no more of them.

    Each is in the sample with a chance of 1 in `RATE`, independently of the others.

    >>> [allowed_misses(missing) for missing in (0, 2, 30, 300)]
    [0, 2, 15, 97]
    """
    chance = total = (1 - 1 / RATE) ** missing
    allowed = 0
    while total < RECALL and allowed < missing:
        allowed += 1
        chance *= (missing - allowed + 1) / allowed / (RATE - 1)
        total += chance
    return allowed


def contained_candidates(
    store: SampleStore, sizes: NDArray[np.int64], places: NDArray[np.int64], ratio: tuple[int, int], *, memory: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find pairs of texts (numbers in the store) of which the first may stand in the second, by a share of `ratio`.

    A text whose place comes later may stand in one whose place comes earlier. Of a contained text's sample at most
    `allowed_misses` are not in the longer one: so of one more than that at least one is, of its rarest as of any, and
    of eight more at least nine. A text with more than that in its sample that no other text has is contained in none,
    which rules out nearly all. Texts of size 0 take part only as the longer ones.
    """
    a, b = ratio
    counts = store.counts()
    total = int(counts.sum(dtype=np.int64))
    bits = min(max((4 * total).bit_length(), 16), max((memory // 2).bit_length() - 1, 16))
    counters = np.zeros(1 << bits, np.uint8)
    for _, samples in store.blocks():
        _count(samples.hashes, counters)
    missing = sizes - (a * sizes + b - 1) // b
    misses = np.array([allowed_misses(m) for m in range(int(missing.max(initial=0)) + 1)], np.int64)[missing]
    shorts, longs = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    most = max(memory // 64, 1 << 16)  # keys: 12 bytes each, and up to 32 in the table
    keys: list[NDArray[np.uint64]] = []
    owners: list[NDArray[np.int64]] = []
    needs = np.zeros(sizes.size, np.uint8)
    held = 0

    def look_up() -> None:
        if held:
            own, other = _look_up(np.concatenate(keys), np.concatenate(owners), needs, places, store)
            shorts.append(own)
            longs.append(other)

    for first, samples in store.blocks():
        some, whose = _keys(samples.hashes, samples.starts, first, sizes, misses, counters, needs)
        keys.append(some)
        owners.append(whose)
        held += some.size
        if held >= most:
            look_up()
            keys, owners, held = [], [], 0
    look_up()
    return np.concatenate(shorts), np.concatenate(longs)


@kernel
def _count(hashes, counters):  # type: ignore[no-untyped-def]  # numba's types
    mask = U64(counters.size - 1)
    for hash_ in hashes:
        place = (hash_ >> U64(8)) & mask  # the low bits say that it is in the sample
        if counters[place] < 255:
            counters[place] += 1


@kernel
def _keys(hashes, starts, first, sizes, misses, counters, needs):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    """Rarest shingles of each sample that may be contained: (shingles, whose they are). Sets how many must be met."""
    keys = np.empty(hashes.size, np.uint64)
    owners = np.empty(hashes.size, np.int64)
    mask = U64(counters.size - 1)
    ends = np.empty(257, np.int64)  # counting sort: where the shingles that so many texts have begin
    written = 0
    for i in range(starts.size - 1):
        own = first + i
        count = starts[i + 1] - starts[i]
        if sizes[own] == 0 or count == 0:
            continue
        allowed = min(misses[own], count - 1)
        ends[:] = 0
        for k in range(starts[i], starts[i + 1]):
            ends[counters[(hashes[k] >> U64(8)) & mask] + 1] += 1
        if ends[2] > allowed:  # shingles that no other text has
            continue
        take = min(count, allowed + 1 + _FURTHER)
        needs[own] = take - allowed
        for rank in range(1, ends.size):
            ends[rank] += ends[rank - 1]
        alone = ends[2]
        for k in range(starts[i], starts[i + 1]):
            rank = counters[(hashes[k] >> U64(8)) & mask]
            place = ends[rank]
            ends[rank] += 1
            if alone <= place < take:
                keys[written] = hashes[k]
                owners[written] = own
                written += 1
    return keys[:written].copy(), owners[:written].copy()


def _look_up(
    keys: NDArray[np.uint64],
    owners: NDArray[np.int64],
    needs: NDArray[np.uint8],
    places: NDArray[np.int64],
    store: SampleStore,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Meet the keys with every sample: pairs (owner, text) that share as many as the owner needs."""
    order = np.argsort(keys, kind="stable")
    keys, owners = keys[order], owners[order]
    begins = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    table = np.zeros(1 << max(math.ceil(math.log2(2 * begins.size)), 4), np.uint64)
    rows = np.zeros(table.size, np.int32)
    _fill(keys[begins], table, rows)
    ends = np.append(begins[1:], keys.size)
    known, own = np.unique(owners, return_inverse=True)
    met = np.zeros(known.size, np.uint16)
    shorts, longs = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for first, samples in store.blocks():
        some, other = _meet(
            samples.hashes, samples.starts, first, table, rows, begins, ends, own, known, needs, places, met
        )
        shorts.append(some)
        longs.append(other)
    return np.concatenate(shorts), np.concatenate(longs)


@kernel
def _fill(keys, table, rows):  # type: ignore[no-untyped-def]  # numba's types
    mask = U64(table.size - 1)
    for i in range(keys.size):
        place = (keys[i] >> U64(8)) & mask
        while table[place] != U64(0):
            place = (place + U64(1)) & mask
        table[place] = keys[i]
        rows[place] = i


@kernel
def _grown(numbers):  # type: ignore[no-untyped-def]  # numba's types
    grown = np.empty(2 * numbers.size, np.int64)
    grown[: numbers.size] = numbers
    return grown


@kernel
def _meet(hashes, starts, first, table, rows, begins, ends, own, known, needs, places, met):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    mask = U64(table.size - 1)
    shorts = np.empty(1024, np.int64)
    longs = np.empty(1024, np.int64)
    touched = np.empty(known.size, np.int64)
    written = 0
    for i in range(starts.size - 1):
        text = first + i
        many = 0
        for k in range(starts[i], starts[i + 1]):
            place = (hashes[k] >> U64(8)) & mask
            while table[place] != U64(0) and table[place] != hashes[k]:
                place = (place + U64(1)) & mask
            if table[place] == U64(0):
                continue
            row = rows[place]
            for j in range(begins[row], ends[row]):
                one = own[j]
                if met[one] == 0:
                    touched[many] = one
                    many += 1
                met[one] += 1
        for one in touched[:many]:
            if met[one] >= needs[known[one]] and places[known[one]] > places[text]:
                if written == shorts.size:
                    shorts = _grown(shorts)
                    longs = _grown(longs)
                shorts[written] = known[one]
                longs[written] = text
                written += 1
            met[one] = 0
    return shorts[:written].copy(), longs[:written].copy()
