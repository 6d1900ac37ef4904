"""Schemes of signatures side by side: time, bias, variance, and recall in bands.

All of them see the same 64-bit shingles. `affine32` is datasketch's family of permutations and what Ghirbal uses.

    python -m benchmarks.sketches [--pairs N] [--documents N]
"""

import argparse
from collections.abc import Callable
from time import process_time
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.generate import Mix, articles
from dedup import collision_probability
from dedup.distinct import mix
from dedup.kernels import kernel
from dedup.proof import jaccard
from dedup.shingles import ShingleSets, shingle_sets
from dedup.signatures import lower_minima, permutations

SIZES: Final = (5, 10, 20, 40, 80, 300, 1000)
BANDS, ROWS = 18, 6  # those of 5-grams at 0.8
COUNT: Final = BANDS * ROWS
THRESHOLD: Final = 0.8
_PLACES: Final = 1 << 16  # of the table of C-MinHash: 256 kB, what a core keeps at hand

U32 = np.uint32
U64 = np.uint64
Sign = Callable[[ShingleSets], NDArray[Any]]


def affine32(sets: ShingleSets) -> NDArray[Any]:
    """Minima under affine permutations modulo 2**32 (datasketch's default scheme)."""
    signatures = _affine32(sets.hashes, sets.starts, *permutations(COUNT))
    return np.asarray(signatures)


def fast_similarity(sets: ShingleSets) -> NDArray[Any]:
    """Fast Similarity Sketching (Dahlgaard, Knudsen, Thorup: arXiv 1704.04370)."""
    return np.asarray(_fast_similarity(sets.hashes, sets.starts, COUNT))


def one_permutation(sets: ShingleSets) -> NDArray[Any]:
    """One-permutation hashing with optimal densification (Shrivastava: arXiv 1703.04664)."""
    return np.asarray(_one_permutation(sets.hashes, sets.starts, COUNT))


def circulant(sets: ShingleSets) -> NDArray[Any]:
    """C-MinHash with two permutations (Li, Li: arXiv 2109.03337), places of shingles shifted over one table."""
    table = np.random.default_rng(1).permutation(_PLACES).astype(np.uint32)
    return np.asarray(_circulant(sets.hashes, sets.starts, np.concatenate([table, table[:COUNT]]), COUNT))


SCHEMES: Final[dict[str, Sign]] = {
    "affine32": affine32,
    "fast similarity": fast_similarity,
    "one permutation": one_permutation,
    "C-MinHash": circulant,
}


@kernel
def _affine32(hashes, starts, factors, summands):
    minima = np.full((starts.size - 1, factors.size), 0xFFFFFFFF, np.uint32)
    own = np.empty(1 << 16, np.uint64)
    for i in range(starts.size - 1):
        count = starts[i + 1] - starts[i]
        own[:count] = hashes[starts[i] : starts[i + 1]]
        lower_minima(own, count, factors, summands, minima[i])
    return minima


@kernel
def _fast_similarity(hashes, starts, count):
    """In round i < count a shingle goes into any bin, in round count + i into bin i; earlier rounds win."""
    bins = np.full((starts.size - 1, count), 0xFFFFFFFFFFFFFFFF, np.uint64)
    for i in range(starts.size - 1):
        own = bins[i]
        filled = 0
        for round_ in range(2 * count if starts[i] < starts[i + 1] else 0):
            salt = mix(U64(round_ + 1))
            for k in range(starts[i], starts[i + 1]):
                hash_ = (hashes[k] ^ salt) * U64(0x9E3779B97F4A7C15)
                hash_ ^= hash_ >> U64(32)
                hash_ *= U64(0xD6E8FEB86659FD93)
                place = ((hash_ >> U64(32)) * U64(count)) >> U64(32)
                if round_ >= count:
                    place = U64(round_ - count)
                value = (U64(round_) << U64(32)) | (hash_ & U64(0xFFFFFFFF))
                filled += own[place] == U64(0xFFFFFFFFFFFFFFFF)
                own[place] = min(own[place], value)
            if filled == count:
                break
    return bins


@kernel
def _one_permutation(hashes, starts, count):
    empty = U64(0xFFFFFFFFFFFFFFFF)
    bins = np.full((starts.size - 1, count), empty, np.uint64)
    own = np.empty(count, np.uint64)
    for i in range(starts.size - 1):
        own[:] = empty
        for k in range(starts[i], starts[i + 1]):
            hash_ = hashes[k] * U64(0x9E3779B97F4A7C15)
            hash_ ^= hash_ >> U64(32)
            place = ((hash_ >> U64(32)) * U64(count)) >> U64(32)
            own[place] = min(own[place], hash_ & U64(0xFFFFFFFF))
        for j in range(count if starts[i] < starts[i + 1] else 0):
            place = U64(j)
            attempt = U64(0)
            while own[place] == empty:  # borrow from a bin that only the two numbers choose
                attempt += U64(1)
                place = ((mix(U64(j) << U64(32) | attempt) >> U64(32)) * U64(count)) >> U64(32)
            bins[i, j] = own[place]
    return bins


@kernel
def _circulant(hashes, starts, table, count):
    minima = np.full((starts.size - 1, count), 0xFFFFFFFF, np.uint32)
    mask = U64(table.size - count - 1)
    for i in range(starts.size - 1):
        own = minima[i]
        for k in range(starts[i], starts[i + 1]):
            place = hashes[k] & mask
            shifted = table[place : place + U64(count)]
            for j in range(count):
                own[j] = min(own[j], shifted[j])
    return minima


