"""The resolver: the one place where proposals become the cleaned text and its ledger."""

import polars as pl

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
    table = lines.with_columns(now=rewritten.texts).with_row_index("row")
    emptied = table.filter((pl.col("now") == "") & (pl.col("size") > 0))["row"]
    disturbed = _docs_of(lines, pl.concat([dropped["row"], emptied]))
    touched = pl.concat([disturbed, _docs_of(lines, spans["row"])]).unique().sort()
    if touched.is_empty():
        return texts, EDITS.to_frame()
    if touched.len() < texts.len():
        table = table.filter(pl.col("doc").is_in(touched.implode()))
    gone = _gone(
        table.filter(pl.col("doc").is_in(disturbed.implode())).join(
            dropped, on="row", how="left", maintain_order="left"
        ),
        _names_by_row(spans.filter(pl.col("row").is_in(emptied.implode()))),
    )
    edits = pl.concat([_line_edits(gone, spans), _inner_edits(lines, spans, gone)])
    kept = table.filter(~pl.col("row").is_in(gone["row"].implode())) if gone.height else table
    return texts.clone().scatter(touched, _joined(kept, table, touched)), edits.sort("doc", "start")


def _docs_of(lines: pl.DataFrame, rows: pl.Series) -> pl.Series:
    return lines["doc"].gather(rows).unique()


def _gone(table: pl.DataFrame, emptied: pl.DataFrame) -> pl.DataFrame:
    """Find the lines that go: the dropped ones, and blank lines that are too many once those are out.

    `table` has every line of the documents that lose one; `emptied` the lines that a rewriter emptied. Adds
    `head` and `tail`, the bytes of the terminators that a line takes with it.
    """
    table = table.join(emptied, on="row", how="left", maintain_order="left", suffix="_emptied").with_columns(
        emptied=pl.col("cleaner_emptied").is_not_null(),
        out=pl.col("cleaner").is_not_null(),
        cleaner=pl.coalesce("cleaner", "cleaner_emptied"),
        reason=pl.coalesce("reason", "reason_emptied"),
    )
    table = table.with_columns(inked=~pl.col("out") & pl.col("now").str.contains(r"\S")).with_columns(
        run=pl.col("inked").cum_sum().over("doc"), inks=pl.col("inked").sum().over("doc")
    )
    disturbed = (pl.col("out") | pl.col("emptied")).any().over("doc", "run")
    edge = (pl.col("run") == 0) | (pl.col("run") == pl.col("inks"))
    blank = ~pl.col("inked") & ~pl.col("out")
    # a line that was blank all along is kept before one that had to be emptied
    rank = pl.col("row").cast(pl.UInt64) + pl.when("emptied").then(1 << 32).otherwise(0)
    spare = rank != rank.filter(blank).min().over("doc", "run")
    neighbour = pl.col("cleaner").forward_fill().backward_fill().over("doc", "run")
    blanked = pl.col("cleaner").is_null()
    gone = pl.col("out") | (blank & disturbed & (edge | spare))
    below = pl.col("row") > pl.col("row").filter(~gone).max().over("doc").fill_null(-1)
    backward = below & (pl.col("ending").last() == 0).over("doc")
    before_it = pl.when(pl.col("line") > 1).then(pl.col("ending").shift(1)).otherwise(0)
    return table.with_columns(
        gone=gone,
        cleaner=pl.when(blanked).then(neighbour.str.split("\n").list.first()).otherwise("cleaner"),
        reason=pl.when(blanked).then(pl.lit("blank_line")).otherwise("reason"),
        head=pl.when(backward).then(before_it).otherwise(0),
        tail=pl.when(backward).then(0).otherwise("ending"),
    ).filter("gone")


def _line_edits(gone: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    inner = _names_by_row(spans.join(gone.select("row"), on="row", how="semi"))
    return (
        gone.join(inner, on="row", how="left", maintain_order="left", suffix="_inner")
        .select(
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


def _inner_edits(lines: pl.DataFrame, spans: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    kept = spans.join(gone.select("row"), on="row", how="anti") if gone.height else spans
    places = lines.select("doc", "line", base="start")[kept["row"]]
    return (
        pl.concat([places, kept], how="horizontal")
        .with_columns(pl.col("start") + pl.col("base"), pl.col("end") + pl.col("base"))
        .pipe(_as_edits)
    )


def _joined(kept: pl.DataFrame, table: pl.DataFrame, docs: pl.Series) -> pl.Series:
    """Join the lines that stay, with the terminators that they had."""
    final = table.filter((pl.col("doc") != pl.col("doc").shift(-1)).fill_null(value=True)).select("doc", final="ending")
    last = (pl.col("doc") != pl.col("doc").shift(-1)).fill_null(value=True)
    if (kept["ending"] == 2).any():
        carriage = pl.when((pl.col("ending") == 2) & ~last).then(pl.lit("\r")).otherwise(pl.lit(""))
        kept = kept.with_columns(now=pl.concat_str("now", carriage))
    joined = kept.group_by("doc", maintain_order=True).agg("now", ending=pl.col("ending").last()).select(
        "doc", "ending", text=pl.col("now").list.join("\n")
    )  # fmt: skip
    whole = (
        docs.to_frame("doc")
        .join(final, on="doc", maintain_order="left")
        .join(joined, on="doc", how="left", maintain_order="left")
    )
    ended = pl.concat_str("text", pl.col("ending").replace_strict(_ENDINGS))
    return whole.select(pl.when(pl.col("final") > 0).then(ended).otherwise("text").fill_null("")).to_series()


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
