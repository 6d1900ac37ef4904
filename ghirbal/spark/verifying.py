"""Exact comparison of pairs, with their sets brought beside them by joins."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import polars as pl
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - as everywhere

from dedup import Rule, shingle_sets
from dedup.guard import template_findings
from dedup.marks import set_marks
from dedup.pairs import listed, may_verify, verify_block, verify_pairs
from dedup.sets import WORDS
from ghirbal.spark.candidates import unsigned
from ghirbal.spark.frames import Texts, Workspace, grouped, mapped, streamed

BLOCK: Final = 4096
"""Documents of a large bucket that are compared with as many others in one task: 18 MB of sets."""

PAIRS: Final = 1 << 18
"""Pairs that are compared before those found are handed on: all of them may be similar."""

_OUTLINE: Final = {"size": pl.Int64(), "marks": pl.List(pl.Int64())}
SETS: Final = pl.Schema({"rank": pl.Int64(), **_OUTLINE, "hashes": pl.List(pl.Int64()), "text": pl.String()})
_PAIR: Final = pl.Schema({"before": pl.Int64(), "after": pl.Int64()})
_SHARED: Final = {**_PAIR, "shared": pl.Int64(), "jaccard": pl.Float64()}
VERIFIED: Final = pl.Schema({**_SHARED, "held": pl.String()})
"""A pair of ranks, how many shingles their sets share, and why the guard does not let one go for the other."""
_SIDES: Final = {"before": "left", "after": "right"}
_SIMILAR: Final = pl.Schema({**_SHARED, "equal": pl.Boolean()})


def sets_of(work: Workspace, places: DataFrame, texts: Texts, rule: Rule, name: str) -> DataFrame:
    """Make the sets of documents again from their texts (see `SETS`), a part at a time."""
    return work.keep(grouped(places, ["part"], partial(_sets, texts, rule), SETS), f"{name}-sets")


def _sets(texts: Texts, rule: Rule, places: pl.DataFrame) -> pl.DataFrame:
    own = pl.Series("text", texts(places))
    sets = shingle_sets(own, words=rule.words)
    texts_too = own if rule.template_guard else pl.lit(None, pl.String).alias("text")
    marks, firsts = set_marks(sets.hashes, sets.starts, WORDS)
    made = {
        "size": pl.Series(np.diff(sets.starts)),
        "marks": listed(marks.view(np.int64), firsts),
        "hashes": listed(sets.hashes.view(np.int64), sets.starts),
    }
    return places.select("rank", texts_too, **made).select(SETS.names()).cast(SETS)


@dataclass(frozen=True, slots=True)
class Verifier:
    """Compares pairs of documents by rank whose `sets` are known; what comes out is as `VERIFIED` says."""

    work: Workspace
    sets: DataFrame
    rule: Rule

    def pairs(self, pairs: DataFrame, name: str) -> DataFrame:
        """Compare the sets of each pair `before`, `after`, and write down what comes out.

        Sets are what is heavy. So pairs that sizes and marks tell apart leave before sets come beside them, and sets
        of no pair stay out of the shuffles.
        """
        outlined = pairs
        for place in _SIDES:
            outlines = (F.col(name).alias(f"{place}_{name}") for name in _OUTLINE)
            outlined = outlined.join(self.sets.select(F.col("rank").alias(place), *outlines), place)
        near = self.work.keep(mapped(outlined, partial(_near, self.rule), _PAIR), f"{name}-near")
        ranks = near.select(F.explode(F.array(*_SIDES)).alias("rank")).distinct()
        sets = self.sets.join(ranks, "rank", "left_semi")
        beside = near
        for place, side in _SIDES.items():
            beside = beside.join(sets.select(F.col("rank").alias(place), F.col("hashes").alias(side)), place)
        similar = mapped(beside.select(*_SIDES, *_SIDES.values()), partial(_verify, self.rule), _SIMILAR)
        return self.work.keep(self._guarded(similar, sets), f"{name}-verified")

    def blocks(self, members: DataFrame, bucket: list[str], name: str) -> DataFrame:
        """Compare all pairs of each (large) bucket, whose `members` columns tell, block by block.

        Members fall into blocks by a hash of their rank; each two blocks of a bucket are one task's, so that no
        task holds more than twice `BLOCK` sets and `PAIRS` pairs, however large the bucket.
        """
        members = self.work.keep(members, f"{name}-members")
        sets = self.sets.join(members.select("rank").distinct(), "rank", "left_semi")
        sizes = members.groupBy(*bucket).agg(F.ceil(F.count(F.lit(1)) / BLOCK).cast("long").alias("blocks"))
        placed = members.join(sizes, bucket).withColumn("block", F.pmod(F.xxhash64("rank"), F.col("blocks")))
        others = F.explode(F.sequence(F.lit(0), F.col("blocks") - 1))
        paired = placed.select(*bucket, "rank", "block", others.alias("other"))
        cells = paired.select(
            *bucket, "rank", F.least("block", "other").alias("low"), F.greatest("block", "other").alias("high"),
            (F.col("block") <= F.col("other")).alias("first"),
        )  # fmt: skip
        beside = cells.join(sets.select("rank", "hashes"), "rank")
        similar = streamed(beside, [*bucket, "low", "high"], partial(_verify_cell, self.rule, PAIRS), _SIMILAR)
        return self._guarded(similar.distinct(), sets)

    def _guarded(self, similar: DataFrame, sets: DataFrame) -> DataFrame:
        if not self.rule.template_guard:
            return similar.select(*_SHARED, F.lit(None).cast("string").alias("held"))
        for place, side in _SIDES.items():
            similar = similar.join(sets.select(F.col("rank").alias(place), F.col("text").alias(side)), place)
        return mapped(similar, _guard, VERIFIED)


def _near(rule: Rule, batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for pairs in batches:
        lefts, rights = ((pairs[f"{place}_size"], unsigned(pairs[f"{place}_marks"])) for place in _SIDES)
        yield pairs.select(_PAIR.names()).filter(may_verify(lefts, rights, rule))


def _verify(rule: Rule, batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for pairs in batches:
        shared = pl.Series("shared", verify_pairs(unsigned(pairs["left"]), unsigned(pairs["right"]), rule))
        yield _similar(pairs.with_columns(pl.col("left", "right").list.len(), shared))


def _verify_cell(rule: Rule, most: int, cell: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Compare the documents of two blocks, or of one with each other, `most` pairs at a time."""
    ones = cell.filter("first")
    same = cell["low"][0] == cell["high"][0]
    others = ones if same else cell.filter(~pl.col("first"))
    hashes = unsigned(others["hashes"])
    for strip in ones.iter_slices(max(most // max(others.height, 1), 1)):
        left, right, shared = verify_block(unsigned(strip["hashes"]), hashes, rule)
        one, two = strip["rank"].gather(left), others["rank"].gather(right)
        sizes = [side["hashes"].list.len().gather(rows) for side, rows in ((strip, left), (others, right))]
        pairs = pl.DataFrame({"one": one, "two": two, "left": sizes[0], "right": sizes[1], "shared": shared})
        # In a block of its own each pair comes in both orders, and each document with itself.
        once = pairs.filter(pl.col("one") < pl.col("two")) if same else pairs
        yield _similar(once.with_columns(before=pl.min_horizontal("one", "two"), after=pl.max_horizontal("one", "two")))


def _similar(pairs: pl.DataFrame) -> pl.DataFrame:
    """Say of pairs with the sizes of their sets, `left` and `right`, how similar they are; see `_SIMILAR`."""
    left, right, shared = pl.col("left"), pl.col("right"), pl.col("shared")
    total = left.cast(pl.Int64) + right.cast(pl.Int64)
    return (
        pairs.filter(shared >= 0)
        .with_columns(jaccard=shared / (total - shared), equal=(shared == left) & (shared == right))
        .select(_SIMILAR.names())
        .cast(_SIMILAR)
    )


def _guard(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for pairs in batches:
        asked = pairs.filter(~pl.col("equal"))
        findings = template_findings(asked["left"], asked["right"])
        kinds = [finding and f"template-{finding.kind}" for finding in findings]
        held = asked.with_columns(pl.Series("held", kinds, dtype=pl.String))
        free = pairs.filter("equal").with_columns(held=pl.lit(None, pl.String))
        yield pl.concat([held, free]).select(VERIFIED.names())
