"""Pull-quotes: words of a paragraph that are printed once more beside it."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.chrome.neighbours import ENDS_IN_COLON, with_neighbours
from cleaners.folding import fold
from cleaners.options import check_options
from cleaners.page import MARKS, marks

_LONGEST_SUBHEADING: Final = 12
"""In words. Of five short quotations of the paragraph below, on labelled pages, four were subheadings."""
_SPOKEN_OR_LISTED: Final = r"[.!?؟。！？۔:：،,؛;]\s*$|^\s*[-–—•*·▪●\d٠-٩۰-۹]|[:：]\s"


@dataclass(frozen=True, slots=True)
class DropPullQuote:
    r"""Drop a short line whose words all stand, in one piece, in the paragraph before or after it.

    Nothing is lost: the words stay in the paragraph. The paragraph must be prose and the line must look like
    neither a sentence nor a turn of speech, so refrains, interviews and subheadings stay. So does what the line
    above announces with a colon: a verse or a rule that is shown and then discussed; the first line, which the lead
    may quote as its headline; and a line of subheading's length whose words come only in the paragraph below it.

    >>> from cleaners import clean_text
    >>> text = "He said we will build this bridge before winter comes.\nWe will build this bridge before winter"
    >>> clean_text(text, recipe=(DropPullQuote(),))
    'He said we will build this bridge before winter comes.'
    """

    safety: ClassVar = "chrome"

    least_words: int = 7
    """Shorter ones were names under pictures and subheadings, in nine of nine found in 26,104 articles."""
    most_words: int = 40

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines that a neighbour contains."""
        short = pl.col("key").is_not_null() & pl.col("words").is_between(self.least_words, self.most_words)
        lines = page.filter(short & ~pl.col("sentence")).filter(~pl.col("text").str.contains(_SPOKEN_OR_LISTED))
        beside = (
            with_neighbours(lines, page)
            .filter(~pl.col("text_above").str.contains(ENDS_IN_COLON))
            .with_columns(
                before=pl.when(_is_longer_prose("above")).then("text_above"),
                after=pl.when(_is_longer_prose("below") & (pl.col("words") > _LONGEST_SUBHEADING)).then("text_below"),
            )
            .filter(pl.col("before").is_not_null() | pl.col("after").is_not_null())
        )
        if beside.is_empty():
            return MARKS.to_frame()
        longest = pl.col("text").str.extract_all(r"[\p{L}\p{M}]+").list.eval(
            pl.element().sort_by(pl.element().str.len_bytes(), descending=True, maintain_order=True).first()
        ).list.first()  # fmt: skip
        # folding paragraphs is slow; a quotation has at least its longest word as the paragraph writes it
        likely = beside.with_columns(longest=longest).with_columns(
            pl.when(pl.col(side).str.contains(pl.col("longest"), literal=True)).then(side)
            for side in ("before", "after")
        ).filter(pl.col("before").is_not_null() | pl.col("after").is_not_null())  # fmt: skip
        inside = pl.any_horizontal(
            (" " + fold(pl.col(side).fill_null("")) + " ").str.contains(" " + pl.col("key") + " ", literal=True)
            for side in ("before", "after")
        )
        return marks(likely.filter(inside), self, reason="pull_quote", evidence="proved")


def _is_longer_prose(side: str) -> pl.Expr:
    return pl.col(f"sentence_{side}") & (pl.col(f"words_{side}") >= pl.col("words") + 3)
