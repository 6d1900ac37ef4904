"""What an index adds to a job: stored articles and paragraphs that new ones may go for, and the append."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.lines import lines_at
from dedup import Rule, sketch_batch
from dedup.duplicates import Found, Texts, search_duplicates
from dedup.index import KEYS, TRAITS, index_keys, index_traits
from ghirbal.errors import UsageError
from ghirbal.index import MANIFEST, Index, append
from ghirbal.index_segments import DOCUMENTS, PARAGRAPHS, TABLES, Segment, pack, unpack, write_segment
from ghirbal.ordered import in_order
from ghirbal.output import Output, claimed
from ghirbal.plan import Plan
from ghirbal.spill import Spilled
from ghirbal.split import paragraph_texts

KNOWN: Final = pl.Schema(
    {
        "file": pl.String(),
        "row": pl.UInt64(),
        "id": pl.String(),
        "line": pl.UInt32(),
        "rank": pl.Int64(),
        "text": pl.String(),
    }
)
"""Something stored that new texts may resemble: where it stood, its place in the order of all that is stored (of a
paragraph, that of its article), and its text. `line`: of a paragraph, in its original; of an article 0."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """What of an index is looked up: its table, that of its keys, how rows are read as `KNOWN`, and spilled as what."""

    spilled: str
    table: str
    keys: str
    read: Callable[[Segment, NDArray[np.int64]], Iterator[pl.DataFrame]]


@contextmanager
def held(folder: str | None, *, dry_run: bool) -> Iterator[None]:
    """Hold an index alone for the length of a job; nothing to hold is fine. A look-up makes no folder."""
    if folder is None:
        yield
        return
    if dry_run and not (Path(folder) / MANIFEST).is_file():
        raise UsageError(f"{folder} holds no index to look up in; ghirbal run --index begins one")
    try:
        with claimed(Path(folder)):
            yield
    finally:
        with suppress(OSError):  # a folder that stays empty was made for nothing
            Path(folder).rmdir()


def known_articles(output: Output, index: Index | None, sketches: Spilled, texts: Texts, rule: Rule) -> Spilled:
    """Spill the stored articles that may resemble any of these, of which there are sketches and texts."""
    return _known(_ARTICLES, output, index, sketches, texts, rule)


def known_paragraphs(output: Output, index: Index | None, sketches: Spilled, texts: Texts, rule: Rule) -> Spilled:
    """Spill the stored paragraphs that may resemble any of these, of which there are sketches and texts."""
    return _known(_PARAGRAPHS, output, index, sketches, texts, rule)


def stored_articles(index: Index, sketches: pl.DataFrame, texts: pl.Series, rule: Rule) -> pl.DataFrame:
    """Read the stored articles that may resemble any of these texts (`KNOWN`)."""
    return pl.concat([KNOWN.to_frame(), *_look_up(_ARTICLES, index, sketches, index_traits(texts, rule), rule)])


def known_places(output: Output) -> pl.DataFrame:
    """Return the `file`, `row` and `id` of all that was spilled so: articles first, then paragraphs."""
    place = KNOWN.to_frame().select("file", "row", "id")
    known = (_spilled(name, output) for name in ("known", "known_split"))
    return pl.concat([place, *(whole.read("file", "row", "id") for whole in known if whole.height)])


def find_beside(  # noqa: PLR0917 - what `search_duplicates` takes, and what is stored
    known: Spilled, sketches: Spilled, rank: NDArray[np.int32], texts: Texts, rule: Rule, scratch: BinaryIO
) -> Found:
    """Find duplicates among new texts and stored ones, which are preferred to all new ones.

    The stored come after the new: `survivor` is the number of new texts more than a row of `known`. They are
    survivors, so none of them resembles another, and they stay.
    """
    if not known.height:
        return search_duplicates(sketches.pieces, rank, texts, rule, scratch=scratch)
    new = sketches.height
    order = known.read("rank").with_row_index("at").sort("rank", "at")["at"].to_numpy()
    before = np.empty(known.height, np.int64)
    before[order] = np.arange(known.height)

    def both(numbers: NDArray[np.int64]) -> Iterator[pl.Series]:
        cut = int(np.searchsorted(numbers, new))
        yield from texts(numbers[:cut])
        yield from known.texts(numbers[cut:] - new)

    stored = known.beside(f"{known.table}_sketches")
    return search_duplicates(
        lambda *columns: chain(sketches.pieces(*columns), stored.pieces(*columns)),
        np.concatenate([rank + known.height, before]),
        both,
        rule,
        scratch=scratch,
    )


def append_batch(  # noqa: PLR0917 - the tables of the job
    index: Index,
    documents: Spilled,
    decided: pl.DataFrame,
    elsewhere: pl.DataFrame,
    paragraphs: Spilled,
    plan: Plan,
) -> None:
    """Add to the index what stays of a batch; once only, however often a killed job goes on."""
    if not index.appended:
        append(index, lambda folder: _write(folder, index, documents, decided, elsewhere, paragraphs, plan))


def _spilled(table: str, output: Output) -> Spilled:
    facts = output.manifest.finished(f"look up {table}")
    return output.spill.whole(table, facts["heights"] if facts else [])


def _known(  # noqa: PLR0917 - what is stored, and what is new
    stored: _Stored, output: Output, index: Index | None, sketches: Spilled, texts: Texts, rule: Rule
) -> Spilled:
    table, spill = stored.spilled, output.spill
    stage = f"look up {table}"
    if index is None or output.manifest.finished(stage) is not None:
        return _spilled(table, output)
    heights: list[int] = []
    files: list[Path] = []
    pieces = texts(np.arange(sketches.height)) if index.segments else ()
    traits = _traits(pieces, rule)
    for frame in _look_up(stored, index, sketches.read(), traits, rule):
        part = len(heights)
        files.append(spill.write(table, part, frame))
        files.append(spill.write(f"{table}_sketches", part, sketch_batch(frame["text"], rule)))
        heights.append(frame.height)
    output.manifest.finish(stage, files=files, facts={"heights": heights})
    return spill.whole(table, heights)


def _traits(texts: Iterable[pl.Series], rule: Rule) -> pl.DataFrame:
    return pl.concat([TRAITS.to_frame(), *in_order(lambda piece: index_traits(piece, rule), texts)])


def _look_up(
    stored: _Stored, index: Index, sketches: pl.DataFrame, traits: pl.DataFrame, rule: Rule
) -> Iterator[pl.DataFrame]:
    wanted = index_keys(sketches, rule)
    for segment, first in zip(index.segments, index.firsts, strict=True):
        for frame in stored.read(segment, segment.resembling(stored.table, stored.keys, wanted, traits, rule)):
            yield frame.with_columns(pl.col("rank") + first).select(KNOWN.names()).cast(KNOWN)


def _articles(segment: Segment, rows: NDArray[np.int64]) -> Iterator[pl.DataFrame]:
    for frame in segment.rows("documents", rows):
        yield frame.with_columns(unpack(frame["packed"]), line=pl.lit(0, pl.UInt32))


def _paragraphs(segment: Segment, rows: NDArray[np.int64]) -> Iterator[pl.DataFrame]:
    pieces = list(segment.rows("paragraphs", rows))
    if not pieces:
        return
    some = pl.concat(pieces)
    articles = some["at"].unique().sort()
    first = 0
    for frame in segment.rows("documents", articles.to_numpy().astype(np.int64)):
        own = articles.slice(first, frame.height)
        first += frame.height
        # In the order of articles and lines: rows alike in rank stay so.
        texts = frame.select("file", "row", "id", "rank", unpack(frame["packed"]), own)
        whole = some.join(texts, on="at", maintain_order="left")
        yield whole.with_columns(lines_at(whole["text"], whole["cleaned_line"]))


_ARTICLES: Final = _Stored("known", "documents", "keys", _articles)
_PARAGRAPHS: Final = _Stored("known_split", "paragraphs", "paragraph_keys", _paragraphs)


def _write(  # noqa: PLR0917 - as `append_batch`
    folder: Path,
    index: Index,
    documents: Spilled,
    decided: pl.DataFrame,
    elsewhere: pl.DataFrame,
    paragraphs: Spilled,
    plan: Plan,
) -> Segment:
    """Write the segment of a batch: its survivors with any text, and those of their paragraphs that stay."""
    stays = decided["survivor"].is_null() & (documents.beside("sketches").read("shingles")["shingles"] > 0)
    at = stays.cast(pl.Int64).cum_sum() - 1
    tables: dict[str, Iterator[pl.DataFrame] | list[pl.DataFrame]] = {
        "documents": [] if plan.rule is None else _documents(documents, decided, stays, plan.rule),
        "keys": [] if plan.rule is None else [_keys(documents.beside("sketches"), stays, plan.rule)],
        "paragraphs": [],
        "paragraph_keys": [],
    }
    if plan.paragraph_rule is not None:
        table = paragraphs.read("doc", "line", "cleaned_line")
        gone = elsewhere.select("doc", "cleaned_line", gone=pl.lit(value=True)).cast({"doc": table.schema["doc"]})
        leads = table.join(gone, on=["doc", "cleaned_line"], how="left", maintain_order="left")["gone"].is_null()
        sketches = paragraphs.beside("split_sketches")
        kept = table.filter(leads)
        texts = paragraph_texts(documents, paragraphs, leads.arg_true().cast(pl.Int64).to_numpy())
        kept = kept.with_columns(at.gather(kept["doc"]).alias("at"), *_traits(texts, plan.paragraph_rule))
        tables["paragraphs"] = [kept.select(PARAGRAPHS.names()).cast(PARAGRAPHS)]
        tables["paragraph_keys"] = [_keys(sketches, leads, plan.paragraph_rule)]
    write_segment(folder, {name: tables[name] for name in TABLES})
    return Segment(folder, (index.batch,), int(stays.sum()), documents.height)


def _documents(documents: Spilled, decided: pl.DataFrame, stays: pl.Series, rule: Rule) -> Iterator[pl.DataFrame]:
    def told(part: int) -> pl.DataFrame:
        rows = documents.spill.read("rows", part)
        first = int(documents.firsts[part])
        kept = rows.with_columns(decided["rank"].slice(first, rows.height)).filter(stays.slice(first, rows.height))
        traits = index_traits(kept["text"], rule)
        return kept.with_columns(pack(kept["text"]), *traits).select(DOCUMENTS.names()).cast(DOCUMENTS)

    return in_order(told, documents.parts)


def _keys(sketches: Spilled, stays: pl.Series, rule: Rule) -> pl.DataFrame:
    """Collect the keys of the rows that stay, each with its number among these."""
    keys, before = [KEYS.to_frame()], 0
    for part in sketches.parts:
        table = sketches.spill.read(sketches.table, part)
        own = table.filter(stays.slice(int(sketches.firsts[part]), table.height))
        keys.append(index_keys(own, rule).with_columns((pl.col("at") + before).cast(pl.UInt32)))
        before += own.height
    return pl.concat(keys).sort("key", "at")
