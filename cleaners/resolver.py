"""The resolver: the one place where proposals become the cleaned text and its ledger."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.ledger import EDITS, FLAGS
from cleaners.rewriting import Rewritten

_ENDINGS = {0: "", 1: "\n", 2: "\r\n"}


def resolve(
    texts: pl.Series, lines: pl.DataFrame, rewritten: Rewritten, dropped: pl.DataFrame
) -> tuple[pl.Series, pl.DataFrame]:
    """Apply what cleaners proposed; returns the cleaned texts and `EDITS`.

    `lines` is the line table of `texts`; `dropped` has `row`, `cleaner`, `reason` for lines that go.
    Lines that a rewriter emptied count as blank. Where lines go, the blank lines around them shrink to one, and
    to none at the ends of the text. A dropped line takes its terminator with it; below the last line that
    stays it takes the terminator before it, unless the text ends with one.
    """
    spans = rewritten.spans
    table = _Table.of(lines, rewritten.texts, dropped["row"])
    touched = np.zeros(texts.len(), np.bool_)
    touched[table.doc[np.concatenate([dropped["row"], spans["row"]])]] = True
    if not touched.any():
        return texts, EDITS.to_frame()
    goes = table.gone()
    inside = pl.lit(goes.mask).gather(pl.col("row"))
    gone = _named(goes, table, lines, dropped, _names_by_row(spans.filter(inside)))
    edits = pl.concat([_line_edits(gone), _inner_edits(lines, spans.filter(~inside))]).sort("doc", "start")
    made = _joined(table, rewritten.texts, touched[table.doc] & ~goes.mask, touched)
    return texts.clone().scatter(np.flatnonzero(touched), made), edits


@dataclass(frozen=True, slots=True)
class _Table:
    """The line table as arrays; a run is an inked line with the lines below it that are out or blank."""

    doc: NDArray[np.uint32]
    ending: NDArray[np.uint8]
    size: NDArray[np.int64]
    out: NDArray[np.bool_]
    emptied: NDArray[np.bool_]
    inked: NDArray[np.bool_]
    first: NDArray[np.bool_]
    last: NDArray[np.bool_]

    @classmethod
    def of(cls, lines: pl.DataFrame, now: pl.Series, dropped: pl.Series) -> "_Table":
        doc = lines["doc"].to_numpy()
        size = now.str.len_bytes().to_numpy().astype(np.int64)
        out = np.zeros(len(doc), np.bool_)
        out[dropped] = True
        changes = doc[1:] != doc[:-1]
        return cls(
            doc=doc,
            ending=lines["ending"].to_numpy(),
            size=size,
            out=out,
            emptied=(size == 0) & (lines["size"] > 0).to_numpy(),
            inked=~out & now.str.contains(r"\S").to_numpy(),
            first=np.concatenate([[True], changes]),
            last=np.concatenate([changes, [True]]),
        )

    def gone(self) -> "_Gone":
        """Find the lines that go: the dropped ones, and blank lines that are too many once those are out."""
        row = np.arange(len(self.doc))
        begins = np.flatnonzero(self.inked | self.first)
        run = np.cumsum(self.inked | self.first) - 1
        disturbed = np.logical_or.reduceat(self.out | self.emptied, begins)
        edge = ~self.inked[begins] | self.last[np.append(begins[1:], len(row)) - 1]
        blank = ~self.inked & ~self.out
        # a line that was blank all along is kept before one that had to be emptied
        rank = np.where(blank, row + np.where(self.emptied, 1 << 32, 0), 1 << 33)
        spare = rank != np.minimum.reduceat(rank, begins)[run]
        gone = self.out | (blank & disturbed[run] & (edge[run] | spare))
        doc = np.cumsum(self.first) - 1
        last_kept = np.maximum.reduceat(np.where(gone, -1, row), np.flatnonzero(self.first))
        backward = (row > last_kept[doc]) & (self.ending[self.last] == 0)[doc]
        above = np.where(self.first, 0, np.roll(self.ending, 1))
        head, tail = np.where(backward, above, 0), np.where(backward, 0, self.ending)
        return _Gone(gone, run[gone], head[gone].astype(np.uint8), tail[gone].astype(np.uint8))


@dataclass(frozen=True, slots=True)
class _Gone:
    """Lines that go: `mask` over all lines, and for each its run and the terminators' bytes that it takes with it."""

    mask: NDArray[np.bool_]
    run: NDArray[np.int64]
    head: NDArray[np.uint8]
    tail: NDArray[np.uint8]


