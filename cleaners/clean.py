"""Cleaning of Polars frames and of single texts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, Generic, overload

import polars as pl

from cleaners.arguments import check_argument
from cleaners.batch import CleanedBatch, clean_batch
from cleaners.frames import ArrowTable, Frame, as_frame, check_column, check_text
from cleaners.ledger import EDITS, FLAGS
from cleaners.recipe import NEWS, Recipe
from cleaners.sites import SITE_LINES

_ROW: Final = "ghirbal row"  # the documents may have a column of their own that is called "row"
_LEAST_BYTES = 4 << 20
_MOST_BYTES = 64 << 20
"""Bytes of a piece. Some thousand queries take the same time for any, so few large pieces are faster than many."""


@dataclass(frozen=True, slots=True)
class Cleaned(Generic[Frame]):
    """Cleaned documents with their evidence; lazy frames where the documents were lazy.

    `documents` are the rows that came in, their text cleaned. `edits` and `flags` have `row` (u64, from 1, of
    the documents) and, where the documents had one, `id`, and then the columns of the ledger from `line` on.

    >>> cleaned = clean(pl.DataFrame({"text": ["كتـــاب"]}))
    >>> cleaned.documents["text"].to_list(), cleaned.edits.select("row", "before", "after", "cleaner").rows()
    (['كتاب'], [(1, 'ـــ', '', ['DropTatweel'])])
    >>> cleaned.flags.is_empty()
    True
    """

    documents: Frame
    edits: Frame
    flags: Frame


@overload
def clean(
    docs: Frame,
    recipe: Recipe = NEWS,
    *,
    text: str = "text",
    title: str | None = None,
    site: str = "site",
    sites: pl.DataFrame | None = None,
) -> Cleaned[Frame]: ...
@overload
def clean(
    docs: ArrowTable,
    recipe: Recipe = NEWS,
    *,
    text: str = "text",
    title: str | None = None,
    site: str = "site",
    sites: pl.DataFrame | None = None,
) -> Cleaned[pl.DataFrame]: ...
def clean(
    docs: pl.DataFrame | pl.LazyFrame | ArrowTable,
    recipe: Recipe = NEWS,
    *,
    text: str = "text",
    title: str | None = None,
    site: str = "site",
    sites: pl.DataFrame | None = None,
) -> Any:
    r"""Clean every document of a frame, or of a table of pandas or Arrow, which becomes a frame.

    `text` names the column to clean (String; a null stays null), `title` that of the headlines; where it is
    not named, a column `title` is used if there is one. `sites` is a table of `site_lines`, which tells the cleaners
    which lines each site repeats; it needs the column `site`. Lazy frames stay lazy and stream: each part of the
    result reads the input when it is collected.

    >>> docs = pl.DataFrame({"id": ["a"], "text": ["Home » News\nRain fell on the city all day and the river rose."]})
    >>> cleaned = clean(docs)
    >>> cleaned.documents["text"].to_list()
    ['Rain fell on the city all day and the river rose.']
    >>> cleaned.edits.select("row", "id", "line", "before").rows()
    [(1, 'a', 1, 'Home » News\n')]
    """
    docs = as_frame(docs)
    check_argument("title", title, str | None, "the name of a column or None")
    schema = docs.collect_schema()
    check_text(schema, text)
    if title is None:
        title = "title" if "title" in schema else None
    else:
        check_column(schema, title, of="title")
    if title is not None and schema[title].is_nested():
        raise ValueError(f"the title column {title!r} must be String; it is of type {schema[title]}")
    if sites is not None:
        _check_sites(sites, site, schema)
    identity: list[str] = ["id"] if "id" in schema else []
    row = pl.col(_ROW).alias("row")

    def cleaned(frame: pl.DataFrame) -> CleanedBatch:
        return _cleaned(
            frame[text],
            recipe=recipe,
            titles=None if title is None else frame[title].cast(pl.String),
            sites=None if sites is None else frame[site].cast(pl.String),
            table=sites,
            # A lazy frame is cleaned on a thread of Polars' own: threads that wait there for Polars wait for ever.
            threads=pl.thread_pool_size() + 1 if isinstance(docs, pl.DataFrame) else 1,
        )

    def documents(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(cleaned(frame).texts.alias(text))

    if isinstance(docs, pl.DataFrame):
        batch = cleaned(docs)
        numbered = docs.with_row_index(_ROW, offset=1).select(row, *identity)
        return Cleaned(
            docs.with_columns(batch.texts.alias(text)),
            _identified(batch.edits, numbered),
            _identified(batch.flags, numbered),
        )

    numbered_docs = docs.with_row_index(_ROW, offset=1)

    def evidence(part: str) -> pl.LazyFrame:
        ledger: pl.Schema = EDITS if part == "edits" else FLAGS
        names = ["row", *identity, *ledger.names()[1:]]
        types = {"row": pl.UInt64(), **{name: schema[name] for name in identity}, **ledger}

        def batch_evidence(frame: pl.DataFrame) -> pl.DataFrame:
            return _identified(getattr(cleaned(frame), part), frame.select(row, *identity))

        return numbered_docs.map_batches(
            batch_evidence, streamable=True, schema=pl.Schema({name: types[name] for name in names})
        )

    return Cleaned(docs.map_batches(documents, streamable=True, schema=schema), evidence("edits"), evidence("flags"))


def _check_sites(sites: pl.DataFrame, site: str, schema: pl.Schema) -> None:
    check_argument("sites", sites, pl.DataFrame | None, "a table of site_lines or None")
    check_column(schema, site, of="site")
    if sites.schema != SITE_LINES:
        raise ValueError(f"`sites` must be a table of site_lines, with {SITE_LINES}; it has {sites.schema}")


def clean_text(text: str, *, title: str | None = None, recipe: Recipe = NEWS) -> str:
    r"""Clean one text.

    >>> clean_text("Rain fell on the city all day and the river rose.\nShare this article")
    'Rain fell on the city all day and the river rose.'
    """
    check_argument("text", text, str, "a string")
    check_argument("title", title, str | None, "a string or None")
    for name, given in (("text", text), ("title", title or "")):
        try:
            given.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"{name} has half a surrogate pair, no character, at place {error.start}") from None
    titles = None if title is None else pl.Series([title])
    return str(clean_batch(pl.Series([text]), titles=titles, recipe=recipe).texts[0])


def _cleaned(
    texts: pl.Series,
    *,
    recipe: Recipe,
    titles: pl.Series | None,
    sites: pl.Series | None,
    table: pl.DataFrame | None,
    threads: int,
) -> CleanedBatch:
    """Clean texts in pieces, on so many threads; nulls stay null."""
    sizes = _piece_sizes(texts)
    places = list(zip(accumulate([0, *sizes]), sizes, strict=False))

    def cleaned(place: tuple[int, int]) -> CleanedBatch:
        at, size = place
        piece = texts.slice(at, size)
        batch = clean_batch(
            piece.fill_null(""),
            titles=None if titles is None else titles.slice(at, size),
            sites=None if sites is None else sites.slice(at, size),
            table=table,
            recipe=recipe,
        )
        own = batch.texts.to_frame("text").select(pl.when(pl.lit(piece).is_not_null()).then("text")).to_series()
        moved = (ledger.with_columns(pl.col("doc") + at) for ledger in (batch.edits, batch.flags))
        return CleanedBatch(own, *moved)

    # Polars spreads one piece over the cores only here and there; several side by side keep them busy.
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            batches = list(pool.map(cleaned, places))
    else:
        batches = list(map(cleaned, places))
    return CleanedBatch(
        pl.concat([batch.texts for batch in batches]) if batches else texts,
        pl.concat([EDITS.to_frame(), *(batch.edits for batch in batches)]),
        pl.concat([FLAGS.to_frame(), *(batch.flags for batch in batches)]),
    )


def _piece_sizes(texts: pl.Series) -> list[int]:
    """Rows of each piece: one for each core, unless that makes them too small or too large."""
    if texts.is_empty():
        return []
    ends = texts.str.len_bytes().fill_null(0).cast(pl.Int64).cum_sum()
    share = ends[-1] // pl.thread_pool_size() + 1
    sizes: list[int] = (ends // min(max(share, _LEAST_BYTES), _MOST_BYTES)).rle().struct.field("len").to_list()
    return sizes


def _identified(ledger: pl.DataFrame, numbered: pl.DataFrame) -> pl.DataFrame:
    rows = numbered.select(pl.all().gather(ledger["doc"])).with_columns(pl.col("row").cast(pl.UInt64))
    return pl.concat([rows, ledger.drop("doc")], how="horizontal")
