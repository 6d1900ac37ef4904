"""Credits around an article, which some corpora want and others do not: by-lines, places and sources, captions."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from cleaners.chrome.stock import matched
from cleaners.page import MARKS


@dataclass(frozen=True, slots=True)
class DropByline:
    """Drop by-lines and agency marks outside the body. Who wrote a text is content to some: an opinion."""

    safety: ClassVar = "opinion"

    most_words: int = 12

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines that are, or begin with, the words of a by-line or an agency's mark."""
        return _credits(page, ("byline", "agency_mark", "live_updates_mark"), self.most_words, type(self).__name__)


@dataclass(frozen=True, slots=True)
class DropImageCaption:
    """Drop photo credits and captions that say so themselves, outside the body."""

    safety: ClassVar = "opinion"

    most_words: int = 30

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines that are, or begin with, the words of a caption or a credit."""
        return _credits(page, ("photo_credit", "image_caption_mark"), self.most_words, type(self).__name__)


@dataclass(frozen=True, slots=True)
class DropPlaceAndSource:
    """Drop the line of place and source between headline and body: `بغداد - المغرب اليوم`, `PARIS (AFP)`."""

    safety: ClassVar = "opinion"

    most_words: int = 7

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark short lines before the body that are two names with a dash between, or a name in brackets."""
        shape = r"^\s*[\p{L}\p{M} ]{2,40}\s[-–—]\s[\p{L}\p{M} .]{2,40}[:：]?\s*$|^\s*[\p{L}\p{M} ]{2,40}\([\p{L}\p{M} .]{2,30}\)\s*[-–—:]?\s*$"
        lines = page.with_columns(prose=pl.col("row").filter("sentence").min().over("doc"))
        return (
            lines.filter(
                (pl.col("row") < pl.col("prose")) & (pl.col("words") <= self.most_words) & pl.col("text").str.contains(shape)
            )
            .select("row", cleaner=pl.lit(type(self).__name__), reason=pl.lit("place_and_source"), evidence=pl.lit("place"))
            .cast(MARKS)  # type: ignore[arg-type]
        )


def _credits(page: pl.DataFrame, classes: tuple[str, ...], most_words: int, cleaner: str) -> pl.DataFrame:
    return (
        matched(page, classes)
        .filter(pl.col("words") <= most_words)
        .select("row", cleaner=pl.lit(cleaner), reason="reason", evidence=pl.lit("place"))
    )
