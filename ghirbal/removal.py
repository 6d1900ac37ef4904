"""Taking whole paragraphs out of texts, as edits that keep the text's shape."""

from collections.abc import Collection
from itertools import accumulate

import polars as pl

from cleaners.ledger import EDITS, Edit, by_document, compose, undo_edits

CLEANER = "near_duplicate_paragraphs"
REASON = "near-duplicate paragraph"


def removals(text: str, lines: Collection[int]) -> list[Edit]:
    r"""Return the edits that take lines (from 1, split at `\n`) out of a text.

    A line takes its terminator with it. Between two blank lines it takes the
    second one too, so that no gap doubles; after the last line that stays it
    takes the terminator before it, so that the text ends as it ended. At least
    one line with text has to stay.

    >>> [edit.before for edit in removals("a\n\nb\n\nc\n", [3])]
    ['b\n\n']
    >>> [edit.before for edit in removals("a\n\nb\n", [3])]
    ['\n\nb']
    """
    pieces = text.encode().split(b"\n")
    starts = list(accumulate((len(piece) + 1 for piece in pieces), initial=0))
    gone = {line - 1 for line in lines}
    kept = [at for at, piece in enumerate(pieces) if at not in gone and piece.strip()]
    if not kept:
        raise ValueError("no line with text would stay; the paragraph step never takes an article's last text")
    last = kept[-1]
    source = text.encode()
    edits = []
    at, after_blank = 0, True
    while at < last:
        if at in gone:
            start, at = starts[at], at + 1
            while after_blank and at < last and at not in gone and not pieces[at].strip():
                at += 1
            edits.append(_removed(source, start, starts[at]))
        else:
            after_blank = not pieces[at].strip()
            at += 1
    end = _content_end(pieces, starts, last)
    for at in sorted(line for line in gone if line > last):
        start, end = end, _content_end(pieces, starts, at)
        edits.append(_removed(source, start, end))
    return edits


def _content_end(pieces: list[bytes], starts: list[int], at: int) -> int:
    terminated = at + 1 < len(pieces)
    return starts[at] + len(pieces[at]) - (terminated and pieces[at].endswith(b"\r"))


def _removed(source: bytes, start: int, end: int) -> Edit:
    return Edit(start, end, source[start:end].decode(), "", (CLEANER,), (REASON,))


def with_removals(
    texts: pl.Series, edits: pl.DataFrame, lines: dict[int, list[int]]
) -> tuple[pl.Series, pl.DataFrame]:
    """Take lines of the cleaned texts out; return the texts left and the edits from the originals to them.

    `lines` maps a position in `texts` to the lines of the cleaned text that go.
    """
    if not lines:
        return texts, edits
    docs = pl.Series(sorted(lines), dtype=pl.UInt32)
    touched = edits.filter(pl.col("doc").is_in(docs.implode()))
    before = dict(by_document(touched))
    originals = undo_edits(texts, touched).gather(docs)
    rows, left = [], []
    for doc, original, text in zip(docs, originals, texts.gather(docs), strict=True):
        second = removals(text, lines[doc])
        left.append(_without(text, second))
        source, line, counted = original.encode(), 1, 0
        for edit in compose(before.get(doc, []), second):
            line += source.count(b"\n", counted, edit.start)
            counted = edit.start
            rows.append((doc, line, *edit))
    composed = pl.DataFrame(rows, schema=EDITS, orient="row")
    others = edits.filter(~pl.col("doc").is_in(docs.implode()))
    return (
        texts.clone().scatter(docs, pl.Series(left, dtype=pl.String)),
        pl.concat([others, composed]).sort("doc", "start"),
    )


def _without(text: str, edits: list[Edit]) -> str:
    source, at, kept = text.encode(), 0, []
    for edit in edits:
        kept.append(source[at : edit.start])
        at = edit.end
    return b"".join([*kept, source[at:]]).decode()


def original_lines(places: pl.DataFrame, edits: pl.DataFrame) -> pl.Series:
    """Return the lines of the original texts at which lines of the cleaned texts stood.

    `places` has `doc`, `line` and `start` of lines in the cleaned texts (from
    1; `start` in bytes), sorted by document and start. A line that edits merged
    from several stands where the last of them stood.
    """
    newlines = pl.col("before").str.count_matches("\n", literal=True).cast(pl.Int64) - pl.col(
        "after"
    ).str.count_matches("\n", literal=True).cast(pl.Int64)
    written = pl.col("after").str.len_bytes().cast(pl.Int64)
    grown = written - (pl.col("end").cast(pl.Int64) - pl.col("start").cast(pl.Int64))
    shifts = edits.filter(newlines != 0).is_empty()
    if shifts:
        return places["line"].cast(pl.UInt32)
    moved = edits.select(
        "doc",
        # Where the edit begins in the cleaned text, from which on its newlines count.
        (pl.col("start").cast(pl.Int64) + grown.cum_sum().over("doc") - grown).alias("start"),
        newlines.cum_sum().over("doc").alias("gone"),
    )
    joined = places.select("doc", "line", pl.col("start").cast(pl.Int64)).join_asof(
        moved, on="start", by="doc", strategy="backward", check_sortedness=False
    )
    return joined.select((pl.col("line") + pl.col("gone").fill_null(0)).cast(pl.UInt32)).to_series()
