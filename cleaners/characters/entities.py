"""DecodeEntities reads HTML entities that were left in the text."""

import html
from dataclasses import dataclass
from html.entities import html5
from typing import ClassVar

import polars as pl
import regex

from cleaners.characters.spans import found_spans

_AMPERSAND = r"(?:amp|\#0*38|\#[xX]0*26);"
_ENTITY = rf"""
    & (?:{_AMPERSAND}){{0,3}}+
    (?: (?<high>\#5[5-7]\d{{3}};) &(?:{_AMPERSAND}){{0,3}}+ (?<low>\#5[67]\d{{3}};)
      | (?<one> \#\d{{1,7}}; | \#[xX][0-9a-fA-F]{{1,6}}; | [A-Za-z][A-Za-z0-9]{{1,30}}; )
      | (?<open> nbsp | quot | [lr]aquo | amp ) (?![A-Za-z0-9=;])
      | (?<=;)
    )
    """
_MARKERS = "\"'`“”‘’«»("
_ANGLES = ("<", ">")  # beside the sign itself the entity is what the line is about
_LINE_BREAKS = "\n\r\t\u2028\u2029"


@dataclass(frozen=True, slots=True)
class DecodeEntities:
    """Decode HTML entities, numeric or named, that were escaped once to four times.

    An entity that stands alone between quotes or brackets is what the sentence is about, and stays. One that
    names nothing, or a control character, stays too; one that breaks a line becomes a space.

    >>> from cleaners import clean_text
    >>> clean_text("Smith &amp;amp; Sons", recipe=(DecodeEntities(),))
    'Smith & Sons'
    """

    safety: ClassVar = "repair"
    unusual_only: ClassVar = True

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Select the lines with an ampersand before something like an entity."""
        return text.str.contains("&(?:#|[A-Za-z]{2})")

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        """Propose the characters that the entities name.

        >>> DecodeEntities().rewrite(pl.Series(["AT&amp;amp;T &#1593;"])).select("start", "end", "after").rows()
        [(2, 11, '&'), (13, 20, 'ع')]
        """
        # Compiled here (and kept by `regex`): 30 ms that an import must not cost.
        return found_spans(lines, regex.compile(_ENTITY, regex.VERBOSE), _decoded)


def _decoded(match: "regex.Match[str]") -> tuple[str, str] | None:
    text, start, end = match.string, *match.span()
    if text[start - 1 : start] in _MARKERS and text[end : end + 1] in {*_MARKERS, ")"} and start:
        return None
    if match["high"]:
        after = _joined_surrogates(int(match["high"][1:-1]), int(match["low"][1:-1]))
    elif match["one"]:
        after = _named(match["one"])
    else:
        after = html.unescape(f"&{match['open']};") if match["open"] else "&"
    if after is None or (after in _ANGLES and after in _line_around(text, start, end)):
        return None
    return after, "entity"


def _line_around(text: str, start: int, end: int) -> str:
    last = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : len(text) if last < 0 else last]


def _named(name: str) -> str | None:
    if not name.startswith("#"):
        return html5.get(name)
    after = html.unescape("&" + name)
    if after in _LINE_BREAKS:
        return " "
    return after if after.isprintable() and after != "\ufffd" else _format_character(after)


def _format_character(after: str) -> str | None:
    """Spaces and format characters are not printable to Python, yet they are text."""
    return after if regex.fullmatch(r"[\p{Zs}\p{Cf}]", after) else None


def _joined_surrogates(high: int, low: int) -> str | None:
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)
    return None
