"""What the report tells, gathered from the files of a result: plain values, the contents of report.json."""

import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, Final

from dedup import Rule
from ghirbal.ordered import in_order
from ghirbal.report.edits import cleaners_told, flags_told
from ghirbal.report.evidence import at, scan, streamed
from ghirbal.report.pairs import clusters_told, pairs_told
from ghirbal.report.sampling import lots
from ghirbal.report.sources import lengths_told, sources_told
from ghirbal.spill import Spilled

FORMAT: Final = 1
PARAGRAPHS: Final = 12
QUARANTINED: Final = 60
INPUTS: Final = 40


def gather(out: Path, run: dict[str, Any], *, rule: Rule | None, rows: Spilled | None) -> dict[str, Any]:
    """Gather numbers of everything and samples of bounded size.

    `rows` are the rows that were read, as the job spilled them: removed texts, sites and days of removed rows and
    the lengths before are nowhere else. Without them the report is shorter.
    """
    column = run["job"]["options"]["text"] or "text"
    tellers: dict[str, partial[Any]] = {
        "cleaners": partial(cleaners_told, out, frozenset(run["private"]), rows),
        "flags": partial(flags_told, out),
        "lengths": partial(lengths_told, out, column, rows),
        "sources": partial(sources_told, out, rows),
        "quarantined": partial(quarantined_told, out),
    }
    if "articles" in run["counts"]:
        tellers["clusters"] = partial(clusters_told, out, rows)
    if rule is not None:
        tellers["pairs"] = partial(pairs_told, out, rule, rows)
    if "paragraphs" in run["counts"]:
        tellers["paragraphs"] = partial(paragraphs_told, out)
    told: dict[str, Any] = {"format": FORMAT, "run": _bounded(run)}
    told.update(zip(tellers, in_order(lambda tell: tell(), tellers.values()), strict=True))
    return told


def _bounded(run: dict[str, Any]) -> dict[str, Any]:
    """Leave out what grows with the number of files."""
    inputs = run["job"]["inputs"]
    told = {"files": len(inputs), "bytes": sum(one["bytes"] for one in inputs), "first": inputs[:INPUTS]}
    return {name: value for name, value in run.items() if name != "files"} | {"job": {**run["job"], "inputs": told}}


def paragraphs_told(out: Path) -> dict[str, Any]:
    """Show the paragraphs that stood most often elsewhere, and some drawn from all."""
    table = scan(out, "paragraphs")
    place = ["survivor_file", "survivor_row", "survivor_line"]
    counts = streamed(table.group_by(place).len(name="times"))
    often = counts.sort("times", *place, descending=[True, False, False, False]).head(PARAGRAPHS)
    shown = streamed(table.join(often.lazy(), on=place, how="semi")).sort("file", "row", "line")
    first = often.join(shown.unique(place, keep="first", maintain_order=True), on=place, maintain_order="left")
    drawn = streamed(table.select("file", "row", "line", *place))
    chosen = (
        drawn.with_columns(lots(drawn, "line"))
        .sort("lot", "file", "row", "line")
        .unique(place, keep="first", maintain_order=True)
        .select("file", "row", "line")
        .head(PARAGRAPHS)
    )
    some = streamed(table.join(chosen.lazy(), on=["file", "row", "line"], how="semi")).sort("file", "row", "line")
    return {
        "often": [{"times": row["times"], **_paragraph(row)} for row in first.iter_rows(named=True)],
        "drawn": [_paragraph(row) for row in some.iter_rows(named=True)],
    }


def _paragraph(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **at(row),
        "line": row["line"],
        "text": row["text"],
        "survivor": at(row, "survivor_"),
        "survivor line": row["survivor_line"],
        "jaccard": row["jaccard"],
    }


def quarantined_told(out: Path) -> dict[str, Any]:
    """Count why rows could not be read, and show the first of them."""
    reasons: Counter[str] = Counter()
    shown: list[dict[str, Any]] = []
    with (out / "quarantine.jsonl").open("rb") as lines:
        for line in lines:
            row = json.loads(line)
            if len(reasons) < QUARANTINED or row["error"] in reasons:
                reasons[row["error"]] += 1
            if len(shown) < QUARANTINED:
                shown.append({name: row[name] for name in ("file", "row", "offset", "error")})
    return {"reasons": dict(sorted(reasons.items(), key=lambda one: (-one[1], one[0]))), "rows": shown}
