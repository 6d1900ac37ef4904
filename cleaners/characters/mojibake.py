"""Which lines ftfy takes for mojibake, asked natively; what it makes of them."""

# ruff: noqa: PLC0415 (ftfy takes 50 ms to load, which a check of text without its suspects does not pay for)

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl
import regex

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

_FURTHER: Final = r"[\x{80}-\x{bf}\x{fffd}? Œ-œŠ-šŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™А-яЁ-џґҐ]"
_TWO: Final = rf"[Â-ßВ-ЯΒ-ΫĂ-Ţ]{_FURTHER}"
_THREE: Final = rf"[à-ïа-п]{_FURTHER}{{2}}"
_PARTS_OF_PATTERN: Final = regex.compile(r"(?<kind>\[(?:[^\]\\]|\\.)*\])|(?<note>\#[^\n]*)|\s+|\\.|.")
_IN_RUST: Final = {r"\w": r"[\w\p{N}]", r"\s": r"[\s\x1c-\x1f]"}


def in_rust(pattern: str) -> str:
    r"""Write a verbose Python pattern as a Rust one that matches the same or, at `\w`, a little more.

    Rust's verbose mode drops blanks inside classes too, and what Python takes for a word or a space is more.

    >>> in_rust(r"a [bc ] # note")
    'a[bc\\x{20}]'
    """
    return "".join(map(_part_in_rust, _PARTS_OF_PATTERN.finditer(pattern)))


def looks_bad(text: pl.Expr, *, or_has: str = "(?:[^\\s\\S])") -> pl.Expr:
    """Whether ftfy's test of mojibake may say yes, or the text has another pattern (in one pass over it).

    This is ftfy's own pattern, run natively at 400 MB/s instead of 8. One of an ftfy that Rust cannot read
    is asked in Python.
    """
    pattern = badness_in_rust()
    if pattern is not None:
        return text.str.contains(f"{pattern}|{or_has}")
    from ftfy.badness import is_bad

    return text.map_elements(is_bad, return_dtype=pl.Boolean) | text.str.contains(or_has)


def is_of_sequences(text: pl.Expr) -> pl.Expr:
    """Whether most letters beyond ASCII stand in sequences of UTF-8, be they damaged, or are few.

    In a line of another encoding ftfy would find pieces that happen to be UTF-8, and spoil it.
    """
    beyond = text.str.count_matches(r"[^\x{0}-\x{7f}]")
    pairs, triples = text.str.count_matches(_TWO), text.str.count_matches(_THREE)
    plain = text.str.count_matches("[A-Za-z]")
    return (beyond < plain) | (10 * (2 * pairs + 3 * triples) >= 8 * beyond)


def repaired(line: str) -> str:
    """Let ftfy repair the encoding of a line, and nothing else of it.

    >>> repaired("l’humanitÃ© “entiÃ¨re”")
    'l’humanité “entière”'
    """
    from ftfy import fix_text

    return fix_text(line, _repairs())


@cache
def _repairs() -> "TextFixerConfig":
    """Ask ftfy only for what repairs an encoding (a constant).

    The rest rewrites good text: it straightens quotes, folds full-width punctuation, parts ligatures, breaks
    lines, reorders marks (NFC) and reads entities, which is another cleaner's.
    """
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=True,  # without it ftfy forgets the options of its encoding steps
    )


def _part_in_rust(part: "regex.Match[str]") -> str:
    text = part.group()
    if part["kind"]:
        return "[" + "".join(_class_member_in_rust(c) for c in text[1:-1]) + "]"
    return "" if part["note"] or text.isspace() else _IN_RUST.get(text, text)


def _class_member_in_rust(character: str) -> str:
    blank = character.isspace() or not character.isprintable()
    return f"\\x{{{ord(character):x}}}" if blank or character in "[&~" else character


@cache
def badness_in_rust() -> str | None:
    """Give ftfy's pattern for Rust, or None where Rust cannot read it; a constant of the installed ftfy."""
    from ftfy.badness import BADNESS_RE

    pattern = in_rust(BADNESS_RE.pattern)
    return pattern if _is_rust(pattern) else None


def _is_rust(pattern: str) -> bool:
    try:
        pl.select(pl.lit("").str.contains(pattern))
    except pl.exceptions.ComputeError:
        return False
    return True
