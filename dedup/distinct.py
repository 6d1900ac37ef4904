"""Sets of hashes: mixed, distinct, sorted."""

from typing import Final

import numpy as np

from dedup.kernels import kernel

U64 = np.uint64
_STEP: Final = U64(0x9E3779B97F4A7C15)
_MIX_1: Final = U64(0xFF51AFD7ED558CCD)
_MIX_2: Final = U64(0xC4CEB9FE1A85EC53)


@kernel
def mix(x: np.uint64) -> np.uint64:
    """Murmur's finaliser: a bijection in which every bit of the input reaches every bit of the output."""
    x = (x ^ (x >> U64(33))) * _MIX_1
    x = (x ^ (x >> U64(33))) * _MIX_2
    return x ^ (x >> U64(33))


@kernel
def keep_distinct(shingles, count, table):  # type: ignore[no-untyped-def]  # numba's types
    """Move the distinct ones of the first `count` shingles to the front: (how many, the hash table, its sum).

    The sum of the mixed shingles is the set's fingerprint: it needs no order.
    """
    size = 64
    while size < 2 * count:
        size *= 2
    if table.size < size:
        table = np.empty(size, np.uint64)
    table[:size] = U64(0)
    mask = U64(size - 1)
    distinct = 0
    fingerprint = U64(0)
    for i in range(count):
        shingle = shingles[i]
        if shingle == U64(0):  # an empty place in the table
            shingle = U64(1)
        place = shingle & mask
        while table[place] != U64(0) and table[place] != shingle:
            place = (place + U64(1)) & mask
        if table[place] == U64(0):
            table[place] = shingle
            shingles[distinct] = shingle
            distinct += 1
            fingerprint += mix(shingle + _STEP)
    return distinct, table, fingerprint


@kernel
def sort_hashes(hashes, count, out):  # type: ignore[no-untyped-def]  # numba's types
    """Sort the first `count` hashes into `out`: scatter by their leading bits, then insertion.

    Hashes are spread evenly, so the scatter leaves about one in a place; numba's own sort is six times slower.
    """
    bits = 1
    while (1 << bits) < count:
        bits += 1
    shift = U64(64 - bits)
    ends = np.zeros((1 << bits) + 1, np.int32)
    for i in range(count):
        ends[(hashes[i] >> shift) + U64(1)] += 1
    for j in range(1, ends.size):
        ends[j] += ends[j - 1]
    for i in range(count):
        place = hashes[i] >> shift
        out[ends[place]] = hashes[i]
        ends[place] += 1
    for i in range(1, count):
        hash_ = out[i]
        j = i - 1
        while j >= 0 and out[j] > hash_:
            out[j + 1] = out[j]
            j -= 1
        out[j + 1] = hash_
