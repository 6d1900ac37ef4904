"""Survivors and evidence, written by tasks that each make one file of every table."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from pyspark.sql import DataFrame

from dedup import find_contained
from dedup.duplicates import found
from ghirbal.columns import Settled, load_kinds
from ghirbal.evidence import TABLES
from ghirbal.finding import DECIDED, ELSEWHERE, NOT_COMPARED
from ghirbal.manifest import checksum
from ghirbal.plan import Plan
from ghirbal.spark.frames import cogrouped
from ghirbal.spark.parts import Parts
from ghirbal.spill import Rows, Spilled
from ghirbal.writers import write_beside, write_table
from ghirbal.writing import Results, format_of, tables_of

PLACE: Final = {"file": pl.String(), "row": pl.Int64(), "id": pl.String()}
SURVIVOR: Final = {f"survivor_{name}": dtype for name, dtype in PLACE.items()}
DECISIONS: Final = pl.Schema(
    {
        "shard": pl.Int64(),
        "part": pl.Int64(),
        "position": pl.Int64(),
        "rank": pl.Int64(),
        "own": pl.Int64(),
        "other": pl.Int64(),
        "shared": pl.Int64(),
        "named": pl.Boolean(),
        "held": pl.String(),
        **SURVIVOR,
    }
)
"""One row for each document, with the place of the survivor that stands for it."""
PARAGRAPHS: Final = pl.Schema(
    {
        "shard": pl.Int64(),
        "part": pl.Int64(),
        "doc": pl.Int64(),
        "key_1": pl.Int64(),
        "line": pl.Int64(),
        "last_short": pl.Int64(),
        "own": pl.Int64(),
        "other": pl.Int64(),
        "shared": pl.Int64(),
        "survivor_line": pl.Int64(),
        **SURVIVOR,
    }
)
"""One row for each paragraph of an article of which any goes; `shared` is null where one stays."""
WRITTEN: Final = pl.Schema({"shard": pl.Int64(), "told": pl.String()})


@dataclass(frozen=True, slots=True)
class Shards:
    """What every task knows: the parts, what was told of them, and the columns that the documents get."""

    parts: Parts
    facts: dict[int, dict[str, Any]]
    settled: Settled
    plan: Plan

    def path(self, table: str, shard: int) -> Path:
        """Return the file of one table."""
        return self.plan.out / table / f"part-{shard:05}.{format_of(table, self.plan)}"


def shards_of(facts: Sequence[tuple[int, dict[str, Any]]], *, size: int) -> dict[int, int]:
    """Return the shard of each part: parts that follow one another, up to so many bytes of text.

    >>> shards_of([(0, {"bytes after": 5}), (1, {"bytes after": 4}), (9, {"bytes after": 4})], size=9)
    {0: 0, 1: 0, 9: 1}
    """
    shards, shard, filled = {}, 0, 0
    for part, known in facts:
        if filled and filled + known["bytes after"] > size:
            shard, filled = shard + 1, 0
        shards[part] = shard
        filled += known["bytes after"]
    return shards


def write_shards(decisions: DataFrame, paragraphs: DataFrame, shards: Shards) -> list[dict[str, Any]]:
    """Write all files; return what is known of each shard, in order."""
    for table in ("documents", *TABLES):
        (shards.plan.out / table).mkdir(parents=True, exist_ok=True)
    told = cogrouped(decisions, paragraphs, "shard", partial(_write, shards), WRITTEN).collect()
    known = [json.loads(row.told) for row in sorted(told, key=lambda row: int(row.shard))]
    return known or [_files(shards, 0, {})]


def _write(shards: Shards, decisions: pl.DataFrame, paragraphs: pl.DataFrame) -> pl.DataFrame:
    shard = decisions["shard"][0]
    pieces: dict[str, list[pl.DataFrame]] = {}
    reasons: Counter[str] = Counter()
    removed = 0
    for (part,), own in decisions.sort("part", "position").group_by("part", maintain_order=True):
        results = _results(shards, int(str(part)), own, paragraphs.filter(pl.col("part") == part))
        tables = tables_of(0, results, shards.plan)
        for name, table in tables.items():
            pieces.setdefault(name, []).append(table)
        reasons.update(tables["decisions"]["reason"])
        removed += int((~tables["decisions"]["kept"]).sum())
    told = {**_files(shards, shard, pieces), "reasons": reasons, "removed": removed}
    return pl.DataFrame([[shard, json.dumps(told)]], schema=WRITTEN, orient="row")


def _files(shards: Shards, shard: int, pieces: dict[str, list[pl.DataFrame]]) -> dict[str, Any]:
    files, rows = {}, {}
    for name, schema in {"documents": shards.settled.schema, **TABLES}.items():
        path = shards.path(name, shard)
        table = pl.concat([schema.to_frame(), *pieces.get(name, [])], rechunk=True)
        write_beside(path, partial(write_table, table, format=format_of(name, shards.plan)))
        files[f"out/{name}/{path.name}"] = checksum(path)
        rows[name] = table.height
    return {"files": files, "rows": rows, "reasons": {}, "removed": 0}


def _results(shards: Shards, part: int, own: pl.DataFrame, paragraphs: pl.DataFrame) -> Results:
    """Tell of one part what a job on one machine knows of all: survivors elsewhere are numbered after its rows."""
    spill = shards.parts.spill(part)
    height = shards.facts[part]["rows"]
    paragraphs = paragraphs.sort("doc", "key_1")
    going = paragraphs.filter(pl.col("shared").is_not_null())
    decided, elsewhere = _decided(own, height), _elsewhere(paragraphs, going, height + height)
    survivors = pl.concat([_survivors(own), _survivors(going)])
    return Results(
        documents=Spilled(spill, "rows", np.array([0, height])),
        facts=[shards.facts[part]],
        survivors=Rows(np.empty(0, np.int64), _survivors(own).clear()).beside(survivors, height),
        decided=lambda _: decided,
        elsewhere=lambda _: elsewhere,
        settled=shards.settled,
    )


def _survivors(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col(f"survivor_{name}").alias(name) for name in PLACE).cast({"row": pl.UInt64()})


def _decided(own: pl.DataFrame, height: int) -> pl.DataFrame:
    """Return the part's rows as `DECIDED` says; the survivor of row i has the number height + i."""
    if own["own"].is_null().all():
        return DECIDED.to_frame().clear(height).with_columns(reason=pl.lit(NOT_COMPARED, pl.String))
    own = own.with_row_index("at")
    survivor = own.select(
        pl.when(pl.col("survivor_file").is_not_null()).then(pl.col("at").cast(pl.Int64) + height).otherwise(-1)
    ).to_series()
    shared, size, other = (own[name].fill_null(0).to_numpy() for name in ("shared", "own", "other"))
    held = dict(own.filter(pl.col("held").is_not_null()).select("at", "held").iter_rows())
    table = found(survivor.to_numpy(), shared, size, other, own["named"].to_numpy(), held=held)
    return table.with_columns(own["rank"]).cast(DECIDED).select(DECIDED.names())


