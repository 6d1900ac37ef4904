"""Clusters and pairs: the largest, the most doubtful, and those on both sides of the threshold."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup import Rule, jaccard, shingle_sets
from dedup.sketches import band_columns
from ghirbal.report.difference import Piece, difference
from ghirbal.report.evidence import at, numbered, scan, streamed, survivors_here
from ghirbal.report.sampling import mixed
from ghirbal.spill import Spilled

LARGEST: Final = 8
DOUBTFUL: Final = 10
HELD: Final = 6
BINS: Final = 40
BANDS: Final = 4
DRAWN: Final = 40
"""Bands, and pairs of each, that are drawn to see what lies below the threshold; all their texts are held at once."""
SURVIVOR: Final = ["survivor_file", "survivor_row"]


def clusters_told(out: Path, rows: Spilled | None) -> dict[str, Any]:
    """Count clusters by size; show the largest, each with its member that is least like the survivor."""
    removed = scan(out, "decisions").filter(~pl.col("kept"))
    sizes = streamed(removed.group_by(SURVIVOR).len())
    counted = sizes.group_by(pl.col("len") + 1).len(name="clusters").sort("len")
    largest = sizes.sort("len", *SURVIVOR, descending=[True, False, False]).head(LARGEST)
    members = streamed(removed.join(largest.lazy(), on=SURVIVOR, how="semi"))
    least = members.sort("jaccard", "file", "row").unique(SURVIVOR, keep="first", maintain_order=True)
    shown = largest.join(least, on=SURVIVOR, how="left", maintain_order="left")
    pairs = _pairs(out, shown, rows)
    return {
        "sizes": counted.rows(),
        "largest": [{"members": size + 1, **pair} for size, pair in zip(shown["len"], pairs, strict=True)],
    }


def pairs_told(out: Path, rule: Rule, rows: Spilled | None) -> dict[str, Any]:
    """Count the proved pairs by similarity; show those just above the threshold and, drawn, just below."""
    removed = scan(out, "decisions").filter(~pl.col("kept"))
    place = (pl.col("jaccard") * BINS).floor().cast(pl.Int64).clip(0, BINS - 1)
    proved = streamed(removed.group_by(place.alias("bin")).len())
    lowest = streamed(removed.filter(pl.col("reason") == "near-duplicate").bottom_k(400, by=["jaccard", "file", "row"]))
    doubtful = lowest.sort("jaccard", "file", "row").unique(SURVIVOR, keep="first", maintain_order=True).head(DOUBTFUL)
    similar, below, held = _apart(out, rule, rows)
    return {
        "threshold": rule.threshold,
        "words": rule.words,
        "bands": rule.bands.bands,
        "rows": rule.bands.rows,
        "proved": _histogram(proved),
        "drawn": np.histogram(similar, BINS, (0, 1))[0].tolist(),
        "above": _pairs(out, doubtful, rows),
        "below": below,
        "held": held,
    }


def _histogram(counts: pl.DataFrame) -> list[int]:
    bins = [0] * BINS
    for place, count in counts.iter_rows():
        bins[place] = count
    return bins


def _pairs(out: Path, decisions: pl.DataFrame, rows: Spilled | None) -> list[dict[str, Any]]:
    """Tell each removed document and its survivor, with their difference where the texts are at hand."""
    differences: list[list[Piece]] = [[]] * decisions.height
    if rows is not None and decisions.height:
        left, right = numbered(out, decisions)["number"], survivors_here(out, decisions)
        here = right.is_not_null()
        both = iter(_both(rows, left.filter(here).to_numpy(), right.filter(here).to_numpy()))
        differences = [list(difference(*next(both))) if known else [] for known in here]
    return [
        {"removed": at(row), "survivor": at(row, "survivor_"), "jaccard": row["jaccard"], "difference": told}
        for row, told in zip(decisions.iter_rows(named=True), differences, strict=True)
    ]


def _both(rows: Spilled, left: NDArray[np.int64], right: NDArray[np.int64]) -> list[tuple[str, str]]:
    wanted = np.unique(np.concatenate([left, right]))
    # As strings of Python: a gathered column keeps the text of its whole part in memory.
    texts = [text for some in rows.texts(wanted) for text in some]
    places = (np.searchsorted(wanted, numbers).tolist() for numbers in (left, right))
    return [(texts[one], texts[other]) for one, other in zip(*places, strict=True)]


def _apart(
    out: Path, rule: Rule, rows: Spilled | None
) -> tuple[list[float], list[dict[str, Any]], list[dict[str, Any]]]:
    """Draw pairs of kept documents that share a band: their similarities, and the most similar ones.

    The second list is of pairs below the threshold; the third of pairs that stay though they reach it.
    """
    if rows is None:
        return [], [], []
    kept = streamed(scan(out, "decisions").select("kept"))["kept"].to_numpy()
    drawn = [_neighbours(rows, column, kept) for column in band_columns(rule)[:BANDS]]
    pairs = np.unique(np.concatenate(drawn), axis=0)
    if not len(pairs):
        return [], [], []
    left, right = pairs.T
    found = []
    for one, other, texts in zip(left.tolist(), right.tolist(), _both(rows, left, right), strict=True):
        sets = shingle_sets(pl.Series(texts), words=rule.words)
        found.append((jaccard(sets[0], sets[1]), one, other, texts))
    found.sort(key=lambda pair: (-pair[0], pair[1:3]))
    below = [pair for pair in found if pair[0] < rule.threshold][:DOUBTFUL]
    held = [pair for pair in found if pair[0] >= rule.threshold][:HELD]
    names = _named(out, [number for pair in below + held for number in pair[1:3]])

    def told(pairs: list[Any]) -> list[dict[str, Any]]:
        return [
            {"removed": names[one], "survivor": names[other], "jaccard": similar, "difference": difference(*texts)}
            for similar, one, other, texts in pairs
        ]

    return [similar for similar, *_ in found], told(below), told(held)


def _neighbours(rows: Spilled, column: str, kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Pair kept documents that stand beside each other in a bucket of one band; few buckets, drawn by their keys."""
    keys = rows.beside("sketches").read(column)[column].to_numpy()
    own = np.flatnonzero(kept & (keys != 0))
    own = own[np.argsort(keys[own], kind="stable")]
    same = np.flatnonzero(keys[own][1:] == keys[own][:-1])
    first = same[np.argsort(mixed(keys[own[same]]), kind="stable")][:DRAWN]
    return np.stack([own[first], own[first + 1]], axis=1)


def _named(out: Path, numbers: list[int]) -> dict[int, dict[str, Any]]:
    known = scan(out, "decisions").select("file", "row", "id").with_row_index("number")
    found = streamed(known.filter(pl.col("number").is_in(numbers)))
    return {row["number"]: at(row) for row in found.iter_rows(named=True)}
