"""FoldPresentationForms puts letters in place of the shapes of Arabic letters."""

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final

import polars as pl
import regex

from cleaners.characters.spans import SPANS, Repair, found_spans

# Ligatures of whole words stay, as does the sign of the rial: ﷲ ﷺ ﷼ ﷽.
_FORMS: Final = "\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdc7\ufe70-\ufefc"
_FORM: Final = regex.compile(f"[{_FORMS}]")
_RUN: Final = regex.compile(f"[{_FORMS}]+")
_LINE: Final = regex.compile(r"[^\n]+")
_JOINS_NEXT: Final = ("<initial", "<medial")
_JOINS_PREVIOUS: Final = ("<final", "<medial")
_UNIT: Final = regex.compile(r"[\p{N}\p{Latin}](?:[\p{N}\p{Latin}\p{M}.,:/%@_'’+-]*[\p{N}\p{Latin}%])?|\X")
_MIRRORED: Final = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


@dataclass(frozen=True, slots=True)
class FoldPresentationForms:
    """Write Arabic letters for presentation forms, the shapes in which old programs and PDFs leave them.

    Text that was stored as it is seen, left to right, is turned around: there the forms that begin a word stand at
    its end. Ligatures that stand for a word or a phrase (`ﷲ`, `ﷺ`, `﷽`) stay.

    >>> from cleaners import clean_text
    >>> clean_text("ﻣﺪﺭﺳﺔ", recipe=(FoldPresentationForms(),))
    'مدرسة'
    """

    safety: ClassVar = "repair"
    unusual_only: ClassVar = True

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Select the lines with a character of the blocks of these forms."""
        return text.cast(pl.Binary).bin.contains(b"\xef")

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        """Propose letters.

        >>> FoldPresentationForms().rewrite(pl.Series(["ﻻ إله", "ﺔﻴﺑﺮﻌﻟﺍ"])).select("at", "after").rows()
        [(0, 'لا'), (1, 'العربية')]
        """
        rows = lines.str.contains(f"[{_FORMS}]").arg_true()
        visual = pl.Series([_is_visual(line) for line in lines.gather(rows).to_list()], dtype=pl.Boolean)
        logical = _found(lines, rows.filter(~visual), _RUN, _as_letters)
        return pl.concat([logical, _found(lines, rows.filter(visual), _LINE, _turned)]).sort("at", "start")


def _found(lines: pl.Series, rows: pl.Series, pattern: "regex.Pattern[str]", repair: Repair) -> pl.DataFrame:
    if rows.is_empty():
        return SPANS.to_frame()
    spans = found_spans(lines.gather(rows), pattern, repair)
    return spans.with_columns(at=rows.gather(spans["at"])).cast(SPANS)


def _as_letters(match: "regex.Match[str]") -> tuple[str, str]:
    return "".join(map(_letters, match.group())), "presentation form"


def _turned(match: "regex.Match[str]") -> tuple[str, str]:
    units = reversed([unit.group() for unit in _UNIT.finditer(match.group())])
    return "".join(map(_letters, "".join(_mirrored(unit) for unit in units))), "presentation form, visual order"


def _mirrored(unit: str) -> str:
    return unit.translate(_MIRRORED) if len(unit) == 1 else unit


def _letters(form: str) -> str:
    """Letters of one form; of a mark on its own only the mark, without the space that carries it."""
    if not _FORM.match(form):
        return form
    return unicodedata.normalize("NFKC", form).removeprefix(" ")


def _is_visual(line: str) -> bool:
    """Whether more neighbours join as if written backwards: the end of a word before its beginning."""
    runs = ([unicodedata.decomposition(c).partition(">")[0] for c in run] for run in _RUN.findall(line))
    pairs = [pair for shapes in runs for pair in pairwise(shapes)]
    forwards = sum(a in _JOINS_NEXT and b in _JOINS_PREVIOUS for a, b in pairs)
    backwards = sum(a in _JOINS_PREVIOUS and b in _JOINS_NEXT for a, b in pairs)
    return backwards > forwards
