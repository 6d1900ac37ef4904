"""DropInvisible takes out characters that show nothing and mean nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl
import regex

from cleaners.characters.gates import contains_one_of
from cleaners.characters.spans import FLAGS, SPANS, found_flags, located_spans, run_spans

_SPACING = "\x0b\x0c\x1c\x1d\x1e\x1f"  # controls that stood for a space or a new page
_CONTROLS = "".join(map(chr, [*range(9), *range(0x0E, 0x1C), 0x7F])) + _SPACING
_C1 = "".join(map(chr, range(0x80, 0xA0)))
_ZERO_WIDTH = "\u00ad\u2060\ufeff\ufff9\ufffa\ufffb\ufffc" + "".join(map(chr, range(0x206A, 0x2070)))
_ZERO_WIDTH_SPACE, _JOINERS = "\u200b", "\u200c\u200d"
_OPENERS, _ISOLATES = "\u202a\u202b\u202d\u202e", "\u2066\u2067\u2068"
_CLOSER, _ISOLATE_CLOSER = "\u202c", "\u2069"
_BIDI = "\u200e\u200f\u061c" + _OPENERS + _CLOSER + _ISOLATES + _ISOLATE_CLOSER
_REPLACEMENT = "\ufffd"
_INVISIBLE = _CONTROLS + _ZERO_WIDTH + _ZERO_WIDTH_SPACE + _JOINERS + _C1

# Scripts without spaces, where a zero-width space parts words, and those whose letters joiners shape.
_PARTED = regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Javanese}\p{Balinese}\p{Tai_Tham}]")
_SHAPED = regex.compile(r"(?![\p{Latin}\p{Greek}\p{Cyrillic}\p{Nd}])[\p{L}\p{M}\p{So}\p{Sk}\p{Emoji_Modifier}]")
_LOST_OR_MISREAD = r"[\x{fffd}\x{80}-\x{9f}]"
_LOST = regex.compile(r"\ufffd+")
_MISREAD = regex.compile(r"(?<=[^\x00-\x9f])[\x80-\x9f]+|[\x80-\x9f]+(?=[^\x00-\x9f])")
_WORD = regex.compile(r"\w")
_MARK = regex.compile(f"[{_BIDI}]")
_RIGHT_TO_LEFT = regex.compile(r"[\p{bc=R}\p{bc=AL}]")
_LEFT_TO_RIGHT = regex.compile(r"\p{bc=L}")
_STRONG = regex.compile(r"[\p{bc=R}\p{bc=AL}\p{bc=L}]")
_BETWEEN = "[\u200e\u200f\u061c]*[.,:/%٪٫٬+–-]?[\u200e\u200f\u061c]*"
_NUMBER = regex.compile(rf"{_BETWEEN}\p{{Nd}}")
_NUMBER_BEFORE = regex.compile(rf"(?r)\p{{Nd}}{_BETWEEN}$")
_STRONG_BEFORE = regex.compile(r"(?r)[\p{bc=R}\p{bc=AL}\p{bc=L}]")


@dataclass(frozen=True, slots=True)
class DropInvisible:
    """Drop controls, byte order marks, soft hyphens, zero-width spaces, and marks of direction without effect.

    Joiners stay beside the letters that they shape (Persian, Urdu, Indic, emoji), the zero-width space stays
    where it parts words (Thai, Khmer …), a mark of direction stays where directions meet, and an embedding
    that is closed and holds something stays. U+FFFD is only flagged: what it stood for is not known. So is a C1
    control beside a letter beyond ASCII: it is a piece of text in another encoding.

    >>> from cleaners import clean_text
    >>> clean_text("rain" + chr(0x200B) + " fell", recipe=(DropInvisible(),))
    'rain fell'
    """

    safety: ClassVar = "repair"
    unusual_only: ClassVar = True

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Select the lines with an invisible character or U+FFFD."""
        return contains_one_of(text, _BIDI + _INVISIBLE + _REPLACEMENT)

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        r"""Propose to drop what is invisible.

        >>> DropInvisible().rewrite(pl.Series(["\ufeffso\u00adlar"])).select("start", "end").rows()
        [(0, 3), (5, 7)]
        """
        marks = _dropped_marks(lines)
        spans = pl.concat([run_spans(lines, _INVISIBLE, _without_invisible), marks])
        return spans.cast(SPANS).sort("at", "start")

    def flag(self, lines: pl.Series) -> pl.DataFrame:
        """Flag what stands for a character that was lost or misread."""
        rows = lines.str.contains(_LOST_OR_MISREAD).arg_true()
        suspects = lines.gather(rows)
        flags = pl.concat(
            [
                found_flags(suspects, _LOST, reason="character lost"),
                found_flags(suspects, _MISREAD, reason="control of another encoding"),
            ]
        )
        return flags.with_columns(at=rows.gather(flags["at"])).cast(FLAGS).sort("at", "start")


