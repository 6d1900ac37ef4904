"""Sketches: what the search for candidates needs to know of each text, and no more."""

from typing import Final

import numpy as np
import polars as pl
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from dedup.distinct import keep_distinct, mix
from dedup.kernels import kernel
from dedup.rule import SHORT, Rule, check_rule
from dedup.shingles import folded_points, hash_shingles
from dedup.signatures import lower_minima, permutations
from dedup.utf8 import pointer, utf8

U64 = np.uint64
SEED = 1
"""Seed of the permutations; part of what an index pins."""
LINES: Final = pl.Schema(dict.fromkeys(("doc", "line", "last_short", "start", "length"), pl.UInt32()))
_NEWLINE: Final = 10


def band_columns(rule: Rule) -> list[str]:
    """Names of the band-key columns of a sketch table."""
    return [f"band_{j:02}" for j in range(rule.bands.bands)]


def sketch_schema(rule: Rule) -> pl.Schema:
    """Columns of a sketch table, whose rows are the texts in their order.

    `shingles`: size of the set. `fingerprint`: hash of the set. `short`: the set itself where it is small enough
    for the exact join, else empty. `band_00` …: keys of the bands, all 0 where the set is short.

    >>> sketch_schema(Rule(words=2, threshold=0.9)).names()[:4]
    ['shingles', 'fingerprint', 'short', 'band_00']
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
    check_rule(rule)
    with utf8(texts) as bytes_:
        return _table(_sketches(bytes_.addresses, bytes_.lengths, rule, 0), rule, np.arange(len(texts)))


def sketch_lines(texts: pl.Series, rule: Rule, *, min_words: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    r"""Cut texts into paragraphs (see `split_paragraphs`) and sketch them, with one reading of each line.

    The first table has `doc`, `line` and `last_short` of each paragraph, and where in its text it stands: `start` and
    `length`, in bytes. The second is that of `sketch_batch`.

    >>> paragraphs, _ = sketch_lines(pl.Series(["A title\nwith one long line\nend"]), Rule(), min_words=4)
    >>> paragraphs.rows()
    [(0, 2, 3, 8, 18)]
    """
    with utf8(texts) as bytes_:
        doc, line, start, length = _lines(bytes_.addresses, bytes_.lengths)
        sketches = _sketches(bytes_.addresses[doc] + start, length, rule, min_words)
        words = sketches[-1]
        short = (words > 0) & (words < min_words)
        last_short = np.zeros(len(texts), np.uint32)
        last_short[doc[short]] = line[short]  # of several the last
        rows = np.flatnonzero(words >= max(min_words, 1))
        places = pl.DataFrame(
            {
                "doc": doc[rows],
                "line": line[rows],
                "last_short": last_short[doc[rows]],
                "start": start[rows],
                "length": length[rows],
            },
            schema=LINES,
        )
        return places, _table(sketches, rule, rows)


_Sketches = tuple[
    NDArray[np.uint32],
    NDArray[np.uint64],
    NDArray[np.uint64],
    NDArray[np.uint64],
    NDArray[np.int64],
    NDArray[np.uint32],
]


def _sketches(addresses: NDArray[np.uint64], lengths: NDArray[np.uint32], rule: Rule, min_words: int) -> _Sketches:
    folding = folded_points()
    factors, summands = permutations(rule.bands.permutations, SEED)
    sketches: _Sketches = _sketch(
        addresses, lengths, rule.words, folding.table, folding.starts, folding.points,
        factors, summands, rule.bands.rows, rule.joined_below, min_words,
    )  # fmt: skip
    return sketches


def _table(sketches: _Sketches, rule: Rule, rows: NDArray[np.int64]) -> pl.DataFrame:
    """Make the table of some texts, among which are all that have a small set."""
    sizes, fingerprints, keys, small, starts, _ = sketches
    # `starts` counts the hashes of each text: run lengths make the list column without a Python object per text.
    texts = np.repeat(np.arange(rows.size, dtype=np.uint32), np.diff(starts)[rows])
    short = pl.DataFrame({"text": texts, "short": small}).group_by("text", maintain_order=True).agg("short")
    lists = pl.DataFrame({"text": np.arange(rows.size, dtype=np.uint32)}).join(
        short, on="text", how="left", maintain_order="left"
    )
    columns = {"shingles": sizes[rows], "fingerprint": fingerprints[rows], "short": lists["short"].fill_null([])}
    columns |= {name: band[rows] for name, band in zip(band_columns(rule), keys, strict=True)}
    return pl.DataFrame(columns, schema=sketch_schema(rule))


@kernel
def _lines(addresses, lengths):  # type: ignore[no-untyped-def]  # numba's types
    """Find the lines that have any bytes: (document, number from 1, first byte, bytes)."""
    count = addresses.size
    for i in range(addresses.size):
        count += np.sum(carray(pointer(addresses[i]), np.int64(lengths[i]), np.uint8) == _NEWLINE)  # type: ignore[call-overload]  # NumPy's int64 is no int
    docs = np.empty(count, np.uint32)
    lines = np.empty(count, np.uint32)
    starts = np.empty(count, np.uint32)
    sizes = np.empty(count, np.uint32)
    written = 0
    for i in range(addresses.size):
        text = carray(pointer(addresses[i]), np.int64(lengths[i]), np.uint8)  # type: ignore[call-overload]  # NumPy's int64 is no int
        start = 0
        line = 1
        for end in range(text.size + 1):
            if end < text.size and text[end] != _NEWLINE:
                continue
            if end > start:
                docs[written] = i
                lines[written] = line
                starts[written] = start
                sizes[written] = end - start
                written += 1
            start = end + 1
            line += 1
    return docs[:written], lines[:written], starts[:written], sizes[:written]


@kernel
def _sketch(addresses, lengths, words, table, expansions, points, factors, summands, rows, joined_below, min_words):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    texts = addresses.size
    bands = factors.size // rows
    sizes = np.empty(texts, np.uint32)
    fingerprints = np.empty(texts, np.uint64)
    keys = np.zeros((bands, texts), np.uint64)
    starts = np.zeros(texts + 1, np.int64)
    counts = np.empty(texts, np.uint32)
    small = np.empty(256, np.uint64)
    shingles = np.empty(4096, np.uint64)
    seen = np.empty(8192, np.uint64)
    minima = np.empty(factors.size, np.uint32)
    for i in range(texts):
        length = np.int64(lengths[i])
        count, counts[i] = hash_shingles(addresses[i], length, words, table, expansions, points, shingles)
        if counts[i] < min_words:
            count = 0
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
    return sizes, fingerprints, keys, small[: starts[-1]], starts, counts
