"""The folded words of texts, for tests that look closer than a shingle."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from sys import byteorder
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleaners.folding import EXTENDER, IGNORED, SEPARATOR, SPACELESS, WORD
from dedup.kernels import kernel
from dedup.shingles import EXPANDS, POINT, folded_points, point_at

U32 = np.uint32
U64 = np.uint64
SPACE: Final = 0x20
_DIGIT: Final = 1
_GROUPS: Final = 2
_GROUPING = ",.\u066b\u066c'’\u00a0\u202f"
_UTF32: Final = f"utf-32-{'le' if byteorder == 'little' else 'be'}"


@cache
def number_signs() -> NDArray[np.uint8]:
    """Class of each code point: 1 a decimal digit, 2 what groups the digits of a number, 0 any other."""
    signs = np.zeros(0x110000, np.uint8)
    every = np.arange(signs.size, dtype=np.uint32).tobytes().decode(_UTF32, "surrogatepass")
    signs[[found.start() for found in re.finditer(r"\d", every)]] = _DIGIT
    signs[[ord(sign) for sign in _GROUPING]] = _GROUPS
    return signs


@cache
def digit_values() -> NDArray[np.int8]:
    """Value of each code point that is a decimal digit, −1 of any other."""
    values = np.full(0x110000, -1, np.int8)
    digits = np.flatnonzero(number_signs() == _DIGIT)
    values[digits] = [int(chr(digit)) for digit in digits]
    return values


@dataclass(frozen=True, slots=True)
class FoldedTexts:
    """Folded code points of texts, words with a space between: text `i` is `points[starts[i]:starts[i + 1]]`."""

    points: NDArray[np.uint32]
    starts: NDArray[np.int64]

    def __getitem__(self, i: int) -> str:
        return self.points[self.starts[i] : self.starts[i + 1]].tobytes().decode(_UTF32)


@cache
def weekdays() -> frozenset[str]:
    """Folded names of the days of the week, of each language where they are one word.

    >>> {"monday", "الجمعه"} <= weekdays()
    True
    """
    names = json.loads(files("dedup").joinpath("weekdays.json").read_text("utf-8"))
    folded = folded_words([name.encode() for own in names.values() for name in own])
    every = (folded[i] for i in range(folded.starts.size - 1))
    return frozenset(name for name in every if " " not in name)


def folded_words(texts: Sequence[bytes]) -> FoldedTexts:
    """Fold texts in UTF-8 for reading word by word; 1,700 is one word.

    In scripts that write no spaces each character is a word, and so is a mark after it.

    >>> folded_words(["He said: 5,400 or 5,4?".encode()])[0]
    'he said 5400 or 5 4'
    """
    folding = folded_points()
    raw = np.frombuffer(b"".join(texts), np.uint8)
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    room = raw.size + 64
    while True:
        points = np.empty(room, np.uint32)
        starts = _fold(raw, ends, number_signs(), folding.table, folding.starts, folding.points, points)
        if starts[-1] <= room:
            return FoldedTexts(points[: starts[-1]], starts)
        room = int(starts[-1])


@kernel
def _groups(text, i, end, signs):  # type: ignore[no-untyped-def]  # numba's types
    """Tell whether exactly three digits stand at byte `i`."""
    digits = 0
    while digits < 4:
        if i >= end:
            break
        point, i = point_at(text, i)
        if signs[point] != _DIGIT:
            break
        digits += 1
    return digits == 3


@kernel
def _fold(raw, ends, signs, table, starts, points, out):  # type: ignore[no-untyped-def]  # noqa: C901, PLR0917 - numba's types, flat arrays, one loop
    """Fold each text into `out`; what does not fit is only counted."""
    room = U64(out.size)
    written = U64(0)
    begins = np.zeros(ends.size, np.int64)
    for number in range(ends.size - 1):
        i = U64(ends[number])
        end = U64(ends[number + 1])
        begin = written
        kind = SEPARATOR
        previous = U32(SPACE)
        while i < end:
            point, i = point_at(raw, i)
            entry = table[point]
            if entry >> U32(21) == WORD and kind == WORD:  # four characters in five
                if written < room:
                    out[written] = entry & U32(POINT)
                written += U64(1)
                previous = point
                continue
            grouping = signs[point] == _GROUPS and signs[previous] == _DIGIT
            previous = point
            if grouping and _groups(raw, i, end, signs):
                continue
            first = U64(0)
            last = U64(1)
            expands = entry >= U32(EXPANDS)
            if expands:
                row = entry & U32(POINT)
                first = U64(starts[row])
                last = U64(starts[row + U64(1)])
            for k in range(first, last):
                folded = points[k] if expands else entry
                class_ = folded >> U32(21)
                if class_ == IGNORED:
                    continue
                if class_ == SEPARATOR:
                    kind = SEPARATOR
                    continue
                joins = kind == WORD and class_ in (WORD, EXTENDER)
                if not joins and written > begin:
                    if written < room:
                        out[written] = U32(SPACE)
                    written += U64(1)
                if written < room:
                    out[written] = folded & U32(POINT)
                written += U64(1)
                kind = WORD if joins or class_ == WORD else SPACELESS
        begins[number + 1] = np.int64(written)
    return begins
