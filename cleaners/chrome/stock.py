"""Stock phrases of sites that stand outside the body: share rows, forms, notices, buttons."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.page import MARKS

STOCK_CLASSES: Final = (
    "advertisement", "app_promotion", "author_box", "backlink", "comment_form", "comment_notice", "contact_block",
    "cookie", "copyright", "email_mask", "follow_us", "gallery_navigation", "go_to_top", "image_caption_mark",
    "more_link", "newsletter", "pagination", "print_email", "reading_time", "share", "subscription_wall",
    "tag_list", "wire_end",
)  # fmt: skip
"""Classes of phrases that are residue wherever they stand outside the body."""


@dataclass(frozen=True, slots=True)
class DropStockPhrases:
    """Drop lines outside the body that are, or begin with, a site's stock phrase.

    Inside the body the same words may be news: an article on cookies, a quoted button. There they are flagged.
    A line that begins with a phrase goes on with a name or a title; above `longest_line` words it is prose.
    """

    safety: ClassVar = "chrome"

    classes: tuple[str, ...] = STOCK_CLASSES
    longest_line: int = 30

    def __post_init__(self) -> None:
        if unknown := set(self.classes) - set(STOCK_CLASSES):
            raise ValueError(f"unknown class {min(unknown)!r}; the classes are {', '.join(STOCK_CLASSES)}")

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines of the chosen classes."""
        wanted = pl.element().filter(pl.element().is_in(self.classes))
        begun = pl.when(pl.col("words") <= self.longest_line).then(pl.col("begins"))
        return (
            page.filter(pl.col("classes").is_not_null())
            .select("row", found=pl.col("classes").list.concat(begun.fill_null([])).list.eval(wanted).list.first())
            .drop_nulls()
            .select("row", cleaner=pl.lit(type(self).__name__), reason="found", evidence=pl.lit("place"))
            .cast(MARKS)  # type: ignore[arg-type]
        )
