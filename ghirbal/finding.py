"""The second and third checkpoints of a job: near-duplicate articles, then near-duplicate paragraphs."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup import (
    FOUND,
    Rule,
    Samples,
    contained_articles,
    find_contained,
    paragraph_rank,
    prove_contained,
    remove_contained,
    sample_shingles,
    sketch_lines,
)
from dedup.duplicates import Found
from ghirbal.index_stage import find_beside, known_articles, known_paragraphs, known_places
from ghirbal.ordered import in_order
from ghirbal.output import Output
from ghirbal.plan import Plan
from ghirbal.preferring import order_of
from ghirbal.removal import original_lines
from ghirbal.spill import Spilled
from ghirbal.split import SPLIT, paragraph_texts

ARTICLES: Final = "find articles"
PARAGRAPHS: Final = "find paragraphs"

NOT_COMPARED: Final = "not-compared"
"""The reason in `decisions` of a document that `ghirbal clean` kept: nothing was compared."""
CONTAINED: Final = "contained"
"""The reason of a document all of whose paragraphs stand elsewhere; it is kept whole."""

CONTAINED_FROM: Final = 0.9
"""Share of an article's shingles from which on it is told to stand in a longer one, where none is asked for."""

DECIDED: Final = pl.Schema({**FOUND, "rank": pl.Int64(), "reason": pl.String()})
"""Of each document: `survivor`, the number of the one that stands for it (null: kept), its place in the order
of preference, and why. What an index knew before has the numbers after the last document (see `known_places`)."""

ELSEWHERE: Final = pl.Schema(
    {
        "doc": pl.Int64(),
        "cleaned_line": pl.UInt32(),
        "line": pl.UInt32(),
        "shingles": pl.UInt32(),
        "survivor": pl.Int64(),
        "survivor_line": pl.UInt32(),
        "jaccard": pl.Float64(),
        "contained": pl.Boolean(),
    }
)
"""A paragraph that stands elsewhere too: its document's number, its line in the cleaned and in the original
text, how many shingles it has, the document and the original line that stand for it, and whether it stays, so that
its article does. Its text is read again where it is written: memory holds no text but that of some parts."""


Tables = Callable[[int], pl.DataFrame]
"""Reads what was found of the documents of one part."""


def find_articles(documents: Spilled, output: Output, plan: Plan) -> Tables:
    """Decide on every document (see `DECIDED`); where there is no rule each is kept, as not compared."""
    heights = np.diff(documents.firsts).tolist()
    if plan.rule is None:
        kept = DECIDED.to_frame().with_columns(reason=pl.lit(NOT_COMPARED, pl.String))
        return lambda part: kept.clear(heights[part]).with_columns(reason=pl.lit(NOT_COMPARED, pl.String))
    spill = documents.spill
    if output.manifest.finished(ARTICLES) is None:
        sketches = documents.beside("sketches")
        rank, unread = order_of(documents, prefer=plan.options.prefer, site_priority=plan.options.site_priority)
        known = known_articles(output, plan.index, sketches, documents.texts, plan.rule)
        with TemporaryFile(dir=spill.folder) as scratch:
            found: Callable[[int, int], pl.DataFrame]
            found = find_beside(known, sketches, rank, documents.texts, plan.rule, scratch).table
            if plan.options.contained is not None:
                whole = found(0, documents.height)
                whole = _without_contained(
                    whole, documents, rank, plan.rule, threshold=plan.options.contained, scratch=scratch
                )
                found = partial(_sliced, whole)

        def told(part: int) -> Path:
            first, last = documents.firsts[part : part + 2].tolist()
            table = found(first, last).with_columns(pl.Series("rank", rank[first:last]))
            return spill.write("decided", part, table.cast(DECIDED).select(DECIDED.names()))

        files = list(in_order(told, documents.parts))
        output.manifest.finish(ARTICLES, files=files, facts={"unreadable dates": unread})
    return partial(spill.read, "decided")


