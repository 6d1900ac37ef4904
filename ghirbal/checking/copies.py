"""Near-duplicates of the documents checked, among themselves or in an index, as findings."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from cleaners import clean_batch
from dedup import Rule, find_duplicates, parse_dates, preference_order
from dedup.batches import gathered, pieces, sketch_all
from ghirbal.checking.codes import IDENTICAL, NEAR_DUPLICATE
from ghirbal.checking.findings import Finding, document_key, key_of
from ghirbal.checking.plan import CheckPlan
from ghirbal.checking.sheets import Document, Sheet, about
from ghirbal.plan import article_rule

Documents = Sequence[tuple[Sheet, Document]]


def copies(sheets: Sequence[Sheet], plan: CheckPlan) -> list[Finding]:
    """Find documents that `ghirbal run` would remove for another one of these files, or for one of the index.

    They are compared as `run` does: their cleaned texts, in its order of preference, after those that are stored.
    The texts are held in memory: `run` is for archives. A stored document of the same id is the document itself, as
    it was, and counts for nothing.
    """
    rule = article_rule(plan.options)
    documents = [(sheet, document) for sheet in sheets for document in sheet.documents]
    given = about([document for _, document in documents], plan.fields)
    texts = _cleaned(documents, given, plan)
    sketches = sketch_all(pieces(texts), rule)
    ids = [one or f"{sheet.path}#{document.row}" for one, (sheet, document) in zip(given["id"], documents, strict=True)]
    rank = preference_order(
        given.select(
            "site", parse_dates(given["date"]), pl.Series("id", ids, pl.String), sketches["shingles"].alias("length")
        )
    )
    known = _stored(plan.options.index, sketches, texts, rule).join(given.select("id"), on="id", how="anti")
    found = find_duplicates(
        pl.concat([sketches, sketch_all(pieces(known["text"]), rule)]) if known.height else sketches,
        np.concatenate([rank + known.height, known["rank"].rank("ordinal").to_numpy().astype(np.int64) - 1]),
        partial(gathered, pl.concat([texts, known["text"]])),
        rule,
    )
    gone = found.head(len(documents)).with_row_index("at").filter(pl.col("survivor").is_not_null())
    return [
        finding
        for at, survivor, reason, jaccard in gone.select("at", "survivor", "reason", "jaccard").iter_rows()
        if (finding := _finding(documents, at, survivor, known, reason, jaccard, plan)) is not None
    ]


def _cleaned(documents: Documents, given: pl.DataFrame, plan: CheckPlan) -> pl.Series:
    texts = pl.Series("text", [document.text for _, document in documents], dtype=pl.String)
    return clean_batch(texts, titles=given["title"], sites=given["site"], table=plan.table, recipe=plan.recipe).texts


def _stored(folder: str | None, sketches: pl.DataFrame, texts: pl.Series, rule: Rule) -> pl.DataFrame:
    """Read what an index has that may resemble the documents; without an index nothing."""
    from ghirbal.index import look_up  # noqa: PLC0415 - only this option needs the tables of a job
    from ghirbal.index_stage import KNOWN, held, stored_articles  # noqa: PLC0415 - as above

    if folder is None:
        return KNOWN.to_frame()
    with held(folder, dry_run=True):
        return stored_articles(look_up(Path(folder), rule), sketches, texts, rule)


def _finding(  # noqa: PLR0917 - a row of what was found, and where it was
    documents: Documents,
    at: int,
    survivor: int,
    known: pl.DataFrame,
    reason: str,
    jaccard: float,
    plan: CheckPlan,
) -> Finding | None:
    """Make a finding of a document that would go, unless it is old, ignored, or was not asked for."""
    sheet, document = documents[at]
    if survivor < len(documents):
        if not plan.options.duplicates:
            return None
        other, kept = documents[survivor]
        place, name = f"{other.path}:{kept.row}", document_key(kept, plan.fields)
    else:
        stored = known.row(survivor - len(documents), named=True)
        place, name = f"{stored['file']}:{stored['row']} of {plan.options.index}", f"stored={stored['id']}"
    code = IDENTICAL if reason == "identical" else NEAR_DUPLICATE
    key = key_of(code.code, document_key(document, plan.fields), name)
    if not plan.selection(sheet.file.path).takes(code.code) or key in plan.old:
        return None
    value = sheet.written(document)
    return Finding(
        path=sheet.path,
        place=sheet.place(document, value, value.start),
        code=code.code,
        level="error",
        message=f"{code.about}: {place} ({jaccard:.0%} alike)",
        key=key,
        reasons=(reason,),
    )
