"""Near-duplicates among ranked documents: copies, buckets, sets, clusters, each step a frame."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - as everywhere

from dedup import Rule
from ghirbal.spark.candidates import members
from ghirbal.spark.clusters import cluster
from ghirbal.spark.frames import Texts, Workspace
from ghirbal.spark.verifying import Verifier, sets_of

SKETCHED = ("shingles", "fingerprint", "short", "bands")


def find_duplicates(work: Workspace, ranked: DataFrame, texts: Texts, rule: Rule, name: str) -> DataFrame:
    """Find for each document the earliest similar survivor, as `dedup.find_duplicates` does.

    `ranked` has a sketch for each `rank`, and the columns by which `texts` reads texts of one part again. The
    answer has a row for each rank: `rank`, `own` (size of its set), `survivor` (a rank, null where it stays),
    `other` (the size of the survivor's set), `shared`, `named` (others go for it) and `held` (why it stays).
    """
    whole = ranked.where("shingles > 0")
    apart: list[int] = []
    while True:
        prints = F.when(F.col("rank").isin(apart), F.col("rank")).otherwise(F.col("fingerprint"))
        alike = whole.withColumn("print", prints) if apart else whole.withColumn("print", F.col("fingerprint"))
        groups = alike.groupBy("print", "shingles").agg(F.min("rank").alias("first"), F.count(F.lit(1)).alias("copies"))
        joined = alike.join(groups.where("copies > 1"), ["print", "shingles"])
        copies = work.keep(joined.where("rank > first").select("rank", "first"), f"{name}-copies")
        chosen = whole.join(copies, "rank", "left_anti")
        buckets = members(work, chosen, rule, name)
        firsts = copies.select(F.col("first").alias("rank"))
        wanted = buckets.select("rank").unionByName(copies.select("rank")).unionByName(firsts).distinct()
        places = ranked.drop(*SKETCHED).join(wanted, "rank")
        verifier = Verifier(work, sets_of(work, places, texts, rule, name), rule)
        pairs = copies.select(F.col("first").alias("before"), F.col("rank").alias("after"))
        equal = verifier.pairs(pairs, f"{name}-copies").where("jaccard = 1").select(F.col("after").alias("rank"))
        collided = [row.rank for row in copies.join(equal, "rank", "left_anti").select("rank").collect()]
        if not collided:
            break
        # Other sets with the same fingerprint, which only said where to compare: once in 2 ** 64 pairs.
        apart += collided
    clusters = cluster(work, buckets, verifier, name)
    # A copy goes for what its first fellow goes for, or for it.
    gone = clusters.gone.select(F.col("after").alias("rank"), F.col("before").alias("survivor"), "shared")
    followed = (
        copies.join(gone.withColumnRenamed("rank", "first"), "first", "left")
        .join(whole.select("rank", "shingles"), "rank")
        .select(
            "rank", F.coalesce("survivor", "first").alias("survivor"), F.coalesce("shared", "shingles").alias("shared")
        )
    )
    decided = work.keep(gone.unionByName(followed), f"{name}-decided")
    named = decided.select(F.col("survivor").alias("rank")).distinct().select("rank", F.expr("true").alias("named"))
    sizes = ranked.select(F.col("rank").alias("survivor"), F.col("shingles").alias("other"))
    return work.keep(
        ranked.select("rank", F.col("shingles").alias("own"))
        .join(decided, "rank", "left")
        .join(named, "rank", "left")
        .join(clusters.held, "rank", "left")
        .join(sizes, "survivor", "left")
        .select("rank", "own", "survivor", "other", "shared", F.expr("coalesce(named, false)").alias("named"), "held"),
        f"{name}-found",
    )
