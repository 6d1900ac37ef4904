"""Links to other articles: read-also lines and blocks of teasers."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.chrome.neighbours import (
    ENDS_IN_COLON,
    announced_items,
    is_announced,
    is_any,
    is_item,
    is_label,
    is_quoted,
    with_neighbours,
)
from cleaners.options import check_options
from cleaners.page import MARKS, marks

HEADINGS: Final = ("read_also", "related_heading", "most_read_heading")
"""Classes of phrases that open a block of teasers by themselves; section names only do so inside a block."""


@dataclass(frozen=True, slots=True)
class DropTeaserBlock:
    r"""Drop the block of links to other articles that closes a page, from its heading to the end.

    The heading is a whole line (`أخبار ذات صلة`, `Most read`), it stands after prose of the body, and no prose
    follows it to the end of the page. Everything below it goes: teasers, further headings, the author's box; but
    nothing where most lines are a name and a number (`Most traded`), which is the article's own table.
    The name of a section (`Sports`) opens a block only if at least `least_cut` lines below it are cut with an
    ellipsis, and a link to the rest (`READ MORE`) only in capitals; a last line below another such link is flagged.

    >>> from cleaners import clean_text
    >>> text = "The council met on Monday and talked about it.\nRelated news\nTen bridges…\nA new school…"
    >>> clean_text(text, recipe=(DropTeaserBlock(),))
    'The council met on Monday and talked about it.'
    """

    safety: ClassVar = "chrome"

    least_cut: int = 2

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark the heading and all that follows it."""
        phrases = page.filter(pl.col("classes").is_not_null())
        docs = phrases.filter(is_any((*HEADINGS, "topics_heading", "more_link")))["doc"].unique()
        if docs.is_empty():
            return MARKS.to_frame()
        prose = pl.col("row").filter("sentence")
        cut = pl.col("text").str.contains(r"(?:…|\.\.\.)\s*$").cast(pl.UInt32)
        lines = page.filter(pl.col("doc").is_in(docs.implode())).with_columns(
            cut_below=cut.cum_sum(reverse=True).over("doc"),
            after=(pl.col("row") > prose.max().over("doc")).fill_null(value=False),
        )
        announced = pl.col("text").shift(1).str.contains(ENDS_IN_COLON).over("doc").fill_null(value=False)
        section = is_any(("topics_heading",)) & (pl.col("cut_below") >= self.least_cut)
        link = is_any(("more_link",)) & pl.col("after") & pl.col("key").str.contains(_READ)
        shouted = link & pl.col("text").str.contains(r"^[^\p{Ll}]*\p{Lu}[^\p{Ll}]*$")
        heading = (is_any(HEADINGS) | section | shouted) & ~announced & ~is_quoted()
        items = phrases.filter(is_any(HEADINGS))
        heading &= ~pl.col("row").is_in(announced_items(items, page).implode())
        lines = lines.with_columns(
            heading=heading,
            inside=(heading & pl.col("after")).cum_max().over("doc"),
            below=link.shift(1).over("doc") & (pl.col("row") == pl.col("row").max().over("doc")),
        )
        inside = lines.filter(pl.col("inside") & (pl.col("inside").sum().over("doc") > 1)).with_columns(
            figures=_gives_figures()
        )
        reason = pl.when("heading").then(pl.lit("teaser_heading")).otherwise(pl.lit("teaser"))
        below = lines.filter(pl.col("below") & ~pl.col("inside") & pl.col("words").is_between(3, _LONGEST_TITLE))
        return pl.concat(
            [
                marks(inside.filter(~pl.col("figures")), self, reason=reason, evidence="proved"),
                marks(inside.filter("figures", "heading"), self, reason="teaser_heading", evidence="alone"),
                marks(below, self, reason="teaser", evidence="alone"),
            ]
        )


def _gives_figures() -> pl.Expr:
    """Tell blocks whose lines are entries of a table, a name and a number, as most of a market report's are."""
    item = ~pl.col("heading") & pl.col("text").str.contains(r"\p{L}")
    entry = item & pl.col("text").str.contains(r"\p{Nd}") & (pl.col("words") <= _LONGEST_ENTRY)
    return _MOST * item.sum().over("doc") < entry.sum().over("doc")


