"""What lies in a finished result, read part by part or streamed, so that memory does not grow with the archive."""

from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import Any

import polars as pl


def scan(out: Path, table: str) -> pl.LazyFrame:
    """Scan one of the tables of evidence, in the order of the input."""
    return pl.scan_parquet(sorted((out / table).glob("*.parquet")), glob=False)


def parts(out: Path, table: str, *columns: str) -> Iterator[pl.DataFrame]:
    """Read a table one part after another."""
    for path in sorted((out / table).glob("*.parquet")):
        yield pl.read_parquet(path, columns=list(columns) or None, glob=False)


def streamed(frame: pl.LazyFrame) -> pl.DataFrame:
    """Collect an answer that is small from a table that may not be."""
    return frame.collect(engine="streaming")


def texts_written(out: Path, column: str) -> pl.LazyFrame:
    """Scan the texts of the survivors, in whichever format they were written."""
    paths = sorted((out / "documents").iterdir())
    if paths[0].suffix == ".parquet":
        frame = pl.scan_parquet(paths, glob=False)
    elif paths[0].suffix == ".jsonl":
        plain = [escape(str(path)) for path in paths]  # it takes every path for a pattern
        frame = pl.scan_ndjson(plain, schema={column: pl.String()})
    else:
        frame = pl.scan_csv(paths, infer_schema=False, glob=False)
    return frame.select(pl.col(column).alias("text"))


def numbered(out: Path, places: pl.DataFrame) -> pl.DataFrame:
    """Find the number of each document in `places` (`file`, `row`): its place among all rows that were read."""
    known = scan(out, "decisions").select("file", "row").with_row_index("number")
    found = streamed(known.join(places.select("file", "row").unique().lazy(), on=["file", "row"], how="semi"))
    return places.join(found, on=["file", "row"], how="left", maintain_order="left").with_columns(
        pl.col("number").cast(pl.Int64)
    )


def survivors_here(out: Path, removed: pl.DataFrame) -> pl.Series:
    """Find the number of each removed row's survivor, null where it lies in an earlier batch of an index.

    An earlier batch may have had a file of the same name. What others went for stays, and not without a reason.
    """
    places = removed.select("survivor", file="survivor_file", row="survivor_row")
    known = scan(out, "decisions").with_row_index("number").filter(pl.col("kept") & (pl.col("reason") != "unique"))
    wanted = places.rename({"survivor": "id"}).unique().lazy()
    found = known.join(wanted, on=["file", "row", "id"], how="semi").select("file", "row", "number", survivor="id")
    keys = ["file", "row", "survivor"]
    return places.join(streamed(found), on=keys, how="left", maintain_order="left")["number"].cast(pl.Int64)


def at(row: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Keep what names a document."""
    return {"file": row[f"{prefix}file"], "row": row[f"{prefix}row"], "id": row["survivor" if prefix else "id"]}
