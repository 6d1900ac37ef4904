"""What scripts that hide e-mail addresses leave behind them."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl
import regex

from cleaners.characters.spans import found_spans

_SCRIPT: Final = regex.compile(r"(?<=\[email[ \u00a0]protected\])[ \u00a0]*/\*[ \u00a0]*\*/")


@dataclass(frozen=True, slots=True)
class DropMailScript:
    """Drop the empty comment, `/* */`, of the script that hides an address, beside `[email protected]`.

    The mask itself stays: the sentence speaks of an address there.

    >>> from cleaners import clean_text
    >>> clean_text("Write to [email protected] /* */ today.", recipe=(DropMailScript(),))
    'Write to [email protected] today.'
    """

    safety: ClassVar = "chrome"
    unusual_only: ClassVar = True

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Select the lines with a comment of the kind."""
        return text.str.contains("/*", literal=True) & text.str.contains("protected]", literal=True)

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        """Propose to take the comment out."""
        return found_spans(lines, _SCRIPT, lambda _: ("", "mail_script"))
