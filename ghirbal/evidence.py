"""The tables of evidence that a job writes: their columns, and how rows get their place in the input."""

from typing import Final

import polars as pl

PLACE: Final[dict[str, pl.DataType]] = {"file": pl.String(), "row": pl.UInt64(), "id": pl.String()}

EDITS: Final = pl.Schema(
    {
        **PLACE,
        "line": pl.UInt32(),
        "start": pl.UInt32(),
        "end": pl.UInt32(),
        "before": pl.String(),
        "after": pl.String(),
        "cleaner": pl.List(pl.String()),
        "reason": pl.List(pl.String()),
    }
)
FLAGS: Final = pl.Schema(
    {
        **PLACE,
        "line": pl.UInt32(),
        "start": pl.UInt32(),
        "end": pl.UInt32(),
        "cleaner": pl.String(),
        "reason": pl.String(),
    }
)
DECISIONS: Final = pl.Schema(
    {
        **PLACE,
        "kept": pl.Boolean(),
        "reason": pl.String(),
        "cluster": pl.String(),
        "survivor": pl.String(),
        "survivor_file": pl.String(),
        "survivor_row": pl.UInt64(),
        "jaccard": pl.Float64(),
        "containment": pl.Float64(),
    }
)
PARAGRAPHS: Final = pl.Schema(
    {
        **PLACE,
        "line": pl.UInt32(),
        "text": pl.String(),
        "survivor": pl.String(),
        "survivor_file": pl.String(),
        "survivor_row": pl.UInt64(),
        "survivor_line": pl.UInt32(),
        "jaccard": pl.Float64(),
    }
)
TABLES: Final = {"edits": EDITS, "flags": FLAGS, "decisions": DECISIONS, "paragraphs": PARAGRAPHS}

REDACTED = "[redacted]"


def placed(table: pl.DataFrame, places: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Give rows that name a document by `doc`, its position in `places`, that document's file, row and id.

    >>> places = pl.DataFrame({"file": ["a"], "row": [7], "id": ["x"]})
    >>> row = {"line": [1], "start": [0], "end": [2], "cleaner": ["C"], "reason": ["r"]}
    >>> placed(pl.DataFrame({"doc": [0], **row}), places, FLAGS).row(0)
    ('a', 7, 'x', 1, 0, 2, 'C', 'r')
    """
    where = places.select(pl.col(*PLACE).gather(table["doc"]))
    return pl.concat([where, table.drop("doc")], how="horizontal").select(schema.names()).cast(schema)


def redacted(edits: pl.DataFrame, private: tuple[str, ...]) -> pl.DataFrame:
    """Mask what the cleaners named in `private` took out."""
    if not private:
        return edits
    about_a_person = pl.col("cleaner").list.set_intersection(pl.lit(list(private))).list.len() > 0
    return edits.with_columns(
        before=pl.when(about_a_person).then(pl.lit(REDACTED)).otherwise("before"),
    )
