"""All pairs of texts whose exact shingle Jaccard reaches a floor, found by counting over postings."""

import numba as nb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.folding import fold

Sets = list[NDArray[np.int64]]


def word_codes(texts: pl.Series) -> list[NDArray[np.int64]]:
    """Folded words of each text, as numbers of one vocabulary in order of first use."""
    vocabulary: dict[str, int] = {}
    folded = pl.DataFrame({"text": texts}).select(fold(pl.col("text"))).to_series()
    return [
        np.array([vocabulary.setdefault(word, len(vocabulary)) for word in text.split()], dtype=np.int64)
        for text in folded.to_list()
    ]


def shingle_sets(codes: list[NDArray[np.int64]], *, words: int) -> list[NDArray[np.int64]]:
    """Distinct shingles of each text, numbered without collisions; a shorter text is one shingle."""
    vocabulary: dict[bytes, int] = {}
    sets = []
    for text in codes:
        length = min(words, len(text))
        windows = [text[i : i + length].tobytes() for i in range(len(text) - length + 1)] if length else []
        sets.append(np.array(sorted({vocabulary.setdefault(w, len(vocabulary)) for w in windows}), dtype=np.int64))
    return sets


def jaccard(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    shared = len(np.intersect1d(left, right, assume_unique=True))
    return shared / max(len(left) + len(right) - shared, 1)


def containment(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    """Share of the smaller set that stands in the larger one."""
    return len(np.intersect1d(left, right, assume_unique=True)) / max(min(len(left), len(right)), 1)


def similar_pairs(sets: list[NDArray[np.int64]], *, floor: float) -> set[tuple[int, int]]:
    """Pairs (earlier, later) of texts with Jaccard of at least `floor`, exactly and all of them."""
    sizes = np.array([len(s) for s in sets], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    members = np.concatenate(sets)
    owners = np.repeat(np.arange(len(sets)), sizes)
    posted = owners[np.lexsort((owners, members))].astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(members))])
    earlier, later = _count(starts, members, offsets, posted, sizes, floor)
    return set(zip(earlier.tolist(), later.tolist(), strict=True))


@nb.njit
def _count(starts, members, offsets, posted, sizes, floor):  # noqa: PLR0917 -- flat arrays
    shared = np.zeros(len(sizes), np.int64)
    touched = np.empty(len(sizes), np.int64)
    earlier = [np.int64(0) for _ in range(0)]
    later = [np.int64(0) for _ in range(0)]
    for text in range(len(sizes)):
        reached = 0
        for at in range(starts[text], starts[text + 1]):
            for place in range(offsets[members[at]], offsets[members[at] + 1]):
                other = posted[place]
                if other >= text:
                    break
                if shared[other] == 0:
                    touched[reached] = other
                    reached += 1
                shared[other] += 1
        for other in touched[:reached]:
            both = shared[other]
            shared[other] = 0
            if both >= floor * (sizes[text] + sizes[other] - both):
                earlier.append(other)
                later.append(text)
    return np.array(earlier), np.array(later)
