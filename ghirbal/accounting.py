"""The counts of a job, and the sum that has to come out: rows in = survivors + removed + quarantined."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from dedup import Rule, collision_probability, expected_candidates
from dedup.repeated import repeated
from ghirbal.cleaning import totals
from ghirbal.evidence import PLACE
from ghirbal.excess import excess, inside
from ghirbal.finding import ARTICLES, PARAGRAPHS
from ghirbal.inputs import InputFile
from ghirbal.ordered import in_order
from ghirbal.output import Output
from ghirbal.plan import Plan
from ghirbal.speech import many
from ghirbal.spill import Spilled
from ghirbal.writing import QUARANTINE, Results, Written

UNLIKE: Final = 0.1
"""Similarity of two articles that share no more than their language: of single words more, of longer shingles less."""


def account(results: Results, written: Written, output: Output, plan: Plan) -> dict[str, Any]:
    """Count what every stage did; RuntimeError if a row is neither a survivor nor removed nor quarantined."""
    reasons = dict(sorted(written.reasons.items()))
    counts = counted(results.facts, reasons, written.removed, written.rows, output, plan)
    if plan.index is not None:
        documents = results.documents
        stored = ((results.decided(part)["survivor"] >= documents.height).sum() for part in documents.parts)
        counts["index"] = {
            "batches": plan.index.state["batches"],
            "articles": sum(segment.documents for segment in plan.index.segments),
            "went for them": sum(map(int, stored)),
            "stored": not plan.options.dry_run,
        }
    return counts


def counted(  # noqa: PLR0917 - what the stages of either engine tell
    facts: list[dict[str, Any]],
    reasons: dict[str, int],
    removed: int,
    written: dict[str, int],
    output: Output,
    plan: Plan,
) -> dict[str, Any]:
    """Put the counts of all stages together: the `facts` of the parts, documents by reason, rows written."""
    cleaned = totals(facts)
    with (output.out / QUARANTINE).open("rb") as lines:
        quarantined = sum(1 for _ in lines)
    rows = {
        "in": cleaned.pop("rows") + cleaned.pop("rejects"),
        "survivors": written["documents"],
        "removed": removed,
        "quarantined": quarantined,
    }
    check_rows(rows)
    counts: dict[str, Any] = {"rows": rows}
    if plan.recipe is not None:
        counts["cleaned"] = cleaned
    if plan.rule is not None:
        counts["articles"] = reasons
        counts["search"] = {"articles": search(plan.rule)}
    if plan.paragraph_rule is not None:
        counts["paragraphs"] = {"mode": plan.options.paragraphs, "found": written["paragraphs"]}
        counts["search"]["paragraphs"] = search(plan.paragraph_rule)
    counts["written"] = written
    return counts


def search(rule: Rule) -> dict[str, Any]:
    """Say what a rule's bands find, and what they cost.

    `found` is the chance with which a pair of this similarity is compared; `in vain` how many of a million unlike
    pairs, of similarity `UNLIKE`, are expected to be.

    >>> told = search(Rule(words=5, threshold=0.8))
    >>> told["bands"], told["bytes per text"], told["found"]["0.5"], told["in vain"]
    (18, 144, 0.2468, 18)
    """
    bands = {"bands": rule.bands.bands, "rows": rule.bands.rows}
    steps = [*(step / 10 for step in range(1, 10)), rule.threshold]
    found = {f"{step:g}": round(collision_probability(step, **bands), 4) for step in sorted(set(steps))}
    spurious = round(1_000_000 * expected_candidates([UNLIKE], **bands))
    return {**bands, "bytes per text": rule.bands.bytes_per_document, "found": found, "in vain": spurious}


def check_rows(rows: dict[str, int]) -> None:
    """Check that no row is lost.

    >>> check_rows({"in": 3, "survivors": 1, "removed": 1, "quarantined": 0})
    Traceback (most recent call last):
        ...
    RuntimeError: 3 rows came in, but 1 survivors + 1 removed + 0 quarantined are 2: a row is lost
    """
    became = rows["survivors"] + rows["removed"] + rows["quarantined"]
    if rows["in"] != became:
        raise RuntimeError(
            f"{rows['in']} rows came in, but {rows['survivors']} survivors + {rows['removed']} removed + "
            f"{rows['quarantined']} quarantined are {became}: a row is lost"
        )


def notes(results: Results, output: Output) -> list[str]:
    """Return what the user should know besides."""
    documents = results.documents
    unreadable = (output.manifest.finished(ARTICLES) or {}).get("unreadable dates", 0)

    def sites(part: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        own = documents.spill.read(documents.table, part, "site").with_columns(results.decided(part)["survivor"])
        own = own.with_row_index("number", int(documents.firsts[part]))
        return own.group_by("site").agg(documents=pl.len()), own.filter(pl.col("survivor").is_not_null())

    def place(number: int) -> str:
        of = results.survivors if number in results.survivors.numbers else documents.rows(np.array([number]), *PLACE)
        file, row = of.gather(pl.Series([number])).select("file", "row").row(0)
        return f"{file} row {row}"

    counts, gone = (pl.concat(tables) for tables in zip(*in_order(sites, documents.parts), strict=True))
    return [
        *noted(repeated=_repeating(documents), unreadable=unreadable),
        *inside((output.manifest.finished(PARAGRAPHS) or {}).get("inside", []), place),
        *excess(counts, gone, place),
    ]


def _repeating(documents: Spilled) -> int:
    """Count the rows with the id of an earlier row; only ids that may repeat are held."""

    def hashes() -> Iterator[pl.DataFrame]:
        return (ids.select(pl.col("id").hash()) for ids in documents.pieces("id"))

    rows = np.concatenate([rows for _, rows in repeated(hashes, "id", np.ones(documents.height, np.bool_))])
    ids = documents.rows(rows, "id").table["id"]
    return ids.len() - ids.n_unique()


def noted(*, repeated: int, unreadable: int) -> list[str]:
    """Say in sentences how many ids repeat, how many dates could not be read.

    >>> noted(repeated=0, unreadable=0)
    []
    """
    said = []
    if repeated:
        rows = "1 row repeats" if repeated == 1 else f"{repeated:,} rows repeat"
        said.append(f"{rows} the id of another row; file and row tell them apart")
    if unreadable:
        dates = many(unreadable, "date")
        said.append(f"{dates} could not be read; without one a row comes last in order of preference")
    return said


def changed(files: Sequence[InputFile]) -> list[str]:
    """Say which files are not as long as when the job began: a crawler may go on writing while an archive is read.

    >>> from pathlib import Path
    >>> changed([InputFile(Path("a.jsonl"), "a.jsonl", "jsonl", None, 3)])[0]
    'a.jsonl is no longer as long as when the job began: what came later may be in the result or not, and run.json has \
the fingerprint of before'
    """
    others = [file.name for file in files if not file.path.is_file() or file.path.stat().st_size != file.size]
    if not others:
        return []
    are = f" and {many(len(others) - 1, 'more file')} are" if len(others) > 1 else " is"
    known = "what came later may be in the result or not, and run.json has the fingerprint of before"
    return [f"{others[0]}{are} no longer as long as when the job began: {known}"]
