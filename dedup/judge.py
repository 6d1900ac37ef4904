"""The judge asks the guard about pairs that an exact comparison found similar: many at a time, each once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dedup.distinct import mix
from dedup.kernels import kernel

U64 = np.uint64
_LEAST: Final = 1 << 10

Guard = Callable[[NDArray[np.int64], NDArray[np.int64]], list[str | None]]
"""Says of pairs of documents, by their slots, why one may not go for the other, None if nothing speaks against it."""


@dataclass(slots=True)
class Judge:
    """What the guard said: `free` is a hash table of the pairs that it lets go, which a compiled loop looks up.

    `held[i]`: why document `i` was held, by the one most similar to it of those that it could have gone for (of
    equals, the earliest), after how similar and which that is.
    """

    guard: Guard | None
    slots: NDArray[np.int32]
    sizes: NDArray[np.int32]
    compared: NDArray[np.int32]
    free: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(_LEAST, np.uint64))
    held: dict[int, tuple[float, int, str]] = field(default_factory=dict)
    _kinds: dict[tuple[int, int], str] = field(default_factory=dict)
    _used: int = 0

    def ask(self, lefts: NDArray[np.int64], rights: NDArray[np.int64]) -> None:
        """Ask the guard about these pairs of slots, and remember what it says."""
        if self.guard is None or not lefts.size:
            return
        kinds = self.guard(lefts, rights)
        pairs = zip(lefts.tolist(), rights.tolist(), strict=True)
        self._kinds.update((pair, kind) for pair, kind in zip(pairs, kinds, strict=True) if kind is not None)
        go = np.array([kind is None for kind in kinds])
        self._used += int(go.sum())
        while self.free.size < 2 * self._used:
            larger = np.zeros(2 * self.free.size, np.uint64)
            _put(larger, self.free)
            self.free = larger
        _put(self.free, lefts[go].astype(np.uint64) << U64(32) | rights[go].astype(np.uint64))

    def knows(self, document: int, leader: int) -> bool:
        """Whether this pair was asked about."""
        slot, other = int(self.slots[document]), int(self.slots[leader])
        return (slot, other) in self._kinds or bool(is_free(self.free, slot, other))

    def lets_go(self, document: int, leader: int, shared: int) -> bool:
        """Whether the document may go for this one; if not, remember why."""
        slot, other = int(self.slots[document]), int(self.slots[leader])
        size, their_size = int(self.sizes[slot]), int(self.sizes[other])
        if self.guard is None or shared == size == their_size:
            return True
        if self.compared[leader] == document:  # held already, in another bucket
            return False
        if not self.knows(document, leader):
            self.ask(np.array([slot]), np.array([other]))
        kind = self._kinds.get((slot, other))
        if kind is not None:
            self.compared[leader] = document
            match = (-shared / (size + their_size - shared), leader, kind)
            self.held[document] = min(match, self.held.get(document, match))
        return kind is None


@kernel
def is_free(free, slot, other):  # type: ignore[no-untyped-def]  # numba's types
    """Look up a pair of slots."""
    pair = U64(slot) << U64(32) | U64(other)
    return free[_place(free, pair)] == pair


@kernel
def _place(table, pair):  # type: ignore[no-untyped-def]  # numba's types
    mask = U64(table.size - 1)
    place = mix(pair) & mask
    while table[place] != U64(0) and table[place] != pair:
        place = (place + U64(1)) & mask
    return place


@kernel
def _put(table, pairs):  # type: ignore[no-untyped-def]  # numba's types
    for pair in pairs:
        if pair != U64(0):  # a place that was free in a smaller table
            table[_place(table, pair)] = pair
