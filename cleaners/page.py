"""The page: the line table as the cleaners of whole lines see it, with what tells prose from residue."""

from typing import ClassVar, Final, Protocol, runtime_checkable

import polars as pl

from cleaners.folding import fold
from cleaners.phrasebook import LONGEST_KEY, phrase_classes

PAGE: Final = pl.Schema(
    {
        "row": pl.UInt32(),
        "doc": pl.UInt32(),
        "text": pl.String(),
        "key": pl.String(),
        "words": pl.UInt32(),
        "sentence": pl.Boolean(),
        "title": pl.String(),
        "classes": pl.List(pl.String),
        "begins": pl.List(pl.String),
        "site": pl.String(),
        "site_texts": pl.UInt64(),
        "site_count": pl.UInt64(),
        "site_top": pl.UInt64(),
        "site_bottom": pl.UInt64(),
    }
)
"""One row per line that is not blank, in order. `row` is the row of the line table; `key` the folded key, null
where the line is longer than a stock phrase can be; `words` its words (two characters of a script without
spaces count as one); `sentence` tells that the line is prose of the body, by its length and its end; `title` is
the folded key of the document's title, null where none was given; `classes` and `begins` are the classes of
stock phrases that the line is, or begins with. `site` is the document's site, `site_texts` its distinct texts,
`site_count` in how many of those the line stands, `site_top` and `site_bottom` in how many near the top and near the
bottom; null where that is not known, or the line is rare."""

MARKS: Final = pl.Schema(
    {"row": pl.UInt32, "cleaner": pl.String, "reason": pl.String, "evidence": pl.String, "cut": pl.UInt32}
)
"""What droppers say of lines. `cut` is the byte of `text` from which on the line is residue, null for all of
it; such a span needs the evidence `proved`. `evidence` is one of
`proved` (the dropper saw an independent witness itself: the line goes),
`place` (the line goes if it stands outside the body),
`run` (the line goes if every line between it and the body, and beyond it, is accounted for),
`near` (the same, but for one line beyond it that nothing accounts for),
`known` (accounted for, and stays: the headline, a by-line),
`alone` (a match without a second witness: flagged, and stays)."""

EVIDENCE: Final = ("proved", "place", "run", "near", "known", "alone")
"""What `evidence` of `MARKS` may be."""


@runtime_checkable
class Dropper(Protocol):
    r"""A cleaner that drops whole lines.

    `mark` is given the `PAGE` of what is left of every document and returns `MARKS`; it is pure, looks at no
    document but the line's own, and may be called again after lines have gone.

    >>> from cleaners import clean_text
    >>> class DropWeather:
    ...     safety = "chrome"
    ...
    ...     def mark(self, page):
    ...         found = page.filter(pl.col("key").str.starts_with("weather today"), ~pl.col("sentence"))
    ...         return marks(found, self, reason="weather", evidence="place")
    >>> text = "Rain fell on the city all day and the river rose.\nWeather today: 12°"
    >>> isinstance(DropWeather(), Dropper), clean_text(text, recipe=(DropWeather(),))
    (True, 'Rain fell on the city all day and the river rose.')
    """

    safety: ClassVar[str]

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Say which lines are residue, and on what evidence."""
        ...


_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_CLOSERS = r"[\"'”’»›)\]）」』】*\s]*$"
_FULL_STOP = r"[.。．।۔։።]" + _CLOSERS
_ELLIPSIS = r"(?:…|\.\.\.?)[\"'”’»›)\]\s]*$"
_ASKS_OR_CRIES = r"[!?؟！？]" + _CLOSERS


def marks(found: pl.DataFrame, cleaner: object, *, reason: str | pl.Expr, evidence: str | pl.Expr) -> pl.DataFrame:
    """Make `MARKS` of the rows found: whole lines, with the name of the cleaner that speaks.

    >>> class DropWeather: ...
    >>> marks(pl.DataFrame({"row": [3]}), DropWeather(), reason="weather", evidence="place").rows()
    [(3, 'DropWeather', 'weather', 'place', None)]
    """
    return found.select(
        "row",
        cleaner=pl.lit(type(cleaner).__name__),
        reason=pl.lit(reason) if isinstance(reason, str) else reason,
        evidence=pl.lit(evidence) if isinstance(evidence, str) else evidence,
        cut=pl.lit(None, pl.UInt32),
    )


def make_page(
    lines: pl.DataFrame, titles: pl.Series | None, sites: pl.Series | None = None, table: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Make the page of a batch; `lines` has `row`, `doc`, `text`; `titles` one string or null per document.

    `sites` has the site of each document or null, `table` the counts of site lines.
    """
    inked = lines.filter(pl.col("text").str.contains(r"\S"))
    titled = pl.lit(None, pl.String) if titles is None else _title_keys(titles).gather(pl.col("doc"))
    placed = pl.lit(None, pl.String) if sites is None else pl.lit(sites).gather(pl.col("doc"))
    return with_features(inked.with_columns(title=titled, site=placed), table)


