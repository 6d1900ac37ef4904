"""What a lasting index of near-duplicates must remember: the rule and everything that its hashes depend on."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.kernels import kernel
from dedup.proof import least_shared, may_share, set_marks
from dedup.rule import SHORT, Rule
from dedup.shingles import folded_points
from dedup.sketches import SEED, band_columns

FORMAT: Final = 1
"""Version of the hashes themselves: shingles, permutations, band keys. Whoever changes one of them adds one."""

_MEANING: Final = {
    "format": "hashes of another version",
    "folding": "another folding of letters",
    "words": "shingles of another length",
    "threshold": "another threshold",
    "recall": "another recall",
    "template_guard": "the template guard the other way",
    "bands": "other bands",
    "rows": "other rows in a band",
    "seed": "another seed",
    "short": "another bound of short texts",
}


@cache
def folding_digest() -> str:
    """Digest of the folding as the kernels see it."""
    folding = folded_points()
    digest = hashlib.sha256()
    for array in (folding.table, folding.starts, folding.points):
        digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()[:16]


def pins(rule: Rule) -> dict[str, Any]:
    """Say in plain values what stored keys depend on: two equal answers mean that they can be compared.

    >>> pins(Rule(words=2, threshold=0.8))["bands"], pins(Rule(words=2)) == pins(Rule(words=3))
    (18, False)
    """
    return {
        "format": FORMAT,
        "folding": folding_digest(),
        **asdict(rule),
        "bands": rule.bands.bands,
        "rows": rule.bands.rows,
        "seed": SEED,
        "short": SHORT,
    }


def mismatch(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> str | None:
    """Say in what stored and wanted pins differ, None where they agree.

    >>> mismatch(pins(Rule(words=2)), pins(Rule(words=3)))
    'shingles of another length (2, not 3)'
    """
    for name in sorted({*stored, *wanted}, key=lambda name: [*_MEANING, name].index(name)):
        if stored.get(name) != wanted.get(name):
            return f"{_MEANING.get(name, name)} ({stored.get(name)}, not {wanted.get(name)})"
    return None


def short_keys(shingles: NDArray[np.uint64], rule: Rule) -> NDArray[np.uint64]:
    """Shingles under which a small sorted set is stored and looked up: it shares one with each set it resembles.

    Two sets with J ≥ T, the one of size n, share at least ⌈T·n⌉ shingles, so some shared one is among the first
    n − ⌈T·n⌉ + 1 of each in any order that both follow. `find_candidates` orders by rarity, which moves as a
    corpus grows; here it is the order of the hashes, which never does. Sets too large to resemble a short one
    have none.

    >>> short_keys(np.arange(10, dtype=np.uint64), Rule(threshold=0.8)).tolist()
    [0, 1, 2]
    """
    if shingles.size >= rule.joined_below:
        return shingles[:0]
    a, b = rule.ratio
    return shingles[: shingles.size - (a * shingles.size + b - 1) // b + 1]


KEYS: Final = pl.Schema({"key": pl.UInt64(), "at": pl.UInt32()})
"""A row for each key of each sketch, sorted: the text in row `at` is stored under `key`."""


def index_keys(sketches: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Keys of sketches, to store or to look up (see `KEYS`): two texts that a run would compare share one.

    Bands have different keys by their making; that one equals a shingle is a chance of 2⁻⁶⁴, and costs a
    comparison.

    >>> from dedup import sketch_batch
    >>> index_keys(sketch_batch(pl.Series(["one two three", "One, two, three!"]), Rule()), Rule())["at"].to_list()
    [0, 1]
    """
    a, b = rule.ratio
    size = pl.col("short").list.len().cast(pl.Int64)
    prefix = pl.col("short").list.sort().list.head(size - (a * size + b - 1) // b + 1)
    numbered = sketches.with_row_index("at")
    short = numbered.filter(size > 0).select("at", prefix.alias("key")).explode("key")
    bands = (numbered.select("at", pl.col(name).alias("key")).filter(pl.col("key") != 0) for name in band_columns(rule))
    return pl.concat([short, *bands]).select("key", pl.col("at").cast(pl.UInt32)).sort("key", "at")


TRAITS: Final = pl.Schema({"shingles": pl.UInt32(), "mark": pl.UInt64()})
"""Size of each shingle set, and of the small ones the mark by which most pairs are ruled out (see `set_marks`); of
the others 0."""


def index_traits(sketches: pl.DataFrame) -> pl.DataFrame:
    """Sizes and marks of sketches (see `TRAITS`)."""
    starts = np.concatenate([[0], sketches["short"].list.len().cast(pl.Int64).to_numpy()]).cumsum()
    flat = sketches["short"].explode(empty_as_null=False).to_numpy() if starts[-1] else np.empty(0, np.uint64)
    return pl.DataFrame({"shingles": sketches["shingles"], "mark": set_marks(flat, starts)}, schema=TRAITS)


def index_hits(
    stored: pl.DataFrame,
    traits: pl.DataFrame,
    wanted: pl.DataFrame,
    wanted_traits: pl.DataFrame,
    rule: Rule,
) -> NDArray[np.bool_]:
    """Say of each stored text (row of `traits`) whether any of the wanted ones may resemble it.

    `stored` and `wanted` are as `KEYS` says. To share a key is not enough: by size and mark most that share one
    frequent shingle cannot be similar, and need not be read.

    >>> from dedup import sketch_batch
    >>> old, new = (sketch_batch(pl.Series(texts), Rule()) for texts in (["a b c d", "x y z"], ["A, b, c, d!"]))
    >>> keys, traits = (index_keys(old, Rule()), index_keys(new, Rule())), (index_traits(old), index_traits(new))
    >>> index_hits(keys[0], traits[0], keys[1], traits[1], Rule()).tolist()
    [True, False]
    """
    keys, own = _locked(stored["key"]), _locked(wanted["key"])
    hits = np.zeros(traits.height, np.bool_)
    sizes, marks, own_sizes, own_marks = (
        _locked(table[name]) for table in (traits, wanted_traits) for name in ("shingles", "mark")
    )
    _meet(
        np.searchsorted(keys, own), keys, own, _locked(stored["at"]), sizes, marks,
        _locked(wanted["at"]), own_sizes, own_marks, *rule.ratio, hits,
    )  # fmt: skip
    return hits


def _locked(column: pl.Series) -> NDArray[Any]:
    """Lend a column for reading only, as Polars does where it need not copy: else each mixture compiles anew."""
    array = column.to_numpy()
    array.flags.writeable = False
    return array


@kernel
def _meet(firsts, keys, own_keys, stored, sizes, marks, wanted, own_sizes, own_marks, a, b, hits):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    for i in range(firsts.size):
        size = np.int64(own_sizes[wanted[i]])
        mark = own_marks[wanted[i]]
        place = firsts[i] - 1
        while place + 1 < keys.size and keys[place + 1] == own_keys[i]:
            place += 1
            at = stored[place]
            other = np.int64(sizes[at])
            need = least_shared(size, other, a, b)
            if need > min(size, other):
                continue
            if mark and marks[at] and not may_share(size, mark, other, marks[at], need):
                continue
            hits[at] = True
