"""What the cleaners took and flagged: counts of all of it, and examples where they stood."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from ghirbal.removal import CLEANERS, cleaning_only
from ghirbal.report.evidence import at, numbered, parts
from ghirbal.report.sampling import lots
from ghirbal.spill import Spilled

EXAMPLES: Final = 8
DRAWN: Final = 120
"""Edits of each cleaner that take part in the choice of examples with different texts."""
AROUND: Final = 90
"""Characters of the cleaned text shown on each side of an example."""


def cleaners_told(out: Path, private: frozenset[str], rows: Spilled | None) -> list[dict[str, Any]]:
    """Tell of each cleaner its edits, its reasons, the bytes it took and a few examples.

    An edit that several cleaners made counts for each of them; its bytes and its example are the last one's, which
    took what the repairs before it had left.
    """
    edits: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {}
    drawn: list[pl.DataFrame] = []
    for part in parts(out, "edits"):
        named = part.with_columns(
            by=pl.col("cleaner").list.last(),
            taken=pl.col("end").cast(pl.Int64) - pl.col("start") - pl.col("after").str.len_bytes(),
        )
        for cleaner, count in part["cleaner"].explode().drop_nulls().value_counts().iter_rows():
            edits[cleaner] += count
        for cleaner, size in named.group_by("by").agg(pl.col("taken").sum()).iter_rows():
            taken[cleaner] += size
        why = named.group_by("by", pl.col("reason").list.last()).len()
        for cleaner, reason, count in why.iter_rows():
            reasons.setdefault(cleaner, Counter())[reason] += count
        shown = named.filter(cleaning_only())
        drawn = [_draw(pl.concat([*drawn, shown.with_columns(lots(shown, "start"))]))]
    examples = _examples(drawn[0], out, private, rows) if drawn else {}
    return [
        {
            "cleaner": cleaner,
            "edits": count,
            "bytes": taken[cleaner],
            "reasons": dict(sorted(reasons.get(cleaner, Counter()).items(), key=_most)[:20]),
            "examples": examples.get(cleaner, []),
        }
        for cleaner, count in sorted(edits.items(), key=_most)
        if cleaner not in CLEANERS
    ]


def _most(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _draw(edits: pl.DataFrame) -> pl.DataFrame:
    """Keep the lowest lots of each cleaner, so that any order of the parts keeps the same ones.

    A blank line that went with its neighbours shows nothing: it is kept only where a cleaner has no other edit.
    """
    blank = pl.col("reason").list.last() == "blank_line"
    edits = edits.filter(~blank | blank.all().over("by"))
    low = edits.filter(pl.col("lot") <= pl.col("lot").bottom_k(DRAWN).max().over("by"))
    drawn = low.sort("by", "lot", "file", "row", "start").group_by("by", maintain_order=True).head(DRAWN)
    return drawn.select(edits.columns)


def _examples(
    drawn: pl.DataFrame, out: Path, private: frozenset[str], rows: Spilled | None
) -> dict[str, list[dict[str, Any]]]:
    chosen = (
        drawn.unique(["by", "before", "after"], keep="first", maintain_order=True)
        .group_by("by", maintain_order=True)
        .head(EXAMPLES)
    )
    around = _around(numbered(out, chosen), rows)
    told: dict[str, list[dict[str, Any]]] = {}
    for edit, (left, right) in zip(chosen.iter_rows(named=True), around, strict=True):
        masked = bool(private.intersection(edit["cleaner"]))
        told.setdefault(edit["by"], []).append(
            {
                **at(edit),
                "line": edit["line"],
                "left": left,
                "before": None if masked else edit["before"],
                "after": edit["after"],
                "right": right,
                "cleaners": edit["cleaner"],
                "reasons": edit["reason"],
            }
        )
    return told


def _around(chosen: pl.DataFrame, rows: Spilled | None) -> list[tuple[str, str]]:
    """Return the cleaned text on both sides of each edit: what else was taken there cannot show private text."""
    if rows is None:
        return [("", "")] * chosen.height
    sides = {}
    edits = rows.beside("edits")
    numbers = chosen["number"].unique().sort().to_numpy()
    for part, own in rows.places(numbers):
        texts = rows.spill.read("rows", part, "text")["text"].gather(own)
        made = edits.spill.read("edits", part, "doc", "start", "end", "after")
        made = made.filter(pl.col("doc").is_in(pl.Series(own).implode()))
        by_doc = made.partition_by("doc", as_dict=True)
        for doc, text in zip(own.tolist(), texts, strict=True):
            source = text.encode()
            mine = by_doc[doc,]
            starts, ends = mine["start"].cast(pl.Int64).to_numpy(), mine["end"].cast(pl.Int64).to_numpy()
            sizes = mine["after"].str.len_bytes().cast(pl.Int64).to_numpy()
            moved = np.cumsum(sizes - (ends - starts)) - (sizes - (ends - starts))
            for start, shift, size in zip(starts.tolist(), moved.tolist(), sizes.tolist(), strict=True):
                place = start + shift
                left = source[max(0, place - 4 * AROUND) : place].decode(errors="ignore")[-AROUND:]
                right = source[place + size : place + size + 4 * AROUND].decode(errors="ignore")[:AROUND]
                sides[int(rows.firsts[part]) + doc, start] = left, right
    return [sides.get(place, ("", "")) for place in chosen.select("number", "start").iter_rows()]


def flags_told(out: Path) -> list[dict[str, Any]]:
    """Count what has one witness only, by cleaner and reason."""
    counts: Counter[tuple[str, str]] = Counter()
    for part in parts(out, "flags", "cleaner", "reason"):
        for cleaner, reason, count in part.group_by("cleaner", "reason").len().iter_rows():
            counts[cleaner, reason] += count
    return [
        {"cleaner": cleaner, "reason": reason, "places": count}
        for (cleaner, reason), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