def _sliced(whole: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    return whole[first:last]


def _without_contained(
    found: pl.DataFrame,
    documents: Spilled,
    rank: NDArray[np.int32],
    rule: Rule,
    *,
    threshold: float,
    scratch: BinaryIO,
) -> pl.DataFrame:
    """Let the articles go that stand inside longer ones."""
    sizes = _sizes(documents)

    def sampled(part: int) -> Samples:
        texts = documents.spill.read(documents.table, part, "text")["text"]
        kept = found["survivor"].slice(int(documents.firsts[part]), texts.len()).is_null()
        return sample_shingles(texts.filter(kept), words=rule.words)

    pairs = contained_articles(
        found, in_order(sampled, documents.parts), sizes, rank, documents.texts,
        rule=rule, threshold=threshold, scratch=scratch,
    )  # fmt: skip
    return remove_contained(found, pairs, sizes, documents.texts, rule=rule, threshold=threshold, scratch=scratch)


def find_paragraphs(documents: Spilled, decided: Tables, output: Output, plan: Plan) -> Tables:
    """Find the survivors' paragraphs that stand in a preferred survivor, or earlier in their own article."""
    none = ELSEWHERE.to_frame()
    if plan.rule is None or plan.paragraph_rule is None:
        return lambda _: none
    spill = documents.spill
    facts = output.manifest.finished(PARAGRAPHS)
    if facts is None:
        heights = in_order(lambda part: _split(part, documents, decided, output, plan)["paragraphs"], documents.parts)
        paragraphs = spill.whole("split", list(heights))
        sketches = paragraphs.beside("split_sketches")
        texts = partial(paragraph_texts, documents, paragraphs)
        known = known_paragraphs(output, plan.index, sketches, texts, plan.paragraph_rule)
        with TemporaryFile(dir=spill.folder) as scratch:
            rank = paragraph_rank(_document_ranks(documents, paragraphs, decided))
            found = find_beside(known, sketches, rank, texts, plan.paragraph_rule, scratch)
            del rank
            told = _elsewhere(paragraphs, found, _stored(known, documents, output))
            written = [spill.write("elsewhere", part, table) for part, table in zip(documents.parts, told, strict=True)]
            inside = _inside(documents, decided, plan.rule, scratch)
        facts = output.manifest.finish(PARAGRAPHS, files=written, facts={"inside": inside})
    return partial(spill.read, "elsewhere")


def _document_ranks(documents: Spilled, paragraphs: Spilled, decided: Tables) -> NDArray[np.int32]:
    """Read the place of each paragraph's document in the order of preference."""
    ranks = np.empty(paragraphs.height, np.int32)
    for part, table in enumerate(paragraphs.pieces("doc")):
        own = slice(*paragraphs.firsts[part : part + 2])
        ranks[own] = decided(part)["rank"].gather(table["doc"] - int(documents.firsts[part])).to_numpy()
    return ranks


def _inside(documents: Spilled, decided: Tables, rule: Rule, scratch: BinaryIO) -> list[tuple[int, int, float]]:
    """Tell which articles that stay stand in a longer one, as their paragraphs show: the two, and the share.

    Half of the shorter one must be paragraphs that the two have in common, to be worth the exact comparison.
    """
    sizes = _sizes(documents)

    def shared(part: int) -> pl.DataFrame:
        elsewhere = documents.spill.read("elsewhere", part, "doc", "survivor", "shingles")
        return (
            elsewhere.filter((pl.col("survivor") < documents.height) & (pl.col("survivor") != pl.col("doc")))
            .group_by("doc", "survivor")
            .agg(pl.col("shingles").cast(pl.Int64).sum())
            .sort("doc", "survivor")
        )

    pairs = pl.concat(in_order(shared, documents.parts))
    ones, others, common = (pairs[name].cast(pl.Int64).to_numpy() for name in ("doc", "survivor", "shingles"))
    half = 2 * common > np.minimum(sizes[ones], sizes[others])
    rank = np.concatenate([decided(part)["rank"].to_numpy() for part in documents.parts])
    proved = prove_contained(
        ones[half], others[half], sizes, rank, documents.texts, rule=rule, threshold=CONTAINED_FROM, scratch=scratch
    ).unique("short", keep="first", maintain_order=True)
    shares = proved["shared"] / pl.Series(sizes[proved["short"].to_numpy()])
    return list(proved.select("short", "long", shares).iter_rows())


def _sizes(documents: Spilled) -> NDArray[np.int64]:
    """Read how many shingles each document has."""
    return documents.beside("sketches").read("shingles")["shingles"].cast(pl.Int64).to_numpy()


def _split(part: int, documents: Spilled, decided: Tables, output: Output, plan: Plan) -> dict[str, Any]:
    """Cut the survivors of a part into paragraphs, each with its line in the original, and sketch them."""
    known = output.manifest.finished(SPLIT, part)
    if known is not None or plan.paragraph_rule is None:
        return known or {}
    spill, first = documents.spill, int(documents.firsts[part])
    texts = spill.read("rows", part, "text")["text"]
    kept = decided(part)["survivor"].is_null().arg_true()
    split, sketches = sketch_lines(texts.gather(kept), plan.paragraph_rule, min_words=plan.paragraph_words)
    split = split.with_columns(kept.gather(split["doc"]).alias("doc"))
    table = split.select(
        pl.col("doc").cast(pl.Int64) + first,
        original_lines(split, texts, spill.read("edits", part)).alias("line"),
        pl.col("line").alias("cleaned_line"),
        "last_short",
        "start",
        "length",
    )
    return output.manifest.finish(
        SPLIT,
        part,
        files=[spill.write("split", part, table), spill.write("split_sketches", part, sketches)],
        facts={"paragraphs": table.height},
    )


def _stored(known: Spilled, documents: Spilled, output: Output) -> pl.DataFrame:
    """Give stored paragraphs the numbers of their documents, after those of the stored articles."""
    first = documents.height + known_places(output).height - known.height
    doc = pl.int_range(first, first + known.height, dtype=pl.Int64, eager=True).alias("doc")
    line = known.read("line")["line"] if known.height else pl.Series("line", [], dtype=pl.UInt32)
    return pl.DataFrame([doc, line])


def _elsewhere(paragraphs: Spilled, found: Found, stored: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Tell of each part which of its paragraphs stand elsewhere (see `ELSEWHERE`)."""
    within = found.survivors[found.survivors < paragraphs.height].astype(np.int64)
    places = paragraphs.rows(within, "doc", "line").beside(stored, paragraphs.height)

    def told(part: int) -> pl.DataFrame:
        table = paragraphs.spill.read("split", part, "doc", "line", "cleaned_line", "last_short")
        own = found.table(*paragraphs.firsts[part : part + 2].tolist())
        gone = own["survivor"].is_not_null()
        doc, line, short = (table[name].cast(pl.Int64).to_numpy() for name in ("doc", "cleaned_line", "last_short"))
        contained = pl.Series("contained", find_contained(doc, line, short, gone.to_numpy()))
        shingles = paragraphs.spill.read("split_sketches", part, "shingles")["shingles"]
        return (
            table.with_columns(shingles, own["jaccard"], contained)
            .filter(gone)
            .with_columns(places.gather(own["survivor"].drop_nulls(), prefix="survivor_"))
            .rename({"survivor_doc": "survivor"})
            .select(ELSEWHERE.names())
            .cast(ELSEWHERE)
        )

    return in_order(told, paragraphs.parts)
