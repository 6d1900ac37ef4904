"""Sketches: what the search for candidates needs to know of each text, and no more."""

import numpy as np
import polars as pl

from dedup.distinct import keep_distinct, mix
from dedup.kernels import kernel
from dedup.rule import SHORT, Rule
from dedup.shingles import folded_points, hash_shingles
from dedup.signatures import lower_minima, permutations
from dedup.utf8 import utf8

U64 = np.uint64
SEED = 1
"""Seed of the permutations; part of what an index pins."""


def band_columns(rule: Rule) -> list[str]:
    """Names of the band-key columns of a sketch table."""
    return [f"band_{j:02}" for j in range(rule.bands.bands)]


def sketch_schema(rule: Rule) -> pl.Schema:
    """Columns of a sketch table, whose rows are the texts in their order.

    `shingles`: size of the set. `fingerprint`: hash of the set. `short`: the set itself where it is small enough
    for the exact join, else empty. `band_00` …: keys of the bands, all 0 where the set is short.
    """
    return pl.Schema(
        {"shingles": pl.UInt32(), "fingerprint": pl.UInt64(), "short": pl.List(pl.UInt64())}
        | dict.fromkeys(band_columns(rule), pl.UInt64())
    )


def sketch_batch(texts: pl.Series, rule: Rule) -> pl.DataFrame:
    """Sketch each text (String; null counts as empty). The answer for a text depends on nothing else.

    >>> sketch_batch(pl.Series(["one two three four", ""]), Rule()).select("shingles", "short").rows()[1]
    (0, [])
    """
    folding = folded_points()
    factors, summands = permutations(rule.bands.permutations, SEED)
    with utf8(texts) as bytes_:
        sizes, fingerprints, keys, small, starts = _sketch(
            bytes_.addresses, bytes_.lengths, rule.words, folding.table, folding.starts, folding.points,
            factors, summands, rule.bands.rows, rule.joined_below,
        )  # fmt: skip
    # `starts` counts the hashes of each text: run lengths make the list column without a Python object per text.
    short = (
        pl.DataFrame({"text": np.repeat(np.arange(sizes.size, dtype=np.uint32), np.diff(starts)), "short": small})
        .group_by("text", maintain_order=True)
        .agg("short")
    )
    lists = pl.DataFrame({"text": np.arange(sizes.size, dtype=np.uint32)}).join(
        short, on="text", how="left", maintain_order="left"
    )
    columns = {"shingles": sizes, "fingerprint": fingerprints, "short": lists["short"].fill_null([])}
    columns |= dict(zip(band_columns(rule), keys, strict=True))
    return pl.DataFrame(columns, schema=sketch_schema(rule))


@kernel
def _sketch(addresses, lengths, words, table, expansions, points, factors, summands, rows, joined_below):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0917
    texts = addresses.size
    bands = factors.size // rows
    sizes = np.empty(texts, np.uint32)
    fingerprints = np.empty(texts, np.uint64)
    keys = np.zeros((bands, texts), np.uint64)
    starts = np.zeros(texts + 1, np.int64)
    small = np.empty(256, np.uint64)
    shingles = np.empty(4096, np.uint64)
    seen = np.empty(8192, np.uint64)
    minima = np.empty(factors.size, np.uint32)
    for i in range(texts):
        length = np.int64(lengths[i])
        count, _ = hash_shingles(addresses[i], length, words, table, expansions, points, shingles)
        if count > shingles.size:
            shingles = np.empty(2 * count, np.uint64)
            count, _ = hash_shingles(addresses[i], length, words, table, expansions, points, shingles)
        distinct, seen, fingerprints[i] = keep_distinct(shingles, count, seen)
        sizes[i] = distinct
        end = starts[i]
        if distinct < joined_below:
            end += distinct
            if end > small.size:
                grown = np.empty(2 * end, np.uint64)
                grown[: small.size] = small
                small = grown
            small[starts[i] : end] = shingles[:distinct]
        starts[i + 1] = end
        if distinct >= SHORT:
            minima[:] = np.uint32(0xFFFFFFFF)
            lower_minima(shingles, distinct, factors, summands, minima)
            for j in range(bands):
                key = U64(j + 1)
                for r in range(j * rows, (j + 1) * rows):
                    key = mix(key ^ U64(minima[r]))
                keys[j, i] = max(key, U64(1))  # 0 says: no key
    return sizes, fingerprints, keys, small[: starts[-1]], starts
