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
from ghirbal.checking.sheets import Document, Sheet
from ghirbal.fields import Fields
from ghirbal.readers import host


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
                place=sheet.place(document, value, 0),
                code=code.code,
                level="error",
                message=f"{code.about}: {other.path}:{kept.row} ({jaccard:.0%} alike)",
                key=key,
                reasons=(reason,),
            )
        )
    return found


def _frame(documents: Sequence[tuple[Sheet, Document]], plan: CheckPlan) -> pl.DataFrame:
    fields = plan.fields
    texts = pl.Series([document.text for _, document in documents], dtype=pl.String)
    titles = _column(documents, fields, "title")
    url = _column(documents, fields, "url")
    frame = pl.DataFrame(
        {
            "text": clean_batch(texts, titles=titles, recipe=plan.recipe).texts if plan.recipe else texts,
            "id": pl.Series([_name(sheet, document, fields) for sheet, document in documents], dtype=pl.String),
            "date": _column(documents, fields, "date"),
            "site": _column(documents, fields, "site"),
            "url": url,
        }
    )
    return frame.with_columns(pl.coalesce("site", host(pl.col("url"))).alias("site")).drop("url")


def _name(sheet: Sheet, document: Document, fields: Fields) -> str:
    given = document.fields.get(fields.column("id"))
    return f"{sheet.path}#{document.row}" if given is None else str(given)


def _column(documents: Sequence[tuple[Sheet, Document]], fields: Fields, name: str) -> pl.Series:
    values = [document.fields.get(fields.column(name)) for _, document in documents]
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