def with_features(lines: pl.DataFrame, table: pl.DataFrame | None = None) -> pl.DataFrame:
    """Make `PAGE` of `row`, `doc`, `text`, `title` and `site`, and the counts of site lines."""
    size = pl.col("text").str.len_bytes()
    short = _short_lines(lines.filter(size <= LONGEST_KEY).select("row", "text"))
    return (
        lines.join(short, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.col("sentence").fill_null(value=True),
            pl.col("words").fill_null((size // _BYTES_OF_A_WORD).cast(pl.UInt32)),
        )
        .pipe(_with_counts, table)
        .select(PAGE.names())
    )


RARE: Final = 5
"""Site lines in fewer texts are not looked up: nothing follows from them."""


def _with_counts(lines: pl.DataFrame, table: pl.DataFrame | None) -> pl.DataFrame:
    """Look the lines up in a table of site lines, of which the few frequent ones matter."""
    names = {"documents": "site_count", "top": "site_top", "bottom": "site_bottom"}
    if table is not None:
        texts = table.filter(pl.col("key").is_null()).select("site", site_texts="documents")
        often = table.filter((pl.col("documents") >= RARE) & pl.col("key").is_not_null()).rename(names)
        keyed = lines.filter(pl.col("key").is_not_null()).select("row", "site", "key")
        found = keyed.join(often, on=["site", "key"]).join(texts, on="site").drop("site", "key")
        if found.height:
            return lines.join(found, on="row", how="left", maintain_order="left")
    return lines.with_columns(pl.lit(None, pl.UInt64).alias(name) for name in ("site_texts", *names.values()))


_BYTES_OF_A_WORD: Final = 8
"""Long lines are not counted word by word; no rule asks for more than a rough number there."""


def _short_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Find what only short lines can be: their keys, word counts, phrases, and whether they are prose."""
    keyed = lines.with_columns(key=fold(pl.col("text")))
    keyed = keyed.with_columns(words=_word_counts(keyed["key"]))
    classes = (
        phrase_classes(keyed.select("row", "text", "key"))
        .group_by("row")
        .agg(
            classes=pl.col("class").filter(pl.col("match") != "prefix"),
            begins=pl.col("class").filter(pl.col("match") == "prefix"),
        )
    )
    return (
        keyed.with_columns(sentence=_is_sentence(pl.col("text"), pl.col("words")))
        .drop("text")
        .join(classes, on="row", how="left", maintain_order="left")
    )


def _word_counts(keys: pl.Series) -> pl.Series:
    """Count words; two characters of a script without spaces are one. Such scripts take three bytes a character."""
    counts = keys.to_frame("key").select(
        pl.when(pl.col("key") == "").then(0).otherwise(pl.col("key").str.count_matches(" ", literal=True) + 1)
    ).to_series().cast(pl.UInt32)  # fmt: skip
    wide = (keys.str.len_bytes() > 2 * keys.str.len_chars()).arg_true()
    if wide.is_empty():
        return counts
    return counts.scatter(wide, counts.gather(wide) + keys.gather(wide).str.count_matches(_SPACELESS) // 2)


def _title_keys(titles: pl.Series) -> pl.Expr:
    keys = titles.alias("title").to_frame().select(fold(pl.col("title")))["title"]
    return pl.lit(keys.replace("", None))


def _is_sentence(text: pl.Expr, words: pl.Expr) -> pl.Expr:
    """Tell prose of the body from headings, teasers and buttons.

    Titles run to 20 words without a full stop and to 17 with a question mark (the seeds' longest); teasers are
    cut with an ellipsis wherever they stand.
    """
    stops = text.str.contains(_FULL_STOP) & ~text.str.contains(_ELLIPSIS)
    return (
        pl.when(stops).then(words >= 8)
        .when(text.str.contains(_ASKS_OR_CRIES)).then(words >= 18)
        .when(text.str.contains(_ELLIPSIS)).then(words >= 40)
        .otherwise(words >= 25)
    )  # fmt: skip
