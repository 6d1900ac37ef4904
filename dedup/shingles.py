"""Texts as sets of shingles: 64-bit hashes of runs of folded words.

The hash is part of what an index stores: changing any constant here, or the folding, makes old indexes useless.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import polars as pl
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from cleaners.folding import EXTENDER, IGNORED, SEPARATOR, SPACELESS, WORD, folding_table
from dedup.distinct import keep_distinct, mix, sort_hashes
from dedup.kernels import kernel
from dedup.rule import check_words
from dedup.utf8 import pointer, utf8

U32 = np.uint32
U64 = np.uint64
_WORD_SEED: Final = U64(0xCBF29CE484222325)
_WORD_STEP: Final = U64(0x9E3779B97F4A7C15)
_SHINGLE_STEP: Final = U64(0xD1342543DE82EF95)

POINT: Final = 0x1FFFFF
EXPANDS: Final = 1 << 31
_END: Final = np.uint32(SEPARATOR << 21)
"""What stands after the end of a text, so that its last word ends."""


@dataclass(frozen=True, slots=True)
class FoldedPoints:
    """The folding as one look-up for each character.

    `table[point]` (uint32) is the folded code point in its low 21 bits with its class above, or, with the top bit
    set, a row of `starts`, whose characters are `points[starts[row]:starts[row + 1]]`, of the same form.
    """

    table: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    points: NDArray[np.uint32]


@cache
def folded_points() -> FoldedPoints:
    """Pack the folding of `cleaners` for the kernel (once: it is constant data)."""
    folding = folding_table()
    every = np.arange(folding.classes.size)
    packed: NDArray[np.uint32] = ((folding.classes.astype(np.int64) << 21) | every).astype(np.uint32)
    lengths = folding.lengths[folding.index]
    firsts = folding.points[np.minimum(folding.starts[folding.index], folding.points.size - 1)]
    changed = folding.index > 0
    table = np.where(changed & (lengths == 1), packed[firsts], packed)
    table = np.where(changed & (lengths == 0), np.uint32(IGNORED << 21), table)
    table = np.where(changed & (lengths > 1), folding.index.astype(np.uint32) | np.uint32(EXPANDS), table)
    ends = folding.starts[-1:] + folding.lengths[-1:]
    return FoldedPoints(table, np.concatenate([folding.starts, ends]).astype(np.uint32), packed[folding.points])


@kernel
def point_at(text, i):  # type: ignore[no-untyped-def]  # numba's types
    """Code point at byte `i` (uint64: a signed index costs a test for negative ones) and where the next begins.

    Polars promises valid UTF-8.
    """
    lead = U32(text[i])
    if lead < 0x80:
        return lead, i + U64(1)
    if lead < 0xE0:
        return U32(((lead & 0x1F) << 6) | (text[i + U64(1)] & 0x3F)), i + U64(2)
    if lead < 0xF0:
        point = ((lead & 0x0F) << 12) | ((text[i + U64(1)] & 0x3F) << 6) | (text[i + U64(2)] & 0x3F)
        return U32(point), i + U64(3)
    point = ((lead & 0x07) << 18) | ((text[i + U64(1)] & 0x3F) << 12) | ((text[i + U64(2)] & 0x3F) << 6)
    return U32(point | (text[i + U64(3)] & 0x3F)), i + U64(4)


@kernel
def hash_shingles(address, length, words, table, starts, points, shingles):  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0917, PLR0915 - numba's types, flat arrays, one loop
    """Hash every shingle of one text, repeats too, into `shingles`: (number of shingles, number of words).

    A word is a run of word characters, or one character of a script that writes no spaces, each with the marks
    that extend it. A shingle is `words` words in a row; a shorter text is one shingle that says how short it is.
    What does not fit into `shingles` is only counted. (An array that grows in here costs a reference count for
    every character: twelve times the time.)
    """
    text = carray(pointer(address), length, np.uint8)
    end = U64(length)
    i = U64(0)
    ring = np.zeros(words, np.uint64)
    drop = U64(1)
    for _ in range(words):
        drop *= _SHINGLE_STEP
    window = U64(0)
    word = _WORD_SEED
    kind = SEPARATOR
    written = 0
    count = 0
    slot = 0
    while i <= end:
        entry = _END
        if kind == WORD:  # four characters in five come and go here
            class_ = U32(WORD)
            while class_ == WORD:
                if i < end:
                    point, i = point_at(text, i)
                    entry = table[point]
                else:
                    entry = _END
                    i += U64(1)
                class_ = entry >> U32(21)
                if class_ == WORD:
                    word = (word ^ U64(entry & U32(POINT))) * _WORD_STEP
        elif i < end:
            point, i = point_at(text, i)
            entry = table[point]
        else:
            i += U64(1)
        first = U64(0)
        last = U64(1)
        expands = entry >= U32(EXPANDS)
        if expands:
            row = entry & U32(POINT)
            first = U64(starts[row])
            last = U64(starts[row + U64(1)])
        k = first
        while k < last:
            folded = points[k] if expands else entry
            k += U64(1)
            class_ = folded >> U32(21)
            if class_ == IGNORED:
                continue
            if kind != SEPARATOR and class_ != EXTENDER and (class_ != WORD or kind != WORD):
                word = mix(word)
                window = window * _SHINGLE_STEP + word - ring[slot] * drop
                ring[slot] = word
                slot = slot + 1 if slot + 1 < words else 0
                count += 1
                if count >= words:
                    if written < shingles.size:
                        shingles[written] = mix(window)
                    written += 1
                kind = SEPARATOR
            if class_ != SEPARATOR:
                if kind == SEPARATOR:
                    word = _WORD_SEED
                    kind = SPACELESS if class_ == SPACELESS else WORD
                word = (word ^ U64(folded & U32(POINT))) * _WORD_STEP
    if 0 < count < words:
        shingles[0] = mix(window ^ (U64(count) * _WORD_STEP))
        written = 1
    return written, count


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """Sorted sets of shingle hashes, one after the other: set `i` is `hashes[starts[i]:starts[i + 1]]`.

    >>> sets = shingle_sets(pl.Series(["one two three", "two three four"]), words=2)
    >>> len(sets), np.intersect1d(sets[0], sets[1]).size
    (2, 1)
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    fingerprints: NDArray[np.uint64]

    def __len__(self) -> int:
        return self.starts.size - 1

    def __getitem__(self, i: int) -> NDArray[np.uint64]:
        return self.hashes[self.starts[i] : self.starts[i + 1]]


