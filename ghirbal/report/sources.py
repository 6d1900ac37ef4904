"""Rows by source and by day, and the lengths of the texts before and after."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from dedup import parse_dates
from ghirbal.report.evidence import scan, streamed, texts_written
from ghirbal.spill import Spilled

SITES: Final = 30
HALVINGS: Final = 2
"""Classes of length to each doubling of the length."""


def _length_class(characters: pl.Expr) -> pl.Expr:
    """Return the class of a length: 0 for an empty text, then each class begins √2 times as high."""
    return (HALVINGS * characters.cast(pl.Float64).log(2)).floor().cast(pl.Int64, strict=False).fill_null(-1) + 1


def lengths_told(out: Path, column: str, rows: Spilled | None) -> dict[str, Any]:
    """Count the texts of each length, in characters, as they were read and as they were written."""
    written = streamed(
        texts_written(out, column).select(
            _length_class(pl.col("text").fill_null("").str.len_chars()).alias("class"),
            pl.col("text").str.len_bytes().cast(pl.Int64).alias("bytes"),
        ).group_by("class").agg(pl.len(), pl.col("bytes").sum())
    )  # fmt: skip
    told = {"after": _counts(written.select("class", "len")), "bytes after": int(written["bytes"].sum())}
    if rows is None:
        return told
    kept = streamed(scan(out, "decisions").select("kept"))["kept"]
    seen, bytes_kept = [], 0
    for part in rows.parts:
        texts = rows.spill.read("rows", part, "text")
        edits = rows.spill.read("edits", part, "doc", "before", "after")
        taken = edits.group_by("doc").agg((_characters("before") - _characters("after")).sum().alias("taken"))
        sizes = texts.with_row_index("doc").join(taken, on="doc", how="left", maintain_order="left")
        own = kept.slice(int(rows.firsts[part]), texts.height)
        bytes_kept += int(texts["text"].str.len_bytes().filter(own).sum())
        before = _length_class(_characters("text") + pl.col("taken").fill_null(0))
        seen.append(sizes.select(before.alias("class")).group_by("class").len())
    return {"before": _counts(pl.concat(seen)), "bytes kept": bytes_kept, **told}


def _characters(column: str) -> pl.Expr:
    return pl.col(column).str.len_chars().cast(pl.Int64)


def _counts(classes: pl.DataFrame) -> list[list[int]]:
    """Return [shortest length of the class, texts] for each class that has any."""
    summed = classes.group_by("class").agg(pl.col("len").sum()).sort("class")
    return [[0 if at < 1 else int(np.ceil(2 ** ((at - 1) / HALVINGS))), count] for at, count in summed.iter_rows()]


def sources_told(out: Path, rows: Spilled | None) -> dict[str, Any]:
    """Count rows and removed rows of each site and of each day, the largest sites and all days."""
    if rows is None:
        return {"sites": [], "more sites": 0, "days": [], "undated": 0}
    removed = ~streamed(scan(out, "decisions").select("kept"))["kept"]
    sites, days = [], []
    for part in rows.parts:
        places = rows.spill.read("rows", part, "site", "date")
        own = places.select(
            "site",
            parse_dates(places["date"]).dt.date().alias("day"),
            removed.slice(int(rows.firsts[part]), places.height).alias("removed"),
        )
        sites.append(_counted(own, "site"))
        days.append(_counted(own, "day"))
    by_site = _summed(sites, "site").sort(pl.col("rows"), pl.col("site"), descending=[True, False])
    by_day = _summed(days, "day").sort("day")
    return {
        "sites": by_site.filter(pl.col("site").is_not_null()).head(SITES).rows(),
        "more sites": max(0, by_site.filter(pl.col("site").is_not_null()).height - SITES),
        "days": [(day.isoformat(), *counts) for day, *counts in _days(by_day)],
        "undated": int(by_day.filter(pl.col("day").is_null())["rows"].sum()),
    }


def _counted(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    return rows.group_by(by).agg(pl.len().cast(pl.Int64).alias("rows"), pl.col("removed").sum().cast(pl.Int64))


def _summed(counts: list[pl.DataFrame], by: str) -> pl.DataFrame:
    return pl.concat(counts).group_by(by).agg(pl.col("rows", "removed").sum())


def _days(by_day: pl.DataFrame, most: int = 70) -> list[tuple[Any, ...]]:
    """Give days, or weeks, months, quarters, years and more where there are too many days to draw."""
    dated = by_day.filter(pl.col("day").is_not_null())
    for step in ("1d", "1w", "1mo", "3mo", "1y", "10y", "100y", "1000y"):
        merged = dated.group_by(pl.col("day").dt.truncate(step)).agg(pl.col("rows", "removed").sum()).sort("day")
        if merged.height <= most:
            break
    return merged.head(most).rows()
