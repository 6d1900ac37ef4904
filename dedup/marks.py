"""A few bits of each shingle set, by which most pairs are ruled out without the sets.

The marks of a set are 64 · 2ⁿ bits, at least two for each shingle as far as there are so many, of which those are set
that the low bits of its hashes number. A bit that another set lacks is a shingle that it lacks. Folded in half, the
marks of a large set are those that it would have with fewer bits, so that sets of any size can be compared. Of stored
news that share a band with one of a thousand new articles and have the size, marks of 64 bits let half through, of 512
two in a hundred, of 1,024 one in a thousand.
"""

import numpy as np

from dedup.kernels import kernel

U64 = np.uint64


@kernel
def bit_count(x: np.uint64) -> np.uint64:
    """Count the set bits; LLVM makes one instruction of it."""
    x = x - ((x >> U64(1)) & U64(0x5555555555555555))
    x = (x & U64(0x3333333333333333)) + ((x >> U64(2)) & U64(0x3333333333333333))
    x = (x + (x >> U64(4))) & U64(0x0F0F0F0F0F0F0F0F)
    return (x * U64(0x0101010101010101)) >> U64(56)


@kernel
def set_marks(hashes, starts, most):  # type: ignore[no-untyped-def]  # numba's types
    """Mark each set with at most `most` words of 64 bits: the words of all, and where those of each begin."""
    firsts = np.zeros(starts.size, np.int64)
    for i in range(starts.size - 1):
        words = 1
        while words < most and 32 * words < starts[i + 1] - starts[i]:
            words *= 2
        firsts[i + 1] = firsts[i] + words
    marks = np.zeros(firsts[-1], np.uint64)
    for i in range(starts.size - 1):
        mask = U64(firsts[i + 1] - firsts[i] - 1)
        for j in range(starts[i], starts[i + 1]):
            word = np.int64((hashes[j] >> U64(6)) & mask)
            marks[firsts[i] + word] |= U64(1) << (hashes[j] & U64(63))
    return marks, firsts


@kernel
def may_share(marks, first, end, spare, others, others_first, others_end, others_spare):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    """Tell whether each of two sets can lack as few shingles of the other as it may spare, by their marks."""
    words = min(end - first, others_end - others_first)
    for i in range(words):
        one = marks[first + i]
        for j in range(first + i + words, end, words):
            one |= marks[j]
        other = others[others_first + i]
        for j in range(others_first + i + words, others_end, words):
            other |= others[j]
        spare -= np.int64(bit_count(one & ~other))
        others_spare -= np.int64(bit_count(other & ~one))
        if spare < 0 or others_spare < 0:
            return False
    return True
