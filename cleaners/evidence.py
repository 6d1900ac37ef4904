"""The evidence rule: a line goes on a match and an independent witness, and on one witness is only flagged."""

from dataclasses import dataclass

import polars as pl

from cleaners.checked import blamed, check_marks
from cleaners.layers import SPANS
from cleaners.page import EVIDENCE, MARKS, Dropper, with_features
from cleaners.rewriting import REMARKS


@dataclass(frozen=True, slots=True)
class Dropped:
    """What droppers took out, and what they only flagged.

    `lines` go whole (`REMARKS`, several names one a line). `cuts` shorten lines (`SPANS`, in bytes of the lines
    as the page had them). `remarks` are flags.
    """

    lines: pl.DataFrame
    cuts: pl.DataFrame
    remarks: pl.DataFrame


def drop_lines(page: pl.DataFrame, droppers: tuple[Dropper, ...], table: pl.DataFrame | None = None) -> Dropped:
    """Drop lines and cut spans until nothing more goes: what goes may expose a new edge of the text.

    Because this runs to its end, cleaning a text again finds nothing. `table` has the counts of site lines.
    """
    dropped, cut, remarks = [_NOTHING], [_NOTHING], [_NOTHING]
    rest = page
    while rest.height:
        verdicts = _weighed(rest, pl.concat([MARKS.to_frame(), *(_marks_of(dropper, rest) for dropper in droppers)]))
        going = verdicts.filter("goes")
        gone = going.filter(pl.col("cut").is_null())
        cuts = going.filter(pl.col("cut").is_not_null() & ~pl.col("row").is_in(gone["row"].implode()))
        moving = pl.col("doc").is_in(rest.filter(pl.col("row").is_in(going["row"].implode()))["doc"].unique().implode())
        settled = rest.filter(~moving)["row"]
        dropped.append(gone)
        cut.append(cuts)
        remarks.append(verdicts.filter(~pl.col("goes") & pl.col("row").is_in(settled.implode())))
        rest = _shortened(rest.filter(moving & ~pl.col("row").is_in(gone["row"].implode())), cuts, table)
    gone = pl.concat(dropped)
    cuts = pl.concat(cut).filter(~pl.col("row").is_in(gone["row"].implode()))
    return Dropped(
        _named(gone), _as_spans(cuts, page), pl.concat(remarks).select(REMARKS.names()).unique().sort(pl.all())
    )


def _marks_of(dropper: Dropper, page: pl.DataFrame) -> pl.DataFrame:
    with blamed(dropper, "mark"):
        found = dropper.mark(page)
    check_marks(found, dropper, page, MARKS, EVIDENCE)
    return found


def _shortened(page: pl.DataFrame, cuts: pl.DataFrame, table: pl.DataFrame | None) -> pl.DataFrame:
    if cuts.is_empty():
        return page
    lines = page.join(cuts.group_by("row").agg(pl.col("cut").min()), on="row", maintain_order="left")
    head = pl.col("text").cast(pl.Binary).bin.slice(0, "cut").cast(pl.String)
    shorter = with_features(lines.select("row", "doc", "title", "site", text=head), table)
    return pl.concat([page.filter(~pl.col("row").is_in(shorter["row"].implode())), shorter]).sort("row")


def _as_spans(cuts: pl.DataFrame, page: pl.DataFrame) -> pl.DataFrame:
    names = {name: pl.col(name).unique(maintain_order=True).str.join("\n") for name in ("cleaner", "reason")}
    start = pl.col("cut").min()
    spans = cuts.group_by("row").agg(start.alias("start"), **names).join(page.select("row", "text"), on="row")
    text = pl.col("text").cast(pl.Binary)
    return (
        spans.with_columns(end=text.bin.size(), before=text.bin.slice("start").cast(pl.String), after=pl.lit(""))
        .select(SPANS.names())
        .cast(SPANS)
        .sort("row")
    )


_NOTHING = pl.Schema({**MARKS, "goes": pl.Boolean()}).to_frame()


def _weighed(page: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Decide each mark: `goes` tells whether its line does."""
    if marks.is_empty():
        return _NOTHING
    residue = marks.filter(pl.col("evidence").is_in(["proved", "place", "run", "near"]))["row"].unique()
    known = marks["row"].unique()
    docs = page.filter(pl.col("row").is_in(known.implode()))["doc"].unique()
    lines = page.filter(pl.col("doc").is_in(docs.implode())).select(
        "row",
        "doc",
        marked=pl.col("row").is_in(known.implode()),
        body=pl.col("sentence") & ~pl.col("row").is_in(residue.implode()),
    )
    body = pl.col("row").filter("body")
    lines = lines.with_columns(
        place=pl.when(pl.col("row") < body.min().over("doc")).then(pl.lit("before"))
        .when(pl.col("row") > body.max().over("doc")).then(pl.lit("after"))
    )  # fmt: skip
    # lines that nothing accounts for, from the body to each line, and all on that side of the body
    unknown = (~pl.col("marked")).cast(pl.UInt32)
    inner = pl.when(pl.col("place") == "after").then(unknown.cum_sum()).otherwise(unknown.cum_sum(reverse=True))
    lines = lines.with_columns(
        inner=inner.over("doc", "place"), outer=unknown.sum().over("doc", "place"), aside=pl.col("place").is_not_null()
    ).with_columns(
        run=pl.col("aside") & (pl.col("outer") == 0),
        near=pl.col("aside") & (pl.col("inner") == 0) & (pl.col("outer") <= 1),
    )
    evidence = pl.col("evidence")
    return (
        marks.join(lines, on="row")
        .select(
            *MARKS.names(),
            goes=(evidence == "proved")
            | ((evidence == "place") & pl.col("place").is_not_null())
            | ((evidence == "run") & pl.col("run"))
            | ((evidence == "near") & pl.col("near")),
        )
        .filter(pl.col("goes") | (evidence != "known"))
    )


def _named(verdicts: pl.DataFrame) -> pl.DataFrame:
    """One row per dropped line, naming every cleaner that found it."""
    names = (pl.col(name).str.join("\n") for name in ("cleaner", "reason"))
    return verdicts.group_by("row", maintain_order=True).agg(names).sort("row")
