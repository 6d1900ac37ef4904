"""Layers of edits inside lines: what one made of the lines, and another of what that left, as one layer."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.ledger import Edit, compose

SPANS: Final = pl.Schema(
    {
        "row": pl.UInt32,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "before": pl.String,
        "after": pl.String,
        "cleaner": pl.String,
        "reason": pl.String,
    }
)
"""Edits inside lines: `row` is the row of the line table, `start` and `end` are bytes of the original line;
`cleaner` and `reason` hold one name a line, where several cleaners touched the same place."""


def composed(first: pl.DataFrame, second: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    """Put two layers of spans together; `first` speaks of the original lines, `second` of what it left.

    `texts` are the lines that both leave, by their rows. Where the layers touch different places of a line, which is
    nearly always, the second is only moved; where the first wrote the whole line, its text is what both left. The
    few other lines in which they touch one another are composed one by one.
    """
    if first.is_empty() or second.is_empty():
        return first.vstack(second)
    old, new = first["row"].to_numpy(), second["row"].to_numpy()
    known = np.zeros(max(old.max(), new.max()) + 1, np.bool_)
    known[old] = True
    both = known[new]
    if not both.any():
        return first.vstack(second)
    on_rewritten = second.filter(both)
    moved, meets = _moved(first, on_rewritten)
    tangled = on_rewritten["row"].filter(meets).unique()
    apart = pl.concat([second.filter(~both), moved.filter(~pl.col("row").is_in(tangled.implode()))])
    if tangled.is_empty():
        return first.vstack(apart)
    in_tangle = pl.col("row").is_in(tangled.implode())
    whole = _of_whole_lines(first.filter(in_tangle), on_rewritten.filter(in_tangle), texts)
    knotted = in_tangle & ~pl.col("row").is_in(whole["row"].implode())
    before, after = _edits_by_row(first.filter(knotted)), _edits_by_row(on_rewritten.filter(knotted))
    rest = [
        (row, *edit[:4], "\n".join(edit.cleaner), "\n".join(edit.reason))
        for row in before
        for edit in compose(before[row], after[row])
    ]
    changing = whole.filter(pl.col("before") != pl.col("after"))
    return pl.concat([first.filter(~in_tangle), apart, changing, pl.DataFrame(rest, schema=SPANS, orient="row")])


def _of_whole_lines(first: pl.DataFrame, second: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    """Compose the lines that the first layer wrote from their first byte to their last."""
    size, row = pl.col("after").str.len_bytes().cast(pl.Int64), pl.col("row")
    lost = second.group_by("row").agg(lost=(pl.col("end").cast(pl.Int64) - pl.col("start") - size).sum())
    whole = (
        first.filter((pl.col("start") == 0) & (pl.len().over("row") == 1))
        .join(lost, on="row", maintain_order="left")
        .with_columns(left=pl.lit(texts).gather(row))
        .filter(size == pl.col("left").str.len_bytes() + pl.col("lost"))
    )
    later = second.filter(row.is_in(whole["row"].implode())).sort("row", "start")
    names = pl.concat([spans.select("row", "cleaner", "reason") for spans in (whole, later)])
    joined = (
        names.with_columns(pl.col("cleaner", "reason").str.split("\n"))
        .explode("cleaner", "reason")
        .unique(maintain_order=True)
        .group_by("row", maintain_order=True)
        .agg(pl.col("cleaner", "reason").str.join("\n"))
    )
    kept = whole.select("row", "start", "end", "before", after="left")
    return kept.join(joined, on="row").select(SPANS.names())


def _moved(first: pl.DataFrame, second: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Move spans of the second layer to where they stand in the original; and tell which of them touch the first.

    What is told of a place inside longer text that the first layer wrote is of no use.
    """
    old = _Spans.of(first).sorted()
    new = _Spans.of(second)
    so_far = np.cumsum(old.grown)
    first_of_row = np.searchsorted(old.row, old.row)
    so_far -= (so_far - old.grown)[first_of_row]  # within the row
    at = old.start + so_far - old.grown  # in the text that the first layer left
    reach = at + (old.end - old.start) + old.grown
    # the one span of the first layer that begins at or before each of the second, and the one after it
    ahead = np.searchsorted(_keys(old.row, at), _keys(new.row, new.start), side="right")
    behind = np.maximum(ahead - 1, 0)
    follows = (ahead > 0) & (old.row[behind] == new.row)
    ahead = np.minimum(ahead, len(at) - 1)
    precedes = (old.row[ahead] == new.row) & (at[ahead] > new.start)
    meets = (follows & (reach[behind] > new.start)) | (precedes & (at[ahead] < new.end))
    shift = np.where(follows, so_far[behind], 0)
    start, end = (np.maximum(places - shift, 0).astype(np.uint32) for places in (new.start, new.end))
    return second.with_columns(start=pl.Series(start), end=pl.Series(end)), pl.Series(meets)


@dataclass(frozen=True, slots=True)
class _Spans:
    """`SPANS` as arrays; `grown` is by how many bytes each makes its line longer."""

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    grown: NDArray[np.int64]

    @classmethod
    def of(cls, spans: pl.DataFrame) -> "_Spans":
        size = pl.col("after").str.len_bytes().cast(pl.Int64)
        numbers = spans.select(
            pl.col("row", "start", "end").cast(pl.Int64), grown=size - pl.col("end") + pl.col("start")
        )
        return cls(*(column.to_numpy() for column in numbers))

    def sorted(self) -> "_Spans":
        order = np.argsort(_keys(self.row, self.start), kind="stable")
        return _Spans(self.row[order], self.start[order], self.end[order], self.grown[order])


def _keys(row: NDArray[np.int64], place: NDArray[np.int64]) -> NDArray[np.int64]:
    return row << 32 | place


def _edits_by_row(spans: pl.DataFrame) -> dict[int, list[Edit]]:
    out: dict[int, list[Edit]] = {}
    for row, start, end, before, after, cleaner, reason in spans.sort("row", "start").iter_rows():
        edit = Edit(start, end, before, after, tuple(cleaner.split("\n")), tuple(reason.split("\n")))
        out.setdefault(row, []).append(edit)
    return out
