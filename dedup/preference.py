"""The order of preference: which of two near-duplicates survives."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.arguments import check_argument
from dedup.dates import parse_dates

PREFER: Final = ("date", "-length", "site", "id")
"""The earliest, then the longest, which is the one of most different shingles, then by site, then by id."""


def preference_order(
    keys: pl.DataFrame, *, prefer: Sequence[str] = PREFER, site_priority: Sequence[str] = ()
) -> NDArray[np.int64]:
    """Place of each row in the order of preference, 0 for the one that survives before all others.

    `prefer` names columns of `keys`, with `-` in front for descending. `date` is read as an instant; dates that
    cannot be read come last, and so does every missing value, in either direction. `site` follows
    `site_priority` first, then the alphabet. Rows alike in all this follow `file` and `row`, where `keys` has
    them, else their position, so the order is total; with an `id` that does not repeat, it is the same however
    the rows are shuffled.

    >>> keys = pl.DataFrame({"date": ["2015-07-22", "soon", "2015-07-21"], "length": [5, 9, 5]})
    >>> preference_order(keys, prefer=["date", "-length"]).tolist()
    [1, 2, 0]
    """
    check_argument("keys", keys, pl.DataFrame, "a DataFrame")
    columns, descending = preference_columns(keys, prefer=prefer, site_priority=site_priority)
    last = [pl.col(name) for name in ("file", "row") if name in keys.columns]
    last.append(pl.int_range(pl.len()))
    order = (
        keys.select(
            pl.arg_sort_by(
                [*map(pl.lit, columns), *last],
                descending=[*descending, *[False] * len(last)],
                nulls_last=True,
            )
        )
        .to_series()
        .to_numpy()
    )
    rank = np.empty(len(keys), np.int64)
    rank[order] = np.arange(len(keys))
    return rank


def preference_columns(
    keys: pl.DataFrame, *, prefer: Sequence[str] = PREFER, site_priority: Sequence[str] = ()
) -> tuple[list[pl.Series], list[bool]]:
    """Return the columns to sort by, nulls last, and which of them descend; an engine sorts by the same.

    >>> columns, descending = preference_columns(pl.DataFrame({"date": ["soon"], "length": [5]}), prefer=["-length"])
    >>> columns[0].to_list(), descending
    ([5], [True])
    """
    for name, value in (("prefer", prefer), ("site_priority", site_priority)):
        if isinstance(value, str):  # a sequence too, of letters
            raise TypeError(f"{name} is a list of names, as [{value!r}] is, not {value!r}")
    columns: list[pl.Series] = []
    descending: list[bool] = []
    for key in prefer:
        name = key.removeprefix("-")
        if name not in keys.columns:
            near = get_close_matches(name, keys.columns, 1)
            raise ValueError(f"cannot prefer by {name!r}: no such column" + (f"; is it {near[0]!r}?" if near else ""))
        values = keys[name]
        if name == "date":
            values = parse_dates(values)
        if name == "site" and site_priority:
            places = {site: place for place, site in reversed(list(enumerate(site_priority)))}
            columns.append(values.replace_strict(places, default=len(places), return_dtype=pl.UInt32))
            descending.append(key.startswith("-"))
        columns.append(values)
        descending.append(key.startswith("-"))
    return columns, descending
