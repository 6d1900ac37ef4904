"""The resolver: the one place where proposals become the cleaned text and its ledger."""

import polars as pl

from cleaners.ledger import EDITS, FLAGS
from cleaners.rewriting import Rewritten

_ENDINGS = {0: "", 1: "\n", 2: "\r\n"}


def resolve(
    texts: pl.Series, lines: pl.DataFrame, rewritten: Rewritten, dropped: pl.DataFrame
) -> tuple[pl.Series, pl.DataFrame]:
    """Apply what cleaners proposed; returns the cleaned texts and `EDITS`.

    `lines` is the line table of `texts`; `dropped` has `row`, `cleaner`, `reason` (lists) for lines that go.
    Lines that a rewriter emptied count as blank. Where lines go, the blank lines around them shrink to one, and
    to none at the ends of the text. A dropped line takes its terminator with it; below the last line that
    stays it takes the terminator before it, unless the text ends with one.
    """
    spans = rewritten.spans
    emptied = lines.select(pl.int_range(pl.len(), dtype=pl.UInt32).filter((pl.lit(rewritten.texts) == "") & (pl.col("size") > 0))).to_series()
    touched = pl.concat([spans["row"], dropped["row"]])
    if touched.is_empty():
        return texts, EDITS.to_frame()
    docs = lines["doc"].gather(touched).unique().sort()
    table = (
        lines.with_columns(now=rewritten.texts)
        .with_row_index("row")
        .filter(pl.col("doc").is_in(docs.implode()))
        .join(dropped, on="row", how="left", maintain_order="left")
    )
    if dropped.height or emptied.len():
        names = spans.filter(pl.col("row").is_in(emptied.implode())).select("row", "cleaner", "reason")
        table = _with_blank_lines_dropped(table.with_columns(emptied=pl.col("row").is_in(emptied.implode())), names)
    else:
        table = table.with_columns(gone=pl.lit(value=False))
    edits = pl.concat([_line_edits(table, spans), _inner_edits(table, spans)])
    return texts.clone().scatter(docs, _joined(table, docs)), edits.sort("doc", "start")


def _with_blank_lines_dropped(table: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Settle `gone`: the dropped lines, and blank lines that are too many once those are out."""
    table = table.join(names, on="row", how="left", maintain_order="left", suffix="_emptied").with_columns(
        cleaner=pl.coalesce("cleaner", "cleaner_emptied"),
        reason=pl.coalesce("reason", "reason_emptied"),
        out=pl.col("cleaner").is_not_null(),
    )
    inked = ~pl.col("out") & (pl.col("now").str.contains(r"\S"))
    table = table.with_columns(inked=inked).with_columns(
        run=pl.col("inked").cum_sum().over("doc"), inks=pl.col("inked").sum().over("doc")
    )
    disturbed = (pl.col("out") | pl.col("emptied")).any().over("doc", "run")
    edge = (pl.col("run") == 0) | (pl.col("run") == pl.col("inks"))
    blank = ~pl.col("inked") & ~pl.col("out")
    # a line that was blank all along is kept before one that had to be emptied
    order = (pl.col("row") + pl.when("emptied").then(1 << 32).otherwise(0)).filter(blank).min().over("doc", "run")
    spare = pl.col("row") + pl.when("emptied").then(1 << 32).otherwise(0) != order
    table = table.with_columns(gone=pl.col("out") | (blank & disturbed & (edge | spare)))
    neighbour = pl.col("cleaner").forward_fill().backward_fill().over("doc", "run")
    blanked = pl.col("gone") & pl.col("cleaner").is_null()
    return table.with_columns(
        cleaner=pl.when(blanked).then(neighbour.list.head(1)).otherwise("cleaner"),
        reason=pl.when(blanked).then(pl.lit(["blank_line"])).otherwise("reason"),
    )


def _line_edits(table: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    gone = table.with_columns(
        below=pl.col("row") > pl.col("row").filter(~pl.col("gone")).max().over("doc").fill_null(-1),
        unended=(pl.col("ending").last() == 0).over("doc"),
        before_it=pl.col("ending").shift(1).over("doc").fill_null(0),
    ).filter("gone")
    if gone.is_empty():
        return EDITS.to_frame()
    backward = pl.col("below") & pl.col("unended")
    head = pl.when(backward).then("before_it").otherwise(0)
    tail = pl.when(backward).then(0).otherwise("ending")
    inner = spans.group_by("row", maintain_order=True).agg(
        pl.col("cleaner", "reason").explode(empty_as_null=False)
    )
    return (
        gone.join(inner, on="row", how="left", maintain_order="left", suffix="_inner")
        .select(
            "doc",
            "line",
            start=pl.col("start") - head,
            end=pl.col("start") + pl.col("size") + tail,
            before=pl.concat_str(head.replace_strict(_ENDINGS), "text", tail.replace_strict(_ENDINGS)),
            after=pl.lit(""),
            **{name: _united(name) for name in ("cleaner", "reason")},
        )
        .filter(pl.col("start") < pl.col("end"))
        .cast(EDITS)  # type: ignore[arg-type]
    )


def _united(name: str) -> pl.Expr:
    """Names of the cleaners that rewrote the line before those that dropped it; a pair of both is not doubled."""
    inner = pl.col(f"{name}_inner").fill_null([])
    same = pl.col("cleaner") == pl.col("cleaner_inner").fill_null([])
    return pl.when(same).then(name).otherwise(inner.list.concat(name))


def _inner_edits(table: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    kept = table.filter(~pl.col("gone")).select("row", "doc", "line", base="start")
    return (
        spans.join(kept, on="row")
        .with_columns(pl.col("start") + pl.col("base"), pl.col("end") + pl.col("base"))
        .select(EDITS.names())
        .cast(EDITS)  # type: ignore[arg-type]
    )


def _joined(table: pl.DataFrame, docs: pl.Series) -> pl.Series:
    """Join the lines that stay, with the terminators that they had."""
    kept = table.with_columns(final=pl.col("ending").last().over("doc")).filter(~pl.col("gone"))
    last = pl.col("row") == pl.col("row").max().over("doc")
    carriage = pl.when((pl.col("ending") == 2) & ~last).then(pl.lit("\r")).otherwise(pl.lit(""))
    pieces = kept.select("doc", "final", "ending", piece=pl.concat_str("now", carriage) if (kept["ending"] == 2).any() else "now")
    joined = pieces.group_by("doc", maintain_order=True).agg(
        pl.col("piece"), final=pl.col("final").last(), ending=pl.col("ending").last()
    ).select("doc", text=pl.concat_str(
        pl.col("piece").list.join("\n"),
        pl.when(pl.col("final") > 0).then(pl.col("ending").replace_strict(_ENDINGS)).otherwise(pl.lit("")),
    ))  # fmt: skip
    return docs.to_frame("doc").join(joined, on="doc", how="left", maintain_order="left")["text"].fill_null("")


def flags_of(lines: pl.DataFrame, remarks: pl.DataFrame, dropped: pl.DataFrame) -> pl.DataFrame:
    """Make `FLAGS` of remarks on lines that stay."""
    located = lines.with_row_index("row").select("row", "doc", "line", "start", end=pl.col("start") + pl.col("size"))
    return (
        remarks.join(dropped, on="row", how="anti")
        .join(located, on="row")
        .select(FLAGS.names())
        .sort("doc", "start", "cleaner", "reason")
        .cast(FLAGS)  # type: ignore[arg-type]
    )
