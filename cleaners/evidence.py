"""The evidence rule: a line goes on a match and an independent witness, and on one witness is only flagged."""

from dataclasses import dataclass

import polars as pl

from cleaners.page import MARKS, Dropper
from cleaners.rewriting import REMARKS


@dataclass(frozen=True, slots=True)
class Dropped:
    """Lines that go (as `REMARKS`, several names one a line) and lines that were flagged."""

    lines: pl.DataFrame
    remarks: pl.DataFrame


def drop_lines(page: pl.DataFrame, droppers: tuple[Dropper, ...]) -> Dropped:
    """Drop lines until nothing more drops: what goes may expose a new edge of the text.

    Because this runs to its end, cleaning a text again finds nothing.
    """
    dropped, remarks = [], []
    rest = page
    while rest.height:
        marks = pl.concat([MARKS.to_frame(), *(dropper.mark(rest) for dropper in droppers)])
        verdicts = _weighed(rest, marks)
        gone = verdicts.filter("goes")
        dropped.append(gone)
        moved = rest.filter(pl.col("row").is_in(gone["row"].implode()))["doc"].unique()
        moving = pl.col("doc").is_in(moved.implode())
        settled = rest.filter(~moving)["row"]
        remarks.append(verdicts.filter(~pl.col("goes") & pl.col("row").is_in(settled.implode())))
        rest = rest.filter(moving & ~pl.col("row").is_in(gone["row"].implode()))
    return Dropped(_named(pl.concat(dropped) if dropped else _NOTHING), _remarks(remarks))


_NOTHING = pl.Schema({**MARKS, "goes": pl.Boolean}).to_frame()


def _weighed(page: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Decide each mark: `goes` tells whether its line does."""
    if marks.is_empty():
        return _NOTHING
    residue = marks.filter(pl.col("evidence").is_in(["proved", "place", "run"]))["row"].unique()
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
    lines = lines.with_columns(run=pl.col("place").is_not_null() & pl.col("marked").all().over("doc", "place"))
    evidence = pl.col("evidence")
    return marks.join(lines, on="row").select(
        *MARKS.names(),
        goes=(evidence == "proved")
        | ((evidence == "place") & pl.col("place").is_not_null())
        | ((evidence == "run") & pl.col("run")),
    ).filter(pl.col("goes") | (evidence != "known"))


def _named(verdicts: pl.DataFrame) -> pl.DataFrame:
    """One row per dropped line, naming every cleaner that found it."""
    names = (pl.col(name).str.join("\n") for name in ("cleaner", "reason"))
    return verdicts.group_by("row", maintain_order=True).agg(names).sort("row")


def _remarks(verdicts: list[pl.DataFrame]) -> pl.DataFrame:
    found = pl.concat([_NOTHING, *verdicts])
    return found.select(REMARKS.names()).unique().sort("row", "cleaner", "reason")
