"""Signatures of texts: minima of the shingle sets under many permutations."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.arguments import check_argument
from dedup.distinct import keep_distinct
from dedup.kernels import kernel
from dedup.rule import check_words
from dedup.shingles import FoldedPoints, folded_points, hash_shingles
from dedup.utf8 import utf8

if TYPE_CHECKING:
    from datasketch import LeanMinHash

U32 = np.uint32


@cache
def permutations(count: int, seed: int = 1) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Factors and summands of datasketch's permutations `factor * hash + summand` modulo 2**32 (`affine32`).

    Written out, for datasketch brings SciPy, which takes 0.7 s; a test holds them equal. The first `n` of more
    are not the `n` of fewer.
    """
    random = np.random.RandomState(seed)
    factors = random.randint(0, 1 << 31, count, dtype=np.uint32) * U32(2) + U32(1)
    summands = random.randint(0, 1 << 32, count, dtype=np.uint32)
    return factors, summands


_MANY: Final = 96
"""Shingles from which on it pays to go over them once for each permutation, not over these for each shingle."""


@kernel
def lower_minima(shingles, count, factors, summands, minima):  # type: ignore[no-untyped-def]  # numba's types
    """Lower `minima` (uint32) to the least image of the first `count` shingles under each permutation.

    What is left in `shingles` are other numbers: the low half of each, mixed as datasketch mixes it. Either order of
    the two loops gives the same minima; where the shingles are the inner one a minimum stays in a register.
    """
    mixed = shingles.view(np.uint32)  # in place: number i is written after shingle i was read
    for i in range(count):
        x = U32(shingles[i] & np.uint64(0xFFFFFFFF))
        # numba makes uint32 * uint32 a uint64: each product is cast back.
        x = U32((x ^ U32(x >> U32(16))) * U32(0x85EBCA6B))
        x = U32((x ^ U32(x >> U32(13))) * U32(0xC2B2AE35))
        mixed[i] = U32(x ^ U32(x >> U32(16)))
    if count < _MANY:
        for i in range(count):
            x = mixed[i]
            for j in range(minima.size):
                image = U32(U32(factors[j] * x) + summands[j])
                minima[j] = min(minima[j], image)
        return
    for j in range(minima.size):
        factor = factors[j]
        summand = summands[j]
        least = minima[j]
        for i in range(count):
            least = min(least, U32(U32(factor * mixed[i]) + summand))
        minima[j] = least


@dataclass(frozen=True, slots=True)
class Signatures:
    """`minima` (uint32, a row for each text) and `shingles` (uint32, how many distinct ones each text has).

    >>> two = signatures(pl.Series(["one two three four", "else"]), count=64)
    >>> len(two), two.minima.shape, two.shingles.tolist(), two.to_datasketch()[0].seed
    (2, (2, 64), [2, 1], 1)
    """

    minima: NDArray[np.uint32]
    shingles: NDArray[np.uint32]
    seed: int

    def __len__(self) -> int:
        return self.shingles.size

    def similarity(self, a: int, b: int) -> float:
        """Estimate of the Jaccard similarity of texts `a` and `b`; its variance is J(1 − J) / permutations."""
        if not self.shingles[a] or not self.shingles[b]:
            return 0.0
        return float(np.mean(self.minima[a] == self.minima[b]))

    def to_datasketch(self) -> "list[LeanMinHash]":
        """Hand over each signature as datasketch's, for its `MinHashLSH` and its storages."""
        from datasketch import LeanMinHash  # noqa: PLC0415 - it brings SciPy: paid for only here

        return [LeanMinHash(seed=self.seed, hashvalues=row, scheme="affine32") for row in self.minima]


def signatures(texts: pl.Series, *, words: int = 3, count: int = 128, seed: int = 1) -> Signatures:
    """Signature of each text: `count` minima of its set of shingles of `words` folded words.

    The minima of a text without words are all 2**32 − 1.

    >>> three = signatures(pl.Series(["one two three four", "One, two, three, four!", "else"]))
    >>> three.similarity(0, 1), three.similarity(0, 2)
    (1.0, 0.0)
    """
    check_words(words)
    check_argument("count", count, int, "a whole number")
    if count < 1:
        raise ValueError(f"a signature has at least 1 minimum, not {count}")
    folding = folded_points()
    factors, summands = permutations(count, seed)
    with utf8(texts) as bytes_:
        minima, shingles = _signatures(bytes_.addresses, bytes_.lengths, words, *_arrays(folding), factors, summands)
    return Signatures(minima, shingles, seed)


def _arrays(folding: FoldedPoints) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    return folding.table, folding.starts, folding.points


@kernel
def _signatures(addresses, lengths, words, table, expansions, points, factors, summands):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    minima = np.full((addresses.size, factors.size), 0xFFFFFFFF, np.uint32)
    sizes = np.empty(addresses.size, np.uint32)
    shingles = np.empty(4096, np.uint64)
    seen = np.empty(8192, np.uint64)
    for i in range(addresses.size):
        length = np.int64(lengths[i])
        count, _ = hash_shingles(addresses[i], length, words, table, expansions, points, shingles)
        if count > shingles.size:
            shingles = np.empty(2 * count, np.uint64)
            count, _ = hash_shingles(addresses[i], length, words, table, expansions, points, shingles)
        distinct, seen, _ = keep_distinct(shingles, count, seen)
        lower_minima(shingles, distinct, factors, summands, minima[i])
        sizes[i] = distinct
    return minima, sizes
