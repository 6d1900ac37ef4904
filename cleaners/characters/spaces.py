"""NormalizeSpaces leaves one plain space where a line has odd or doubled ones."""

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import polars as pl
import regex

from cleaners.characters.gates import any_of, contains_one_of
from cleaners.characters.spans import SPANS, found_spans, run_spans

_NO_BREAK = "\u00a0\u202f\u2007\u2009"
_ODD = _NO_BREAK + "\u2002\u2003\u200a\u2028\u2029\u1680\u205f\u2000\u2001\u2004\u2005\u2006\u2008"
_IDEOGRAPHIC = "\u3000"
_EDGES = "\n\r\t" + _IDEOGRAPHIC
_LEADING = " \t" + _ODD
_TRAILING = _LEADING + _IDEOGRAPHIC + "\r"  # a return before spaces would be a line's end once they are gone
_PROSE = 100  # characters: a shorter line may be verse, code or the row of a table

_DOUBLED = "doubled space"
_DOUBLE = regex.compile(rf"(?<=[^ {_ODD}{_EDGES}])  (?=[^ {_ODD}{_EDGES}])")
_WIDE_GAP = regex.compile(r"([\x20\u00a0])\1\1|\t")
_BEFORE_FRENCH = regex.compile(r"[\p{Latin}\p{M}\p{N})\]»\"”’'%€$*!?.…]")
_AFTER_FRENCH = regex.compile(r"[\p{Latin}\p{N}(\[\"“‘'…]")


