"""The exact comparison of two shingle sets, in whole numbers."""

import numpy as np

from cleaners.arguments import check_argument
from dedup.kernels import kernel

U64 = np.uint64


@kernel
def least_shared(m, n, a, b):  # type: ignore[no-untyped-def]  # numba's types
    """Fewest shingles that sets of `m` and `n` must share for a Jaccard similarity of at least a/b.

    s / (m + n − s) ≥ a / b  ⇔  s ≥ a (m + n) / (a + b), rounded up; no floating point takes part.
    """
    return (a * (m + n) + a + b - 1) // (a + b)


@kernel
def shared_at_least(x, y, need):  # type: ignore[no-untyped-def]  # numba's types
    """Count the hashes that two sorted sets share, or say -1 as soon as it must stay below `need`."""
    spare_x = x.size - need
    spare_y = y.size - need
    if spare_x < 0 or spare_y < 0:
        return -1
    shared = 0
    i = 0
    j = 0
    while i < x.size and j < y.size:
        if x[i] == y[j]:
            shared += 1
            i += 1
            j += 1
        elif x[i] < y[j]:
            i += 1
            if i - shared > spare_x:
                return -1
        else:
            j += 1
            if j - shared > spare_y:
                return -1
    return shared if shared >= need else -1


@kernel
def shared_shingles(x, y):  # type: ignore[no-untyped-def]  # numba's types
    """Count the hashes that two sorted sets share."""
    return shared_at_least(x, y, 0)


@kernel
def bit_count(x: np.uint64) -> np.uint64:
    """Count the set bits; LLVM makes one instruction of it."""
    x = x - ((x >> U64(1)) & U64(0x5555555555555555))
    x = (x & U64(0x3333333333333333)) + ((x >> U64(2)) & U64(0x3333333333333333))
    x = (x + (x >> U64(4))) & U64(0x0F0F0F0F0F0F0F0F)
    return (x * U64(0x0101010101010101)) >> U64(56)


@kernel
def set_marks(hashes, starts):  # type: ignore[no-untyped-def]  # numba's types
    """Set one of 64 bits for each shingle of each set: what no other set's mark has is in no other set."""
    marks = np.zeros(starts.size - 1, np.uint64)
    for i in range(marks.size):
        for j in range(starts[i], starts[i + 1]):
            marks[i] |= U64(1) << (hashes[j] & U64(63))
    return marks


@kernel
def may_share(m, mark, n, other, need):  # type: ignore[no-untyped-def]  # numba's types
    """Tell by their marks whether sets of `m` and `n` can share `need` shingles: 2 ns where a merge takes 50."""
    return m - np.int64(bit_count(mark & ~other)) >= need and n - np.int64(bit_count(other & ~mark)) >= need


def jaccard(x: np.ndarray, y: np.ndarray) -> float:
    """Jaccard similarity of two sorted sets; that of two empty sets is 0, for empty texts resemble nothing.

    >>> jaccard(np.array([1, 2, 3], np.uint64), np.array([2, 3, 4], np.uint64))
    0.5
    """
    for name, shingles in (("x", x), ("y", y)):
        check_argument(name, shingles, np.ndarray, "a sorted array of shingles, as shingle_sets gives them")
    shared = int(shared_shingles(x, y))
    return shared / (x.size + y.size - shared) if shared else 0.0
