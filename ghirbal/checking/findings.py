"""A finding: what is wrong, where, and how it is known again."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Literal

from ghirbal.checking.codes import Code
from ghirbal.checking.sheets import Document, Place
from ghirbal.fields import Fields

SHOWN = 60
"""Characters of a text that a message shows."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at a place of a file.

    `key` knows it again wherever its document goes: it depends on the code, the document's id (or headline)
    and the line of text, not on the file, the row or what else changes in the document.
    """

    path: str
    place: Place
    code: str
    level: Literal["error", "warning"]
    message: str
    key: str
    cleaners: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    fixed: bool = False

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Where the finding stands in a list."""
        return self.path, self.place.row, self.place.column, self.code, self.message

    def repaired(self) -> "Finding":
        """Return the finding as one that was mended."""
        return replace(self, fixed=True)

    def as_json(self) -> dict[str, Any]:
        """Return plain values, for a report that other programs read."""
        return {
            "path": self.path,
            "row": self.place.row,
            "column": self.place.column,
            "line": self.place.line,
            "line_column": self.place.line_column,
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "cleaners": list(self.cleaners),
            "reasons": list(self.reasons),
            "fixed": self.fixed,
            "key": self.key,
        }


def message_of(code: Code, before: str, after: str | None, *, private: bool = False) -> str:
    """Return one line that says what stands there, and what should.

    >>> message_of(Code("GH111", "tatweel that only stretches a word"), "ـــ", "")
    "tatweel that only stretches a word: 'ـــ' goes"
    """
    if private:
        return f"{code.about}: not shown, it may be about a person"
    if after is None:
        return f"{code.about}: {quoted(before)}"
    return f"{code.about}: {quoted(before)} {f'becomes {quoted(after)}' if after else 'goes'}"


def quoted(text: str) -> str:
    r"""Return a text in quotation marks, shortened in the middle, on one line, with nothing invisible in it.

    >>> quoted("a\u200bb\n")
    "'a\\u200bb\\n'"
    """
    half = SHOWN // 2
    return repr(text if len(text) <= SHOWN else f"{text[: half - 1]}…{text[-half:]}")


def document_key(document: Document, fields: Fields) -> str:
    """Return what a document is known by: its id, else its headline, else its first words."""
    for name in ("id", "url", "title"):
        if value := document.fields.get(fields.column(name)):
            return f"{name}={value}"
    return document.text.lstrip()[:80].partition("\n")[0]


def key_of(*parts: str) -> str:
    """Return the key of a finding from what it is made of.

    >>> key_of("GH111", "id=a", "a line")
    '8f480eacb089c886'
    """
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
