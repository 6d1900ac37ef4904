"""The rule of `dedup.clusters` in rounds over a table of verified pairs, as an engine runs it."""

from dataclasses import dataclass
from typing import Final

import polars as pl

ROUNDS: Final = 20
"""Rounds after which one task finishes what is left: a chain laid in the order of preference would take as many
rounds as it has links."""


@dataclass(frozen=True, slots=True)
class Settled:
    """`survivors` (gone, survivor): who goes for whom. `rounds`: how many it took. `left`: pairs that one task did."""

    survivors: pl.DataFrame
    rounds: int
    left: int


def settle(pairs: pl.DataFrame, *, rounds: int = ROUNDS) -> Settled:
    """Decide greedily on a graph of verified pairs: columns `before` and `after`, places in the order of preference.

    In a round a document whose earlier neighbours are all known to go stays, and one with an earlier neighbour
    that stays goes. Survivors are named in one join at the end: named in the round of the removal they could be
    wrong, for a still earlier neighbour may be decided later.

    >>> pairs = pl.DataFrame({"before": [0, 1, 2], "after": [1, 2, 3]})
    >>> settle(pairs).survivors.rows()
    [(1, 0), (3, 2)]
    """
    pairs = pairs.select(pl.col("before", "after").cast(pl.Int64)).unique()
    known = pl.DataFrame(schema={"document": pl.Int64, "stays": pl.Boolean})
    open_ = pairs
    done = 0
    while len(open_) and done < rounds:
        # Without an undecided neighbour before it, a document stays.
        stays = open_.select(pl.col("before").unique()).join(open_, left_on="before", right_on="after", how="anti")
        goes = open_.join(stays, on="before").select(pl.col("after").unique())
        known = pl.concat(
            [
                known,
                stays.select(document="before", stays=pl.lit(value=True)),
                goes.select(document="after", stays=pl.lit(value=False)),
            ]
        )
        open_ = open_.join(known, left_on="before", right_on="document", how="anti").join(
            known, left_on="after", right_on="document", how="anti"
        )
        done += 1
    left = len(open_)
    # Whoever is in no open pair and not known to go has only earlier neighbours that go: it stays.
    decided = known.filter(~pl.col("stays"))["document"].to_list()
    gone = pl.DataFrame({"document": [*decided, *_finish(open_)]}, schema={"document": pl.Int64})
    survivors = (
        pairs.join(gone, left_on="after", right_on="document", how="semi")
        .join(gone, left_on="before", right_on="document", how="anti")
        .group_by("after")
        .agg(pl.col("before").min())
        .sort("after")
        .select(gone="after", survivor="before")
    )
    return Settled(survivors, done, left)


def _finish(pairs: pl.DataFrame) -> set[int]:
    """Go through the undecided documents in order: those that go."""
    goes: set[int] = set()
    for after, befores in pairs.group_by("after").agg("before").sort("after").iter_rows():
        if any(before not in goes for before in befores):
            goes.add(after)
    return goes
