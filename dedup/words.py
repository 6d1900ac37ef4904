"""The folded words of one text, for tests that look closer than a shingle."""

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleaners.folding import EXTENDER, IGNORED, SEPARATOR, SPACELESS, WORD
from dedup.kernels import kernel
from dedup.shingles import EXPANDS, POINT, folded_points

U32 = np.uint32
_SPACE = 0x20
_NO_DIGITS = 0x20000
"""From here on Unicode has no decimal digits, only ideographs, marks and private use; a test holds that."""
_GROUPING = ",.\u066b\u066c'’\u00a0\u202f"


@cache
def number_signs() -> NDArray[np.uint8]:
    """Class of each code point: 1 a decimal digit, 2 what groups the digits of a number, 0 any other."""
    signs = np.zeros(0x110000, np.uint8)
    every = "".join(map(chr, range(_NO_DIGITS)))
    signs[[found.start() for found in re.finditer(r"\d", every)]] = 1
    signs[[ord(sign) for sign in _GROUPING]] = 2
    return signs


def folded_words(text: bytes | NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Folded code points of a text in UTF-8, words with a space between; 1,700 is one word.

    In scripts that write no spaces each character is a word, and so is a mark after it.

    >>> folded_words("He said: 5,400 or 5,4?".encode()).tobytes().decode("utf-32-le")
    'he said 5400 or 5 4'
    """
    folding = folded_points()
    raw = np.frombuffer(text, np.uint8) if isinstance(text, bytes) else text
    return np.asarray(_fold(raw, number_signs(), folding.table, folding.starts, folding.points))


@kernel
def _point_at(text, i):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Code point at byte `i`, and where the next begins; a space after the end."""
    if i >= text.size:
        return U32(_SPACE), i + 1
    lead = U32(text[i])
    if lead < 0x80:
        return lead, i + 1
    if lead < 0xE0:
        return U32(((lead & 0x1F) << 6) | (text[i + 1] & 0x3F)), i + 2
    if lead < 0xF0:
        return U32(((lead & 0x0F) << 12) | ((text[i + 1] & 0x3F) << 6) | (text[i + 2] & 0x3F)), i + 3
    return (
        U32(((lead & 0x07) << 18) | ((text[i + 1] & 0x3F) << 12) | ((text[i + 2] & 0x3F) << 6) | (text[i + 3] & 0x3F)),
        i + 4,
    )


@kernel
def _groups(text, i, signs):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Tell whether exactly three digits stand at byte `i`."""
    for _ in range(3):
        point, i = _point_at(text, i)
        if signs[point] != 1:
            return False
    point, i = _point_at(text, i)
    return signs[point] != 1


@kernel
def _fold(text, signs, table, starts, points):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    out = np.empty(2 * text.size + 32, np.uint32)
    written = 0
    kind = SEPARATOR
    digit = False
    i = 0
    while i < text.size:
        point, i = _point_at(text, i)
        sign = signs[point]
        if digit and sign == 2 and _groups(text, i, signs):
            digit = False
            continue
        digit = sign == 1
        entry = table[point]
        if entry >> U32(21) == WORD and kind == WORD and written < out.size:  # four characters in five
            out[written] = entry & U32(POINT)
            written += 1
            continue
        first = 0
        last = 1
        expands = entry >= U32(EXPANDS)
        if expands:
            row = entry & U32(POINT)
            first = starts[row]
            last = starts[row + 1]
        if written + 2 * (last - first) + 2 > out.size:
            grown = np.empty(2 * out.size + 2 * (last - first), np.uint32)
            grown[:written] = out[:written]
            out = grown
        for k in range(first, last):
            folded = points[k] if expands else entry
            class_ = folded >> U32(21)
            if class_ == IGNORED:
                continue
            if class_ == SEPARATOR:
                kind = SEPARATOR
                continue
            joins = kind == WORD and class_ in (WORD, EXTENDER)
            if not joins and written:
                out[written] = U32(_SPACE)
                written += 1
            out[written] = folded & U32(POINT)
            written += 1
            kind = WORD if joins or class_ == WORD else SPACELESS
    return out[:written].copy()
