"""The exact comparison of two shingle sets, in whole numbers."""

import numpy as np

from cleaners.arguments import check_argument
from dedup.kernels import kernel


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


def jaccard(x: np.ndarray, y: np.ndarray) -> float:
    """Jaccard similarity of two sorted sets; that of two empty sets is 0, for empty texts resemble nothing.

    >>> jaccard(np.array([1, 2, 3], np.uint64), np.array([2, 3, 4], np.uint64))
    0.5
    """
    for name, shingles in (("x", x), ("y", y)):
        check_argument(name, shingles, np.ndarray, "a sorted array of shingles, as shingle_sets gives them")
    shared = int(shared_shingles(x, y))
    return shared / (x.size + y.size - shared) if shared else 0.0
