"""The folded key, by which texts are matched and never written.

One definition serves the cleaners (whole lines) and the shingles of `dedup` (words): NFKC, casefold, no
optional marks, no tatweel, joiners or format controls, and the letters that writers of Arabic script use for
one another folded together (alef forms, yeh forms, kaf forms, heh forms and teh marbuta, hamza on its seats).
Marks that are letters in their script (Indic, Thai, kana voicing) stay. The definition is a table of code
points, pinned as data so that stored hashes outlive a newer Unicode; `scripts/make_folding.py` makes it.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

SEPARATOR: Final = 0
"""Spaces, punctuation, symbols: end a word."""
WORD: Final = 1
"""Letters and digits of scripts that write spaces."""
SPACELESS: Final = 2
"""Letters of scripts that write no spaces: one character is one token."""
IGNORED: Final = 3
"""Optional marks, tatweel, joiners: vanish, also inside a word."""
EXTENDER: Final = 4
"""Marks that belong to the character before them, whatever its class."""


@dataclass(frozen=True, slots=True)
class FoldingTable:
    """The definition as arrays, for kernels.

    `index` (uint16, one per code point) is 0 where a character folds to itself, else the row of `starts`
    (uint32) and `lengths` (uint8), which say where in `points` (uint32) its folded characters stand; a length
    of 0 means that the character vanishes. `classes` (uint8, one per code point) holds the class of a
    character *after* folding. `unicode` is the version that the table was made from.
    """

    index: NDArray[np.uint16]
    starts: NDArray[np.uint32]
    lengths: NDArray[np.uint8]
    points: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    unicode: str


@cache
def folding_table() -> FoldingTable:
    """Read the pinned table (once: it is constant data).

    >>> int(folding_table().classes[ord("م")]) == WORD
    True
    """
    with files("cleaners").joinpath("folding.npz").open("rb") as file, np.load(file) as data:
        arrays = {name: data[name] for name in ("index", "starts", "lengths", "points", "classes")}
        for array in arrays.values():
            array.flags.writeable = False
        return FoldingTable(**arrays, unicode=str(data["unicode"]))


@cache
def _replacements() -> tuple[list[str], list[str], str]:
    """Give the characters that change, what they fold to, and a character class of them all."""
    table = folding_table()
    changed = np.flatnonzero(table.index)
    points = table.points.tolist()
    folded = [
        "".join(map(chr, points[start : start + length]))
        for start, length in zip(
            table.starts[table.index[changed]].tolist(), table.lengths[table.index[changed]].tolist(), strict=True
        )
    ]
    return list(map(chr, changed.tolist())), folded, _character_class(changed)


def _character_class(points: NDArray[np.intp]) -> str:
    breaks = np.flatnonzero(np.diff(points) != 1)
    firsts = np.concatenate([points[:1], points[breaks + 1]]).tolist()
    lasts = np.concatenate([points[breaks], points[-1:]]).tolist()
    ranges = (f"\\x{{{a:x}}}-\\x{{{b:x}}}" for a, b in zip(firsts, lasts, strict=True))
    return f"[{''.join(ranges)}]"


@cache
def _separators() -> str:
    table = folding_table()
    word = np.flatnonzero((table.classes != SEPARATOR) & (table.classes != IGNORED))
    return _character_class(word).replace("[", "[^", 1) + "+"


# What Arabic news is made of. Lines with nothing else take a road with a short list of replacements, several
# times as fast as the automaton of all of them; a test holds the two roads equal.
_PLAIN: Final = (
    r"^[\x00-\x{7f}«»“”‘’–—…•\x{a0}\x{60c}\x{61b}\x{61f}-\x{63a}\x{640}-\x{65f}\x{660}-\x{66d}\x{670}ٱیک"
    r"\x{200c}-\x{200f}]*$"
)
_PLAIN_SEPARATORS: Final = r"[^0-9a-z\x{620}-\x{63a}ف-ي\x{660}-\x{669}]+"
_PLAIN_LETTERS: Final = {
    **{chr(upper): chr(upper + 32) for upper in range(ord("A"), ord("Z") + 1)},
    **{chr(mark): "" for mark in (0x640, *range(0x64B, 0x660), 0x670, *range(0x200C, 0x2010))},
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ي", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك",
}  # fmt: skip


def fold(text: pl.Expr) -> pl.Expr:
    """Folded key of each text: its folded words, with one space between them.

    Punctuation ends words and is gone, so a headline matches itself with other quotation marks.

    >>> pl.select(fold(pl.lit("«إعلانٌ هامّ» — Straße!"))).item()
    'اعلان هام strasse'
    """
    return text.map_batches(_fold_series, return_dtype=pl.String, is_elementwise=True)


def _fold_series(texts: pl.Series) -> pl.Series:
    plain = texts.str.contains(_PLAIN).fill_null(value=True)
    if plain.all():
        return _fold_plain(texts)
    folded = texts.clone()
    folded = folded.scatter(plain.arg_true(), _fold_plain(texts.filter(plain)))
    return folded.scatter((~plain).arg_true(), _fold_any(texts.filter(~plain)))


def _fold_plain(texts: pl.Series) -> pl.Series:
    folded = pl.col("text").str.replace_many(list(_PLAIN_LETTERS), list(_PLAIN_LETTERS.values()))
    return texts.to_frame("text").select(_words(folded, _PLAIN_SEPARATORS).alias(texts.name)).to_series()


def _fold_any(texts: pl.Series) -> pl.Series:
    changed, folded, gate = _replacements()
    hit = texts.str.contains(gate)
    replaced = texts.clone().scatter(hit.arg_true(), texts.filter(hit).str.replace_many(changed, folded))
    return replaced.to_frame("text").select(_words(pl.col("text"), _separators()).alias(texts.name)).to_series()


def _words(folded: pl.Expr, separators: str) -> pl.Expr:
    return folded.str.replace_all(separators, " ").str.strip_chars(" ")


def fold_text(text: str) -> str:
    """Folded key of one text in plain Python: the slow twin of `fold`.

    >>> fold_text("ﻣـُﺪَرِّس Ｎｅｗｓ")
    'مدرس news'
    """
    table = folding_table()
    out = []
    for point in map(ord, text):
        row = int(table.index[point])
        start = int(table.starts[row])
        folded = table.points[start : start + int(table.lengths[row])].tolist() if row else [point]
        out += [" " if table.classes[p] == SEPARATOR else "" if table.classes[p] == IGNORED else chr(p) for p in folded]
    return " ".join("".join(out).split())
