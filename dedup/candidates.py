"""Candidate pairs: documents that meet in a bucket.

Two generators make buckets: the bands of the sketches, and, for pairs with a short text, an exact join by
prefixes (Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007). Pairs are never listed: a bucket of k
documents stands for its k (k − 1) / 2 pairs.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.kernels import kernel
from dedup.rule import Rule
from dedup.sketches import band_columns

_MOST_COUNTERS: Final = 1 << 26


@dataclass(frozen=True, slots=True)
class Entries:
    """Memberships: document `documents[i]` is in bucket `buckets[i]`, one of 0 to `count` − 1."""

    documents: NDArray[np.int64]
    buckets: NDArray[np.int64]
    count: int


def find_candidates(sketches: pl.DataFrame, rule: Rule, chosen: NDArray[np.bool_]) -> Entries:
    """Put the `chosen` rows of a sketch table into buckets, and leave out buckets of one.

    A pair with a similarity at or above the threshold shares a bucket with the chance of the rule's recall; a
    pair with a short text, always.
    """
    parts = [_join_short(sketches["short"], rule, chosen)]
    for column in band_columns(rule):
        keys = sketches[column].to_numpy()
        documents = np.flatnonzero(chosen & (keys != 0))
        parts.append(_shared(keys[documents], documents))
    bases = np.cumsum([0] + [part.count for part in parts])
    return Entries(
        np.concatenate([part.documents for part in parts]),
        np.concatenate([part.buckets + base for part, base in zip(parts, bases[:-1], strict=True)]),
        int(bases[-1]),
    )


def _shared(keys: NDArray[np.uint64], documents: NDArray[np.int64]) -> Entries:
    """Group documents by key; keys that only one has make no bucket."""
    order = np.argsort(keys)
    sorted_keys = keys[order]
    equal = sorted_keys[1:] == sorted_keys[:-1]
    after = np.concatenate([[False], equal])
    shared = after | np.concatenate([equal, [False]])
    if not shared.size or not shared.any():
        return Entries(np.empty(0, np.int64), np.empty(0, np.int64), 0)
    buckets = np.cumsum(~after[shared]) - 1
    return Entries(documents[order[shared]], buckets, int(buckets[-1]) + 1)


def _join_short(short: pl.Series, rule: Rule, chosen: NDArray[np.bool_]) -> Entries:
    """Key each small set by its rarest shingles, as many as any set that resembles it must share one of.

    Two sets of sizes m and n with J ≥ T share at least ⌈T·n⌉ shingles, so that some shared one is among the first
    n − ⌈T·n⌉ + 1 of the set in *any* order that both follow; by rarity the keys are the most telling.
    """
    documents = np.flatnonzero(chosen & (short.list.len().to_numpy() > 0))
    sets = short.gather(documents)
    shingles = int(sets.list.len().sum() or 0)
    counters = 1 << min(max(4 * shingles, 1024).bit_length(), _MOST_COUNTERS.bit_length() - 1)
    keys, owners = prefix_keys(sets, count_shingles(sets, counters=counters), rule)
    return _shared(keys, documents[owners])


def count_shingles(sets: pl.Series, *, counters: int) -> NDArray[np.uint32]:
    """Count the shingles of small sets, by as many of their low bits as `counters`, a power of two, asks for.

    Counts of several batches add up. Shingles that share a counter seem less rare than they are, which costs
    candidates and changes no answer.
    """
    places = (_flat(sets) & np.uint64(counters - 1)).astype(np.int64)
    return np.bincount(places, minlength=counters).astype(np.uint32)


def prefix_keys(
    sets: pl.Series, counts: NDArray[np.uint32], rule: Rule
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Key each small set by its rarest shingles; returns the keys and which set (row) each is of."""
    keys, owners = _prefixes(_flat(sets), sets.list.len().cast(pl.Int64).to_numpy(), counts, *rule.ratio)
    return keys, owners


def _flat(sets: pl.Series) -> NDArray[np.uint64]:
    return sets.explode(empty_as_null=False).to_numpy() if len(sets) else np.empty(0, np.uint64)


@kernel
def _prefixes(flat, sizes, counts, a, b):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Rarest shingles of each set, without those that no other set has: (shingles, which set each is of)."""
    keys = np.empty(flat.size, np.uint64)
    owners = np.empty(flat.size, np.int64)
    mask = np.uint64(counts.size - 1)
    written = 0
    end = 0
    for i in range(sizes.size):
        size = sizes[i]
        shingles = flat[end : end + size].copy()
        end += size
        prefix = size - (a * size + b - 1) // b + 1
        for k in range(prefix):  # selection: sets here are small
            least = k
            for j in range(k + 1, size):
                x = counts[shingles[j] & mask]
                y = counts[shingles[least] & mask]
                if x < y or (x == y and shingles[j] < shingles[least]):
                    least = j
            shingles[k], shingles[least] = shingles[least], shingles[k]
            if counts[shingles[k] & mask] > 1:
                keys[written] = shingles[k]
                owners[written] = i
                written += 1
    return keys[:written], owners[:written]
