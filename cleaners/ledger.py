"""The ledger: every change of a text as a span of its original bytes, applied, undone and composed.

An edit says that the bytes `start` to `end` of the original text's UTF-8 were `before` and that `after` stands
there now. The edits of one document never overlap and are never empty, so that original, edits and result
determine each other: `apply_edits(original) == result` and `undo_edits(result) == original`.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

import polars as pl

from cleaners.arguments import check_argument, check_texts

EDITS: Final = pl.Schema(
    {
        "doc": pl.UInt32(),
        "line": pl.UInt32(),
        "start": pl.UInt32(),
        "end": pl.UInt32(),
        "before": pl.String(),
        "after": pl.String(),
        "cleaner": pl.List(pl.String),
        "reason": pl.List(pl.String),
    }
)
"""`doc` is the position in the batch, `line` counts from 1 in the original, `start` and `end` are its bytes."""

FLAGS: Final = pl.Schema(
    {
        "doc": pl.UInt32,
        "line": pl.UInt32,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "cleaner": pl.String,
        "reason": pl.String,
    }
)
"""What has one witness only and stays in the text; positions as in `EDITS`."""

_REPLAYED: Final = ("doc", "start", "end", "before", "after", "cleaner", "reason")
"""Columns of `EDITS` that applying and undoing need."""


class Edit(NamedTuple):
    """One edit without its document, for work on a few documents in plain Python."""

    start: int
    end: int
    before: str
    after: str
    cleaner: tuple[str, ...]
    reason: tuple[str, ...]


def apply_edits(texts: pl.Series, edits: pl.DataFrame) -> pl.Series:
    """Make the cleaned texts from the original ones; ValueError where an edit does not fit its text.

    `edits` are those of `clean_batch` (`doc`, from 0) or of `clean` (`row`, from 1).

    >>> edits = pl.DataFrame([(0, 1, 1, 3, "bb", "", ["x"], ["y"])], schema=EDITS, orient="row")
    >>> apply_edits(pl.Series(["abbc"]), edits).to_list()
    ['ac']
    """
    return _rewrite(texts, edits, undo=False)


def undo_edits(texts: pl.Series, edits: pl.DataFrame) -> pl.Series:
    """Make the original texts from the cleaned ones, by the same edits; ValueError where one does not fit its text.

    >>> edits = pl.DataFrame([(0, 1, 1, 3, "bb", "", ["x"], ["y"])], schema=EDITS, orient="row")
    >>> undo_edits(pl.Series(["ac"]), edits).to_list()
    ['abbc']
    """
    return _rewrite(texts, edits, undo=True)


def _rewrite(texts: pl.Series, edits: pl.DataFrame, *, undo: bool) -> pl.Series:
    check_texts(texts)
    check_argument("edits", edits, pl.DataFrame, "a DataFrame of edits")
    if "doc" not in edits.columns and "row" in edits.columns:
        edits = edits.with_columns(doc=(pl.col("row") - 1).cast(pl.UInt32))
    for name in _REPLAYED:
        if name not in edits.columns:
            raise ValueError(f"edits must have the columns of the ledger; {name!r} is missing")
    docs = edits["doc"].unique().sort()
    touched = iter(texts.gather(docs).to_list())
    rewritten = [_replay(next(touched), own, doc, undo=undo) for doc, own in by_document(edits)]
    return texts.clone().scatter(docs, pl.Series(rewritten, dtype=pl.String)) if rewritten else texts


def _replay(text: str, edits: list[Edit], doc: int, *, undo: bool) -> str:
    source = text.encode()
    pieces, at, shift = [], 0, 0
    for edit in edits:
        old, new = (edit.after, edit.before) if undo else (edit.before, edit.after)
        old_bytes = old.encode()
        start = edit.start + shift if undo else edit.start
        if start < at or source[start : start + len(old_bytes)] != old_bytes:
            raise ValueError(
                f"the edit at byte {edit.start} of document {doc} expects {old!r}, which is not there; "
                "apply edits to the text they were made from"
            )
        pieces += [source[at:start], new.encode()]
        at = start + len(old_bytes)
        shift += len(old_bytes) - (edit.end - edit.start) if undo else 0
    return b"".join([*pieces, source[at:]]).decode()


def by_document(edits: pl.DataFrame) -> Iterator[tuple[int, list[Edit]]]:
    """Give each document's edits, in order of document and start."""
    rows = edits.select(_REPLAYED).sort("doc", "start").iter_rows()
    for doc, own in groupby(rows, key=itemgetter(0)):
        yield doc, [Edit(s, e, b, a, tuple(c), tuple(r)) for _, s, e, b, a, c, r in own]


def compose(first: list[Edit], second: list[Edit]) -> list[Edit]:
    """Make one list of edits out of two made one after the other.

    `first` speaks of the original text, `second` of the text that `first` leaves; the result speaks of the
    original. Edits of `second` that touch text which `first` wrote merge with it, and name the cleaners of both.

    >>> a = [Edit(0, 1, "x", "yy", ("A",), ("a",))]
    >>> compose(a, [Edit(1, 3, "yz", "", ("B",), ("b",))])
    [Edit(start=0, end=2, before='xz', after='y', cleaner=('A', 'B'), reason=('a', 'b'))]
    """
    placed: list[_Placed] = []
    shift = 0
    for edit in first:
        size = len(edit.after.encode())
        placed.append(_Placed(edit.start - shift, edit.start - shift + size, 0, edit))
        shift += edit.end - edit.start - size
    placed += [_Placed(edit.start, edit.end, 1, edit) for edit in second]
    out: list[Edit] = []
    shift = 0
    for group in _overlapping(sorted(placed, key=itemgetter(0, 1, 2))):
        merged = _merge(group, shift)
        out += [merged] if merged.before != merged.after else []
        shift += sum(len(p.edit.before.encode()) - len(p.edit.after.encode()) for p in group if not p.layer)
    return out


class _Placed(NamedTuple):
    """An edit at its place in the text between the two layers of edits."""

    start: int
    end: int
    layer: int
    edit: Edit


def _overlapping(placed: list[_Placed]) -> Iterator[list[_Placed]]:
    group: list[_Placed] = []
    reach = 0
    for item in placed:
        if group and item.start >= reach:
            yield group
            group = []
        reach = max(reach, item.end) if group else item.end
        group.append(item)
    if group:
        yield group


def _merge(group: list[_Placed], shift: int) -> Edit:
    if len(group) == 1:
        edit = group[0].edit
        return edit if not group[0].layer else edit._replace(start=edit.start + shift, end=edit.end + shift)
    base = group[0].start
    middle = bytearray(max(p.end for p in group) - base)
    for p in group:  # every byte of the group was written by the first layer or read by the second
        middle[p.start - base : p.end - base] = (p.edit.before if p.layer else p.edit.after).encode()
    before = _spliced(middle, [(p.start - base, p.end - base, p.edit.before) for p in group if not p.layer])
    after = _spliced(middle, [(p.start - base, p.end - base, p.edit.after) for p in group if p.layer])
    names = dict.fromkeys(
        name for p in sorted(group, key=itemgetter(2, 0)) for name in zip(p.edit.cleaner, p.edit.reason, strict=True)
    )
    start = base + shift
    return Edit(
        start, start + len(before.encode()), before, after, tuple(c for c, _ in names), tuple(r for _, r in names)
    )


def _spliced(middle: bytearray, pieces: list[tuple[int, int, str]]) -> str:
    out, at = [], 0
    for start, end, text in pieces:
        out += [bytes(middle[at:start]), text.encode()]
        at = end
    return b"".join([*out, bytes(middle[at:])]).decode()
