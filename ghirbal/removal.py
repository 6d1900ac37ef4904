"""Paragraphs taken out of cleaned texts, told as edits of the texts as they were read."""

from collections import deque
from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter

import polars as pl

from cleaners.ledger import EDITS, Edit, by_document, compose, undo_edits
from cleaners.lines import split_lines
from dedup.removal import orphaned_headings, removal_spans

CLEANER = "near_duplicate_paragraphs"
REASON = "near_duplicate_paragraph"
HEADING = ("orphaned_headings",), ("orphaned_heading",)
"""Who takes out, and why, a heading of which nothing is left."""
CLEANERS = (CLEANER, *HEADING[0])
"""What takes lines out of a cleaned text: no edit of theirs is among those that cleaning made."""


def cleaning_only() -> pl.Expr:
    """Pick the edits that cleaning alone made.

    >>> edits = pl.DataFrame({"cleaner": [["DropTatweel"], ["DropTatweel", CLEANER]]})
    >>> edits.filter(cleaning_only()).height
    1
    """
    return pl.col("cleaner").list.set_intersection(pl.lit(pl.Series([CLEANERS]))).list.len() == 0


def with_removals(
    texts: pl.Series, edits: pl.DataFrame, paragraphs: pl.DataFrame, *, min_words: int
) -> tuple[pl.Series, pl.DataFrame]:
    r"""Take paragraphs out of the cleaned texts; return what is left, and all edits from the originals.

    `paragraphs` has `doc`, `cleaned_line` and `line`, where it stood in the original, sorted by them. Headings of
    which nothing is left go with them; a line of `min_words` is a paragraph and none.

    >>> texts = pl.Series(["a\n\nb\n"])
    >>> paragraphs = pl.DataFrame({"doc": [0], "cleaned_line": [3], "line": [3]})
    >>> left, edits = with_removals(texts, EDITS.to_frame(), paragraphs, min_words=20)
    >>> left.to_list(), edits["before"].to_list()
    (['a\n'], ['\nb\n'])
    """
    if paragraphs.is_empty():
        return texts, edits
    gone_lines = paragraphs.select(pl.col("doc").cast(pl.UInt32), pl.col("cleaned_line").cast(pl.UInt32).alias("line"))
    headings = orphaned_headings(texts, gone_lines, min_words=min_words)
    numbered = pl.concat(
        [
            gone_lines.with_columns(paragraphs["line"].cast(pl.UInt32).alias("original")),
            headings.with_columns(original_lines(headings, texts, edits).alias("original")),
        ]
    ).sort("doc", "line")
    spans = removal_spans(texts, numbered)
    orphans = set(headings.iter_rows())
    docs = spans["doc"].unique().sort()
    touched = edits.with_row_index("at").filter(pl.col("doc").is_in(docs.implode()))
    first = dict(by_document(touched))
    places = dict(zip(touched.select("doc", "start").iter_rows(), touched["at"], strict=True))
    numbers = iter(numbered["original"])
    cut = texts.gather(docs)
    originals = undo_edits(cut, touched.with_columns(docs.search_sorted(touched["doc"]).alias("doc")))
    made, left = [], []
    for (doc, cuts), original, text in zip(_by_doc(spans), originals, cut, strict=True):
        second = list(_cut(text.encode(), doc, cuts, orphans))
        left.append(_without(text.encode(), second))
        composed = compose(first.get(doc, []), second)
        gone = deque(islice(numbers, len(cuts)))
        for edit, last in zip(composed, _last_lines(original.encode(), composed), strict=True):
            if not set(CLEANERS).intersection(edit.cleaner):
                del places[doc, edit.start]
                continue
            made.append((doc, gone[0] if gone else last, *edit))
            while gone and gone[0] <= last:
                gone.popleft()
    # Most edits stay as they are. Making all of them anew, row by row, took half of the time of this function.
    swallowed = pl.Series(list(places.values()), dtype=pl.UInt32)
    stay = edits.with_row_index("at").filter(~pl.col("at").is_in(swallowed.implode())).drop("at")
    return (
        texts.clone().scatter(docs, pl.Series(left, dtype=pl.String)),
        pl.concat([stay, pl.DataFrame(made, schema=EDITS, orient="row")]).sort("doc", "start"),
    )


def _last_lines(source: bytes, edits: list[Edit]) -> Iterator[int]:
    """Give the last line of which each edit takes anything."""
    line, counted = 1, 0
    for edit in edits:
        line += source.count(b"\n", counted, edit.end)
        counted = edit.end
        yield line - edit.before.endswith("\n")


def _by_doc(spans: pl.DataFrame) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
    rows = spans.select("doc", "line", "start", "end").sort("doc", "start").iter_rows()
    for doc, own in groupby(rows, key=itemgetter(0)):
        yield doc, [(line, start, end) for _, line, start, end in own]


def _cut(source: bytes, doc: int, cuts: list[tuple[int, int, int]], orphans: set[tuple[int, ...]]) -> Iterator[Edit]:
    for line, start, end in cuts:
        by, why = HEADING if (doc, line) in orphans else ((CLEANER,), (REASON,))
        yield Edit(start, end, source[start:end].decode(), "", by, why)


def _without(source: bytes, edits: list[Edit]) -> str:
    kept, at = [], 0
    for edit in edits:
        kept.append(source[at : edit.start])
        at = edit.end
    return b"".join([*kept, source[at:]]).decode()


def original_lines(places: pl.DataFrame, texts: pl.Series, edits: pl.DataFrame) -> pl.Series:
    """Return the lines of the original texts at which lines of the cleaned texts stood.

    `places` has `doc` and `line` (u32) of lines in the cleaned `texts`, sorted by both; `edits` led from the
    originals to `texts`.
    """
    moving = edits.with_columns(gone=_newlines("before") - _newlines("after"), grown=_size("after") - _size("before"))
    docs = moving.filter(pl.col("gone") != 0)["doc"].unique().sort()
    if docs.is_empty():
        return places["line"]
    starts = split_lines(texts.gather(docs)).select("doc", "line", pl.col("start").cast(pl.Int64))
    starts = starts.with_columns(docs.gather(starts["doc"]))
    # Where each edit begins in the cleaned text, and how many newlines were gone by then.
    moved = moving.filter(pl.col("doc").is_in(docs.implode())).select(
        "doc",
        start=pl.col("start").cast(pl.Int64) + pl.col("grown").cum_sum().over("doc") - pl.col("grown"),
        gone=pl.col("gone").cum_sum().over("doc"),
    )
    shifts = starts.join_asof(moved, on="start", by="doc", strategy="backward", check_sortedness=False)
    joined = places.select("doc", "line").join(
        shifts.select("doc", "line", "gone"), on=["doc", "line"], how="left", maintain_order="left"
    )
    return joined.select((pl.col("line") + pl.col("gone").fill_null(0)).cast(pl.UInt32)).to_series()


def _newlines(column: str) -> pl.Expr:
    return pl.col(column).str.count_matches("\n", literal=True).cast(pl.Int64)


def _size(column: str) -> pl.Expr:
    return pl.col(column).str.len_bytes().cast(pl.Int64)
