"""The counts of a job, and the sum that has to come out: rows in = survivors + removed + quarantined."""

from typing import Any, Final

from dedup import Rule, collision_probability, expected_candidates
from ghirbal.cleaning import totals
from ghirbal.excess import excess, inside
from ghirbal.finding import ARTICLES, PARAGRAPHS
from ghirbal.output import Output
from ghirbal.plan import Plan
from ghirbal.writing import QUARANTINE, Results

UNLIKE: Final = 0.1
"""Similarity of two articles that share no more than their language: of single words more, of longer shingles less."""


def account(results: Results, written: dict[str, int], output: Output, plan: Plan) -> dict[str, Any]:
    """Count what every stage did; RuntimeError if a row is neither a survivor nor removed nor quarantined."""
    reasons = results.decided["reason"].value_counts().sort("reason")
    survivors = results.decided["survivor"].drop_nulls()
    counts = counted(results.facts, dict(reasons.iter_rows()), survivors.len(), written, output, plan)
    if plan.index is not None:
        counts["index"] = {
            "batches": plan.index.state["batches"],
            "articles": sum(segment.documents for segment in plan.index.segments),
            "went for them": int((survivors >= results.documents.height).sum()),
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
    ids = results.places["id"].head(results.documents.height)
    unreadable = (output.manifest.finished(ARTICLES) or {}).get("unreadable dates", 0)
    return [
        *noted(repeated=ids.len() - ids.n_unique(), unreadable=unreadable),
        *inside((output.manifest.finished(PARAGRAPHS) or {}).get("inside", []), results.places),
        *excess(results.decided["survivor"], results.documents.read("site")["site"], results.places),
    ]


def noted(*, repeated: int, unreadable: int) -> list[str]:
    """Say in sentences how many ids repeat, how many dates could not be read.

    >>> noted(repeated=0, unreadable=0)
    []
    """
    said = []
    if repeated:
        said.append(f"{repeated:,} rows repeat the id of another row; file and row tell them apart")
    if unreadable:
        said.append(f"{unreadable:,} dates could not be read; those rows come last in order of preference")
    return said
