"""The path to the page: breadcrumbs above an article."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.chrome.neighbours import is_said
from cleaners.options import check_options
from cleaners.page import MARKS, marks


@dataclass(frozen=True, slots=True)
class DropBreadcrumb:
    r"""Drop the path of links above an article: `Home » News » Politics`, or its first step alone.

    The line must be, or begin with, a site's word for its first page, and stand before the body; where it only
    begins with it, the marks of a path must follow. A single word right above the body may be the headline (`Home`),
    and is only flagged; so may more than a few words behind one dash (`Home – a play that nobody forgets`).

    >>> from cleaners import clean_text
    >>> text = "Home » News » Local\nThe council met on Monday and talked about the bridge for hours."
    >>> clean_text(text, recipe=(DropBreadcrumb(),))
    'The council met on Monday and talked about the bridge for hours.'
    """

    safety: ClassVar = "chrome"

    most_words: int = 25

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark paths."""
        path = pl.any_horizontal(pl.col("classes", "begins").list.contains("breadcrumb_home")).fill_null(value=False)
        phrases = page.filter(pl.col("classes").is_not_null())
        found = phrases.filter(path & (pl.col("words") <= self.most_words) & ~is_said())
        if found.is_empty():
            return MARKS.to_frame()
        docs = page.filter(pl.col("doc").is_in(found["doc"].unique().implode()))
        first = docs.filter("sentence").group_by("doc").agg(prose=pl.col("row").min())
        lines = docs.select("row", "doc").with_columns(next=pl.col("row").shift(-1).over("doc")).drop("doc")
        above = found.join(first, on="doc").filter(pl.col("row") < pl.col("prose")).join(lines, on="row")
        headline = (pl.col("words") == 1) & (pl.col("next") == pl.col("prose"))
        evidence = pl.when(headline | _is_title()).then(pl.lit("alone")).otherwise(pl.lit("place"))
        return marks(above, self, reason="breadcrumb", evidence=evidence)


_ARROW: Final = r"[»›>→|│\\]"
_STROKE: Final = r"[-–—/]"
_LONGEST_STEP: Final = 3
"""Words of a path of two steps with no more than a dash or a slash between them."""


def _is_title() -> pl.Expr:
    """Tell lines that only begin as a path does: `Home – a play that nobody forgets`."""
    text, phrase = pl.col("text"), pl.col("classes").list.contains("breadcrumb_home").fill_null(value=False)
    one = ~text.str.contains(_ARROW) & (text.str.count_matches(_STROKE) == 1)
    return one & (pl.col("words") > _LONGEST_STEP) & ~phrase
