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
from dedup.marks import bit_count, may_share, set_marks
from dedup.pairs import listed
from dedup.proof import least_shared
from dedup.rule import SHORT, Rule
from dedup.shingles import folded_points, shingle_sets
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


KEYS: Final = pl.Schema({"key": pl.UInt32(), "at": pl.UInt32()})
"""A row for each key of each sketch, sorted: the text in row `at` is stored under `key`. Half of a hash is enough: of
a hundred million keys and a million looked up thirty thousand agree by chance, and cost a look at two sizes each."""


def index_keys(sketches: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Keys of sketches, to store or to look up (see `KEYS`): two texts that a run would compare share one.

    Bands have different keys by their making; that one equals a shingle is chance, and costs a comparison.

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
    # The low half: the short keys are the least of their sets, their high halves nearly alike.
    half = (pl.col("key") & 0xFFFFFFFF).cast(pl.UInt32)
    return pl.concat([short, *bands]).select(half, pl.col("at").cast(pl.UInt32)).sort("key", "at")


TRAITS: Final = pl.Schema({"shingles": pl.UInt32(), "marks": pl.List(pl.UInt64())})
"""Size of each shingle set, and its marks (see `dedup.marks`)."""

MOST_WORDS: Final = 32
"""Words in the marks of the largest sets."""


def index_traits(texts: pl.Series, rule: Rule) -> pl.DataFrame:
    """Sizes and marks of the shingle sets of texts (see `TRAITS`).

    >>> index_traits(pl.Series(["one two three four", ""]), Rule(2)).with_columns(pl.col("marks").list.len()).rows()
    [(3, 1), (0, 1)]
    """
    sets = shingle_sets(texts, words=rule.words)
    marks, starts = set_marks(sets.hashes, sets.starts, MOST_WORDS)
    return pl.DataFrame({"shingles": np.diff(sets.starts), "marks": listed(marks, starts)}, schema_overrides=TRAITS)


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
    >>> old, new = pl.Series(["a b c d", "x y z"]), pl.Series(["A, b, c, d!"])
    >>> stored, wanted = (index_keys(sketch_batch(texts, Rule()), Rule()) for texts in (old, new))
    >>> index_hits(stored, index_traits(old, Rule()), wanted, index_traits(new, Rule()), Rule()).tolist()
    [True, False]
    """
    keys, own = _locked(stored["key"]), _locked(wanted["key"])
    hits = np.zeros(traits.height, np.bool_)
    # Most pairs are of small sets with a frequent shingle: one word each rules them out.
    _meet(
        np.searchsorted(keys, own), keys, own, _locked(stored["at"]), *_listed(traits),
        _locked(wanted["at"]), *_listed(wanted_traits), *rule.ratio, hits,
    )  # fmt: skip
    return hits


def _listed(traits: pl.DataFrame) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Lend sizes, the words of all marks, and where those of each begin."""
    starts = np.concatenate([[0], traits["marks"].list.len().cast(pl.Int64).to_numpy()]).cumsum()
    return _locked(traits["shingles"]), _locked(traits["marks"].explode(empty_as_null=False)), starts


def _locked(column: pl.Series) -> NDArray[Any]:
    """Lend a column for reading only, as Polars does where it need not copy: else each mixture compiles anew."""
    array = column.to_numpy()
    array.flags.writeable = False
    return array


@kernel
def _meet(  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    firsts, keys, own_keys, stored, sizes, marks, starts, wanted, own_sizes, own_marks, own_starts, a, b, hits
):
    heads, own_heads = _heads(marks, starts), _heads(own_marks, own_starts)
    for i in range(firsts.size):
        own = wanted[i]
        size = np.int64(own_sizes[own])
        own_head = own_heads[own]
        place = firsts[i] - 1
        while place + 1 < keys.size and keys[place + 1] == own_keys[i]:
            place += 1
            at = stored[place]
            other = np.int64(sizes[at])
            # s shared of m and n are enough where (a + b) s ≥ a (m + n): as `least_shared` says, without a division.
            least = a * (size + other)
            if hits[at] or (a + b) * min(size, other) < least:
                continue
            head = heads[at]
            if (a + b) * (size - np.int64(bit_count(own_head & ~head))) < least:
                continue
            if (a + b) * (other - np.int64(bit_count(head & ~own_head))) < least:
                continue
            need = least_shared(size, other, a, b)
            if may_share(
                own_marks, own_starts[own], own_starts[own + 1], size - need,
                marks, starts[at], starts[at + 1], other - need,
            ):  # fmt: skip
                hits[at] = True


@kernel
def _heads(marks, starts):  # type: ignore[no-untyped-def]  # numba's types
    """Fold each text's marks into one word."""
    heads = np.zeros(starts.size - 1, np.uint64)
    for i in range(heads.size):
        for j in range(starts[i], starts[i + 1]):
            heads[i] |= marks[j]
    return heads
