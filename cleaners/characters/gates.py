"""Native tests that select the lines a rewriter may change."""

import functools
import operator
from collections.abc import Iterable

import polars as pl

# Up to ten literals become a vectorised search (5 GB/s on Arabic text); from eleven on the regex
# engine falls back to its lazy automaton (0.5 GB/s). Measured with Polars 2.1.
SEARCHED_AT_ONCE = 10

_BEYOND_PLAIN = (
    r"[^\x{9}\x{20}-\x{24}\x{27}-\x{29}\x{2c}-\x{3c}\x{3e}-\x{5b}\x{5d}-\x{7e}\x{a0}\x{ab}\x{bb}\x{60c}-\x{61b}\x{61e}-\x{6ff}"
    r"\x{2013}\x{2014}\x{2018}\x{2019}\x{201c}\x{201d}\x{2022}\x{2026}]"
)


def contains_one_of(text: pl.Expr, characters: str) -> pl.Expr:
    r"""Whether a text has one of these characters, at the speed of a literal search.

    >>> pl.select(contains_one_of(pl.lit("to\u00a0day"), "\u00a0\u202f")).item()
    True
    """
    starts = range(0, len(characters), SEARCHED_AT_ONCE)
    return any_of(text.str.contains(character_class(characters[start : start + SEARCHED_AT_ONCE])) for start in starts)


def unusual(text: pl.Expr) -> pl.Expr:
    r"""Whether a text has more than letters of ASCII and Arabic and everyday punctuation; `& % = + * \` are more.

    A rewriter marked `unusual_only` can be spared all other lines. One class of characters costs as much as
    another (0.5 GB/s), so that asking this once is cheaper than asking each such rewriter's gate of every line.
    """
    return text.str.contains(_BEYOND_PLAIN)


def any_of(gates: Iterable[pl.Expr]) -> pl.Expr:
    """Whether one of the gates is open."""
    return functools.reduce(operator.or_, gates)


@functools.cache
def character_class(characters: str) -> str:
    r"""Rust regex class of these characters, each written as its code point.

    >>> print(character_class(" -"))
    [\x{20}\x{2d}]
    """
    return "[" + "".join(f"\\x{{{ord(character):x}}}" for character in characters) + "]"
