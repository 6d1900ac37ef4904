"""Repeats of the headline, the source tags among them, and the hashtags made of it."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.chrome.neighbours import ENDS_IN_COLON, with_neighbours
from cleaners.options import check_options
from cleaners.page import MARKS, marks

_PARAGRAPH: Final = 18
"""Words of a line that no verse reaches."""
_COMMA: Final = r"[,،、，፣၊;؛；][\"'”’»›)\]]*\s*$"
_FULL_STOP: Final = r"[.。۔।…][\"'”’»›)\]]*\s*$"
_TOP: Final = 3
"""Lines at the top of a text, among which the headline may end in a full stop."""


def repeating(page: pl.DataFrame, least_words: int) -> pl.DataFrame:
    """Pick the documents in which a line of so many words stands twice, or the title once."""
    keyed = page.select("doc", "key", "title", "words").filter(pl.col("key").is_not_null())
    long = keyed.filter(pl.col("words") >= least_words).select("doc", "key")
    twice = long.filter(long.is_duplicated())["doc"]
    docs = pl.concat([twice, keyed.filter(pl.col("key") == pl.col("title"))["doc"]]).unique()
    return page.filter(pl.col("doc").is_in(docs.implode()))


def headlined(page: pl.DataFrame, least_words: int) -> pl.DataFrame:
    """Give the lines of documents in which a headline stands again (`repeating`) their headline and their place.

    The headline is the title, where one was given, else the first of the three lines at the top that is not
    prose and that stands again, by itself, outside the body. A text without one paragraph of prose has none of
    its own: the lines of a poem may end as sentences do. Adds `headline`, `place` (`before` or `after` the prose,
    else null) and `copy` (counts the lines equal to the headline, from 1).
    """
    prose = pl.col("row").filter("sentence")
    placed = page.with_columns(
        place=pl.when(pl.col("row") < prose.min().over("doc")).then(pl.lit("before"))
        .when(pl.col("row") > prose.max().over("doc")).then(pl.lit("after")),
    )  # fmt: skip
    at_the_top = pl.col("row").rank("ordinal").over("doc") <= _TOP
    candidate = (pl.col("place") == "before") & (pl.col("words") >= least_words) & at_the_top
    repeated = pl.col("place").is_not_null() & candidate.any().over("doc", "key") & (pl.len().over("doc", "key") > 1)
    paragraph = (pl.col("sentence") & (pl.col("words") >= _PARAGRAPH)).any().over("doc")
    first = pl.col("key").filter(candidate & repeated & paragraph).first().over("doc")
    return placed.with_columns(headline=pl.coalesce("title", first)).with_columns(
        copy=(pl.col("key") == pl.col("headline")).fill_null(value=False).cum_sum().over("doc")
    )


@dataclass(frozen=True, slots=True)
class DropRepeatedHeadline:
    r"""Drop the copies of the headline before and after the body.

    With a title, every line before the body that equals it goes. Without one, the first copy stays as the
    first line. Copies are compared by folded key, so other quotation marks make no difference. A copy within
    the body, and a copy next to short lines that nothing accounts for (a poem's refrain), is only flagged; one such
    line beyond it, at the edge of the text, is no matter. So is
    one that ends as a sentence does, below the top, and one below the body where there are fewer than three and no
    residue beside it: poems and columns close with the words of their titles. So do verses and chants: a copy with a
    comma at its end or above it, and one below a body that has it twice as a line of its own.

    >>> from cleaners import clean_text
    >>> text = "Council on bridge\nThe council met on Monday and talked about the bridge for hours."
    >>> clean_text(text, title="Council on bridge", recipe=(DropRepeatedHeadline(),))
    'The council met on Monday and talked about the bridge for hours.'
    """

    safety: ClassVar = "chrome"

    least_words: int = 3

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark the lines that equal the headline."""
        page = repeating(page, self.least_words)
        if page.is_empty():
            return MARKS.to_frame()
        titled = (pl.col("title") == pl.col("headline")).fill_null(value=False)
        before, after = pl.col("place") == "before", pl.col("place") == "after"
        lines = headlined(page, self.least_words).with_columns(above=_stands_above_a_sentence())
        is_copy = (pl.col("key") == pl.col("headline")).fill_null(value=False)
        lines = with_neighbours(lines, lines).with_columns(
            closing=(pl.col("text").str.contains(_FULL_STOP) & (pl.col("row").rank("ordinal").over("doc") > _TOP))
            | _is_verse()
            | (after & ((is_copy & pl.col("place").is_null()).sum().over("doc") > 1))
            | (after & (is_copy.sum().over("doc") < 3) & ~_beside_residue())
        )
        given = titled & (before | pl.col("above"))
        copies = lines.filter((pl.col("key") == pl.col("headline")) & (given | (pl.col("words") >= self.least_words)))
        evidence = (
            pl.when("closing").then(pl.lit("alone"))
            .when(given).then(pl.lit("proved"))
            .when((pl.col("copy") == 1) & before).then(pl.lit("known"))
            .when(before | after).then(pl.lit("near"))
            .otherwise(pl.lit("alone"))
        )  # fmt: skip
        return marks(copies, self, reason="repeated_headline", evidence=evidence)


def _beside_residue() -> pl.Expr:
    """Tell lines that have a stock phrase or hashtags right above or below them."""
    return pl.any_horizontal(
        pl.col(f"classes_{side}").is_not_null() | pl.col(f"text_{side}").str.contains(r"^\s*#")
        for side in ("above", "below")
    ).fill_null(value=False)


def _is_verse() -> pl.Expr:
    """Tell lines that a comma ends, and those below such a line: they go on, as no headline does."""
    return pl.any_horizontal(
        pl.col(text).str.contains(_COMMA).fill_null(value=False) for text in ("text", "text_above")
    )


def _stands_above_a_sentence() -> pl.Expr:
    """Tell the first line of a text, and its copies that follow at once, from lines of a body without paragraphs."""
    top = (pl.col("key") == pl.col("title")).fill_null(value=False).cum_min().over("doc")
    sentence = pl.col("text").str.contains(r"[.؟?!。۔।][\"”’»)]*\s*$") & (pl.col("words") >= 3)
    return top & (sentence & ~top).any().over("doc")


_OUTLET: Final = (
    r"(?:^| )(?:نيوز|صحيفه|وكاله|جريده|موقع|news|times|agence|agency|journal|gazette|post|daily|خبرگزاري|haber|"
    r"новости|新闻|ニュース)(?: |$)"
)
"""Words of outlets' names, folded."""
_LEAST_OF_A_HEADLINE: Final = 3
"""Words."""


@dataclass(frozen=True, slots=True)
class DropSourceTag:
    r"""Drop the paper's name where it stands beside copies of the headline.

    A tag is a short line before or after the body whose neighbour is a copy of the headline, and which either
    ends with a colon and stands more than once, or names a news outlet (`نيوز`, `News`, an agency, a paper).

    >>> from cleaners import clean_text
    >>> text = "Palm News:\nRain in town\nPalm News:\nRain in town\nIt rained on the city all day and all night."
    >>> clean_text(text, title="Rain in town", recipe=(DropRepeatedHeadline(), DropSourceTag()))
    'It rained on the city all day and all night.'
    """

    safety: ClassVar = "chrome"

    most_words: int = 4

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark source tags beside a repeated headline."""
        short = pl.col("words") <= self.most_words
        outlet = pl.col("key").str.contains(_OUTLET)
        labelled = pl.col("text").str.contains(ENDS_IN_COLON)
        likely = page.filter(short).filter(outlet | labelled)["doc"].unique()
        repeats = repeating(page.filter(pl.col("doc").is_in(likely.implode())), _LEAST_OF_A_HEADLINE)
        if repeats.is_empty():
            return MARKS.to_frame()
        lines = headlined(repeats, _LEAST_OF_A_HEADLINE)
        is_copy = (pl.col("key") == pl.col("headline")).fill_null(value=False)
        beside = (is_copy.shift(1).over("doc") | is_copy.shift(-1).over("doc")).fill_null(value=False)
        several = is_copy.sum().over("doc") > 1
        repeated = labelled & (pl.len().over("doc", "key") > 1)
        found = lines.filter(pl.col("place").is_not_null() & ~is_copy & beside & several & short & (repeated | outlet))
        return marks(found, self, reason="source_tag", evidence="run")


@dataclass(frozen=True, slots=True)
class DropHashtagTail:
    r"""Drop the hashtags that repeat the headline at the end of an article.

    Only whole lines of hashtags after the last body line go; a hashtag inside a sentence is text. At least
    `headline_share` of the tags' words must be words of the headline, or the line is only flagged; and so it is below
    a line that announces it with a colon.

    >>> from cleaners import clean_text
    >>> text = "The council met on Monday and talked about the bridge for hours.\n#Council #talks #bridge"
    >>> clean_text(text, title="Council talks bridge", recipe=(DropHashtagTail(),))
    'The council met on Monday and talked about the bridge for hours.'
    """

    safety: ClassVar = "chrome"

    min_tags: int = 3
    headline_share: float = 0.8

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines of hashtags."""
        tags = page.filter(pl.col("text").str.contains(r"^\s*(?:#[^\s#]+[\s,،]*)+$"))
        if tags.is_empty():
            return MARKS.to_frame()
        docs = page.filter(pl.col("doc").is_in(tags["doc"].unique().implode()))
        firsts = (
            docs.filter(~pl.col("row").is_in(tags["row"].implode()) & (pl.col("words") >= 3))
            .group_by("doc")
            .agg(head=pl.coalesce("title", "key").first())
        )
        words = pl.col("key").str.replace_all("_", " ").str.split(" ")
        tagged = tags.join(firsts, on="doc", how="left").with_columns(
            tags=pl.col("text").str.count_matches("#"), words=words, head=pl.col("head").str.split(" ")
        )
        shared = pl.col("words").list.set_intersection("head").list.len() / pl.col("words").list.unique().list.len()
        tagged = with_neighbours(tagged.filter(pl.col("tags") >= self.min_tags), page)
        announced = pl.col("text_above").str.contains(ENDS_IN_COLON).fill_null(value=False)
        repeats = (shared >= self.headline_share) & ~announced
        evidence = pl.when(repeats).then(pl.lit("place")).otherwise(pl.lit("alone"))
        return marks(tagged, self, reason="hashtag_tail", evidence=evidence)
