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
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.arguments import check_argument

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


_SPACE: Final = 0x20
_LINE_END: Final = 0x0A
_GONE: Final = 0
_LONGER: Final = 0xD800
"""What a character folds to that becomes more than one: half of a surrogate pair, which no character is."""
_BEYOND: Final = 0xD801
"""What a code unit of two bytes folds to that is, or becomes, no character of two bytes."""
_ENCODINGS: Final = {2: "utf-16-le", 4: "utf-32-le"}
"""By bytes of a code unit. Half the bytes take half the time, and few texts have a character beyond two."""


@cache
def _single(width: int) -> NDArray[Any]:
    """Give the one character that each code unit folds to: a space for separators; line ends stay."""
    table = folding_table()
    end = len(table.classes) if width == 4 else _PLANE
    index, classes = table.index[:end], table.classes[:end]
    units = np.arange(end, dtype=np.uint32)
    units[classes == SEPARATOR] = _SPACE
    units[classes == IGNORED] = _GONE
    changed = np.flatnonzero(index)
    rows = index[changed]
    lengths, starts = table.lengths[rows], table.starts[rows]
    firsts = table.points[starts.clip(0, len(table.points) - 1)].clip(0, end - 1)
    units[changed] = np.where(lengths == 0, _GONE, np.where(lengths == 1, units[firsts], _LONGER))
    units[_LINE_END] = _LINE_END
    if width == 4:
        return units
    beyond = np.concatenate([[0], np.cumsum(table.points >= _PLANE)])
    units[changed[beyond[starts + lengths] > beyond[starts]]] = _BEYOND
    units[0xD800:0xE000] = _BEYOND
    return units.astype(np.uint16)


_PLANE: Final = 0x10000
"""The first character beyond two bytes."""


def fold(text: pl.Expr) -> pl.Expr:
    """Folded key of each text: its folded words, with one space between them.

    Punctuation ends words and is gone, so a headline matches itself with other quotation marks.

    >>> pl.select(fold(pl.lit("«إعلانٌ هامّ» — Straße!"))).item()
    'اعلان هام strasse'
    """
    check_argument("text", text, pl.Expr, "a Polars expression (for a string: fold_text)")
    return text.map_batches(_fold_series, return_dtype=pl.String, is_elementwise=True)


_AT_ONCE: Final = 4000
"""Texts folded as one array: more than fits the processor's cache takes a third longer."""


def _fold_series(texts: pl.Series) -> pl.Series:
    if texts.is_empty():
        return texts
    keys = pl.concat([_fold_some(texts.slice(first, _AT_ONCE)) for first in range(0, texts.len(), _AT_ONCE)])
    return keys if texts.null_count() == 0 else keys.scatter(texts.is_null().arg_true(), None)


def _fold_some(texts: pl.Series, width: int = 2) -> pl.Series:
    """Fold texts as one array of code units of so many bytes."""
    one_line_each = pl.col("text").fill_null("").str.replace_all("\n", " ", literal=True)
    joined = texts.to_frame("text").select(one_line_each.str.join("\n").cast(pl.Binary)).item() + b"\n"
    units = np.frombuffer(joined.decode().encode(_ENCODINGS[width]), f"<u{width}")
    folded = np.take(_single(width), units)
    if (folded == _BEYOND).any():
        return _fold_some(texts, 4)
    if (folded == _LONGER).any():
        folded = _lengthened(units, folded)
    kept = folded[folded != _GONE]
    space = kept == _SPACE
    stays = ~space
    stays[:-1] |= space[:-1] & stays[1:] & (kept[1:] != _LINE_END)
    keys = pl.Series(texts.name, [kept[stays].tobytes().decode(_ENCODINGS[width])[:-1]]).to_frame()
    return keys.select(pl.all().str.split("\n").explode().str.strip_chars_start(" ")).to_series()


def _lengthened(units: NDArray[Any], folded: NDArray[Any]) -> NDArray[Any]:
    """Put in the characters of those that become several."""
    table = folding_table()
    longer = np.flatnonzero(folded == _LONGER)
    rows = table.index[units[longer]]
    lengths = table.lengths[rows].astype(np.int64)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    points = table.points[np.repeat(table.starts[rows].astype(np.int64), lengths) + within]
    several = _single(units.itemsize)[points]
    return np.insert(np.delete(folded, longer), np.repeat(longer - np.arange(longer.size), lengths), several)


def fold_text(text: str) -> str:
    """Folded key of one text in plain Python: the slow twin of `fold`.

    >>> fold_text("ﻣـُﺪَرِّس Ｎｅｗｓ")
    'مدرس news'
    """
    check_argument("text", text, str, "a string")
    table = folding_table()
    out = []
    for point in map(ord, text):
        row = int(table.index[point])
        start = int(table.starts[row])
        folded = table.points[start : start + int(table.lengths[row])].tolist() if row else [point]
        out += [" " if table.classes[p] == SEPARATOR else "" if table.classes[p] == IGNORED else chr(p) for p in folded]
    return " ".join("".join(out).split())
