"""Rows of share buttons: names of networks side by side, or one below the other."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.chrome.neighbours import ENDS_IN_COLON, is_any, is_item
from cleaners.chrome.subjects import speaks_of
from cleaners.options import check_options
from cleaners.page import MARKS, marks


@dataclass(frozen=True, slots=True)
class DropShareRow:
    r"""Drop a row of share buttons outside the body: `Facebook Twitter WhatsApp` in a line, or a name on each line.

    Names alone may be a list that the article gives. So there must be `least_names` of them, no two alike, with nothing
    between, or a stock phrase (`Share on:`) at their head; no line heads or announces them, they are not numbered, and
    neither the headline nor a sentence speaks of networks. What falls short of it is flagged.

    >>> from cleaners import clean_text
    >>> text = "The council met on Monday and talked about the bridge for hours.\nFacebook\nTwitter\nWhatsApp"
    >>> clean_text(text, recipe=(DropShareRow(),))
    'The council met on Monday and talked about the bridge for hours.'
    """

    safety: ClassVar = "chrome"

    least_names: int = 3

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark the lines of such rows."""
        phrases = page.filter(pl.col("classes").is_not_null())
        named = phrases.filter(is_any(("network", "share_row")))
        if named.is_empty():
            return MARKS.to_frame()
        lines = page.filter(pl.col("doc").is_in(named["doc"].unique().implode()))
        subject = speaks_of(lines, "network")
        prose = pl.col("row").filter("sentence")
        name, row, head = is_any(("network",)), is_any(("share_row",)), is_any(("share",)) & ~is_any(("network",))
        lines = lines.with_columns(
            name=name & ~row,
            row_of_names=row,
            head=head & ~row,
            outside=(pl.col("row") > prose.max().over("doc")) | (pl.col("row") < prose.min().over("doc")),
            announced=_is_announcement().shift(1).over("doc").fill_null(value=False),
        ).with_columns(button=pl.col("name") | pl.col("row_of_names") | pl.col("head"))
        changes = (pl.col("button") != pl.col("button").shift(1)).fill_null(value=False)
        lines = lines.with_columns(block=changes.cum_sum().over("doc"))
        block = ["doc", "block"]
        rows = _LEAST_OF_A_ROW * pl.col("row_of_names").cast(pl.UInt32).sum()
        names = (pl.col("key").filter("name").n_unique() + rows).over(block)
        headed = pl.col("head").any().over(block)
        listed = is_item().any().over(block) | pl.col("announced").first().over(block)
        enough = headed | ((names >= self.least_names) & ~pl.col("doc").is_in(subject.implode()))
        found = lines.with_columns(goes=enough & ~listed).filter(
            (pl.col("name") | pl.col("row_of_names")) & (pl.col("goes") | pl.col("outside").fill_null(value=False))
        )
        evidence = pl.when("goes").then(pl.lit("place")).otherwise(pl.lit("alone"))
        return marks(found, self, reason="share_row", evidence=evidence)


def _is_announcement() -> pl.Expr:
    """Tell lines that may head a list: what ends with a colon, and short lines that are no stock phrase."""
    phrase = pl.col("classes").is_not_null()
    return (pl.col("text").str.contains(ENDS_IN_COLON) | ~pl.col("sentence")) & ~phrase


_LEAST_OF_A_ROW: Final = 2
