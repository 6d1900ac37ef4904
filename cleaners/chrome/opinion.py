"""Credits around an article, which some corpora want and others do not: by-lines, places and sources, captions."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.chrome.stock import matched
from cleaners.options import check_options
from cleaners.page import marks

_NAME: Final = r"[\p{L}\p{M} .]{2,40}"
_PLACE_AND_SOURCE: Final = rf"^\s*{_NAME}\s[-–—]\s{_NAME}[:：]?\s*$|^\s*{_NAME}\({_NAME}\)\s*[-–—:]?\s*$"


@dataclass(frozen=True, slots=True)
class DropByline:
    r"""Drop by-lines and agency marks outside the body. Who wrote a text is content to some: an opinion.

    A line that ends as a sentence or a verse does stays: the words of by-lines begin those too (`By evening the …`).

    >>> from cleaners import clean_text
    >>> text = "By Jane Doe\nThe council met on Monday and talked about the bridge for hours."
    >>> clean_text(text, recipe=(DropByline(),))
    'The council met on Monday and talked about the bridge for hours.'
    """

    safety: ClassVar = "opinion"

    most_words: int = 12

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines that are, or begin with, the words of a by-line or an agency's mark."""
        found = matched(page, ("byline", "agency_mark", "live_updates_mark"))
        stops = pl.col("text").str.contains(r"[\p{L}\p{M}]{2}[.,،;!?؟。！？۔]\s*$") & ~pl.col("whole")
        short = found.filter((pl.col("words") <= self.most_words) & ~pl.col("sentence") & ~stops)
        return marks(short, self, reason=pl.col("reason"), evidence="place")


@dataclass(frozen=True, slots=True)
class DropImageCaption:
    r"""Drop photo credits and captions that say so themselves, outside the body.

    >>> from cleaners import clean_text
    >>> text = "Photo: Jane Doe / Example News\nThe council met on Monday and talked about the bridge for hours."
    >>> clean_text(text, recipe=(DropImageCaption(),))
    'The council met on Monday and talked about the bridge for hours.'
    """

    safety: ClassVar = "opinion"

    most_words: int = 30

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines that are, or begin with, the words of a caption or a credit."""
        found = matched(page, ("photo_credit", "image_caption_mark"))
        short = found.filter((pl.col("words") <= self.most_words) & ~pl.col("sentence"))
        return marks(short, self, reason=pl.col("reason"), evidence="place")


@dataclass(frozen=True, slots=True)
class DropPlaceAndSource:
    r"""Drop the line of place and source between headline and body: `بغداد - المغرب اليوم`, `PARIS (AFP)`.

    >>> from cleaners import clean_text
    >>> text = "PARIS (AFP)\nThe council met on Monday and talked about the bridge for hours."
    >>> clean_text(text, recipe=(DropPlaceAndSource(),))
    'The council met on Monday and talked about the bridge for hours.'
    """

    safety: ClassVar = "opinion"

    most_words: int = 7

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark short lines before the body that are two names with a dash between, or a name in brackets."""
        found = page.filter((pl.col("words") <= self.most_words) & pl.col("text").str.contains(_PLACE_AND_SOURCE))
        first = page.filter("sentence").group_by("doc").agg(prose=pl.col("row").min())
        above = found.join(first, on="doc").filter(pl.col("row") < pl.col("prose"))
        return marks(above, self, reason="place_and_source", evidence="place")
