"""The order of preference of all documents of a job, with few bytes of memory for each."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup import parse_dates, preference_order
from dedup.dates import unreadable
from ghirbal.ordered import in_order
from ghirbal.spill import Spilled


def order_of(
    documents: Spilled, *, prefer: Sequence[str], site_priority: Sequence[str]
) -> tuple[NDArray[np.int32], int]:
    """Return the place of each document in the order of preference, and how many dates could not be read.

    Documents stand by file and row already, so that those that are alike in all else need no more columns. Ids are
    read of those only that are alike in what comes before the id, and sites are held as numbers.
    """
    sites = pl.concat([piece["site"].unique() for piece in documents.pieces("site")])
    named = pl.Enum(pl.concat([sites, pl.Series(site_priority, dtype=pl.String)]).drop_nulls().unique().sort())

    def keys(part: int) -> tuple[pl.DataFrame, int]:
        given = documents.spill.read(documents.table, part, "site", "date")
        dates = parse_dates(given["date"])
        lengths = documents.spill.read("sketches", part, "shingles")["shingles"].alias("length")
        return pl.DataFrame([given["site"].cast(named), dates, lengths]), unreadable(given["date"], dates)

    read, unread = zip(*in_order(keys, documents.parts), strict=True)
    table = pl.concat(read)
    del read
    before = list(prefer)
    while "id" in {key.removeprefix("-") for key in before}:
        before.pop()
    rank = preference_order(table, prefer=before, site_priority=site_priority).astype(np.int32)
    if before != list(prefer):
        alike = _alike(table.select(key.removeprefix("-") for key in before), rank)
        ids = documents.rows(alike, "id").table
        further = preference_order(
            pl.concat([table[alike], ids], how="horizontal"), prefer=prefer, site_priority=site_priority
        )
        rank[alike] = np.sort(rank[alike])[further]
    return rank, sum(unread)


def _alike(keys: pl.DataFrame, rank: NDArray[np.int32]) -> NDArray[np.int64]:
    """Find the rows with the keys of another; these have neighbouring ranks."""
    if not keys.width:
        return np.arange(rank.size)
    order = np.empty(rank.size, np.int32)
    order[rank] = np.arange(rank.size, dtype=np.int32)
    same = np.ones(max(rank.size - 1, 0), np.bool_)
    for key in keys:
        ordered = key.gather(order)
        same &= ordered[1:].eq_missing(ordered[:-1]).to_numpy()
    tied = np.zeros(rank.size, np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    return np.sort(order[tied]).astype(np.int64)
