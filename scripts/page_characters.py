"""Write the class of every code point, which the scorer of whole pages counts by (`cleaners/pages/characters.json`).

python -m scripts.page_characters
"""

import json
import unicodedata
from pathlib import Path

import numpy as np

from cleaners.pages.shape import CLASSES

TABLE = Path(__file__).resolve().parent.parent / "cleaners" / "pages" / "characters.json"


def write_characters() -> None:
    """Write the class of every code point as runs of equal classes."""
    kinds = np.array([_kind(chr(point)) for point in range(0x110000)])
    begin = np.flatnonzero(np.r_[True, kinds[1:] != kinds[:-1]])
    runs = np.c_[np.diff(np.r_[begin, len(kinds)]), kinds[begin]]
    table = json.dumps({"classes": list(CLASSES), "unicode": unicodedata.unidata_version, "runs": runs.tolist()})
    TABLE.write_text(table.replace(" ", "") + "\n", encoding="utf-8")


_MARKS = {
    "stop": ".!?。！？؟।॥۔።፧．｡‼",
    "comma": ",、，،፣､",
    "colon": ":;：；؛︰",
    "separator": "|/·•▸►▪■□●○★☆→←↑↓<>~_\\*+=›‹※◆◇｜／＞＜・▲▼",
    "guillemet": "«»",
    "quote": "\"'“”‘’„‚「」『』《》〈〉`´",
    "bracket": "()[]{}（）【】〔〕［］",
    "dash": "-–—―‐−",
    "sign": "@#©®&™",
    "ellipsis": "…",
}
_IDEOGRAPHS = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0x20000, 0x323AF))
"""Kana, Han, and Hangul syllables: a token each, as in `score.py`."""
_SPACELESS = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17D2))
"""Thai, Lao, Burmese, Khmer."""
_BY_CATEGORY = {"Lu": "upper", "Lt": "upper", "Ll": "lower", "L": "letter", "M": "letter", "N": "digit",
                "Zs": "space", "Zl": "space", "Zp": "space", "Cc": "space"}  # fmt: skip


def _kind(character: str) -> int:
    for name, marks in _MARKS.items():
        if character in marks:
            return CLASSES.index(name)
    for name, ranges in (("ideograph", _IDEOGRAPHS), ("spaceless", _SPACELESS)):
        if any(low <= ord(character) <= high for low, high in ranges):
            return CLASSES.index(name)
    category = unicodedata.category(character)
    return CLASSES.index(_BY_CATEGORY.get(category, _BY_CATEGORY.get(category[0], "symbol")))


if __name__ == "__main__":
    write_characters()
