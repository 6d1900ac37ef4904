"""Stock phrases of sites that stand outside the body: share rows, forms, notices, buttons."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.arguments import check_argument
from cleaners.chrome.neighbours import announced_items, is_announced, is_label, is_said, with_neighbours
from cleaners.chrome.subjects import speaks_of
from cleaners.options import check_options, nearest
from cleaners.page import MARKS, marks

STOCK_CLASSES: Final = (
    "advertisement", "app_promotion", "author_box", "backlink", "comment_form", "comment_notice", "contact_block",
    "cookie", "copyright", "email_mask", "follow_us", "gallery_navigation", "go_to_top", "image_caption_mark",
    "more_link", "newsletter", "pagination", "print_email", "reading_time", "share", "subscription_wall",
    "tag_list", "topic_list", "wire_end",
)  # fmt: skip
"""Classes of phrases that are residue wherever they stand outside the body."""


@dataclass(frozen=True, slots=True)
class DropStockPhrases:
    r"""Drop lines outside the body that are, or begin with, a site's stock phrase.

    Inside the body the same words may be news: an article on cookies, a quoted button. There they are flagged,
    and so is a sentence that begins with such words, and a line that is all quotation. A single word (`Contact`,
    `More`) needs a stock phrase beside it, or nothing but residue from it to the body and to the edge: it may be an
    entry of a list. So is, above the body, the first line of a text that came without a title: `Letters to the editor`
    may be its headline. A mark of advertisement that stands twice in a text goes wherever it stands. Notices of cookies
    and copyright are only flagged where the headline or a sentence speaks of those things.

    >>> from cleaners import clean_text
    >>> text = "The council met on Monday and talked about the bridge for hours.\nShare this article"
    >>> clean_text(text, recipe=(DropStockPhrases(),))
    'The council met on Monday and talked about the bridge for hours.'
    """

    safety: ClassVar = "chrome"

    classes: tuple[str, ...] = STOCK_CLASSES

    def __post_init__(self) -> None:
        check_options(self)
        for name in self.classes:
            check_argument("classes", name, str, "names of classes of phrases")
            if name not in STOCK_CLASSES:
                raise ValueError(
                    f"unknown class {name!r}{nearest(name, STOCK_CLASSES)}; see {', '.join(STOCK_CLASSES)}"
                )

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines of the chosen classes."""
        phrases = page.filter(pl.col("classes").is_not_null())
        if phrases.is_empty():
            return MARKS.to_frame()
        found = with_neighbours(matched(phrases, self.classes), page)
        found = found.with_columns(
            said=is_said(),
            label=is_label(~pl.col("whole"), pl.col("whole") & (pl.len().over("doc", "reason") > 1)),
            announced=_is_announcement(),
            lone=_is_lone(),
            told=_is_told(page, found),
            listed=_is_listed() | pl.col("row").is_in(announced_items(found, page).implode()),
            headline=_may_be_headline(),
        )
        alone = pl.any_horizontal("said", "label", "told", "listed", "headline")
        alone |= pl.col("sentence") & ~pl.col("whole")
        evidence = (
            pl.when(alone).then(pl.lit("alone"))
            .when(pl.col("announced")).then(pl.lit("proved"))
            .when(pl.col("lone")).then(pl.lit("run"))
            .otherwise(pl.lit("place"))
        )  # fmt: skip
        stock = marks(found, self, reason=pl.col("reason"), evidence=evidence)
        return pl.concat([stock, self._below(page, stock), self._doubtful(page, found)])

    def _doubtful(self, page: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
        """Mark short lines outside the body that begin as invitations do: one witness, so they are only flagged."""
        invited = matched(page, ("invitation",)).filter(~pl.col("sentence") & (pl.col("words") <= _LONGEST_INVITATION))
        invited = invited.filter(~pl.col("row").is_in(found["row"].implode()))
        if invited.is_empty():
            return marks(invited, self, reason="invitation", evidence="alone")
        prose = page.filter("sentence").group_by("doc").agg(first=pl.col("row").min(), last=pl.col("row").max())
        outside = (pl.col("row") < pl.col("first")) | (pl.col("row") > pl.col("last"))
        return marks(invited.join(prose, on="doc").filter(outside), self, reason="invitation", evidence="alone")

    def _below(self, page: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
        """Mark what goes on below such a line in numbers: times, codes and telephone numbers with a word or two."""
        heads = found.filter(pl.col("reason").is_in(_GO_ON_BELOW) & (pl.col("evidence") == "place"))
        if heads.is_empty():
            return heads
        docs = page.filter(pl.col("row").is_in(heads["row"].implode()))["doc"].unique()
        lines = page.filter(pl.col("doc").is_in(docs.implode())).with_columns(
            head=pl.col("row").is_in(heads["row"].implode())
        )
        number = (
            (pl.col("words") <= 6)
            & pl.col("text").str.contains(r"\p{Nd}{2}")
            & ~pl.col("text").str.contains(_NOT_BELOW)
        )
        part = lines.with_columns(number=number & ~pl.col("head")).with_columns(
            block=(~pl.col("number")).cum_sum().over("doc")
        )
        headed = pl.col("head").first().over("doc", "block")
        # one number below `Contact us` may be what the article itself asks to call
        contact = pl.col("row").is_in(heads.filter(pl.col("reason") == "contact_block")["row"].implode())
        several = pl.col("number").sum().over("doc", "block") > 1
        led = part.filter(pl.col("number") & headed & (several | ~contact.first().over("doc", "block")))
        return marks(led, self, reason="below_stock_phrase", evidence="place")


def _is_listed() -> pl.Expr:
    """Tell ways to reach somebody (`Email`) beside names of networks: such rows are `DropShareRow`'s to judge."""
    names = [pl.col(name).list.contains("network") for name in ("classes", "classes_above", "classes_below")]
    return (names[0] & (names[1].fill_null(value=False) | names[2])).fill_null(value=False)


_NOTICES: Final = ("cookie", "copyright")
"""Classes whose phrases are sentences that an article on the subject quotes."""
_DATED: Final = r"(?:[©ⓒ]|\([cC]\)).*\p{Nd}{4}"


def _is_told(page: pl.DataFrame, found: pl.DataFrame) -> pl.Expr:
    """Tell notices that a colon announces or whose text speaks of what they are about: laws, reports, terms of use.

    A button is no notice; nor does a signed and dated one belong to the article because that speaks of copyright.
    """
    told = is_announced()
    undated = ~pl.col("text").str.contains(_DATED)
    for notice in _NOTICES:
        docs = found.filter(pl.col("reason") == notice)["doc"].unique()
        if not docs.is_empty():
            about = speaks_of(page.filter(pl.col("doc").is_in(docs.implode())), notice)
            told |= undated & (pl.col("reason") == notice) & pl.col("doc").is_in(about.implode())
    return told & (pl.col("words") >= _SHORTEST_NOTICE) & pl.col("reason").is_in(_NOTICES)


_SHORTEST_NOTICE: Final = 3
"""Words."""


_HEADLINES: Final = ("contact_block", "cookie", "copyright")
"""Classes of which a phrase may be a headline or the name of a rubric; links (`Skip to content`) are none."""
_LONGEST_RUBRIC: Final = 4
"""Words."""


def _may_be_headline() -> pl.Expr:
    """Tell the first line of a text without a title, right above the body: `Letters to the editor`."""
    first = pl.col("text_above").is_null() & pl.col("sentence_below").fill_null(value=False)
    named = pl.col("whole") & pl.col("reason").is_in(_HEADLINES) & (pl.col("words") <= _LONGEST_RUBRIC)
    return first & named & pl.col("title").is_null()


_UNMISTAKABLE: Final = ("advertisement", "copyright", "email_mask", "wire_end")
"""Classes of which one word is enough."""
_LONGEST_WORD: Final = 11
"""Characters; what is longer is composed of several (`Datenschutzerklärung`, `Facebookでシェア`)."""


def _is_lone() -> pl.Expr:
    """Tell a single word without a stock phrase right above or below it."""
    beside = pl.any_horizontal(pl.col(f"classes_{side}").list.len() > 0 for side in ("above", "below"))
    single = pl.col("whole") & (pl.col("words") <= 1) & (pl.col("key").str.len_chars() <= _LONGEST_WORD)
    single &= ~pl.col("reason").is_in(_UNMISTAKABLE)
    return single & ~beside.fill_null(value=False)


def _is_announcement() -> pl.Expr:
    """Tell a mark of advertisement that stands twice between paragraphs, or right beside another."""
    between = pl.col("sentence_above").fill_null(value=False) & pl.col("sentence_below").fill_null(value=False)
    twice = (pl.len().over("doc", "key") > 1) & between
    beside = pl.any_horizontal(
        pl.col(f"classes_{side}").list.contains("advertisement").fill_null(value=False)
        & (pl.col(f"key_{side}") != pl.col("key"))
        for side in ("above", "below")
    )
    return (pl.col("reason") == "advertisement") & pl.col("whole") & (twice | beside)


_LONGEST_INVITATION: Final = 20
"""Words."""
_GO_ON_BELOW: Final = ("contact_block", "wire_end")
_NOT_BELOW: Final = r"[.؟?!。]\s*$|(?:^|[^\p{Nd}])(?:19|20)\p{Nd}{2}(?:[^\p{Nd}]|$)"
"""Sentences and dates."""


def matched(page: pl.DataFrame, classes: tuple[str, ...]) -> pl.DataFrame:
    """Find the lines that are, or begin with, a phrase of these classes.

    Adds to the page's columns `reason`, the first such class, and `whole`, whether the line is the phrase.
    """
    wanted = pl.element().filter(pl.element().is_in(classes))
    return (
        page.filter(pl.col("classes").is_not_null())
        .with_columns(
            whole=pl.col("classes").list.eval(wanted).list.first(),
            begun=pl.col("begins").list.eval(wanted).list.first(),
        )
        .with_columns(reason=pl.coalesce("whole", "begun"), whole=pl.col("whole").is_not_null())
        .filter(pl.col("reason").is_not_null())
    )
