"""Findings as people and other programs read them."""

import json
from collections.abc import Sequence
from typing import Any

from ghirbal import __version__
from ghirbal.checking.codes import CODES
from ghirbal.checking.findings import Finding
from ghirbal.speech import BOLD, RED, YELLOW, painted

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def listed(findings: Sequence[Finding], form: str, *, colours: bool = False) -> str:
    """Return sorted findings in one of the forms `text`, `json`, `github`, `sarif`."""
    if form == "text":
        return "".join(f"{text_line(finding, colours=colours)}\n" for finding in findings)
    return {"json": _json, "github": _github, "sarif": _sarif}[form](findings)


def text_line(finding: Finding, *, colours: bool = False) -> str:
    """Return `path:row:col: CODE message`."""
    path = painted(finding.path, BOLD, colours=colours)
    place = f"{path}:{finding.place.row}:{finding.place.column}"
    level = "warning: " if finding.level == "warning" else ""
    code = painted(finding.code, YELLOW if level else RED, colours=colours)
    return f"{place}: {code} {level}{'fixed: ' if finding.fixed else ''}{finding.message}"


def _json(findings: Sequence[Finding]) -> str:
    held = {"version": 1, "findings": [finding.as_json() for finding in findings]}
    return json.dumps(held, ensure_ascii=False, indent=1) + "\n"


def _github(findings: Sequence[Finding]) -> str:
    """Workflow commands, which GitHub shows beside the changed lines."""
    lines = []
    for finding in findings:
        about = {"file": finding.path, "title": finding.code}
        if finding.place.line is not None:
            about |= {"line": str(finding.place.line), "col": str(finding.place.line_column or 1)}
        written = ",".join(f"{name}={_property(value)}" for name, value in about.items())
        row = "" if finding.place.line == finding.place.row else f"row {finding.place.row}: "
        lines.append(f"::{finding.level} {written}::{_escaped(row + finding.message)}\n")
    return "".join(lines)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _sarif(findings: Sequence[Finding]) -> str:
    """SARIF 2.1.0, which code scanners read."""
    used = sorted({finding.code for finding in findings})
    about = {code.code: code.about for code in CODES}
    rules = [
        {
            "id": code,
            "shortDescription": {"text": about[code]},
            "defaultConfiguration": {"level": "error"},
        }
        for code in used
    ]
    driver = {"name": "ghirbal", "version": __version__, "semanticVersion": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, used.index(finding.code)) for finding in findings],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1) + "\n"


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    place = finding.place
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.path)}}
    if place.line is not None:
        location["region"] = {"startLine": place.line, "startColumn": place.line_column or 1}
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.level,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"ghirbal/v1": finding.key},
        "properties": {"row": place.row, "column": place.column, "fixed": finding.fixed},
    }


def _uri(path: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - only this form needs it

    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
