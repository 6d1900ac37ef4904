"""The shape of lines: how many characters and words of each class they have, and how they begin and end."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CLASSES: Final = (
    "symbol",
    "lower",
    "upper",
    "letter",
    "ideograph",
    "digit",
    "space",
    "stop",
    "comma",
    "colon",
    "separator",
    "guillemet",
    "quote",
    "bracket",
    "dash",
    "sign",
    "ellipsis",
    "spaceless",
)
"""The classes of characters, in the order of their numbers in `characters.json`. `letter` has no case; `ideograph`
and `spaceless` are scripts without spaces, of which a character is about 0.6 and 0.25 words; `separator` stands
between the links of a menu (`|`, `›`, `•`), `sign` is one of @ # © ® & ™."""

_NUMBER: Final = {name: number for number, name in enumerate(CLASSES)}
_IN_WORDS: Final = ("lower", "upper", "letter", "digit")
_CLOSERS: Final = ("guillemet", "quote", "bracket")
_FULL_STOP: Final = ord(".")


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """What is counted on each line; rows are lines, columns of `characters` and `starts` are `CLASSES`."""

    characters: NDArray[np.int64]
    """Characters of each class."""
    starts: NDArray[np.int64]
    """Words that begin with a character of each class."""
    capitals: NDArray[np.int64]
    """Words that begin with two capitals."""
    stops: NDArray[np.int64]
    """Ends of sentences: marks with no letter, digit or further mark behind them."""
    first: NDArray[np.uint8]
    """Class of the first character."""
    last: NDArray[np.uint8]
    """Class of the last character; closing quotes and brackets are looked through, `...` is an ellipsis."""

    def count(self, *names: str) -> Floats:
        """Characters of these classes."""
        found: Floats = self.characters[:, [_NUMBER[name] for name in names]].sum(axis=1).astype(np.float64)
        return found

    def words_from(self, *names: str) -> Floats:
        """Words that begin with these classes."""
        found: Floats = self.starts[:, [_NUMBER[name] for name in names]].sum(axis=1).astype(np.float64)
        return found

    def begins(self, *names: str) -> Flags:
        """Lines that begin with one of these classes."""
        return np.isin(self.first, [_NUMBER[name] for name in names])

    def closes(self, *names: str) -> Flags:
        """Lines that end with one of these classes."""
        return np.isin(self.last, [_NUMBER[name] for name in names])


def measure_shapes(text: pl.Series, characters: NDArray[np.uint8]) -> Shapes:
    """Count what each line is made of, all lines in one pass over their code points.

    `characters` gives the class of each code point. Edge spaces do not count; no line may be blank.

    >>> from cleaners.pages.model import load_model
    >>> shapes = measure_shapes(pl.Series(["Home | News", "It rained. We left!"]), load_model().characters)
    >>> shapes.count("separator").tolist(), shapes.stops.tolist(), shapes.closes("stop").tolist()
    ([1.0, 0.0], [0, 2], [False, True])
    """
    text = text.str.strip_chars()
    rows, width = len(text), len(CLASSES)
    length = text.str.len_chars().to_numpy().astype(np.int64) + 1
    joined = text.str.join("\n").item() + "\n"
    points = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
    kinds = characters[points]
    line = np.repeat(np.arange(rows), length)
    counts = np.bincount(line * width + kinds, minlength=rows * width).reshape(rows, width)
    counts[:, _NUMBER["space"]] -= 1  # the line's own end

    in_word = np.isin(np.arange(width), [_NUMBER[name] for name in _IN_WORDS])[kinds]
    opening = np.flatnonzero(in_word & ~np.r_[False, in_word[:-1]])
    starts = np.bincount(line[opening] * width + kinds[opening], minlength=rows * width).reshape(rows, width)
    upper = _NUMBER["upper"]
    shouted = opening[(kinds[opening] == upper) & (kinds[opening + 1] == upper)]

    stop = _NUMBER["stop"]
    marks = np.flatnonzero(kinds == stop)
    marks = marks[~(in_word[marks + 1] | (kinds[marks + 1] == stop))]

    begin = np.cumsum(length) - length
    end = begin + length - 2
    for _ in range(3):
        closing = np.isin(kinds[end], [_NUMBER[name] for name in _CLOSERS]) & (end > begin)
        end = end - closing
    three_dots = (points[end] == _FULL_STOP) & (points[np.maximum(end - 1, begin)] == _FULL_STOP) & (end > begin)
    return Shapes(
        characters=counts,
        starts=starts,
        capitals=np.bincount(line[shouted], minlength=rows),
        stops=np.bincount(line[marks], minlength=rows),
        first=kinds[begin],
        last=np.where(three_dots, np.uint8(_NUMBER["ellipsis"]), kinds[end]),
    )
