"""Site lines: what a site prints below, or above, the articles of many of its pages."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.chrome.stock import STOCK_CLASSES
from cleaners.chrome.teasers import HEADINGS
from cleaners.options import check_options
from cleaners.page import MARKS, marks

_CONTACT: Final = r"[|│©@]|(?i:https?:|www\.|[a-z]\.(?:com|net|org)\b)|\p{Nd}{5}"
"""Marks of links, addresses, numbers to call and menus. Dashes, quotation marks and years are anybody's."""


@dataclass(frozen=True, slots=True)
class DropSiteLines:
    r"""Drop the lines that a site prints on many of its pages, at the edge of the text and outside the body.

    It needs a table of site lines, with at least `least_texts` distinct texts of the site, `least_count` of which
    have the line, most of them at the same edge. Below the body a line goes if it stands in `share` of the texts
    and nothing but such lines follow; if it has another mark of residue besides (a stock phrase, a link, an
    address, a number to call), `marked_share` is enough. Above the body it needs such a mark and `share`, or to be
    one of `menu` such lines that open the page, each in `menu_share` of the texts: the standing first line of a
    rubric is content. Prose goes only with such a mark, below the body. What stands often elsewhere is flagged.

    >>> from cleaners import clean, site_lines
    >>> pages = [f"On day {day} the council met and talked about the new bridge.\nThe Gazette" for day in range(40)]
    >>> docs = pl.DataFrame({"text": pages, "site": "gazette.example"})
    >>> clean(docs, (DropSiteLines(),), sites=site_lines(docs)).documents["text"][0]
    'On day 0 the council met and talked about the new bridge.'
    """

    safety: ClassVar = "chrome"

    least_texts: int = 20
    least_count: int = 10
    share: float = 0.2
    """A daily columnist's greeting stands in one text of sixty of a big paper and of one of ten of a small one."""
    marked_share: float = 0.03
    menu: int = 5
    menu_share: float = 0.5
    same_edge: float = 0.8

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark site lines."""
        often = (pl.col("site_texts") >= self.least_texts) & (pl.col("site_count") >= self.least_count)
        docs = page.filter(often)["doc"].unique()
        if docs.is_empty():
            return MARKS.to_frame()
        share = pl.col("site_count") / pl.col("site_texts")
        known = pl.element().is_in([*STOCK_CLASSES, *HEADINGS])
        stock = pl.any_horizontal(pl.col(name).list.eval(known).list.any() for name in ("classes", "begins"))
        phrases = page.filter(pl.col("classes").is_not_null()).filter(stock)["row"]
        lines = page.filter(pl.col("doc").is_in(docs.implode())).with_columns(
            share=pl.when(often).then(share).fill_null(0),
            marked=pl.col("row").is_in(phrases.implode()) | pl.col("text").str.contains(_CONTACT),
            above=(pl.col("site_top") >= self.same_edge * pl.col("site_count")).fill_null(value=False),
            below=(pl.col("site_bottom") >= self.same_edge * pl.col("site_count")).fill_null(value=False),
        )
        # a number alone is a value in somebody's table, and breaks the run
        frequent = (pl.col("share") >= self.share) & pl.col("key").str.contains(r"\p{L}").fill_null(value=False)
        prose = pl.col("sentence")
        marked = pl.col("marked") & (pl.col("share") >= pl.when(prose).then(self.share).otherwise(self.marked_share))
        menu = pl.col("above") & (pl.col("share") >= self.menu_share) & ~prose
        lines = lines.with_columns(
            closes=(pl.col("below") & (marked | (frequent & ~prose))).cum_min(reverse=True).over("doc"),
            menu=menu.cum_min().over("doc"),
            opens=(pl.col("above") & marked & frequent & ~prose).cum_min().over("doc"),
        )
        edge = pl.col("closes") | pl.col("opens") | (pl.col("menu") & (pl.col("menu").sum().over("doc") >= self.menu))
        found = lines.with_columns(edge=edge).filter(pl.col("edge") | frequent)
        evidence = pl.when("edge").then(pl.lit("place")).otherwise(pl.lit("alone"))
        return marks(found, self, reason="site_line", evidence=evidence)
