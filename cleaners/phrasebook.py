"""The stock phrases of news sites, read from the language files and matched on folded keys."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import polars as pl

from cleaners.folding import fold, fold_text
from cleaners.shapes import MARKED, NOTHING, compiled_shapes, marked_lines, shaped_lines, with_slots

MARKS: Final = {":": ":：", "|": "|│", ">": ">»›-–—/\\→", "©": "©"}
"""Kinds of mark that a phrase may ask for at its inner edge, and the characters of each kind."""
_KIND: Final = {char: kind for kind, chars in {**MARKS, "…": "….", "(": "(["}.items() for char in chars}
_NUMBER: Final = r"\p{Nd}+(?: \p{Nd}+)*"
LONGEST_KEY: Final = 400
"""Keys above this many bytes are not looked up: no phrase, with its argument, is that long."""


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Phrases by how they match; keys are folded, with `0` for numbers."""

    lines: pl.DataFrame
    """`key`, `class`: the whole line is the phrase. A key that stands in two classes has two rows."""
    prefixes: pl.DataFrame
    """`key`, `mark`, `class`: the line begins with the phrase; `mark` is the kind asked for, or empty."""
    prefix_pattern: str
    """Anchored alternation of all prefix keys, the longest first."""
    shapes: pl.DataFrame
    """`first`, `head`, `pattern`, `class`: phrases with slots, as `compiled_shapes` makes them."""
    heads: str
    """Anchored alternation of what shapes begin with."""
    networks: str
    """Alternation of the names of networks."""
    firsts: pl.Series
    """First words of lines and prefixes."""

    def likely(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Pick the lines that can be, or begin with, a phrase: by their first words, few of a page."""
        size = pl.col("key").str.find(" ", literal=True).fill_null(pl.col("key").str.len_bytes())
        lines = lines.with_columns(first=pl.col("key").cast(pl.Binary).bin.slice(0, size).cast(pl.String))
        known = pl.col("first").is_in(self.firsts.implode()) | pl.col("first").str.contains(r"\p{Nd}")
        return lines.filter(known | pl.col("key").str.contains(self.heads) | pl.col("text").str.contains(MARKED))


@cache
def phrasebook() -> Phrasebook:
    """Read every language's file (once: they are constant data)."""
    folder = sorted(files("cleaners").joinpath("phrases").iterdir(), key=lambda f: f.name)
    content = b"\n".join(file.read_bytes() for file in folder if file.name.endswith(".jsonl"))
    # Natively in 10 ms, where json takes 60: the check before a commit pays for this each time.
    frame = pl.read_ndjson(content, schema={"class": pl.String, "phrase": pl.String, "match": pl.String})
    is_shape = pl.col("match") == "shape"
    phrase = pl.when(is_shape).then(with_slots(pl.col("phrase"))).otherwise("phrase")
    frame = frame.with_columns(key=_numberless(fold(phrase)), mark=_inner_mark(frame))
    frame = frame.filter(pl.col("key").str.contains(r"\p{L}"))  # "0 / 0" has only its punctuation: shapes are for code
    lines = frame.filter(pl.col("match") == "line").select("key", "class").unique().sort("key", "class")
    prefixes = frame.filter(pl.col("match") == "prefix").select("key", "mark", "class").unique()
    keys = prefixes["key"].unique().sort()
    longest_first = sorted(keys, key=lambda key: (-len(key), key))
    prefix_pattern = f"^(?:{'|'.join(map(re.escape, longest_first))})(?: |$)"
    names = frame.filter(pl.col("class") == "network")["key"].unique().to_list()
    shapes = compiled_shapes(frame.filter(is_shape).select("key", "class").unique().sort("key", "class"), names)
    firsts = pl.concat([lines["key"], keys]).str.extract("^([^ ]+)").unique().sort()
    return Phrasebook(lines, prefixes.sort(prefixes.columns), prefix_pattern, *shapes, firsts)


def _numberless(key: pl.Expr) -> pl.Expr:
    return key.str.replace_all(_NUMBER, "0")


def _inner_mark(frame: pl.DataFrame) -> pl.Series:
    phrase = pl.col("phrase").str.strip_chars()
    inner = pl.when(pl.col("match") == "prefix").then(phrase.str.tail(1)).otherwise(phrase.str.head(1))
    return frame.select(inner.replace_strict(_KIND, default="")).to_series()


def phrase_classes(lines: pl.DataFrame) -> pl.DataFrame:
    """Find the lines that are, or begin with, a stock phrase.

    `lines` has `row`, `text` and the folded `key`. Returns `row`, `class`, `match` (`line`, `shape` or `prefix`),
    one row for each class that the line belongs to.
    """
    book = phrasebook()
    keyed = book.likely(lines).select("row", "text", key=_numberless(pl.col("key")))
    if keyed.is_empty():
        return NOTHING.to_frame()
    whole = keyed.join(book.lines, on="key").select("row", "class", match=pl.lit("line"))
    begun = keyed.with_columns(prefix=pl.col("key").str.extract(f"({book.prefix_pattern})", 1).str.strip_chars_end(" "))
    begun = begun.filter(pl.col("prefix").is_not_null()).join(book.prefixes, left_on="prefix", right_on="key")
    marked = [
        not mark or _stands(text, prefix, MARKS.get(mark, mark))
        for text, prefix, mark in begun.select("text", "prefix", "mark").iter_rows()
    ]
    begun = begun.filter(pl.Series(marked, dtype=pl.Boolean)).select("row", "class", match=pl.lit("prefix"))
    shaped = shaped_lines(keyed, book.shapes, book.heads, book.networks)
    marks = marked_lines(keyed, book.lines)
    # a line that is found in several ways counts as what is most of it: the phrase, the shape, its beginning
    return (
        pl.concat([whole, shaped, marks, begun])
        .unique(["row", "class"], keep="first", maintain_order=True)
        .sort("row", "class")
    )


def _stands(text: str, prefix: str, marks: str) -> bool:
    """Tell whether one of the marks follows the phrase in the line as written (or precedes it, for ©)."""
    for match in re.finditer(f"[{re.escape(marks)}]", text[:200]):
        if match.group() in "-–—" and not text[: match.start()].endswith((" ", "\u00a0")):
            continue  # a hyphen within a word: "Home-made bread"
        before = re.sub(r"\d+(?: \d+)*", "0", fold_text(text[: match.start()]))
        if before == prefix:
            return True
        if before and not prefix.startswith(before):
            return False
    return False
