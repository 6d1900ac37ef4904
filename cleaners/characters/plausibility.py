"""How much a line reads as text: the measure that a repair of its encoding must improve."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

# What a character counts as. Each letter of an alphabet has a class of its own, from `_FIRST_LETTER` on.
_NEUTRAL, _ASCII, _LATIN_1, _LATIN, _ODD, _CJK, _RARE_CJK, _FIRST_LETTER = range(8)
_ODD_CHARACTERS: Final = "¢£¤¥¦§¨©ª¬\u00ad®¯°±²³´µ¶¸¹º¼½¾¿¡×÷ƒˆˇ˘˙˛˜˝†‡‰‹›™€‚„√∂∆∏∑∞∩∫≈≠≡≤≥◊₧⌐⌠⌡∙⁄№\ufffd"
_RANGES: Final = {
    _ASCII: [(0x41, 0x5B), (0x61, 0x7B)],
    _LATIN_1: [(0xC0, 0x100)],
    _LATIN: [(0x100, 0x250), (0x1E00, 0x1F00)],
    _ODD: [(0x80, 0xA0), (0x2500, 0x25A0), (0xE000, 0xF900)],
    _RARE_CJK: [(0x3040, 0x3100), (0x3400, 0xA000), (0xAC00, 0xD7A4), (0xF900, 0xFB00), (0xFF61, 0xFFA0)],
}
_ALPHABETS: Final = (  # capitals count as small letters
    (0x621, 0x63B), (0x641, 0x64B), (0x671, 0x6D4), (0x430, 0x460), (0x490, 0x492), (0x3AC, 0x3CF), (0x5D0, 0x5EB),
)  # fmt: skip
MEASURED: Final = 240
"""Characters of a line that are measured, so that a count fits the ten bits that it is packed in."""
_PACK: Final = 1 << 10
_SHIFTS: Final = (0, 10, 20)
_TELLS_NOTHING, _FREQUENT_PAIR, _RARE_PAIR, _BROKEN_PAIR = range(4)


@dataclass(frozen=True, slots=True)
class Measure:
    """Of each line: how many of its neighbouring characters go together.

    `frequent` and `rare` count pairs of letters of one alphabet, or of Chinese, Japanese and Korean
    characters, by a table of what is frequent in a language; `broken` counts neighbours that no writing puts
    together: letters of two alphabets, a letter beyond ASCII and a symbol, two accented letters.
    """

    frequent: Counts
    rare: Counts
    broken: Counts

    @property
    def telling(self) -> Counts:
        """How many pairs tell something."""
        return self.frequent + self.rare + self.broken

    @property
    def share(self) -> NDArray[np.float64]:
        """Share of the frequent pairs among all that tell something, from 0 to 1."""
        return self.frequent / np.maximum(self.telling, 1)


def measured(lines: list[str]) -> Measure:
    r"""Measure the beginnings of lines; none may contain "\n".

    >>> measured(["العربية", "ÇáÚÑÈíÉ", "plain"]).share.round(1).tolist()
    [1.0, 0.0, 0.0]
    """
    text = "\n".join([*(line[:MEASURED] for line in lines), ""])
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    tables = _tables()
    classes = tables.classes[codes]
    pairs = classes.astype(np.uint16) << 8
    pairs[:-1] |= classes[1:]
    starts = np.flatnonzero(np.concatenate([[True], codes[:-1] == ord("\n")]))[: len(lines)]
    sums = np.add.reduceat(tables.packed[pairs], starts, dtype=np.int32) if lines else np.zeros(0, dtype=np.int32)
    return Measure(*((sums >> shift & _PACK - 1).astype(np.int64) for shift in _SHIFTS))


def pair_scores(characters: str) -> NDArray[np.int8]:
    """For each two bytes of a single-byte encoding 1 if they read as a frequent pair, -1 if as a bad one.

    Indexed by `first << 8 | second`; `characters` are the 256 that the bytes read as.
    """
    tables = _tables()
    classes = tables.classes[[ord(c) for c in characters]].astype(np.uint16)
    kinds = tables.pairs[(classes[:, None] << 8 | classes[None, :]).reshape(-1)]
    scores: NDArray[np.int8] = np.array([0, 1, -1, -1], dtype=np.int8)[kinds]
    return scores


def is_of_known_words(line: str) -> bool:
    """Whether all words beyond ASCII are among the commonest of their language.

    >>> is_of_known_words("من: BBC"), is_of_known_words("مخ")
    (True, False)
    """
    words = "".join(c if c.isalpha() else " " for c in line).lower().split()
    foreign = [word for word in words if not word.isascii()]
    return bool(foreign) and all(word in _tables().words for word in foreign)


@dataclass(frozen=True, slots=True)
class _Tables:
    """Constants that only a suspect line needs: class of each code point, kind of each pair of classes, words."""

    classes: NDArray[np.uint8]
    pairs: NDArray[np.uint8]
    packed: NDArray[np.int32]
    words: frozenset[str]


@cache
def _tables() -> _Tables:
    frequent = json.loads(resources.files("cleaners.characters").joinpath("frequent.json").read_text("utf-8"))
    classes = _class_table("".join(frequent["characters"].values()))
    pairs = _pair_table(classes, " ".join(frequent["pairs"].values()).split())
    packed = np.array([0, *(1 << shift for shift in _SHIFTS)], dtype=np.int32)[pairs]
    return _Tables(classes, pairs, packed, frozenset(" ".join(frequent["words"].values()).split()))


def _class_table(cjk: str) -> NDArray[np.uint8]:
    table = np.zeros(0x110000, dtype=np.uint8)
    for kind, ranges in _RANGES.items():
        for first, last in ranges:
            table[first:last] = kind
    table[[ord(c) for c in _ODD_CHARACTERS]] = _ODD
    table[[ord(c) for c in cjk]] = _CJK
    letters = [chr(code) for first, last in _ALPHABETS for code in range(first, last)]
    for kind, letter in enumerate(letters, _FIRST_LETTER):
        table[[ord(letter), ord(letter.upper()[0])]] = kind
    table[ord("ς")] = table[ord("σ")]
    return table


def _pair_table(classes: NDArray[np.uint8], frequent: list[str]) -> NDArray[np.uint8]:
    table = np.full((256, 256), _TELLS_NOTHING, dtype=np.uint8)
    scripts = [range(_FIRST_LETTER + a, _FIRST_LETTER + b) for a, b in pairwise(_script_starts())]
    for script in scripts:
        for other in (_ASCII, _LATIN_1, _LATIN, _ODD, _CJK, _RARE_CJK):
            table[script.start : script.stop, other] = table[other, script.start : script.stop] = _BROKEN_PAIR
        for partner in scripts:
            kind = _RARE_PAIR if partner == script else _BROKEN_PAIR
            table[script.start : script.stop, partner.start : partner.stop] = kind
    for beyond in (_LATIN_1, _CJK, _RARE_CJK):
        table[beyond, [_LATIN_1, _ODD]] = table[[_LATIN_1, _ODD], beyond] = _BROKEN_PAIR
    table[_LATIN, _ODD] = table[_ODD, _LATIN] = table[_ODD, _ODD] = _BROKEN_PAIR
    table[[_CJK, _RARE_CJK], _RARE_CJK] = table[_RARE_CJK, _CJK] = _RARE_PAIR
    table[_CJK, _CJK] = _FREQUENT_PAIR
    for pair in frequent:
        first, second = (classes[ord(letter)] for letter in pair)
        if first >= _FIRST_LETTER <= second:
            table[first, second] = _FREQUENT_PAIR
    return table.reshape(-1)


def _script_starts() -> list[int]:
    """Where the letters of Arabic, Cyrillic, Greek and Hebrew begin among those of all alphabets."""
    sizes = [last - first for first, last in _ALPHABETS]
    return [0, sum(sizes[:3]), sum(sizes[:5]), sum(sizes[:6]), sum(sizes)]
