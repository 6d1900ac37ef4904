"""Text in an encoding of its own script that was read as a Western one."""

from functools import cache
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
RUN: Final = character_class(_HIGH) + "{3}"
WORD: Final = rf"(?:^|[^\p{{L}}\p{{M}}]){RUN}{character_class(_HIGH)}*(?:[^\p{{L}}]|$)"

_SAMPLE: Final = 160  # bytes of a line by which an encoding is chosen
SURE: Final = 0.6  # of 4,000 Arabic lines 99 in 100 reach 0.68 in their own encoding
_LEAST_SHARE_EAST_ASIAN: Final = 0.25  # wrong readings: 0.2 in one line of a hundred
_SHORT: Final = 24  # bytes: so few letters that Chinese may read as frequent Russian pairs
_LEAST_SHARE_OF_SHORT: Final = 0.75
_LEAST_TELLING: Final = 3
_LEAST_LEAD: Final = 4
_MOST_BROKEN: Final = 0.1
_ISO_8859_6, _MAC_ARABIC = (
    next(n for n, r in enumerate(_RIGHT) if r.name == name) for name in ("iso8859_6", "mac_arabic")
)


def looks_misread(text: pl.Expr) -> pl.Expr:
    """Whether three characters beyond ASCII stand in a row, as in words of another script."""
    return text.str.contains(RUN)


READINGS: Final = pl.Schema({"row": pl.UInt32, "after": pl.String, "encoding": pl.String, "share": pl.Float64})


def read_in_own_encoding(lines: pl.Series, wrong: Codepage) -> pl.DataFrame:
    """Write lines back, and read each in the encoding in which it makes most sense.

    Of the lines for which there is one, and an exact way back: `READINGS`, with the share of frequent pairs.

    >>> read_in_own_encoding(pl.Series(["déjà", "ÇááÛÉ ÇáÚÑÈíÉ"]), WRONG[0]).rows()
    [(1, 'اللغة العربية', 'cp1256', 0.9)]
    """
    written = wrong.encode("\n".join(lines.to_list())).split(b"\n")
    chosen = _chosen_encodings(written)
    found = [READINGS.to_frame()]
    for number, right in enumerate(_RIGHT):
        rows = np.flatnonzero(chosen == number)
        if len(rows):
            sources = [written[row] for row in rows.tolist()]
            found.append(_sound_readings(rows, sources, right))
    done = set(pl.concat(found)["row"])
    rest = np.array([row for row in range(len(written)) if row not in done], dtype=np.intp)
    found.append(_east_asian_readings(rest, [written[row] for row in rest.tolist()]))
    return pl.concat(found).sort("row")


def _sound_readings(rows: NDArray[np.intp], sources: list[bytes], right: Codepage) -> pl.DataFrame:
    texts = right.decode(b"\n".join(sources)).split("\n")
    found = measured(texts)
    long = np.array([len(source) > _SHORT for source in sources])
    # a capital behind a small letter: two bytes of Chinese are read as one of each
    one_case = ~pl.Series(texts, dtype=pl.String).str.contains(r"\p{Ll}\p{Lu}").to_numpy()
    sound = _is_sound(found) & (long | ((found.share >= _LEAST_SHARE_OF_SHORT) & one_case))
    for place in np.flatnonzero(~sound).tolist():
        sound[place] = is_of_known_words(texts[place])
    readings = pl.DataFrame({"row": rows, "after": texts, "encoding": [right.name] * len(rows), "share": found.share})
    return readings.cast(READINGS).filter(pl.Series(sound))


def _chosen_encodings(written: list[bytes]) -> NDArray[np.intp]:
    """For each line the number of the encoding in which its beginning has most frequent and fewest other pairs.

    It is -1 where the second best comes close.
    """
    source = np.frombuffer(b"\n".join([*(line[:_SAMPLE] for line in written), b""]), dtype=np.uint8)
    starts = np.flatnonzero(np.concatenate([[True], source[:-1] == ord("\n")]))
    pairs = source.astype(np.uint16) << 8
    pairs[:-1] |= source[1:]
    totals = np.array([np.add.reduceat(scores[pairs], starts, dtype=np.int32) for scores in _scores()])
    # ISO-8859-6 and MacArabic have the same letters; in lines of the latter a space is mostly the byte 0xA0.
    spaced = np.add.reduceat((source == 0xA0).astype(np.int8) - (source == 0x20), starts, dtype=np.int32)
    same = [_ISO_8859_6, _MAC_ARABIC]
    totals[same] = totals[same].max(axis=0)
    best: NDArray[np.intp] = totals.argmax(axis=0)
    lead = totals.max(axis=0) - np.where(totals == totals.max(axis=0), np.iinfo(np.int32).min // 2, totals).max(axis=0)
    best = np.where((best == _ISO_8859_6) & (spaced > 0), _MAC_ARABIC, best)
    return np.where((lead >= _LEAST_LEAD) & (4 * lead >= totals.max(axis=0)), best, -1)


@cache
def _scores() -> tuple[NDArray[np.int8], ...]:
    return tuple(pair_scores(right.characters) for right in _RIGHT)


def _is_sound(found: Measure) -> NDArray[np.bool_]:
    enough = found.telling >= _LEAST_TELLING
    return enough & (found.share >= SURE) & (found.broken <= _MOST_BROKEN * found.telling)


def _east_asian_readings(rows: NDArray[np.intp], sources: list[bytes]) -> pl.DataFrame:
    if not sources:
        return READINGS.to_frame()
    texts = [[_exact(source, name) or "" for source in sources] for name in _RIGHT_EAST_ASIAN]
    measures = [measured(readings) for readings in texts]
    shares = np.array([found.share for found in measures])
    telling = np.array([found.telling for found in measures])
    best = shares.argmax(axis=0)
    second, first = np.sort(shares, axis=0)[-2:]
    sound = (first >= _LEAST_SHARE_EAST_ASIAN) & (first - second >= _LEAST_SHARE_EAST_ASIAN / 2)
    sound &= np.take_along_axis(telling, best[None], axis=0)[0] >= _LEAST_TELLING
    readings = pl.DataFrame(
        {
            "row": rows,
            "after": [texts[number][place] for place, number in enumerate(best.tolist())],
            "encoding": [_RIGHT_EAST_ASIAN[number] for number in best.tolist()],
            "share": first,
        }
    )
    return readings.cast(READINGS).filter(pl.Series(sound))


def _exact(written: bytes, name: str) -> str | None:
    try:
        text = written.decode(name)
    except UnicodeDecodeError:
        return None
    return text if text.encode(name, "replace") == written else None
