"""Survivors of a huge bucket, indexed by how each differs from what most of them share."""

import numpy as np
from numpy.typing import NDArray

from dedup.distinct import mix
from dedup.kernels import kernel

_SAMPLE = 64


def reference_set(sets: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """Shingles that at least half of a sample of these sets have, sorted."""
    sample = sets[:: max(len(sets) // _SAMPLE, 1)]
    shingles, counts = np.unique(np.concatenate(sample), return_counts=True)
    return shingles[2 * counts >= len(sample)]


class Template:
    """Exact comparison with many survivors at once, at the price of what differs.

    With a reference set P, X⁻ = P∖X, X⁺ = X∖P and shared = |X⁻∩Y⁻| + |X⁺∩Y⁺|,

        |X∩Y| = |P| − |X⁻| − |Y⁻| + shared
        J ≥ a/b  ⇔  (a + b)·shared ≥ c(X) + c(Y) − (a + b)|P|,  c(X) = (a + b)|X⁻| + a|X|

    so only the few shingles of X△P are looked up, in postings of those of the survivors. Any P gives the right
    answer; one that the texts share gives it fast. Comparing 100,000 bulletins of one form pair by pair would
    take hours.
    """

    def __init__(self, reference: NDArray[np.uint64], ratio: tuple[int, int]) -> None:
        self.reference = reference
        self._a, self._b = ratio
        self._leaders = np.empty(1024, np.int64)
        self._costs = np.empty(1024, np.int64)  # c(X) of each leader
        self._missing = np.empty(1024, np.int64)  # |X⁻| of each leader
        self._known: set[int] = set()
        self._shingles = np.zeros(1 << 12, np.uint64)  # hash table: shingle, 0 where free
        self._heads = np.zeros(1 << 12, np.int32)  # its last posting
        self._postings = np.empty((2, 1 << 12), np.int32)  # the posting before, the leader's place; from 1
        self._used = np.zeros(2, np.int64)  # shingles in the table, postings

    def add(self, leader: int, shingles: NDArray[np.uint64]) -> None:
        """Index a survivor (once)."""
        if leader in self._known:
            return
        place = len(self._known)
        self._known.add(leader)
        different, missing = _difference(shingles, self.reference)
        self._make_room(place, different.size)
        self._leaders[place] = leader
        self._missing[place] = missing
        self._costs[place] = (self._a + self._b) * missing + self._a * shingles.size
        _post(different, place, self._shingles, self._heads, self._postings, self._used)

    def similar(self, shingles: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Survivors similar to this set, in order of preference, and how many shingles each shares with it."""
        different, missing = _difference(shingles, self.reference)
        places, common = _similar(
            different, missing, shingles.size, len(self._known), self._costs, self._missing,
            self._shingles, self._heads, self._postings, self.reference.size, self._a, self._b,
        )  # fmt: skip
        leaders = self._leaders[places]
        order = np.argsort(leaders)
        return leaders[order], common[order]

    def _make_room(self, place: int, postings: int) -> None:
        if place == self._leaders.size:
            self._leaders, self._costs, self._missing = (
                np.concatenate([array, np.empty_like(array)]) for array in (self._leaders, self._costs, self._missing)
            )
        while self._used[1] + postings + 1 > self._postings.shape[1]:
            self._postings = np.concatenate([self._postings, np.empty_like(self._postings)], axis=1)
        while 2 * (self._used[0] + postings) > self._shingles.size:
            shingles, heads = self._shingles, self._heads
            self._shingles = np.zeros(2 * shingles.size, np.uint64)
            self._heads = np.zeros(2 * shingles.size, np.int32)
            _move(shingles, heads, self._shingles, self._heads)


@kernel
def _difference(x, reference):  # type: ignore[no-untyped-def]  # numba's types
    """Sorted hashes that only one of two sorted sets has, and how many of them only the second has."""
    different = np.empty(x.size + reference.size, np.uint64)
    written = 0
    missing = 0
    i = 0
    j = 0
    while i < x.size or j < reference.size:
        if j == reference.size or (i < x.size and x[i] < reference[j]):
            different[written] = x[i]
            written += 1
            i += 1
        elif i == x.size or reference[j] < x[i]:
            different[written] = reference[j]
            written += 1
            missing += 1
            j += 1
        else:
            i += 1
            j += 1
    return different[:written], missing


@kernel
def _find(shingle, table):  # type: ignore[no-untyped-def]  # numba's types
    mask = np.uint64(table.size - 1)
    place = mix(shingle) & mask
    while table[place] != np.uint64(0) and table[place] != shingle:
        place = (place + np.uint64(1)) & mask
    return place


@kernel
def _post(different, leader, table, heads, postings, used):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    for shingle in different:
        place = _find(shingle, table)
        if table[place] == np.uint64(0):
            table[place] = shingle
            used[0] += 1
        used[1] += 1
        postings[0, used[1]] = heads[place]
        postings[1, used[1]] = leader
        heads[place] = used[1]


@kernel
def _move(table, heads, new_table, new_heads):  # type: ignore[no-untyped-def]  # numba's types
    for i in range(table.size):
        if table[i] != np.uint64(0):
            place = _find(table[i], new_table)
            new_table[place] = table[i]
            new_heads[place] = heads[i]


@kernel
def _similar(different, missing, size, leaders, costs, absent, table, heads, postings, reference, a, b):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    shared = np.zeros(leaders, np.int32)
    for shingle in different:
        posting = heads[_find(shingle, table)]
        while posting:
            shared[postings[1, posting]] += 1
            posting = postings[0, posting]
    bound = (a + b) * missing + a * size - (a + b) * reference
    hits = 0
    for i in range(leaders):
        hits += (a + b) * shared[i] >= costs[i] + bound
    places = np.empty(hits, np.int64)
    common = np.empty(hits, np.int64)
    written = 0
    for i in range(leaders):
        if written < hits and (a + b) * shared[i] >= costs[i] + bound:
            places[written] = i
            common[written] = reference - missing - absent[i] + shared[i]
            written += 1
    return places, common
