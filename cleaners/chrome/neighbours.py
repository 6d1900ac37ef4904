"""What a line's neighbours and its own punctuation say against its being residue."""

from typing import Final

import numpy as np
import polars as pl

ENDS_IN_COLON: Final = r"[:：]\s*$"
_ITEM: Final = r"^\s*(?:[-–—•*·▪●]|\p{Nd}{1,2}\s*[.)、])"
_LABEL: Final = r"^\s*[^:：]{1,40}[:：]\s?\S"


def with_neighbours(lines: pl.DataFrame, page: pl.DataFrame) -> pl.DataFrame:
    """Add what stands right above and below lines of a page, in the same document: text, key, words, kind, classes."""
    doc, own_doc = page["doc"].to_numpy(), lines["doc"].to_numpy()
    at = np.searchsorted(page["row"].to_numpy(), lines["row"].to_numpy())
    sides = []
    for side, step in (("above", -1), ("below", 1)):
        there = at + step
        own = (there >= 0) & (there < page.height)
        own[own] = doc[there[own]] == own_doc[own]
        place = pl.when(pl.lit(pl.Series(own))).then(pl.lit(pl.Series(there)))
        neighbours = pl.col("text", "key", "words", "sentence", "classes").gather(place)
        sides.append(page.select(neighbours.name.suffix(f"_{side}")))
    return pl.concat([lines, *sides], how="horizontal")


def is_any(classes: tuple[str, ...]) -> pl.Expr:
    """Tell lines that are a stock phrase of one of these classes."""
    return pl.col("classes").list.eval(pl.element().is_in(classes)).list.any().fill_null(value=False)


def is_said() -> pl.Expr:
    """Tell words that somebody says from buttons: a quotation, or a word or two with a full stop behind it."""
    return is_quoted() | ((pl.col("words") <= 2) & pl.col("text").str.contains(r"[\p{L}\p{M}]\s*[.?!؟。？！۔]\s*$"))


def is_quoted() -> pl.Expr:
    """Tell lines that are all quotation."""
    return pl.col("text").str.contains(r"^\s*[\"'“”«»‘’„‹›「『].*[\"'“”«»‘’‹›」』]\s*$")


def is_announced() -> pl.Expr:
    """Tell lines right below one of the article's own that ends with a colon; to be asked `with_neighbours`."""
    return (pl.col("text_above").str.contains(ENDS_IN_COLON) & pl.col("classes_above").is_null()).fill_null(value=False)


def is_item(text: str = "text") -> pl.Expr:
    """Tell items of a list, and turns of speech: lines behind a bullet, a dash or a number."""
    return pl.col(text).str.contains(_ITEM)


def announced_items(lines: pl.DataFrame, page: pl.DataFrame) -> pl.Series:
    """Give the rows of those lines that stand in a list that a colon announces, beside items that are no stock phrase.

    `page` holds the documents of the lines whole: demands, headings or buttons that an article lists are its own.
    """
    docs = lines.filter(is_item())["doc"].unique()
    if docs.is_empty():
        return lines["row"].clear()
    phrase = pl.col("classes").is_not_null()
    listed = page.filter(pl.col("doc").is_in(docs.implode())).with_columns(item=is_item())
    listed = listed.with_columns(
        block=(~pl.col("item")).cum_sum().over("doc"),
        announces=pl.col("text").str.contains(ENDS_IN_COLON) & ~phrase & ~pl.col("item"),
        plain=pl.col("item") & ~phrase,
    )
    announced, mixed = pl.col("announces").first(), pl.col("plain").any()
    return listed.filter("item", announced.over("doc", "block"), mixed.over("doc", "block"))["row"]


def is_label(begun: pl.Expr, again: pl.Expr) -> pl.Expr:
    """Tell labels of a list or a box of facts: `Where: …` beside `When: …`, or one label over and over.

    `begun` tells the lines that only begin with a phrase, `again` those whose like stands again in the text.
    Both are labels beside a short line that is neither a stock phrase nor a number; the first only if that line
    has one too.
    """
    short = {
        side: ~pl.col(f"sentence_{side}").fill_null(value=True)
        & pl.col(f"classes_{side}").is_null()
        & ~pl.col(f"text_{side}").str.contains(r"\p{Nd}{4}")
        for side in ("above", "below")
    }
    labelled = pl.any_horizontal(
        is_short & pl.col(f"text_{side}").str.contains(_LABEL) for side, is_short in short.items()
    )
    return (begun & pl.col("text").str.contains(_LABEL) & labelled) | (again & pl.any_horizontal(*short.values()))
