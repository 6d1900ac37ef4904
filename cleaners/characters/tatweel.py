"""DropTatweel takes out the stretching of Arabic words."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl
import regex

from cleaners.characters.spans import found_spans

_TATWEEL = "\u0640"
_STRETCH = regex.compile(r"(?<=[\p{Script=Arabic}&&\p{L}]\p{M}*)\u0640++(?!\p{M})", regex.V1)
_LETTER = regex.compile(r"[\p{Script=Arabic}&&\p{L}]", regex.V1)
_NO_LETTERS = r"\x{0}-\x{bf}\x{60c}\x{61b}\x{61f}\x{2000}-\x{206f}"


@dataclass(frozen=True, slots=True)
class DropTatweel:
    """Drop the tatweel that only stretches a word: between two Arabic letters, or doubled.

    What joins a letter to something else stays, as one sign: `بـ«`, `لـCNN`, `1445هـ`. A run between spaces
    is a dash, one before a suffix (`ـة`) names it, and one under a mark carries it: they stay as they are.

    >>> from cleaners import clean_text
    >>> clean_text("كتـــاب 1445هـ", recipe=(DropTatweel(),))
    'كتاب 1445هـ'
    """

    safety: ClassVar = "repair"
    exposes: ClassVar = False

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Select the lines with a tatweel before another, or before what may be a letter."""
        return text.str.contains(rf"\x{{640}}[^{_NO_LETTERS}]")

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        """Propose to drop stretches.

        >>> DropTatweel().rewrite(pl.Series(["بيـــان بـ«رويترز»"])).select("start", "end", "after").rows()
        [(4, 10, '')]
        """
        return found_spans(lines, _STRETCH, _shortened)


def _shortened(stretch: "regex.Match[str]") -> tuple[str, str]:
    if _LETTER.match(stretch.string, stretch.end()):
        return "", "stretches a word"
    return _TATWEEL, "doubled"
