"""The report: what a finished result holds, gathered from its files part by part."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from ghirbal.errors import InputError
from ghirbal.output import RUN, read_run
from ghirbal.page import render

EXAMPLES = 6
LARGEST = 20


@dataclass(slots=True)
class Gathered:
    """What the page shows; every list is a bounded sample, the first ones in input order."""

    run: dict[str, Any]
    cleaners: Counter[str] = field(default_factory=Counter)
    bytes_taken: Counter[str] = field(default_factory=Counter)
    edits: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    flagged: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    clusters: Counter[str] = field(default_factory=Counter)
    closest: list[dict[str, Any]] = field(default_factory=list)
    paragraphs: list[dict[str, Any]] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)


def write_report(out: str | Path) -> Path:
    """Build OUT/report.html from the files of a finished result and return its path."""
    folder = Path(out)
    run = read_run(folder) if folder.is_dir() else None
    if run is None:
        raise InputError(f"{folder} holds no finished result: there is no {RUN} in it")
    return write_page(folder, run)


def write_page(out: Path, run: dict[str, Any]) -> Path:
    """Build OUT/report.html for the run that made the files in `out`."""
    path = out / "report.html"
    beside = out / "report.html.part"
    beside.write_text(render(gather(out, run)), encoding="utf-8", errors="replace")
    beside.replace(path)
    return path


def gather(out: Path, run: dict[str, Any]) -> Gathered:
    """Read the evidence, one part at a time, so that memory does not grow with the archive."""
    found = Gathered(run)
    private = set(run["private"])
    for part in sorted((out / "edits").glob("*.parquet")):
        _add_edits(found, pl.read_parquet(part), private)
    for part in sorted((out / "flags").glob("*.parquet")):
        counts = pl.read_parquet(part, columns=["cleaner", "reason"]).group_by("cleaner", "reason").len()
        for cleaner, reason, count in counts.sort("cleaner", "reason").iter_rows():
            found.flagged[cleaner, reason] += count
    for part in sorted((out / "decisions").glob("*.parquet")):
        _add_decisions(found, pl.read_parquet(part))
    for part in sorted((out / "paragraphs").glob("*.parquet")):
        if len(found.paragraphs) < LARGEST:
            rows = pl.read_parquet(part).head(LARGEST - len(found.paragraphs))
            found.paragraphs += rows.to_dicts()
    with (out / "quarantine.jsonl").open("rb") as lines:
        for line in lines:
            found.quarantined.append(json.loads(line))
            if len(found.quarantined) == LARGEST:
                break
    return found


def _add_edits(found: Gathered, edits: pl.DataFrame, private: set[str]) -> None:
    size = pl.col("before").str.len_bytes().cast(pl.Int64) - pl.col("after").str.len_bytes().cast(pl.Int64)
    named = edits.with_columns(size.alias("size"), pl.col("cleaner").list.first().alias("first"))
    totals = named.group_by("first").agg(pl.len(), pl.col("size").sum())
    for cleaner, count, taken in totals.sort("first").iter_rows():
        found.cleaners[cleaner] += count
        found.bytes_taken[cleaner] += taken
    for row in named.group_by("first", maintain_order=True).head(EXAMPLES).iter_rows(named=True):
        examples = found.edits.setdefault(row["first"], [])
        if len(examples) < EXAMPLES:
            examples.append({**row, "masked": bool(private.intersection(row["cleaner"]))})


def _add_decisions(found: Gathered, decisions: pl.DataFrame) -> None:
    for reason, count in decisions.group_by("reason").len().sort("reason").iter_rows():
        found.reasons[reason] += count
    removed = decisions.filter(~pl.col("kept"))
    place = pl.concat_str("survivor_file", pl.lit(" row "), "survivor_row")
    for survivor, count in removed.group_by(place.alias("place")).len().sort("place").iter_rows():
        found.clusters[survivor] += count
    found.closest += removed.sort("jaccard", "file", "row").head(LARGEST).to_dicts()
    found.closest.sort(key=lambda row: (row["jaccard"], row["file"], row["row"]))
    del found.closest[LARGEST:]
