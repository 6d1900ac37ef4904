"""DropTatweel takes out the stretching of Arabic words."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl
import regex

from cleaners.characters.spans import run_spans

_TATWEEL = "\u0640"
_LETTER_BEFORE = regex.compile(r"(?r)[\p{Script=Arabic}&&\p{L}]\p{M}*", regex.V1)
_LETTER = regex.compile(r"[\p{Script=Arabic}&&\p{L}]", regex.V1)
_MARK = regex.compile(r"\p{M}")


@dataclass(frozen=True, slots=True)
class DropTatweel:
    """Drop the tatweel that only stretches a word: between two Arabic letters, or doubled.

    What joins a letter to something else stays, as one sign: `بـ«`, `لـCNN`, `1445هـ`. A run between spaces
    is a dash, one before a suffix (`ـة`) names it, and one under a mark carries it: they stay as they are.
    """

    safety: ClassVar = "repair"
    exposes: ClassVar = False

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Select the lines with a tatweel."""
        return text.str.contains(_TATWEEL, literal=True)

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        """Propose to drop stretches.

        >>> DropTatweel().rewrite(pl.Series(["بيـــان بـ«رويترز»"])).select("start", "end", "after").rows()
        [(4, 10, '')]
        """
        return run_spans(lines, _TATWEEL, _shortened)


def _shortened(text: str, start: int, end: int) -> tuple[str, str] | None:
    if not _LETTER_BEFORE.match(text, endpos=start) or _MARK.match(text, end):
        return None
    if _LETTER.match(text, end):
        return "", "stretches a word"
    return _TATWEEL, "doubled"
