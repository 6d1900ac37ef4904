"""The commands `check` and `fix`, from their arguments to their exit code."""

# ruff: noqa: PLC0415 (a check pays only for what it does: no repair, no kernels)

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TextIO

from ghirbal.checking.baseline import write_baseline
from ghirbal.checking.check import Checked, check
from ghirbal.checking.codes import BROKEN, NO_TEXT
from ghirbal.checking.findings import Finding
from ghirbal.checking.listing import listed
from ghirbal.checking.options import CheckOptions
from ghirbal.checking.plan import CheckPlan, make_plan
from ghirbal.checking.sheets import Sheet
from ghirbal.readers.presence import check_text_field
from ghirbal.speech import many


def run(arguments: Mapping[str, Any], *, out: TextIO, complaints: TextIO, colours: bool = False) -> int:
    """Do what a call asks for; what it leaves out is for pyproject.toml to say."""
    names = {declared.name for declared in fields(CheckOptions)}
    given = {name: value for name, value in arguments.items() if name in names}
    command = run_check if arguments["command"] == "check" else run_fix
    return command(arguments["inputs"], given, out=out, complaints=complaints, colours=colours)


def run_check(
    inputs: Sequence[str], given: Mapping[str, Any], *, out: TextIO, complaints: TextIO, colours: bool = False
) -> int:
    """List what is wrong with files; 1 if anything is."""
    plan = make_plan(inputs, given, folder=Path.cwd())
    findings, sheets, documents = list(plan.skipped), list[Sheet](), 0
    for checked in check(plan):
        findings += checked.findings
        documents += len(checked.sheet.documents)
        if _compares(plan):
            sheets.append(checked.sheet)
        if plan.options.diff:
            out.writelines(_differences(checked, plan))
    _check_text_field(documents, findings, plan)
    findings += _copies(sheets, plan)
    if plan.options.write_baseline:
        path = Path(str(plan.options.baseline))
        complaints.write(f"ghirbal: {write_baseline(path, findings)} findings are old from now on: {path}\n")
        return 0
    if plan.options.diff:
        _say(findings, plan, complaints)
    else:
        _report(findings, plan, out, complaints, colours=colours)
    return int(_counted(findings, plan) > 0)


def run_fix(
    inputs: Sequence[str], given: Mapping[str, Any], *, out: TextIO, complaints: TextIO, colours: bool = False
) -> int:
    """Repair what is wrong with files; 1 if a file changed."""
    from ghirbal.checking.fix import fix

    plan = make_plan(inputs, given, folder=Path.cwd())
    findings, sheets, documents, changed = list(plan.skipped), list[Sheet](), 0, 0
    for fixed in fix(plan):
        findings += fixed.findings
        documents += len(fixed.sheet.documents)
        changed += bool(fixed.records)
        if _compares(plan):
            sheets.append(fixed.sheet)
    _check_text_field(documents, findings, plan)
    findings += _copies(sheets, plan)
    _report(findings, plan, out, complaints, colours=colours)
    return int(changed > 0)


def _check_text_field(documents: int, findings: Sequence[Finding], plan: CheckPlan) -> None:
    """Say of files none of whose rows has a text that the field is misnamed, unless nobody wants to know."""
    if not documents and any(finding.code in (NO_TEXT.code, BROKEN.code) for finding in findings):
        check_text_field(plan.files, plan.reading)


def _differences(checked: Checked, plan: CheckPlan) -> Iterable[str]:
    from ghirbal.checking.differences import differences
    from ghirbal.checking.fix import repaired

    return differences(repaired(checked, plan))


def _compares(plan: CheckPlan) -> bool:
    return plan.options.duplicates or plan.options.index is not None


def _copies(sheets: Sequence[Sheet], plan: CheckPlan) -> Iterable[Finding]:
    if not _compares(plan):
        return []
    from ghirbal.checking.copies import copies

    return copies(sheets, plan)


def _counted(findings: Sequence[Finding], plan: CheckPlan) -> int:
    return len(findings) if plan.options.strict else sum(finding.level == "error" for finding in findings)


def _report(findings: Sequence[Finding], plan: CheckPlan, out: TextIO, complaints: TextIO, *, colours: bool) -> None:
    in_order = sorted(findings, key=lambda finding: finding.order)
    out.write(listed(in_order, plan.options.output_format, colours=colours))
    _say(findings, plan, complaints)


def _say(findings: Sequence[Finding], plan: CheckPlan, complaints: TextIO) -> None:
    """Sum up on one line, where there is something to sum up."""
    if findings:
        errors = sum(finding.level == "error" for finding in findings)
        fixed = sum(finding.fixed for finding in findings)
        files = len({finding.path for finding in findings})
        mended = f", {fixed} fixed" if fixed else ""
        of_all = f"{files:,} of {many(len(plan.files) + len(plan.skipped), 'file')}"
        warnings = many(len(findings) - errors, "warning")
        counted = " (--strict: they count)" if plan.options.strict and errors < len(findings) else ""
        complaints.write(f"ghirbal: {many(errors, 'finding')}, {warnings}{counted} in {of_all}{mended}\n")
