"""Near-duplicate paragraphs: lines that stand already in a document that is preferred, or earlier in their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeVar, overload

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.arguments import check_texts
from cleaners.frames import ArrowTable, Frame, as_frame
from dedup.articles import ARTICLES, preference_keys
from dedup.batches import gathered, pieces, sketch_all
from dedup.duplicates import find_duplicates
from dedup.preference import PREFER, preference_order
from dedup.removal import orphaned_headings, remove_lines
from dedup.rule import Rule, check_rule
from dedup.shingles import word_counts

PARAGRAPHS: Final = Rule(words=2, threshold=0.7)
"""What counts as a near-duplicate paragraph unless another rule is given.

`benchmarks/pairs` says why. Without the guard: at this threshold it held none of the 98 judged pairs.
"""

Number = TypeVar("Number", np.int32, np.int64)

MIN_WORDS: Final = 20
"""Words from which on a line counts as a paragraph: below, refrains and standing phrases repeat by right."""

SPLIT: Final = pl.Schema({"doc": pl.UInt32(), "line": pl.UInt32(), "last_short": pl.UInt32(), "text": pl.String()})
"""One row for each paragraph: position of its document, its line from 1, the last line of its document that has
text but is too short for a paragraph (0: none), and the line itself."""


def split_paragraphs(texts: pl.Series, *, min_words: int = MIN_WORDS) -> pl.DataFrame:
    r"""Cut out the paragraphs: lines of at least `min_words` folded words (see `SPLIT`).

    >>> split_paragraphs(pl.Series(["A title\nwith one long line\nend"]), min_words=4).rows()
    [(0, 2, 3, 'with one long line')]
    """
    check_texts(texts)
    lines = (
        pl.DataFrame({"text": texts.fill_null("").str.split("\n")})
        .with_row_index("doc")
        .select(
            pl.col("doc").cast(pl.UInt32),
            pl.int_ranges(1, pl.col("text").list.len() + 1, dtype=pl.UInt32).alias("line"),
            "text",
        )
        .explode("line", "text")
        # A word takes at least a byte, with a space two: most short lines need no counting.
        .with_columns(word_counts_of("text").alias("words"))
    )
    short = (
        lines.filter(pl.col("words").is_between(1, min_words - 1))
        .group_by("doc")
        .agg(pl.col("line").max().alias("last_short"))
    )
    return (
        lines.filter(pl.col("words") >= min_words)
        .join(short, on="doc", how="left", maintain_order="left")
        .select("doc", "line", pl.col("last_short").fill_null(0), "text")
        .cast(SPLIT)
    )


def word_counts_of(column: str) -> pl.Expr:
    """Count the folded words of a column."""
    return pl.col(column).map_batches(word_counts, return_dtype=pl.UInt32, is_elementwise=True)


def paragraph_rank(doc_rank: NDArray[Number]) -> NDArray[Number]:
    """Order of preference among paragraphs, which stand by document and line: that of their documents, then by line.

    `doc_rank` holds for each paragraph the place of its document.

    >>> paragraph_rank(np.array([7, 7, 2])).tolist()
    [1, 2, 0]
    """
    starts = np.flatnonzero(np.concatenate([[True], doc_rank[1:] != doc_rank[:-1]])[: doc_rank.size])
    sizes = np.diff(starts, append=doc_rank.size)
    order = np.argsort(doc_rank[starts])
    firsts = np.empty(starts.size, np.int64)
    firsts[order] = np.cumsum(sizes[order]) - sizes[order]
    rank: NDArray[Number] = np.repeat((firsts - starts).astype(doc_rank.dtype), sizes)
    rank += np.arange(rank.size, dtype=rank.dtype)
    return rank


def find_contained(
    doc: NDArray[np.int64], line: NDArray[np.int64], last_short: NDArray[np.int64], gone: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Say which paragraphs (rows) belong to an article that would lose its last text with those that are `gone`.

    That is an article of which no paragraph stays, nor any shorter line after the first that goes: what stood
    before it is a headline or a by-line.

    >>> doc, line, none = np.array([0, 1, 1]), np.array([2, 1, 2]), np.zeros(3, np.int64)
    >>> find_contained(doc, line, none, np.array([True, True, False])).tolist()
    [True, False, False]
    """
    table = pl.DataFrame({"doc": doc, "line": line, "last_short": last_short, "gone": gone})
    return (
        table.select((pl.col("gone").all() & (pl.col("last_short").first() < pl.col("line").min())).over("doc"))
        .to_series()
        .to_numpy()
    )


