"""What a job did, in a few lines for the person who called it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ghirbal.speech import many


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the rows, where it lies, and what the user should know besides.

    >>> rows = {"in": 3, "survivors": 2, "removed": 1, "quarantined": 0}
    >>> summary(Outcome(Path("out"), {"rows": rows})).splitlines()[0]
    '3 rows in = 2 survivors + 1 removed + 0 quarantined'
    """

    out: Path
    counts: dict[str, Any]
    notes: tuple[str, ...] = ()
    already: bool = False
    resumed: bool = False


def summary(outcome: Outcome) -> str:
    """Return the lines that end a run."""
    counts, out = outcome.counts, outcome.out
    rows = counts["rows"]
    removed, quarantined = (f"{rows[name]:,} {name}" for name in ("removed", "quarantined"))
    lines = [f"{many(rows['in'], 'row')} in = {many(rows['survivors'], 'survivor')} + {removed} + {quarantined}"]
    cleaned = counts.get("cleaned")
    if cleaned is not None:
        taken = cleaned["bytes before"] - cleaned["bytes after"]
        share = 100 * taken / cleaned["bytes before"] if cleaned["bytes before"] else 0.0
        lines.append(
            f"  cleaning       {many(cleaned['edits'], 'edit')} in {many(cleaned['changed'], 'article')}, "
            f"{share:.1f} % of the text taken out; {many(cleaned['flags'], 'place')} only flagged"
        )
    articles = counts.get("articles")
    if articles is not None:
        alike, similar = articles.get("identical", 0), articles.get("near-duplicate", 0)
        inside = rows["removed"] - alike - similar  # by --contained; articles that stay have that reason too
        more = f", {inside:,} inside a longer one" if inside else ""
        lines.append(
            f"  articles       {rows['removed']:,} removed: {alike:,} identical and {similar:,} similar to one that "
            f"stays{more}"
        )
    if "index" in counts:
        lines.append(_beside(counts["index"]))
    lines += [_searched(kind, told) for kind, told in counts.get("search", {}).items()]
    paragraphs = counts.get("paragraphs")
    if paragraphs is not None:
        verb = "removed" if paragraphs["mode"] == "remove" else "reported"
        lines.append(f"  paragraphs     {paragraphs['found']:,} {verb} that also stand elsewhere")
    lines += [
        "",
        f"  survivors      {out / 'documents'}",
        f"  evidence       {out / 'edits'}, flags, decisions, paragraphs",
    ]
    if rows["quarantined"]:
        lines.append(f"  unreadable     {out / 'quarantine.jsonl'}")
    lines.append(f"  report         {out / 'report.html'}")
    if outcome.already:
        lines.insert(0, f"{out} is finished already: same input, same options; nothing was done")
    elif outcome.resumed:
        lines.insert(0, f"{out} was unfinished; went on where it stopped")
    return "\n".join(lines)


def unread(outcome: Outcome) -> Iterator[str]:
    """Say how many rows could not be read, with the first error and where the others are."""
    count, path = outcome.counts["rows"]["quarantined"], outcome.out / "quarantine.jsonl"
    if count:
        with path.open("rb") as lines:
            first = json.loads(next(lines))
        rest = first["row"] is None
        row = f"from byte {first['offset']:,} on" if rest else f"row {first['row']:,}"
        told = f"{first['file']}, {row}: {first['error']}"
        begun = ":" if count == 1 else ", the first is"
        rests = "the rest of a file" if count == 1 else f"{count:,} rows or rests of files"
        hint = " (--encoding NAME, if it is another)" if first["error"].startswith("not utf-8") else ""
        yield f"{rests if rest else many(count, 'row')} could not be read{begun} {told}{hint}; see {path}"


def _beside(told: dict[str, Any]) -> str:
    """Say what an index held before the batch, what went for it, and whether the batch is in it now.

    >>> _beside({"batches": 1, "articles": 2000, "went for them": 3, "stored": False})
    '  index          3 of the removed go for one of 2,000 articles of 1 earlier batch; nothing is stored (--dry-run)'
    """
    batches = f"{told['batches']:,} earlier {'batch' if told['batches'] == 1 else 'batches'}"
    before = f"{told['went for them']:,} of the removed go for one of {many(told['articles'], 'article')} of {batches}"
    return f"  index          {before}; {'this one is stored' if told['stored'] else 'nothing is stored (--dry-run)'}"


def _searched(kind: str, told: dict[str, Any]) -> str:
    """Say with what chance similar texts are found, and how many others are compared in vain.

    >>> _searched("articles", {"bands": 2, "rows": 9, "bytes per text": 16, "found": {"0.5": 0.25}, "in vain": 18})
    '  search         articles by 2 bands of 9 minima, 16 bytes each; found: 25.0 % at 0.5; \
and 18 of a million at 0.1'
    """
    steps = [(step, chance) for step, chance in told["found"].items() if 0.001 <= chance < 0.9995][-3:]
    chances = ", ".join(f"{100 * chance:.1f} % at {step}" for step, chance in steps)
    return (
        f"  search         {kind} by {told['bands']} bands of {told['rows']} minima, {told['bytes per text']} bytes "
        f"each; found: {chances}; and {told['in vain']:,} of a million at 0.1"
    )