@dataclass(frozen=True, slots=True)
class NormalizeSpaces:
    r"""Trim lines, and write one plain space for odd spaces anywhere and for double ones in long lines.

    What is, or may be, layout stays: gaps of three or more, tabs, the ideographic space, and in a line below 100
    characters, which may be verse or the row of a table, its indentation and its double spaces, save those after a
    sentence's punctuation. So do the no-break spaces of French punctuation (`mot !`, `« mot »`) and those within a
    number.

    >>> from cleaners import clean_text
    >>> clean_text(" A bridge \n\u00a0over the\u00a0river.  It stands. ", recipe=(NormalizeSpaces(),))
    'A bridge\nover the river. It stands.'
    """

    safety: ClassVar = "repair"
    exposes: ClassVar = False

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Select the lines with a space at an edge, a doubled or an odd one."""
        return any_of(
            [
                *(text.str.starts_with(edge) for edge in " \t"),
                *(text.str.ends_with(edge) for edge in " \t\r" + _IDEOGRAPHIC),
                _has_inner(text),
            ]
        )

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        r"""Propose the trims, by the lengths of stripped lines alone, then what is inside of lines.

        >>> spans = NormalizeSpaces().rewrite(pl.Series([" وقال\u00a0 إن ", "\u00a0"]))
        >>> spans.select("at", "start", "end", "after").rows()
        [(0, 0, 1, ''), (0, 9, 12, ' '), (0, 16, 17, ''), (1, 0, 2, '')]
        """
        trims, inner = _trims(lines), _inner_spaces(lines)
        return trims if inner.is_empty() else pl.concat([trims, inner]).sort("at", "start")


def _trims(lines: pl.Series) -> pl.DataFrame:
    size = lines.str.len_bytes().to_numpy()
    head = size - lines.str.strip_chars_start(_LEADING).str.len_bytes().to_numpy()
    tail = lines.str.strip_chars_end(_TRAILING).str.len_bytes().to_numpy()
    blank = tail == 0
    # one space is no indentation: of lines with a space at their start, hardly any have more
    deep = np.flatnonzero(~blank & ((head > 1) | lines.str.starts_with("\t").to_numpy()))
    head[deep[lines.gather(deep).to_frame("line").select(_is_indented(pl.col("line"))).to_series()]] = 0
    blanks = np.flatnonzero(blank & (size > 0))
    heads, tails = (np.flatnonzero(~blank & edge) for edge in (head > 0, tail < size))
    at = np.concatenate([blanks, heads, tails])
    start = np.concatenate([np.zeros_like(blanks), np.zeros_like(heads), tail[tails]])
    end = np.concatenate([size[blanks], head[heads], size[tails]])
    reason = np.repeat(np.arange(len(_TRIMS)), [len(blanks), len(heads), len(tails)])
    order = np.lexsort((start, at))
    return pl.DataFrame({"at": at[order], "start": start[order], "end": end[order]}).select(
        *(pl.col(name).cast(pl.UInt32) for name in ("at", "start", "end")),
        after=pl.lit(""),
        reason=pl.lit(pl.Series(_TRIMS).gather(reason[order])),
    )


_TRIMS: Final = ("blank line", "space at the start", "space at the end")


def _is_indented(text: pl.Expr) -> pl.Expr:
    layout = text.str.contains(rf"^(?:\t| [ \t])[ \t]*[^ \t{_ODD}]")
    return layout & (text.str.len_chars() < _PROSE)


def _has_inner(text: pl.Expr) -> pl.Expr:
    return text.str.contains("  ", literal=True) | contains_one_of(text, _ODD)


def _inner_spaces(lines: pl.Series) -> pl.DataFrame:
    line = pl.col("line")
    inner = lines.to_frame("line").with_row_index("at").filter(_has_inner(line))
    if inner.is_empty():
        return SPANS.to_frame()
    inner = inner.with_columns(plain=_is_plain_prose(line))
    other = inner.filter(~pl.col("plain"))
    doubled = other.filter(line.str.contains("  ", literal=True))
    return pl.concat(
        [
            _placed(run_spans(other["line"], " " + _ODD, _single_space, unless=" "), other),
            _placed(found_spans(doubled["line"], _DOUBLE, _single_of_two), doubled),
            _doubled_spaces(inner.filter("plain")),
        ]
    )


def _placed(spans: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    return spans.with_columns(at=lines["at"].gather(spans["at"])).cast(SPANS)


def _is_plain_prose(text: pl.Expr) -> pl.Expr:
    """Whether each doubled space of a line is between words: most lines that have any, so they are asked natively."""
    prose = text.str.strip_chars(_TRAILING).str.len_chars() >= _PROSE
    return prose & ~text.str.contains(r"   |[\t\r]|\x{3000}") & ~contains_one_of(text, _ODD)


def _doubled_spaces(lines: pl.DataFrame) -> pl.DataFrame:
    found = lines.with_columns(
        size=pl.col("line").str.len_bytes(), start=pl.col("line").str.find_many(["  "])
    ).explode("start").with_columns(end=pl.col("start") + 2)  # fmt: skip
    within = found.filter((pl.col("start") > 0) & (pl.col("end") < pl.col("size")))
    return within.select("at", "start", "end", after=pl.lit(" "), reason=pl.lit(_DOUBLED)).cast(SPANS)


def _single_space(before: str, run: str, after: str) -> tuple[str, str] | None:
    if run == "  " or before in _EDGES or after in _EDGES or _WIDE_GAP.search(run):
        return None
    if len(run) == 1 and run in _NO_BREAK and _is_typographic(before, after):
        return None
    return " ", "odd space"


def _single_of_two(match: "regex.Match[str]") -> tuple[str, str] | None:
    return (" ", _DOUBLED) if _is_in_prose(match.string, match.start(), match.end()) else None


def _is_typographic(before: str, after: str) -> bool:
    if after in ":;!?»":
        return bool(_BEFORE_FRENCH.match(before))
    if before == "«":
        return bool(_AFTER_FRENCH.match(after))
    return before.isdigit() and after.isdigit()


def _is_in_prose(text: str, start: int, end: int) -> bool:
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    line = text[first : len(text) if last < 0 else last]
    # An edge that the trims take away must not count, or a second run would find another answer.
    inside = line.strip(_TRAILING)
    if _WIDE_GAP.search(inside) or (len(line) < _PROSE and line.startswith(("  ", "\t", " \t"))):
        return False
    return len(inside) >= _PROSE or (text[start - 1] in ".!?…،؛:؟。" and text[end].isalpha())
