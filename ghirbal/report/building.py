"""Build report.json and report.html of a result, or the page again from report.json."""

import json
from pathlib import Path
from typing import Any, BinaryIO, Final

from dedup import Rule
from ghirbal.output import check_tables, finished_run
from ghirbal.report.clipping import clipped
from ghirbal.report.gather import FORMAT, gather
from ghirbal.report.page import render
from ghirbal.spill import Spilled
from ghirbal.writers import write_beside

NUMBERS: Final = "report.json"
PAGE: Final = "report.html"


def build_report(out: Path, run: dict[str, Any], *, rule: Rule | None = None, rows: Spilled | None = None) -> Path:
    """Gather what the files of a result tell and write both files; `rows` as for `gather`."""
    told = clipped(gather(out, run, rule=rule, rows=rows))
    packed = json.dumps(told, ensure_ascii=False, indent=1, default=str).encode("utf-8", "replace")
    write_beside(out / NUMBERS, lambda stream: _put(stream, packed + b"\n"))
    return _write_page(out, json.loads(packed))


def write_report(out: str | Path) -> Path:
    """Build OUT/report.html of a finished result again and return its path."""
    folder = Path(out)
    run = finished_run(folder)
    told = _told(folder / NUMBERS)
    if told is not None:
        return _write_page(folder, told)
    check_tables(folder, run)
    return build_report(folder, run)


def _told(path: Path) -> dict[str, Any] | None:
    """Return report.json; None if there is none, or one that another version wrote."""
    try:
        told = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return told if isinstance(told, dict) and told.get("format") == FORMAT else None


def _write_page(out: Path, told: dict[str, Any]) -> Path:
    page = render(told).encode("utf-8", "replace")
    write_beside(out / PAGE, lambda stream: _put(stream, page))
    return out / PAGE


def _put(stream: BinaryIO, packed: bytes) -> None:
    stream.write(packed)
