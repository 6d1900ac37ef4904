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
        ).filter(quotable & pl.col("key").is_not_null())
        longest = pl.col("text").str.extract_all(r"[\p{L}\p{M}]+").list.eval(
            pl.element().sort_by(pl.element().str.len_bytes(), descending=True, maintain_order=True).first()
        ).list.first()  # fmt: skip
        # folding paragraphs is slow; a quotation has at least its longest word as the paragraph writes it
        likely = beside.with_columns(longest=longest).with_columns(
            pl.when(pl.col(side).str.contains(pl.col("longest"), literal=True)).then(side) for side in ("before", "after")
        ).filter(pl.col("before").is_not_null() | pl.col("after").is_not_null())  # fmt: skip
        inside = pl.any_horizontal(
            (" " + fold(pl.col(side).fill_null("")) + " ").str.contains(" " + pl.col("key") + " ", literal=True)
            for side in ("before", "after")
        )
        return likely.filter(inside).select(
            "row", cleaner=pl.lit(type(self).__name__), reason=pl.lit("pull_quote"), evidence=pl.lit("proved")
        )