def shingle_sets(texts: pl.Series, *, words: int) -> ShingleSets:
    """Distinct shingles of each text, of `words` folded words, sorted by hash.

    A text with fewer words is one shingle, equal to no other text's; a text with none is the empty set.

    >>> sets = shingle_sets(pl.Series(["The cat sat", "THE CAT, sat!", "the cat", ""]), words=2)
    >>> [len(shingles) for shingles in sets], (sets[0] == sets[1]).all()
    ([2, 2, 1, 0], np.True_)
    """
    check_words(words)
    folding = folded_points()
    with utf8(texts) as bytes_:
        hashes, starts, fingerprints = _sets(
            bytes_.addresses, bytes_.lengths, words, folding.table, folding.starts, folding.points
        )
    return ShingleSets(hashes, starts, fingerprints)


@kernel
def _sets(addresses, lengths, words, table, expansions, points):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    starts = np.zeros(addresses.size + 1, np.int64)
    fingerprints = np.zeros(addresses.size, np.uint64)
    shingles = np.empty(4096, np.uint64)
    seen = np.empty(8192, np.uint64)
    # An Arabic word is eleven bytes with its space; grown where that is too little.
    hashes = np.empty(np.sum(lengths) // 8 + 16, np.uint64)
    for i in range(addresses.size):
        length = np.int64(lengths[i])
        count, _ = hash_shingles(addresses[i], length, words, table, expansions, points, shingles)
        if count > shingles.size:
            shingles = np.empty(2 * count, np.uint64)
            count, _ = hash_shingles(addresses[i], length, words, table, expansions, points, shingles)
        distinct, seen, fingerprints[i] = keep_distinct(shingles, count, seen)
        end = starts[i] + distinct
        if end > hashes.size:
            grown = np.empty(2 * end, np.uint64)
            grown[: starts[i]] = hashes[: starts[i]]
            hashes = grown
        sort_hashes(shingles, distinct, hashes[starts[i] : end])
        starts[i + 1] = end
    return hashes[: starts[-1]], starts, fingerprints


def word_counts(texts: pl.Series) -> pl.Series:
    """Count the folded words of each text, by the same rule that shingles follow (UInt32).

    >>> word_counts(pl.Series(["one two", "新聞 news", None])).to_list()
    [2, 3, 0]
    """
    folding = folded_points()
    with utf8(texts) as bytes_:
        counts = _counts(bytes_.addresses, bytes_.lengths, folding.table, folding.starts, folding.points)
    return pl.Series(texts.name, counts)


@kernel
def _counts(addresses, lengths, table, expansions, points):  # type: ignore[no-untyped-def]  # numba's types
    counts = np.empty(addresses.size, np.uint32)
    unread = np.empty(1, np.uint64)
    for i in range(addresses.size):
        _, counts[i] = hash_shingles(addresses[i], np.int64(lengths[i]), 1, table, expansions, points, unread)
    return counts
