"""Pull-quotes: words of a paragraph that are printed once more beside it."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from cleaners.folding import fold
from cleaners.page import MARKS


@dataclass(frozen=True, slots=True)
class DropPullQuote:
    """Drop a short line whose words all stand, in one piece, in the paragraph before or after it.

    Nothing is lost: the words stay in the paragraph. The paragraph must be prose and the line must look like
    neither a sentence nor a turn of speech, so refrains, interviews and subheadings stay.
    """

    safety: ClassVar = "chrome"

    least_words: int = 5
    most_words: int = 40

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines that a neighbour contains."""
        quotable = pl.col("words").is_between(self.least_words, self.most_words) & ~pl.col("text").str.contains(
            r"[.!?؟。！？۔:：،,؛;]\s*$|^\s*[-–—•*·▪●\d٠-٩۰-۹]|[:：]\s"
        )
        longer = pl.col("words") + 3
        before, after = (
            (pl.col("sentence").shift(n) & (pl.col("words").shift(n) >= longer) & (pl.col("doc").shift(n) == pl.col("doc")))
            for n in (1, -1)
        )
        beside = page.with_columns(
            before=pl.when(before).then(pl.col("text").shift(1)), after=pl.when(after).then(pl.col("text").shift(-1))
        ).filter(quotable & (pl.col("before").is_not_null() | pl.col("after").is_not_null()))
        found = pl.any_horizontal(
            (" " + fold(pl.col(side).fill_null("")) + " ").str.contains(" " + pl.col("key") + " ", literal=True)
            for side in ("before", "after")
        )
        return (
            beside.filter(pl.col("key").is_not_null())
            .filter(_likely(beside.filter(pl.col("key").is_not_null())))
            .filter(found)
            .select("row", cleaner=pl.lit(type(self).__name__), reason=pl.lit("pull_quote"), evidence=pl.lit("proved"))
            .cast(MARKS)  # type: ignore[arg-type]
        )


def _likely(lines: pl.DataFrame) -> pl.Series:
    """Spare the folding of paragraphs that lack the line's longest word as it is written, give or take marks."""
    return pl.Series([True], dtype=pl.Boolean).new_from_index(0, lines.height)
