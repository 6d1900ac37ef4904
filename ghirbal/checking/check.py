"""`ghirbal check`: read, judge, list; nothing is changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from ghirbal.checking.codes import BROKEN, NO_TEXT, UNDECODABLE, UNREADABLE, Code, Selection
from ghirbal.checking.findings import Finding, key_of
from ghirbal.checking.judging import Judged, chosen, judge, remarks
from ghirbal.checking.plan import CheckPlan
from ghirbal.checking.sheets import Document, Place, Sheet, about, read_sheet
from ghirbal.checking.values import Value
from ghirbal.readers import Reject

BATCH_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Checked:
    """A file with what was found in it: findings that have no repair, and those in documents."""

    sheet: Sheet
    unreadable: tuple[Finding, ...]
    judged: dict[int, list[Judged]]

    @property
    def findings(self) -> list[Finding]:
        """All findings of the file."""
        return [*self.unreadable, *(one.finding for found in self.judged.values() for one in found)]


def check(plan: CheckPlan) -> Iterator[Checked]:
    """Check each file, in order; files are judged together, as a batch of many documents is quicker than many."""
    for sheets in _batches(plan):
        yield from _checked(sheets, plan)


def _batches(plan: CheckPlan) -> Iterator[list[Sheet]]:
    sheets: list[Sheet] = []
    size, wanted = 0, None
    for file in plan.files:
        sheet = read_sheet(file, plan.reading)
        selection = plan.selection(file.path)
        if sheets and (size >= BATCH_BYTES or selection != wanted):
            yield sheets
            sheets, size = [], 0
        sheets.append(sheet)
        size, wanted = size + sum(len(document.text) for document in sheet.documents), selection
    if sheets:
        yield sheets


def _checked(sheets: Sequence[Sheet], plan: CheckPlan) -> Iterator[Checked]:
    """Judge files of which the same is wanted."""
    selection = plan.selection(sheets[0].file.path)
    places = [(number, document) for number, sheet in enumerate(sheets) for document in range(len(sheet.documents))]
    documents = [sheets[number].documents[document] for number, document in places]
    found = judged_documents(
        [(sheets[number], document) for (number, _), document in zip(places, documents, strict=True)],
        plan,
        selection,
    )
    by_sheet: list[dict[int, list[Judged]]] = [{} for _ in sheets]
    for position, (_, made) in found.items():
        number, document = places[position]
        by_sheet[number][document] = made
    for sheet, judged in zip(sheets, by_sheet, strict=True):
        yield Checked(sheet, tuple(_unreadable(sheet, selection, plan)), judged)


def judged_documents(
    documents: Sequence[tuple[Sheet, Document]],
    plan: CheckPlan,
    selection: Selection,
    *,
    values: Sequence[Value] | None = None,
) -> dict[int, tuple[Value, list[Judged]]]:
    """Judge documents; give those with findings, by position, with their texts as they are written.

    `values` are the texts to judge where they are no longer those that were read.
    """
    texts = [document.text for _, document in documents] if values is None else [value.text for value in values]
    found = remarks(
        pl.Series(texts, dtype=pl.String),
        about([document for _, document in documents], plan.fields),
        chosen(plan.recipe, selection),
        selection,
        table=plan.table,
    )
    made = {}
    for position, own in found.items():
        sheet, document = documents[position]
        value = sheet.written(document) if values is None else values[position]
        judged = judge(sheet, document, value, own, fields=plan.fields, old=plan.old, private=plan.private)
        if judged:
            made[position] = value, judged
    return made


def _unreadable(sheet: Sheet, selection: Selection, plan: CheckPlan) -> Iterator[Finding]:
    for reject in sheet.rejects:
        code = reject_code(reject, plan.reading.encoding)
        line = None if sheet.file.format == "parquet" else sheet.line(reject.offset)
        row = reject.row or line or 1
        column = 1 if line else None
        key = key_of(code.code, reject.error, reject.head.hex())
        if selection.takes(code.code) and key not in plan.old:
            message = f"{code.about}: {reject.error}"
            yield Finding(sheet.path, Place(row, 1, line, column), code.code, "error", message, key)


def reject_code(reject: Reject, encoding: str) -> Code:
    """Return the code of what a reader could not read; its sentence says what that was.

    >>> reject_code(Reject("a.jsonl", 3, 0, "text is null", b""), "utf-8").code
    'GH902'
    """
    if reject.row is None:
        return BROKEN
    if reject.error.startswith(("not utf-8:", f"not {encoding}:")):
        return UNDECODABLE
    if reject.error.startswith("no field ") or reject.error.endswith((" is null", "not a string", "or not UTF-8")):
        return NO_TEXT
    return UNREADABLE