@dataclass(frozen=True, slots=True)
class Paragraphs(Generic[Frame]):
    r"""What `near_duplicate_paragraphs` answers.

    `documents`: all documents, without the paragraphs that go. `paragraphs`: one row for each that goes: row, id,
    line, text, survivor, survivor_row, survivor_line, jaccard. `contained`: row and id of each article that stays
    whole, because all of its paragraphs stand elsewhere.

    >>> docs = pl.DataFrame({"text": ["a b c d\nfirst e f g", "A b c d\nnext h i j"]})
    >>> near_duplicate_paragraphs(docs, min_words=4).paragraphs.select("row", "line", "survivor_row").rows()
    [(2, 1, 1)]
    """

    documents: Frame
    paragraphs: Frame
    contained: Frame


@overload
def near_duplicate_paragraphs(
    docs: Frame,
    *,
    rule: Rule = PARAGRAPHS,
    min_words: int = MIN_WORDS,
    text: str = "text",
    id: str = "id",
    site: str = "site",
    date: str = "date",
    prefer: Sequence[str] = PREFER,
    site_priority: Sequence[str] = (),
) -> Paragraphs[Frame]: ...
@overload
def near_duplicate_paragraphs(
    docs: ArrowTable,
    *,
    rule: Rule = PARAGRAPHS,
    min_words: int = MIN_WORDS,
    text: str = "text",
    id: str = "id",
    site: str = "site",
    date: str = "date",
    prefer: Sequence[str] = PREFER,
    site_priority: Sequence[str] = (),
) -> Paragraphs[pl.DataFrame]: ...
def near_duplicate_paragraphs(
    docs: pl.DataFrame | pl.LazyFrame | ArrowTable,
    *,
    rule: Rule = PARAGRAPHS,
    min_words: int = MIN_WORDS,
    text: str = "text",
    id: str = "id",  # noqa: A002 - the field's name everywhere
    site: str = "site",
    date: str = "date",
    prefer: Sequence[str] = PREFER,
    site_priority: Sequence[str] = (),
) -> Any:
    r"""Take out each paragraph whose near-duplicate stands in a preferred document, or earlier in its own.

    Meant for the survivors of `near_duplicates`. The paragraph that stands for it is named, with the exact
    similarity, and stays. A heading of which nothing is left goes as well. An article never loses its last text: it
    stays whole and is named in `contained`.

    >>> docs = pl.DataFrame({"text": ["a b c d\nfirst e f g", "A b c d\nnext h i j", "A, b c d"]})
    >>> answer = near_duplicate_paragraphs(docs, min_words=4)
    >>> answer.documents["text"].to_list(), answer.contained["row"].to_list()
    (['a b c d\nfirst e f g', 'next h i j', 'A, b c d'], [3])
    """
    docs = as_frame(docs)
    check_rule(rule)
    keys = preference_keys(docs, text=text, id=id, site=site, date=date, prefer=prefer)
    if "length" in {key.removeprefix("-") for key in prefer}:
        keys = keys.with_columns(length=sketch_all(pieces(keys["text"]), ARTICLES)["shingles"])
    rank = preference_order(keys.drop("text"), prefer=prefer, site_priority=site_priority)
    split = split_paragraphs(keys["text"], min_words=min_words)
    doc, line = split["doc"].to_numpy().astype(np.int64), split["line"].to_numpy().astype(np.int64)
    found = find_duplicates(
        sketch_all(pieces(split["text"]), rule),
        paragraph_rank(rank[doc]),
        partial(gathered, split["text"]),
        rule,
    )
    gone = found["survivor"].is_not_null().to_numpy()
    contained = find_contained(doc, line, split["last_short"].to_numpy().astype(np.int64), gone)
    out = np.flatnonzero(gone & ~contained)
    survivor = found["survivor"].gather(out).to_numpy()
    ids = keys["id"]
    paragraphs = pl.DataFrame(
        {
            "row": pl.Series(doc[out] + 1, dtype=pl.UInt64),
            "id": ids.gather(doc[out]),
            "line": split["line"].gather(out),
            "text": split["text"].gather(out),
            "survivor": ids.gather(doc[survivor]),
            "survivor_row": pl.Series(doc[survivor] + 1, dtype=pl.UInt64),
            "survivor_line": split["line"].gather(survivor),
            "jaccard": found["jaccard"].gather(out),
        }
    )
    rows = np.unique(doc[contained])
    whole = pl.DataFrame({"row": pl.Series(rows + 1, dtype=pl.UInt64), "id": ids.gather(rows)})
    lines = pl.DataFrame({"doc": doc[out], "line": line[out]}, schema={"doc": pl.UInt32, "line": pl.UInt32})
    lines = pl.concat([lines, orphaned_headings(keys["text"], lines, min_words=min_words)])
    if isinstance(docs, pl.LazyFrame):
        cleaned = docs.with_columns(
            pl.col(text).map_batches(partial(remove_lines, lines=lines), return_dtype=pl.String)
        )
        return Paragraphs(cleaned, paragraphs.lazy(), whole.lazy())
    return Paragraphs(docs.with_columns(remove_lines(keys["text"], lines).alias(text)), paragraphs, whole)
