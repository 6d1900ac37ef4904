"""Near-duplicates among the documents checked, as findings."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from cleaners import clean_batch
from dedup import ARTICLES, near_duplicates
from ghirbal.checking.codes import IDENTICAL, NEAR_DUPLICATE
from ghirbal.checking.findings import Finding, document_key, key_of
from ghirbal.checking.plan import CheckPlan
from ghirbal.checking.sheets import Document, Sheet, about


def copies(sheets: Sequence[Sheet], plan: CheckPlan) -> list[Finding]:
    """Find documents that `ghirbal run` would remove for another one of these files.

    They are compared as `run` does: their cleaned texts, in its order of preference. The texts are held in
    memory: `run` is for archives.
    """
    options = plan.options
    chosen: dict[str, Any] = {"words": options.shingle, "threshold": options.threshold}
    rule = replace(ARTICLES, **{name: value for name, value in chosen.items() if value is not None})
    documents = [(sheet, document) for sheet in sheets for document in sheet.documents]
    decisions = near_duplicates(_frame(documents, plan), rule=rule).decisions
    found = []
    for row, survivor, reason, jaccard in decisions.filter(~pl.col("kept")).select(
        "row", "survivor_row", "reason", "jaccard"
    ).iter_rows():  # fmt: skip
        (sheet, document), (other, kept) = documents[row - 1], documents[survivor - 1]
        code = IDENTICAL if reason == "identical" else NEAR_DUPLICATE
        key = key_of(code.code, document_key(document, plan.fields), document_key(kept, plan.fields))
        if not plan.selection(sheet.file.path).takes(code.code) or key in plan.old:
            continue
        value = sheet.written(document)
        found.append(
            Finding(
                path=sheet.path,
                place=sheet.place(document, value, value.start),
                code=code.code,
                level="error",
                message=f"{code.about}: {other.path}:{kept.row} ({jaccard:.0%} alike)",
                key=key,
                reasons=(reason,),
            )
        )
    return found


def _frame(documents: Sequence[tuple[Sheet, Document]], plan: CheckPlan) -> pl.DataFrame:
    texts = pl.Series([document.text for _, document in documents], dtype=pl.String)
    frame = about([document for _, document in documents], plan.fields)
    ids = [one or f"{sheet.path}#{document.row}" for one, (sheet, document) in zip(frame["id"], documents, strict=True)]
    cleaned = clean_batch(texts, titles=frame["title"], sites=frame["site"], table=plan.table, recipe=plan.recipe).texts
    return frame.with_columns(cleaned.alias("text"), pl.Series("id", ids, dtype=pl.String))
