"""`ghirbal fix`: what a check finds, repaired in the files themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from ghirbal.checking.check import Checked, check, judged_documents
from ghirbal.checking.codes import UNWRITABLE
from ghirbal.checking.findings import Finding, key_of, quoted
from ghirbal.checking.judging import Judged
from ghirbal.checking.plan import CheckPlan
from ghirbal.checking.rewriting import NotWritableError, rewrite
from ghirbal.checking.sheets import Sheet
from ghirbal.checking.values import Span, Value

PASSES = 8
"""A whole recipe is settled after one; a part of it, or its edits without the old ones, may need more."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file after its repair: the new record of each changed document by its position, and all findings."""

    sheet: Sheet
    records: dict[int, Value]
    findings: list[Finding]


def repaired(checked: Checked, plan: CheckPlan) -> Fixed:
    """Repair a file's documents in memory, until a check would find nothing more to repair."""
    sheet, selection = checked.sheet, plan.selection(checked.sheet.file.path)
    refusal = None if sheet.whole else "the rest of the file cannot be read"
    records: dict[int, Value] = {}
    stuck: list[Finding] = []
    todo = {
        number: (sheet.written(sheet.documents[number]), judged)
        for number, judged in checked.judged.items()
        if spans_of(judged)
    }
    for _ in range(PASSES):
        changed = {}
        for number, (value, judged) in todo.items():
            new = refusal or _applied(sheet, value, spans_of(judged))
            if isinstance(new, str):
                stuck.append(_stuck(judged[0].finding, new))
                records.pop(number, None)
            else:
                records[number] = changed[number] = new
        numbers = sorted(changed)
        again = judged_documents(
            [(sheet, sheet.documents[number]) for number in numbers],
            plan,
            selection,
            values=[changed[number] for number in numbers],
        ) if numbers else {}  # fmt: skip
        todo = {numbers[at]: found for at, found in again.items() if spans_of(found[1])}
        if not todo:
            break
    findings = [*checked.unreadable, *stuck]
    for number, found in checked.judged.items():
        findings += [
            one.finding.repaired() if number in records and one.remark.after is not None else one.finding
            for one in found
        ]
    return Fixed(sheet, records, findings)


def spans_of(judged: list[Judged]) -> list[Span]:
    """Return what changes in a text."""
    return [(one.remark.start, one.remark.end, one.remark.after) for one in judged if one.remark.after is not None]


def _applied(sheet: Sheet, value: Value, spans: list[Span]) -> Value | str:
    """Return the text with its changes as the file writes it, or why the file cannot hold it."""
    raw = value.spliced(spans)
    try:
        raw.encode(sheet.stored)
    except UnicodeEncodeError as error:
        return f"{sheet.stored} has no {quoted(raw[error.start : error.end])}"
    new = sheet.value(raw)
    pieces, at = [], 0
    for start, end, after in spans:
        pieces += [value.text[at:start], after]
        at = end
    if new.text != "".join([*pieces, value.text[at:]]):
        raise AssertionError(f"{sheet.path}: a record does not read as it was written")
    return new


def _stuck(first: Finding, why: str) -> Finding:
    message = f"{UNWRITABLE.about}: {why}"
    return Finding(first.path, first.place, UNWRITABLE.code, "warning", message, key_of(UNWRITABLE.code, first.key))


def fix(plan: CheckPlan) -> Iterator[Fixed]:
    """Repair files where they stand, one after the other."""
    for checked in check(plan):
        fixed = repaired(checked, plan)
        if fixed.records:
            try:
                rewrite(fixed.sheet, fixed.records, plan.reading)
            except NotWritableError as error:
                yield _unchanged(checked, str(error))
                continue
        yield fixed


def _unchanged(checked: Checked, why: str) -> Fixed:
    findings = checked.findings
    return Fixed(checked.sheet, {}, [*findings, _stuck(findings[0], why)])
