"""Candidate pairs: documents that meet in a bucket.

Two generators make buckets: the bands of the sketches, and, for pairs with a short text, an exact join by
prefixes (Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007). Pairs are never listed: a bucket of k
documents stands for its k (k − 1) / 2 pairs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.batches import beside
from dedup.kernels import kernel
from dedup.keyed import Keyed
from dedup.repeated import repeated
from dedup.rule import Rule
from dedup.sets import MEMORY
from dedup.sketches import band_columns

Columns = Callable[..., Iterator[pl.DataFrame]]
"""Reads the columns named of a sketch table that lies elsewhere: yields its rows in order, in pieces of any size."""

_MOST_COUNTERS: Final = 1 << 26
_OFTEN: Final = np.iinfo(np.uint16).max
"""How often a shingle comes at most, as far as anybody counts."""
_GROUPED: Final = 40
"""Bytes that grouping takes for each key."""
_LEAST: Final = 1 << 16
"""Bytes of keys that are grouped at once however little memory there is."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Buckets 0 to `count` − 1, in parts: `documents` of the first bucket, of the next …, and how many each has."""

    parts: list[tuple[NDArray[np.int32], NDArray[np.int32]]]
    count: int


def columns_of(sketches: pl.DataFrame) -> Columns:
    """Read a sketch table in memory as one that lies elsewhere is read."""
    return lambda *names: iter([sketches.select(names)])


def values(columns: Columns, name: str, size: int) -> NDArray[Any]:
    """Read a whole column of `size` numbers."""
    whole = np.empty(0)
    first = 0
    for piece in columns(name):
        numbers = piece[name].to_numpy()
        if not first:
            whole = np.empty(size, numbers.dtype)
        whole[first : first + numbers.size] = numbers
        first += numbers.size
    return whole


def find_candidates(
    columns: Columns,
    rule: Rule,
    chosen: NDArray[np.bool_],
    *,
    scratch: BinaryIO | None = None,
    memory: int = MEMORY,
) -> Entries:
    """Put the `chosen` rows of a sketch table into buckets, and leave out buckets of one.

    A pair with a similarity at or above the threshold shares a bucket with the chance of the rule's recall; a
    pair with a short text, always. No more keys are grouped at once than `memory` allows; the others wait in the
    scratch file. As many columns of keys are read at once as fit, else each is read twice.
    """
    if chosen.size > np.iinfo(np.int32).max:
        raise ValueError(f"{chosen.size:,} texts are more than one machine compares: at most 2,147,483,647")
    entries = Entries([], 0)
    for keys, documents in _keys_of_short(columns, rule, chosen, scratch, memory):
        entries = _with(entries, keys, documents)
    ranges, names = _ranges(chosen.size, memory), band_columns(rule)
    together = max(1, memory // max(_GROUPED * chosen.size, 1))
    for first in range(0, len(names), together):
        some = names[first : first + together]
        read = partial(columns, *some) if ranges > 1 else partial(iter, list(columns(*some)))
        for name in some:
            keyed = Keyed(scratch, ranges=ranges)
            for keys, documents in repeated(read, name, chosen):
                keyed.add(keys, documents)
            for keys, documents in keyed.ranges():
                entries = _with(entries, keys, documents)
    return entries


def _ranges(keys: int, memory: int) -> int:
    return -(-keys * _GROUPED // max(memory, _LEAST))


def _with(entries: Entries, keys: NDArray[np.uint64], documents: NDArray[np.int32]) -> Entries:
    """Group documents by key; keys that only one has make no bucket."""
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])[: keys.size])
    sizes = np.diff(starts, append=keys.size).astype(np.int32)
    shared = sizes > 1
    count = int(np.count_nonzero(shared))
    if not count:
        return entries
    if entries.count + count > np.iinfo(np.int32).max:
        raise ValueError("the texts meet in more buckets than one machine holds: at most 2,147,483,647")
    members = documents[order[np.repeat(shared, sizes)]]
    return Entries([*entries.parts, (members, sizes[shared])], entries.count + count)


