"""Native tests that select the lines a rewriter may change."""

import functools
import operator
from collections.abc import Iterable

import polars as pl

# Up to ten literals become a vectorised search (5 GB/s on Arabic text); from eleven on the regex
# engine falls back to its lazy automaton (0.5 GB/s). Measured with Polars 2.1.
SEARCHED_AT_ONCE = 10


def contains_one_of(text: pl.Expr, characters: str) -> pl.Expr:
    r"""Whether a text has one of these characters, at the speed of a literal search.

    >>> pl.select(contains_one_of(pl.lit("to\u00a0day"), "\u00a0\u202f")).item()
    True
    """
    starts = range(0, len(characters), SEARCHED_AT_ONCE)
    return any_of(text.str.contains(character_class(characters[start : start + SEARCHED_AT_ONCE])) for start in starts)


def any_of(gates: Iterable[pl.Expr]) -> pl.Expr:
    """Whether one of the gates is open."""
    return functools.reduce(operator.or_, gates)


def character_class(characters: str) -> str:
    r"""Rust regex class of these characters, each written as its code point.

    >>> print(character_class(" -"))
    [\x{20}\x{2d}]
    """
    return "[" + "".join(f"\\x{{{ord(character):x}}}" for character in characters) + "]"
