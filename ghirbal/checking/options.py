"""What a user may choose for a check, declared once: flags, keys of pyproject.toml, defaults and help.

Nothing heavy is imported: `ghirbal --help` reads this page.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from ghirbal.errors import UsageError
from ghirbal.options import FINDING, LEAST_THRESHOLD, READING, Options

CLEANING = "cleaning"
REPORTING = "what is reported"
CHECKING = "instead of a list"
FORMATS = ("text", "json", "github", "sarif")
_UNITS = {"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def _shared(name: str, **more: object) -> Any:
    """Declare a field as `run` has it."""
    declared = next(one for one in fields(Options) if one.name == name)
    return field(default=declared.default, metadata={**declared.metadata, **more})


def _option(default: object, text: str, group: str, read: Callable[[str], object], **more: object) -> Any:
    return field(default=default, metadata={"help": text, "group": group, "read": read, **more})


def _switch(text: str, group: str, **more: object) -> Any:
    return field(default=False, metadata={"help": text, "group": group, "read": None, **more})


def names(text: str) -> tuple[str, ...]:
    """Read a list with commas between.

    >>> names("GH1, GH240")
    ('GH1', 'GH240')
    """
    return tuple(name.strip() for name in text.split(",") if name.strip())


def size(text: str) -> int:
    """Read a number of bytes, which may end in K, M or G.

    >>> size("10MB"), size("512")
    (10485760, 512)
    """
    found = re.fullmatch(r"\s*(\d+)\s*([KMG]?)(?:i?B)?\s*", text, flags=re.IGNORECASE)
    if not found:
        raise ValueError(f"{text!r} is no size, as 512, 500KB and 10MB are")
    return int(found[1]) * _UNITS[found[2].upper()]


def ignores(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read code prefixes by pattern of files.

    >>> ignores("raw/*:GH1,old.csv:GH2,raw/*:GH9")
    (('raw/*', ('GH1', 'GH9')), ('old.csv', ('GH2',)))
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in names(text):
        pattern, colon, code = name.rpartition(":")
        if not (pattern and colon and code):
            raise ValueError(f"{name!r} is not PATTERN:CODE, as 'raw/*:GH1' is")
        found[pattern] = (*found.get(pattern, ()), code)
    return tuple(found.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """The whole configuration of `check` and `fix`; each field is a flag, and a key of `[tool.ghirbal]`.

    >>> CheckOptions(max_size=10).max_size
    10
    """

    text: str | None = _shared("text")
    title: str | None = _shared("title")
    id: str | None = _shared("id")
    url: str | None = _shared("url")
    site: str | None = _shared("site")
    date: str | None = _shared("date")
    encoding: str | None = _shared("encoding")
    max_size: int | None = _option(
        None, "skip larger files, aloud (10MB; default: no limit)", READING, size, metavar="SIZE"
    )

    recipe: str = _shared("recipe", group=CLEANING)
    safety: tuple[str, ...] = _shared("safety", group=CLEANING)
    without: tuple[str, ...] = _shared("without", group=CLEANING)
    sites: str | None = _option(
        None, "the lines that sites repeat, as `ghirbal sites` learned them", CLEANING, str, metavar="TABLE", path=True
    )

    duplicates: bool = _switch("report near-duplicates within the files given, too", FINDING)
    threshold: float | None = _shared("threshold")
    shingle: int | None = _shared("shingle")
    template_guard: bool | None = _shared("template_guard")
    index: str | None = _option(
        None,
        "report near-duplicates of what an index remembers, too (ghirbal run --index makes it)",
        FINDING,
        str,
        metavar="DIR",
        path=True,
    )

    select: tuple[str, ...] = _option(("GH",), "codes, or beginnings of codes", REPORTING, names, metavar="CODES")
    ignore: tuple[str, ...] = _option(
        (), "codes to leave out; the longer beginning wins", REPORTING, names, metavar="CODES"
    )
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = _option(
        (), "codes to leave out in some files, as in 'raw/*:GH1'", REPORTING, ignores, metavar="LIST"
    )
    baseline: str | None = _option(
        None, "a file of old findings, which do not count", REPORTING, str, metavar="FILE", path=True
    )
    strict: bool = _switch("warnings count as findings", REPORTING)
    output_format: Literal["text", "json", "github", "sarif"] = _option(
        "text", "how findings are written (default: text)", REPORTING, str, choices=FORMATS
    )

    diff: bool = _switch("show what `ghirbal fix` would change", CHECKING)
    write_baseline: bool = _switch("write the findings to the file of --baseline", CHECKING)

    def __post_init__(self) -> None:
        if self.threshold is not None and not LEAST_THRESHOLD <= self.threshold <= 1:
            raise UsageError(f"--threshold wants a number from {LEAST_THRESHOLD} to 1, not {self.threshold}")
        if self.shingle is not None and self.shingle < 1:
            raise UsageError(f"--shingle wants a whole number from 1, not {self.shingle}")
        if self.write_baseline and self.baseline is None:
            raise UsageError("--write-baseline needs to know where: --baseline FILE")