_LONGEST_ENTRY: Final = 6
"""Words."""
_MOST: Final = 0.6
_LONGEST_TITLE: Final = 20
_READ: Final = (
    r"\b(?:read|reading|leer|leyendo|lire|lecture|lesen|weiterlesen|leggi|leia|lees|verder|czytaj|читать|читайте|читати|"
    r"oku|اقرا|قراءه|القراءه|بخوانيد|مطلب|پڑھيں|קראו|קרא|קריאה|baca|पढ़ें)\b|阅读|閱讀|読む|続き"
)
"""Words of links to the rest of a text, folded."""


@dataclass(frozen=True, slots=True)
class DropReadAlso:
    r"""Drop a read-also line inside the body, with the one title that it announces.

    `اقرأ أيضا:` as a line of its own goes with the title on the next line; `Read also: a title` goes where the
    line is a title, not a sentence and not an address or a number to call. Whatever else follows is the article,
    and so is a step or an item of a numbered list. A line that is all quotation, that a colon announces, or that is an
    item or a turn of speech beside others is what the article speaks of.

    >>> from cleaners import clean_text
    >>> text = "It rained on the city all day and all night.\nRead also: Snow\nThe river rose by a metre and some more."
    >>> clean_text(text, recipe=(DropReadAlso(),))
    'It rained on the city all day and all night.\nThe river rose by a metre and some more.'
    """

    safety: ClassVar = "chrome"

    longest_title: int = 20
    """In words."""

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark read-also lines and their titles."""
        begun = pl.col("begins").list.contains("read_also").fill_null(value=False)
        opens = is_any(("read_also",)) | (begun & pl.col("text").str.contains(ENDS_IN_COLON))
        begins = begun & ~opens
        docs = page.filter(pl.col("classes").is_not_null()).filter(opens | begins)["doc"].unique()
        if docs.is_empty():
            return MARKS.to_frame()
        page = page.filter(pl.col("doc").is_in(docs.implode()))
        title = ~pl.col("sentence") & pl.col("words").is_between(3, self.longest_title)
        title &= ~pl.col("text").str.contains(r"[.。۔:：]\s*$|^\s*\p{Nd}{1,2}\s*[.)]\s|^\s*[-–—]+\s")
        alone = ~(opens | begins)
        label = is_label(begins, pl.lit(value=False))
        told = is_quoted() | is_announced()
        told |= is_item() & pl.any_horizontal(
            is_item(f"text_{side}") & pl.col(f"classes_{side}").is_null() for side in ("above", "below")
        )
        lines = (
            with_neighbours(page, page)
            .with_columns(label=label, told=told.fill_null(value=False), opens=opens, title_line=title & alone)
            .with_columns(
                announces=pl.col("opens")
                & ~pl.col("told")
                & pl.col("title_line").shift(-1).over("doc").fill_null(value=False),
                prose=pl.col("sentence").any().over("doc"),
            )
        )
        lines = lines.with_columns(announced=pl.col("announces").shift(1).over("doc").fill_null(value=False))
        inline = begins & ~pl.col("sentence") & (pl.col("words") <= self.longest_title + 4) & ~pl.col("label")
        inline &= ~pl.col("told") & ~pl.col("text").str.contains(_CONTACT)
        certain = pl.col("prose") & (pl.col("announces") | pl.col("announced") | inline)
        return marks(
            lines.filter(pl.col("opens") | begins | pl.col("announced")),
            self,
            reason=pl.when("announced").then(pl.lit("read_also_title")).otherwise(pl.lit("read_also")),
            evidence=pl.when(certain).then(pl.lit("proved")).otherwise(pl.lit("alone")),
        )


_CONTACT: Final = (
    r"@|(?i:https?:|www\.)|\p{Nd}{5}|\p{Nd}{2,}[ /-]\p{Nd}{2,}[ /-]\p{Nd}{2,}"
    r"|(?i:§|\b(?:section|article|art\.|chapter|page|p\.|abschnitt|artikel|статья|ст\.|المادة|مادة|ماده|الفصل|صفحة|الصفحة))\s*"
    r"\(?\p{Nd}"
)
"""Where to ask for more, and a place in a law or a book, are news, and no link to another article."""
