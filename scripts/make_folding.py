"""Make cleaners/folding.npz, the pinned table behind the folded key.

The table is data, not code that asks `unicodedata` at run time, because shingle hashes are stored in indexes
and must not change when somebody's Python brings a newer Unicode. Run it only to move to a newer Unicode on
purpose, and say so in the changelog: every stored index is then out of date.
"""

import unicodedata
from pathlib import Path

import numpy as np

from cleaners.folding import EXTENDER, IGNORED, SEPARATOR, SPACELESS, WORD

LETTERS = str.maketrans(
    {
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه",
        "ە": "ه", "ۃ": "ه", "ۀ": "ه", "ۂ": "ه", "ۓ": "ي", "ı": "i", "ς": "σ", "ł": "l", "ø": "o", "đ": "d",
    }
)  # fmt: skip
OPTIONAL_MARKS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5),
    (0x05C7, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC),
    (0x06DF, 0x06E4), (0x06E7, 0x06E8), (0x06EA, 0x06ED), (0x0711, 0x0711), (0x0730, 0x074A), (0x08CA, 0x08FF),
    (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
FOLDED_BASES = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "SYRIAC")
SPACELESS_NAMES = (
    "CJK UNIFIED", "CJK COMPATIBILITY", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN",
    "BOPOMOFO", "YI SYLLABLE", "IDEOGRAPHIC ITERATION", "IDEOGRAPHIC NUMBER", "TAI LE", "NEW TAI LUE", "TAI THAM",
)  # fmt: skip


def is_ignored(char: str) -> bool:
    """Tell whether a character vanishes: optional marks, tatweel, joiners, format controls."""
    point = ord(char)
    return unicodedata.category(char) == "Cf" or any(a <= point <= b for a, b in OPTIONAL_MARKS)


def fold_char(char: str) -> str:
    """Fold one character, blind to its neighbours, so that a kernel can do it from a table."""
    if is_ignored(char):
        return ""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    out = []
    for c in folded:
        base, *marks = unicodedata.normalize("NFD", c)
        plain = marks and unicodedata.name(base, "").startswith(FOLDED_BASES)
        out.append(base + "".join(m for m in marks if not is_ignored(m)) if plain else c)
    return "".join(c for c in "".join(out).translate(LETTERS) if not is_ignored(c))


def class_of(char: str) -> int:
    """Class of a character that folding has left."""
    category = unicodedata.category(char)
    if is_ignored(char):
        return IGNORED
    if category[0] == "M":
        return EXTENDER
    if category[0] not in "LN":
        return SEPARATOR
    return SPACELESS if unicodedata.name(char, "").startswith(SPACELESS_NAMES) else WORD


def main() -> None:
    """Write the table beside the module that reads it."""
    index = np.zeros(0x110000, np.uint16)
    classes = np.zeros(0x110000, np.uint8)
    rows: dict[str, int] = {}
    for point in range(0x110000):
        char = chr(point)
        if unicodedata.category(char) in ("Cn", "Cs", "Co"):
            continue
        classes[point] = class_of(char)
        folded = fold_char(char)
        if folded != char:
            index[point] = rows.setdefault(folded, len(rows) + 1)
    lengths = np.array([0, *map(len, rows)], np.uint8)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.uint32)
    points = np.array([ord(c) for row in rows for c in row], np.uint32)
    np.savez_compressed(
        Path(__file__).resolve().parent.parent / "cleaners" / "folding.npz",
        index=index, starts=starts, lengths=lengths, points=points, classes=classes,
        unicode=np.array(unicodedata.unidata_version),
    )  # fmt: skip
    print(f"Unicode {unicodedata.unidata_version}: {np.count_nonzero(index)} characters fold to {len(rows)} others")


if __name__ == "__main__":
    main()