def pairs_of_sets(size: int, overlap: NDArray[np.int64], *, seed: int) -> ShingleSets:
    """Random sets, each of `size` and the one after it: so many of its shingles they share."""
    rng = np.random.default_rng(seed)
    hashes = []
    for shared in overlap.tolist():
        every = rng.integers(0, 1 << 64, 2 * size - shared, dtype=np.uint64)
        hashes += [every[:size], every[size - shared :]]
    count = len(hashes)
    return ShingleSets(np.concatenate(hashes), np.arange(count + 1) * size, np.zeros(count, np.uint64))


def agreement(signatures: NDArray[Any]) -> NDArray[np.float64]:
    """Share of equal entries in each pair."""
    return np.asarray((signatures[0::2] == signatures[1::2]).mean(axis=1))


def errors(sign: Sign, size: int, pairs: int) -> tuple[float, float, float]:
    """Bias, its standard error, and variance over J (1 - J) / k, over pairs of sets of this size of any similarity."""
    overlap = np.random.default_rng(size).integers(1, size, pairs)
    exact = overlap / (2 * size - overlap)
    error = agreement(sign(pairs_of_sets(size, overlap, seed=size))) - exact
    variance = float((error**2 / (exact * (1 - exact) / COUNT)).mean())
    return float(error.mean()), float(error.std() / np.sqrt(pairs)), variance


def in_one_band(signatures: NDArray[Any], others: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each pair agrees in all rows of a band."""
    agree = (signatures == others).reshape(len(signatures), BANDS, ROWS)
    return np.asarray(agree.all(axis=2).any(axis=1))


def microseconds(sign: Sign, sets: ShingleSets) -> float:
    """CPU time for a set, best of five."""
    sign(sets)
    seconds = []
    for _ in range(5):
        began = process_time()
        sign(sets)
        seconds.append(process_time() - began)
    return min(seconds) / len(sets) * 1e6


def picked(sets: ShingleSets, rows: NDArray[np.int64]) -> ShingleSets:
    """Some of these sets."""
    parts = [sets[row] for row in rows.tolist()]
    return ShingleSets(np.concatenate(parts), np.cumsum([0, *map(len, parts)]), sets.fingerprints[rows])


def near_pairs(documents: int) -> tuple[ShingleSets, NDArray[np.int64], NDArray[np.float64]]:
    """Shingle sets of generated news; copies and their sources a little above the threshold; how similar they are."""
    mix_ = Mix(identical=0, edited=0.4, template=0.04, quoting=0.04, residue=0, accidents=0)
    news = articles(documents, mix=mix_, seed=7).select("id", "text", "source").with_row_index("at")
    both = news.join(news.select("id", "at"), left_on="source", right_on="id").select("at", "at_right").rows()
    sets = shingle_sets(news["text"], words=5)
    similar = [(a, b, jaccard(sets[a], sets[b])) for a, b in both]
    near = pl.DataFrame(similar, orient="row", schema=["a", "b", "j"]).filter(
        pl.col("j").is_between(THRESHOLD, THRESHOLD + 0.05)
    )
    return sets, near.select("a", "b").to_numpy().astype(np.int64), near["j"].to_numpy()


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=4_000)
    parser.add_argument("--documents", type=int, default=6_000)
    options = parser.parse_args()
    sizes = " | ".join(f"{size:,}" for size in SIZES)
    print(f"{COUNT} values; sets of | {sizes}")
    for name, sign in SCHEMES.items():
        rows: dict[str, list[str]] = {"bias, 1/1000": [], "variance": [], "time, µs": [], "recall": []}
        for size in SIZES:
            bias, error, variance = errors(sign, size, options.pairs)
            rows["bias, 1/1000"].append(f"{1000 * bias:+.1f} ± {1000 * error:.1f}")
            rows["variance"].append(f"{variance:.2f}")
            shared = round(2 * size * THRESHOLD / (1 + THRESHOLD))  # the overlap that is as similar as the threshold
            overlap = np.full(options.pairs, shared)
            sets = pairs_of_sets(size, overlap, seed=size + 1)
            signed = sign(sets)
            rows["time, µs"].append(f"{microseconds(sign, sets):.1f}")
            theory = collision_probability(shared / (2 * size - shared), bands=BANDS, rows=ROWS)
            found = in_one_band(signed[0::2], signed[1::2]).mean()
            rows["recall"].append(f"{found:.4f} of {theory:.4f}")
        for what, figures in rows.items():
            print(f"| {name} | {what} | {' | '.join(figures)} |")
    sets, pairs, similar = near_pairs(options.documents)
    theory = np.mean([collision_probability(j, bands=BANDS, rows=ROWS) for j in similar.tolist()])
    print(f"news: {len(sets):,} articles of {np.diff(sets.starts).mean():.0f} shingles, {len(pairs):,} pairs")
    for name, sign in SCHEMES.items():
        signed = sign(sets)
        found = in_one_band(signed[pairs[:, 0]], signed[pairs[:, 1]]).mean()
        print(f"| {name} | {microseconds(sign, sets):.1f} µs | recall {found:.4f} of {theory:.4f} |")


if __name__ == "__main__":
    main()
