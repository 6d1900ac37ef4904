"""Numbers by preference, and the buckets in which documents meet, as frames."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - as everywhere

from dedup import Rule
from dedup.candidates import add_shingles, prefix_keys
from ghirbal.spark.frames import Workspace, mapped

BUCKET: Final = ["band", "key"]
COUNTERS: Final = 1 << 20
"""Counters of short texts' shingles. They go to every task; too few make rare shingles seem common, no more."""
_SHORT_BAND: Final = -1

_COUNTS = pl.Schema({"place": pl.Int64(), "count": pl.Int64()})
_ENTRIES = pl.Schema({"band": pl.Int32(), "key": pl.Int64(), "rank": pl.Int64()})


def ranked(work: Workspace, frame: DataFrame, descending: list[bool], schema: pl.Schema, name: str) -> DataFrame:
    """Give rows a `rank` from 0 in the order of `key_0`, `key_1` … (nulls last), then of part and position.

    Each task of the sorted frame numbers its own rows, and writes them down; with the rows of the tasks before it
    that is the rank.
    """
    keys = [F.col(f"key_{place}") for place in range(len(descending))]
    order = [
        key.desc_nulls_last() if down else key.asc_nulls_last() for key, down in zip(keys, descending, strict=True)
    ]
    numbered = frame.orderBy(*order, "part", "position").select(
        *schema.names(), F.monotonically_increasing_id().alias("number")
    )
    rows = work.keep(numbered, name)
    # Spark's documentation: the task in the upper 31 bits, the row's place in that task in the lower 33.
    task, place = F.shiftright("number", 33), F.col("number").bitwiseAND((1 << 33) - 1)
    counted = {row.task: row.rows for row in rows.groupBy(task.alias("task")).agg(F.count("*").alias("rows")).collect()}
    firsts = np.cumsum([0, *(counted.get(number, 0) for number in range(max(counted, default=0)))]).tolist()
    return rows.select(*schema.names(), (F.element_at(F.lit(firsts), (task + 1).cast("int")) + place).alias("rank"))


def members(work: Workspace, chosen: DataFrame, rule: Rule, name: str) -> DataFrame:
    """Put documents into buckets of at least two: columns `band`, `key` and `rank`.

    Buckets with the same members are one: copies of one form meet in nearly every band.
    """
    bands = chosen.select("rank", F.posexplode("bands").alias("band", "key")).where(F.col("key") != 0)
    short = work.keep(_short_entries(chosen, rule), f"{name}-short")
    entries = bands.select(*BUCKET, "rank").unionByName(short)
    # Nearly all keys come once. Which do not, is found by shuffling the keys alone, and little is left after it.
    shared = entries.groupBy(*BUCKET).agg(F.count("*").alias("members")).where("members > 1").select(*BUCKET)
    again = work.keep(entries.join(work.keep(shared, f"{name}-shared"), BUCKET, "left_semi"), f"{name}-entries")
    ranks = F.col("rank")
    same = [
        F.count("*").alias("members"),
        F.min(ranks).alias("first"),
        F.max(ranks).alias("last"),
        F.bit_xor(F.xxhash64(ranks)).alias("print"),
        F.bit_xor(F.xxhash64(ranks, F.lit(1))).alias("other_print"),
    ]
    distinct = again.groupBy(*BUCKET).agg(*same).groupBy("members", "first", "last", "print", "other_print")
    buckets = distinct.agg(F.min(F.struct(*BUCKET)).alias("bucket")).select("bucket.*")
    return work.keep(again.join(buckets, BUCKET, "left_semi"), f"{name}-members")


def _short_entries(chosen: DataFrame, rule: Rule) -> DataFrame:
    """Key the small sets by their rarest shingles, as many as any set that resembles them must share one of."""
    short = chosen.where(F.size("short") > 0).select("rank", "short")
    counted = mapped(short.select("short"), _count, _COUNTS).groupBy("place").agg(F.sum("count").alias("count"))
    counts = np.zeros(COUNTERS, np.uint32)
    told = counted.toArrow()
    counts[told["place"].to_numpy()] = np.minimum(told["count"].to_numpy(), np.iinfo(np.uint32).max)
    return mapped(short, partial(_prefixes, counts, rule), _ENTRIES)


def _count(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    counts = np.zeros(COUNTERS, np.uint32)
    for rows in batches:
        add_shingles(counts, unsigned(rows["short"]))
    places = np.flatnonzero(counts)
    yield pl.DataFrame({"place": places, "count": counts[places].astype(np.int64)}, schema=_COUNTS)


def _prefixes(counts: NDArray[np.uint32], rule: Rule, batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for rows in batches:
        keys, owners = prefix_keys(unsigned(rows["short"]), counts, rule)
        ranks = rows["rank"].to_numpy()[owners]
        yield pl.DataFrame({"band": _SHORT_BAND, "key": keys.view(np.int64), "rank": ranks}, schema=_ENTRIES)


def unsigned(hashes: pl.Series) -> pl.Series:
    """Return lists of hashes as `dedup` knows them, without a sign."""
    return hashes.list.eval(pl.element().reinterpret(signed=False))
