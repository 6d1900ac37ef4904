"""Text in an encoding of its own script that was read as a Western one."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.characters.codepages import Codepage, named
from cleaners.characters.gates import character_class
from cleaners.characters.plausibility import Measure, is_of_known_words, measured, pair_scores

WRONG: Final = tuple(map(named, ["latin-1", "cp1252", "cp1254", "iso8859_15"]))
_RIGHT: Final = tuple(
    map(named, ["cp1256", "iso8859_6", "mac_arabic", "cp720", "cp1251", "koi8_u", "cp1253", "cp1255"])
)
_RIGHT_EAST_ASIAN: Final = ("cp932", "gb18030", "big5", "cp949")

_ORDINARY: Final = "‘’‚“”„–—…•«»™€\u00a0"
_HIGH: Final = "".join(sorted({c for wrong in WRONG for c in wrong.characters[0x80:] if c not in _ORDINARY}))
_RUN: Final = character_class(_HIGH) + "{3}"

_SAMPLE: Final = 160  # bytes of a line by which an encoding is chosen
SURE: Final = 0.6  # of 4,000 Arabic lines 99 in 100 reach 0.68 in their own encoding
_LEAST_SHARE_EAST_ASIAN: Final = 0.25  # wrong readings: 0.2 in one line of a hundred
_SHORT: Final = 24  # bytes: so few letters that Chinese may read as frequent Russian pairs
_LEAST_SHARE_OF_SHORT: Final = 0.75
_LEAST_TELLING: Final = 3
_LEAST_LEAD: Final = 4
_MOST_BROKEN: Final = 0.1
_SCORES: Final = tuple(pair_scores(right.characters) for right in _RIGHT)
_ISO_8859_6, _MAC_ARABIC = (
    next(n for n, r in enumerate(_RIGHT) if r.name == name) for name in ("iso8859_6", "mac_arabic")
)


def looks_misread(text: pl.Expr) -> pl.Expr:
    """Whether three characters beyond ASCII stand in a row, as in words of another script."""
    return text.str.contains(_RUN)


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as read in its own encoding, and the share of its frequent pairs."""

    text: str
    encoding: str
    share: float


def read_in_own_encoding(lines: list[str], wrong: Codepage) -> list[Reading | None]:
    """Write lines back, and read each in the encoding in which it makes most sense.

    None where no encoding makes enough sense, or the way back is not exact.

    >>> read_in_own_encoding(["ÇááÛÉ ÇáÚÑÈíÉ", "déjà"], WRONG[0])
    [Reading(text='اللغة العربية', encoding='cp1256', share=0.9), None]
    """
    written = wrong.encode("\n".join(lines)).split(b"\n")
    chosen = _chosen_encodings(written)
    readings: list[Reading | None] = [None] * len(lines)
    for number, right in enumerate(_RIGHT):
        rows = np.flatnonzero(chosen == number).tolist()
        if rows:
            texts = right.decode(b"\n".join([written[row] for row in rows])).split("\n")
            found = measured(texts)
            for row, text, share, sound in zip(
                rows, texts, found.share.tolist(), _is_sound(found), strict=True
            ):
                enough = share >= _LEAST_SHARE_OF_SHORT or len(written[row]) > _SHORT
                if (sound and enough) or is_of_known_words(text):
                    readings[row] = Reading(text, right.name, share)
    for row in [row for row, reading in enumerate(readings) if reading is None]:
        readings[row] = _read_as_east_asian(written[row])
    return readings


def _chosen_encodings(written: list[bytes]) -> NDArray[np.intp]:
    """For each line the number of the encoding in which its beginning has most frequent and fewest other pairs.

    It is -1 where the second best comes close.
    """
    source = np.frombuffer(b"\n".join([*(line[:_SAMPLE] for line in written), b""]), dtype=np.uint8)
    starts = np.flatnonzero(np.concatenate([[True], source[:-1] == ord("\n")]))
    pairs = source.astype(np.uint16) << 8
    pairs[:-1] |= source[1:]
    totals = np.array([np.add.reduceat(scores[pairs], starts, dtype=np.int32) for scores in _SCORES])
    # ISO-8859-6 and MacArabic have the same letters; in lines of the latter a space is mostly the byte 0xA0.
    spaced = np.add.reduceat((source == 0xA0).astype(np.int8) - (source == 0x20), starts, dtype=np.int32)
    same = [_ISO_8859_6, _MAC_ARABIC]
    totals[same] = totals[same].max(axis=0)
    best: NDArray[np.intp] = totals.argmax(axis=0)
    lead = totals.max(axis=0) - np.where(
        totals == totals.max(axis=0), np.iinfo(np.int32).min // 2, totals
    ).max(axis=0)
    best = np.where((best == _ISO_8859_6) & (spaced > 0), _MAC_ARABIC, best)
    return np.where((lead >= _LEAST_LEAD) & (4 * lead >= totals.max(axis=0)), best, -1)


def _is_sound(found: Measure) -> NDArray[np.bool_]:
    enough = found.telling >= _LEAST_TELLING
    return enough & (found.share >= SURE) & (found.broken <= _MOST_BROKEN * found.telling)


def _read_as_east_asian(written: bytes) -> Reading | None:
    readings = {name: text for name in _RIGHT_EAST_ASIAN if (text := _exact(written, name)) is not None}
    if not readings:
        return None
    found = measured(list(readings.values()))
    order = found.share.argsort()[::-1]
    best = int(order[0])
    lead = found.share[best] - (found.share[order[1]] if len(order) > 1 else 0)
    name = list(readings)[best]
    sound = found.share[best] >= _LEAST_SHARE_EAST_ASIAN and lead >= _LEAST_SHARE_EAST_ASIAN / 2
    enough = found.telling[best] >= _LEAST_TELLING
    return Reading(readings[name], name, float(found.share[best])) if sound and enough else None


def _exact(written: bytes, name: str) -> str | None:
    try:
        text = written.decode(name)
    except UnicodeDecodeError:
        return None
    return text if text.encode(name, "replace") == written else None