def _elsewhere(paragraphs: pl.DataFrame, going: pl.DataFrame, first: int) -> pl.DataFrame:
    """Return the paragraphs that go as `ELSEWHERE` says; the document that stands for number i is first + i."""
    if going.is_empty():
        return ELSEWHERE.to_frame()
    gone = paragraphs["shared"].is_not_null().to_numpy()
    doc, line, short = (paragraphs[name].to_numpy() for name in ("doc", "key_1", "last_short"))
    contained = pl.Series("contained", find_contained(doc, line, short, gone)).filter(pl.Series(gone))
    own, other, shared = (going[name] for name in ("own", "other", "shared"))
    return (
        going.with_columns(
            pl.col("key_1").alias("cleaned_line"),
            pl.col("own").alias("shingles"),
            pl.int_range(first, first + pl.len()).alias("survivor"),
            (shared / (own + other - shared)).alias("jaccard"),
            contained,
        )
        .select(ELSEWHERE.names())
        .cast(ELSEWHERE)
    )


def settled_kinds(parts: Parts, facts: Iterable[tuple[int, dict[str, Any]]]) -> Iterable[dict[str, Any]]:
    """Give the kinds of the columns of each part."""
    for part, known in facts:
        yield load_kinds(known["kinds"], parts.spill(part).schema("carried", 0))