def _keys_of_short(
    columns: Columns, rule: Rule, chosen: NDArray[np.bool_], scratch: BinaryIO | None, memory: int
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int32]]]:
    """Key each small set by its rarest shingles, as many as any set that resembles it must share one of.

    Two sets of sizes m and n with J ≥ T share at least ⌈T·n⌉ shingles, so that some shared one is among the first
    n − ⌈T·n⌉ + 1 of the set in *any* order that both follow; by rarity the keys are the most telling.
    """
    sizes = values(columns, "shingles", chosen.size)
    shingles = int(sizes.sum(where=chosen & (sizes < rule.joined_below), dtype=np.int64))
    del sizes
    counts = np.zeros(1 << min(max(4 * shingles, 1024).bit_length(), _MOST_COUNTERS.bit_length() - 1), np.uint16)
    pieces = partial(_short, columns, chosen)
    if 8 * shingles <= memory // 8:
        pieces = partial(iter, list(pieces()))
    for _, short in pieces():
        add_shingles(counts, short)
    keyed = Keyed(scratch, ranges=_ranges(shingles, memory))
    work = partial(_prefixed, counts=counts, rule=rule)
    for _, (keys, documents) in beside(work, pieces()):
        keyed.add(keys, documents)
    del counts, work, pieces
    yield from keyed.ranges()


def _prefixed(
    piece: tuple[NDArray[np.int32], pl.Series], *, counts: NDArray[np.uint16], rule: Rule
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    documents, short = piece
    keys, owners = prefix_keys(short, counts, rule)
    return keys, documents[owners]


def _short(columns: Columns, chosen: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.int32], pl.Series]]:
    """Give the small sets of the chosen texts, and which texts they are of."""
    first = 0
    for table in columns("short"):
        sets = table["short"]
        own = chosen[first : first + table.height] & (sets.list.len().to_numpy() > 0)
        yield (np.flatnonzero(own) + first).astype(np.int32), sets.filter(pl.Series(own))
        first += table.height


def add_shingles(counts: NDArray[np.unsignedinteger[Any]], sets: pl.Series) -> None:
    """Count the shingles of small sets, by as many of their low bits as there are counters, a power of two.

    Shingles that share a counter seem less rare than they are, which costs candidates and changes no answer.
    """
    _add(counts, _flat(sets))


@kernel
def _add(counts, flat):  # type: ignore[no-untyped-def]  # numba's types
    mask = np.uint64(counts.size - 1)
    for shingle in flat:
        place = shingle & mask
        if counts[place] < _OFTEN:
            counts[place] += counts.dtype.type(1)


def prefix_keys(
    sets: pl.Series, counts: NDArray[np.unsignedinteger[Any]], rule: Rule
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Key each small set by its rarest shingles; returns the keys and which set (row) each is of."""
    keys, owners = _prefixes(_flat(sets), sets.list.len().cast(pl.Int64).to_numpy(), counts, *rule.ratio)
    return keys, owners


def _flat(sets: pl.Series) -> NDArray[np.uint64]:
    return sets.explode(empty_as_null=False).to_numpy() if len(sets) else np.empty(0, np.uint64)


@kernel
def _prefixes(flat, sizes, counts, a, b):  # type: ignore[no-untyped-def]  # numba's types
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
        rarities = np.empty(size, np.uint32)
        for k in range(size):
            rarities[k] = counts[shingles[k] & mask]
        prefix = size - (a * size + b - 1) // b + 1
        for k in range(prefix):  # selection: sets here are small
            least = k
            for j in range(k + 1, size):
                if rarities[j] < rarities[least] or (rarities[j] == rarities[least] and shingles[j] < shingles[least]):
                    least = j
            shingles[k], shingles[least] = shingles[least], shingles[k]
            rarities[k], rarities[least] = rarities[least], rarities[k]
            if rarities[k] > 1:
                keys[written] = shingles[k]
                owners[written] = i
                written += 1
    return keys[:written], owners[:written]
