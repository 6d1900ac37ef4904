"""Site lines learned by all machines in a first pass over the input."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

import polars as pl
from pyspark.sql import functions as F  # noqa: N812 - as everywhere

from cleaners import SITE_LINES, Recipe
from cleaners.sites import STANDINGS, standings
from ghirbal.inputs import InputFile
from ghirbal.plan import Plan
from ghirbal.readers import Reading, read
from ghirbal.sites import least_texts, of_use, uses_sites
from ghirbal.spark.frames import Workspace, mapped

_STANDINGS: Final = pl.Schema({**STANDINGS, "print": pl.Int64()})


def with_site_lines(work: Workspace, plan: Plan, cut: list[list[InputFile]]) -> Plan:
    """Return the plan with a table of site lines, if its recipe uses one; see `ghirbal.sites_job`.

    Lines are counted where they lie; only those of use come together.
    """
    if plan.recipe is None or plan.table is not None or not uses_sites(plan.recipe):
        return plan
    numbers = work.session.range(0, len(cut), 1, max(len(cut), 1))
    told = mapped(numbers, partial(_standings, plan.reading, plan.recipe, cut), _STANDINGS)
    texts = told.groupBy("site", "key", "print").agg(F.bool_or("top").alias("top"), F.bool_or("bottom").alias("bottom"))
    counts = texts.groupBy("site", "key").agg(
        F.count(F.lit(1)).alias("documents"),
        F.sum(F.col("top").cast("long")).alias("top"),
        F.sum(F.col("bottom").cast("long")).alias("bottom"),
    )
    often = counts.where((F.col("documents") >= least_texts(plan.recipe)) | F.col("key").isNull())
    table = pl.DataFrame(pl.from_arrow(often.toArrow())).cast(SITE_LINES).sort("site", "key")
    return replace(plan, table=of_use(table, plan.recipe))


def _standings(
    reading: Reading, recipe: Recipe, cut: list[list[InputFile]], batches: Iterator[pl.DataFrame]
) -> Iterator[pl.DataFrame]:
    for numbers in batches:
        for unit in numbers["id"]:
            for batch in read(cut[unit], reading, checked=True):
                told = standings(batch.rows["text"], batch.rows["site"], recipe)
                yield told.with_columns(pl.col("print").reinterpret(signed=True))