def _named(goes: _Gone, table: _Table, lines: pl.DataFrame, dropped: pl.DataFrame, inner: pl.DataFrame) -> pl.DataFrame:
    """Give the lines that go the names of the cleaners that dropped, emptied or (`_inner`) rewrote them.

    What was blank all along goes with what stood beside it.
    """
    rows = np.flatnonzero(goes.mask)
    neighbour = pl.col("cleaner").forward_fill().backward_fill().over("run")
    blanked = pl.col("cleaner").is_null()
    return (
        lines[rows]
        .with_columns(
            row=pl.Series(rows, dtype=pl.UInt32),
            run=goes.run,
            head=goes.head,
            tail=goes.tail,
            emptied=table.emptied[rows],
        )
        .join(dropped, on="row", how="left", maintain_order="left")
        .join(inner, on="row", how="left", maintain_order="left", suffix="_inner")
        .with_columns(
            pl.coalesce(name, pl.when("emptied").then(f"{name}_inner")).alias(name) for name in ("cleaner", "reason")
        )
        .with_columns(
            cleaner=pl.when(blanked).then(neighbour.str.split("\n").list.first()).otherwise("cleaner"),
            reason=pl.when(blanked).then(pl.lit("blank_line")).otherwise("reason"),
        )
    )


def _line_edits(gone: pl.DataFrame) -> pl.DataFrame:
    return (
        gone.select(
            "doc",
            "line",
            start=pl.col("start") - pl.col("head"),
            end=pl.col("start") + pl.col("size") + pl.col("tail"),
            before=pl.concat_str(
                pl.col("head").replace_strict(_ENDINGS), "text", pl.col("tail").replace_strict(_ENDINGS)
            ),
            after=pl.lit(""),
            **{name: _united(name) for name in ("cleaner", "reason")},
        )
        .filter(pl.col("start") < pl.col("end"))
        .pipe(_as_edits)
    )


def _names_by_row(spans: pl.DataFrame) -> pl.DataFrame:
    pairs = spans.sort("row", "start").unique(["row", "cleaner", "reason"], maintain_order=True)
    return pairs.group_by("row", maintain_order=True).agg(pl.col("cleaner", "reason").str.join("\n"))


def _united(name: str) -> pl.Expr:
    """Names of the cleaners that rewrote the line before those that dropped it; a pair of both is not doubled."""
    inner = pl.col(f"{name}_inner")
    alone = inner.is_null() | (pl.col("cleaner") == pl.col("cleaner_inner"))
    return pl.when(alone).then(name).otherwise(pl.concat_str(inner, pl.lit("\n"), name))


def _as_edits(edits: pl.DataFrame) -> pl.DataFrame:
    return edits.with_columns(pl.col("cleaner", "reason").str.split("\n")).select(EDITS.names()).cast(EDITS)


def _inner_edits(lines: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    places = lines.select("doc", "line", base="start")[kept["row"]]
    return (
        pl.concat([places, kept], how="horizontal")
        .with_columns(pl.col("start") + pl.col("base"), pl.col("end") + pl.col("base"))
        .pipe(_as_edits)
    )


def _joined(table: _Table, now: pl.Series, kept: NDArray[np.bool_], touched: NDArray[np.bool_]) -> pl.Series:
    """Join the lines that stay, with the terminators that they had, into the documents that were touched."""
    rows = np.flatnonzero(kept)
    doc, size, ending = table.doc[rows], table.size[rows], table.ending[rows]
    final = np.zeros(len(touched), np.bool_)
    final[table.doc[table.last]] = table.ending[table.last] > 0
    last = np.append(doc[1:] != doc[:-1], True)[: len(rows)]
    carriage = (ending == 2) & ~(last & ~final[doc])
    staying = now.filter(kept)
    if carriage.any():
        returns = pl.Series(carriage).replace_strict([False, True], ["", "\r"])
        staying = pl.select(pl.concat_str(staying, returns)).to_series()
        size = size + carriage
    whole = pl.concat([staying, pl.Series([""])]).str.join("\n").cast(pl.Binary)
    count = np.bincount(doc, minlength=len(touched))
    length = np.bincount(doc, weights=size, minlength=len(touched)).astype(np.int64) + count
    start = np.cumsum(length) - length
    length -= (count > 0) & ~final
    places = (pl.Series(array[touched]) for array in (start, length))
    return pl.select(pl.lit(whole).bin.slice(*places).cast(pl.String)).to_series()


def flags_of(lines: pl.DataFrame, remarks: pl.DataFrame, dropped: pl.DataFrame) -> pl.DataFrame:
    """Make `FLAGS` of remarks on lines that stay."""
    located = lines.with_row_index("row").select("row", "doc", "line", "start", end=pl.col("start") + pl.col("size"))
    return (
        remarks.join(dropped, on="row", how="anti")
        .join(located, on="row")
        .select(FLAGS.names())
        .sort("doc", "start", "cleaner", "reason")
        .cast(FLAGS)
    )