def _without_invisible(before: str, run: str, after: str) -> tuple[str, str] | None:
    if any(character in _C1 for character in run) and not (before + after).isascii():
        return None
    left = "".join(character for character in run if _stays(character, before, after))
    spaced = any(character in _SPACING for character in run)
    if not left and spaced and _WORD.match(before) and _WORD.match(after):
        return " ", "control character"
    return left, "control character" if run[0] in _CONTROLS or run[0] in _C1 else "invisible character"


def _stays(character: str, before: str, after: str) -> bool:
    if character == "\u00ad" and "À" <= before <= "ß":
        return True  # two bytes of UTF-8, misread
    if character in _JOINERS:
        return bool(_SHAPED.match(before) or _SHAPED.match(after))
    return character == _ZERO_WIDTH_SPACE and bool(_PARTED.match(before) or _PARTED.match(after))


def _dropped_marks(lines: pl.Series) -> pl.DataFrame:
    """Spans of the marks of direction that change nothing."""
    marked = lines.to_frame("line").select(contains_one_of(pl.col("line"), _BIDI).arg_true()).to_series()
    if marked.is_empty():
        return SPANS.to_frame()
    chosen = lines.gather(marked)
    starts: list[int] = []
    offset = 0
    for line in chosen.to_list():
        starts.extend(offset + place for place in sorted(_idle_marks(line)))
        offset += len(line) + 1
    ends = [start + 1 for start in starts]
    spans = located_spans(chosen, "\n".join(chosen.to_list()), starts, ends)
    return spans.with_columns(at=marked.gather(spans["at"]), after=pl.lit(""), reason=pl.lit("mark of direction")).cast(
        SPANS
    )


def _idle_marks(line: str) -> Iterator[int]:
    """Places of the marks of direction that open or close nothing, or stand where no directions meet."""
    opened: list[int] = []
    for place, character in ((found.start(), found.group()) for found in _MARK.finditer(line)):
        if character in _OPENERS or character in _ISOLATES:
            opened.append(place)
        elif character in (_CLOSER, _ISOLATE_CLOSER):
            partner = _ISOLATES if character == _ISOLATE_CLOSER else _OPENERS
            if not opened or line[opened[-1]] not in partner:
                yield place
                continue
            opening = opened.pop()
            if not line[opening + 1 : place].strip(" \u00a0" + _BIDI):
                yield from (opening, place)
        elif _is_idle(line, place, character):
            yield place
    yield from opened


def _is_idle(line: str, place: int, mark: str) -> bool:
    if _NUMBER_BEFORE.search(line, endpos=place) and _NUMBER.match(line, place + 1):
        return False  # it decides in which order the numbers are shown: "8.<RLM>168" is read as 168.8
    own = _LEFT_TO_RIGHT if mark == "\u200e" else _RIGHT_TO_LEFT
    before, after = _STRONG_BEFORE.search(line, endpos=place), _STRONG.search(line, place + 1)
    return all(own.match(strong.group()) for strong in (before, after) if strong)
