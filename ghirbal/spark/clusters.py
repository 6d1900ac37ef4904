"""The greedy rule of `dedup.clusters` in rounds of frames that shuffle and spill."""

from dataclasses import dataclass
from functools import reduce
from typing import Final

import polars as pl
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - as everywhere

from dedup.rounds import ROUNDS, settle
from ghirbal.errors import GhirbalError
from ghirbal.spark.candidates import BUCKET
from ghirbal.spark.frames import Workspace
from ghirbal.spark.parts import rows_of
from ghirbal.spark.verifying import Verifier

PIVOTS: Final = 4
"""Rounds in which each bucket compares its members with its first one alone."""
FEW: Final = 32
"""Undecided members of a bucket, of which all pairs are compared rather than one more round made."""
LARGE: Final = 256
"""Members of a bucket from which on its pairs are never listed, but compared block by block."""
LITTLE: Final = 1_000_000
"""Undecided pairs of numbers that one task takes over at once rather than one more round be made: 50 MB."""
LEFT: Final = 20_000_000
"""Pairs of numbers that one task takes over after the last round: 1 GB."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """`gone` (after, before, shared): who goes for whom; `held` (rank, held): why some stay. Ranks all."""

    gone: DataFrame
    held: DataFrame


def cluster(work: Workspace, members: DataFrame, verifier: Verifier, name: str) -> Clusters:
    """Decide on every member, in order of preference.

    In a pivot round a document that is the first undecided one of all its buckets stays, and what resembles it
    goes. So every undecided document has been compared with all that stay before it in its buckets, and a bucket
    of copies is done after one round. Of what is left all pairs are compared and decided in `_settled`.
    Survivors are named last: one named in the round of the removal may not be the earliest that stays.
    """
    undecided = work.keep(members.select("rank").distinct(), f"{name}-undecided")
    verified, leaders = [], []
    for turn in range(PIVOTS):
        live = members.join(undecided, "rank", "left_semi")
        buckets = live.groupBy(*BUCKET).agg(F.min("rank").alias("pivot"), F.count(F.lit(1)).alias("members"))
        seen = work.keep(live.join(buckets, BUCKET), f"{name}-seen-{turn}")
        if (seen.agg(F.max("members")).collect()[0][0] or 0) <= FEW:
            break
        stays = seen.groupBy("rank").agg(F.min("pivot").alias("pivot")).where("pivot = rank").select("rank")
        stays = work.keep(stays, f"{name}-stays-{turn}")
        pivots = seen.where("pivot < rank").join(stays.select(F.col("rank").alias("pivot")), "pivot", "left_semi")
        pairs = pivots.select(F.col("pivot").alias("before"), F.col("rank").alias("after")).distinct()
        found = verifier.pairs(pairs, f"{name}-{turn}")
        gone = found.where("held is null").select(F.col("after").alias("rank"))
        undecided = work.keep(
            undecided.join(stays, "rank", "left_anti").join(gone, "rank", "left_anti"), f"{name}-undecided-{turn}"
        )
        verified.append(found.withColumn("turn", F.lit(turn)))
        leaders.append(stays.withColumn("turn", F.lit(turn)))
    rest = work.keep(_rest(members, undecided, verifier, name), f"{name}-rest")
    gone = _settled(work, rest.where("held is null").select("before", "after"), name)
    verified.append(rest.withColumn("turn", F.lit(PIVOTS)))
    leaders.append(undecided.join(gone, "rank", "left_anti").withColumn("turn", F.lit(PIVOTS)))
    return _named(work, members, _union(verified), work.keep(_union(leaders), f"{name}-leaders"), verifier, name)


def _rest(members: DataFrame, undecided: DataFrame, verifier: Verifier, name: str) -> DataFrame:
    """Compare all pairs of undecided documents that share a bucket."""
    live = members.join(undecided, "rank", "left_semi")
    sizes = live.groupBy(*BUCKET).agg(F.count(F.lit(1)).alias("members")).where("members > 1")
    small, large = sizes.where(F.col("members") <= LARGE), sizes.where(F.col("members") > LARGE)
    few = live.join(small.select(*BUCKET), BUCKET)
    before = few.withColumnRenamed("rank", "before")
    after = few.withColumnRenamed("rank", "after")
    listed = before.join(after, BUCKET).where("before < after").select("before", "after").distinct()
    blocked = verifier.blocks(live.join(large.select(*BUCKET), BUCKET), BUCKET, f"{name}-large")
    return verifier.pairs(listed, f"{name}-listed").unionByName(blocked).distinct()


def _settled(work: Workspace, pairs: DataFrame, name: str) -> DataFrame:
    """Decide on a graph of verified pairs as `dedup.rounds.settle` does; returns the `rank` of each that goes.

    Rounds end when `LITTLE` is left, which one task finishes. After `ROUNDS` it takes what is left, if that is within
    `LEFT`: a chain laid in the order of preference would take as many rounds as it has links.
    """
    open_ = work.keep(pairs, f"{name}-open")
    gone = [work.frame(pl.DataFrame(schema={"rank": pl.Int64}))]
    turn = 0
    while (count := rows_of(open_)) > LITTLE and turn < ROUNDS:
        later = open_.select(F.col("after").alias("before"))
        stays = open_.select("before").distinct().join(later, "before", "left_anti")
        goes = open_.join(stays, "before").select(F.col("after").alias("rank")).distinct()
        goes = work.keep(goes, f"{name}-goes-{turn}")
        gone.append(goes)
        known = stays.select(F.col("before").alias("rank")).unionByName(goes)
        left = open_.join(known.withColumnRenamed("rank", "before"), "before", "left_anti")
        left = left.join(goes.withColumnRenamed("rank", "after"), "after", "left_anti")
        open_ = work.keep(left, f"{name}-open-{turn}")
        turn += 1
    if count > LEFT:
        raise GhirbalError(
            f"{count:,} similar pairs are undecided after {turn} rounds, and one task takes {LEFT:,} at most: "
            "the texts form long chains of resemblance; a higher --threshold cuts them"
        )
    table = pl.DataFrame(pl.from_arrow(open_.toArrow()))
    finished = settle(table, rounds=0).survivors.select(rank="gone") if count else table.select(rank="after")
    return _union([*gone, work.frame(finished.cast({"rank": pl.Int64}))])


def _named(  # noqa: PLR0917 - what `cluster` knows
    work: Workspace, members: DataFrame, verified: DataFrame, leaders: DataFrame, verifier: Verifier, name: str
) -> Clusters:
    """Name for each document that goes the earliest survivor that it resembles, for one that is held, why."""
    told = verified.join(leaders.select(F.col("rank").alias("before")), "before", "left_semi")
    free = told.where("held is null").join(leaders.withColumnRenamed("rank", "after"), "after", "left_anti")
    best = work.keep(free.groupBy("after").agg(_earliest(), F.min("turn").alias("turn")), f"{name}-best")

    # Who stays only later may stand before the survivor found so far; what was decided in the last step knows all.
    late = (
        leaders.where("turn > 0")
        .join(members, "rank")
        .select(*BUCKET, F.col("rank").alias("before"), F.col("turn").alias("since"))
    )
    early = (
        best.where(F.col("turn") < PIVOTS)
        .join(members, best["after"] == members["rank"])
        .select(*BUCKET, "after", "found.before", "turn")
    )
    first = late.groupBy(*BUCKET).agg(F.min("before").alias("first"))
    open_ = early.join(first, BUCKET).where(F.col("first") < F.col("before")).withColumnRenamed("before", "best")
    pairs = open_.join(late, BUCKET).where("before < best and since > turn").select("before", "after").distinct()
    more = verifier.pairs(pairs, f"{name}-late").where("held is null").select("after", "before", "shared")
    all_ = best.select("after", "found.*").unionByName(more)
    gone = all_.groupBy("after").agg(_earliest()).select("after", "found.*")

    most = F.struct((-F.col("jaccard")).alias("similarity"), "before", "held")
    held = told.where("held is not null").join(leaders.select(F.col("rank").alias("after")), "after", "left_semi")
    return Clusters(
        work.keep(gone, f"{name}-gone"),
        held.groupBy(F.col("after").alias("rank")).agg(F.min(most)["held"].alias("held")),
    )


def _earliest() -> Column:
    return F.min(F.struct("before", "shared")).alias("found")


def _union(frames: list[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)
