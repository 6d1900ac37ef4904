"""The second and third checkpoints of a job: near-duplicate articles, then near-duplicate paragraphs."""

from collections.abc import Iterator
from functools import partial
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
    parse_dates,
    preference_order,
    prove_contained,
    remove_contained,
    sample_shingles,
    sketch_lines,
)
from dedup.dates import unreadable
from ghirbal.index_stage import find_beside, known_articles, known_paragraphs, known_places
from ghirbal.ordered import in_order
from ghirbal.output import Output
from ghirbal.plan import Plan
from ghirbal.removal import original_lines
from ghirbal.spill import Spilled

ARTICLES: Final = "find articles"
SPLIT: Final = "split"
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


def find_articles(documents: Spilled, output: Output, plan: Plan) -> pl.DataFrame:
    """Decide on every document; where there is no rule each is kept, as not compared."""
    if plan.rule is None:
        kept = DECIDED.to_frame().clear(documents.height)
        return kept.with_columns(reason=pl.lit(NOT_COMPARED, pl.String))
    spill = documents.spill
    if output.manifest.finished(ARTICLES) is None:
        sketches = documents.beside("sketches")
        rank, unread = _preference(documents, plan)
        known = known_articles(output, plan.index, sketches, plan.rule)
        with TemporaryFile(dir=spill.folder) as scratch:
            found = find_beside(known, sketches, rank, documents.texts, plan.rule, scratch)
            if plan.options.contained is not None:
                found = _without_contained(found, documents, rank, plan.rule, plan.options.contained, scratch)
        decided = found.with_columns(pl.Series("rank", rank)).cast(DECIDED).select(DECIDED.names())
        facts = {"unreadable dates": unread}
        output.manifest.finish(ARTICLES, files=[spill.write("decided", 0, decided)], facts=facts)
    return spill.read("decided", 0)


def _preference(documents: Spilled, plan: Plan) -> tuple[NDArray[np.int64], int]:
    """Return the place of each document in the order of preference, and how many dates could not be read.

    Documents stand by file and row already, so that those that are alike in all else need no more columns.
    """

    def keys(part: int) -> tuple[pl.DataFrame, int]:
        given = documents.spill.read(documents.table, part, "id", "site", "date")
        dates = parse_dates(given["date"])
        return given.with_columns(dates), unreadable(given["date"], dates)

    read, unread = zip(*in_order(keys, documents.parts), strict=True)
    lengths = documents.beside("sketches").read("shingles")["shingles"].alias("length")
    rank = preference_order(
        pl.concat(read).with_columns(lengths), prefer=plan.options.prefer, site_priority=plan.options.site_priority
    )
    return rank, sum(unread)


def _without_contained(  # noqa: PLR0917
    found: pl.DataFrame, documents: Spilled, rank: NDArray[np.int64], rule: Rule, threshold: float, scratch: BinaryIO
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


def find_paragraphs(documents: Spilled, decided: pl.DataFrame, output: Output, plan: Plan) -> pl.DataFrame:
    """Find the survivors' paragraphs that stand in a preferred survivor, or earlier in their own article."""
    if plan.rule is None or plan.paragraph_rule is None:
        return ELSEWHERE.to_frame()
    spill = documents.spill
    if output.manifest.finished(PARAGRAPHS) is None:
        heights = in_order(lambda part: _split(part, documents, decided, output, plan)["paragraphs"], documents.parts)
        paragraphs = spill.whole("split", list(heights))
        sketches = paragraphs.beside("split_sketches")
        known = known_paragraphs(output, plan.index, sketches, plan.paragraph_rule)
        with TemporaryFile(dir=spill.folder) as scratch:
            found = find_beside(
                known,
                sketches,
                paragraph_rank(decided["rank"].gather(paragraphs.read("doc")["doc"]).to_numpy()),
                partial(_texts, documents, paragraphs),
                plan.paragraph_rule,
                scratch,
            )
            elsewhere = _elsewhere(documents, paragraphs, found, _stored(known, documents, output))
            inside = _inside(elsewhere, documents, decided["rank"].to_numpy(), plan.rule, scratch)
        output.manifest.finish(PARAGRAPHS, files=[spill.write("elsewhere", 0, elsewhere)], facts={"inside": inside})
    return spill.read("elsewhere", 0)


def _inside(
    elsewhere: pl.DataFrame, documents: Spilled, rank: NDArray[np.int64], rule: Rule, scratch: BinaryIO
) -> list[tuple[int, int, float]]:
    """Tell which articles that stay stand in a longer one, as their paragraphs show: the two, and the share.

    Half of the shorter one must be paragraphs that the two have in common, to be worth the exact comparison.
    """
    sizes = _sizes(documents)
    pairs = (
        elsewhere.filter((pl.col("survivor") < documents.height) & (pl.col("survivor") != pl.col("doc")))
        .group_by("doc", "survivor")
        .agg(pl.col("shingles").cast(pl.Int64).sum())
        .sort("doc", "survivor")
    )
    ones, others, common = (pairs[name].cast(pl.Int64).to_numpy() for name in ("doc", "survivor", "shingles"))
    half = 2 * common > np.minimum(sizes[ones], sizes[others])
    proved = prove_contained(
        ones[half], others[half], sizes, rank, documents.texts, rule=rule, threshold=CONTAINED_FROM, scratch=scratch
    ).unique("short", keep="first", maintain_order=True)
    shares = proved["shared"] / pl.Series(sizes[proved["short"].to_numpy()])
    return list(proved.select("short", "long", shares).iter_rows())


def _sizes(documents: Spilled) -> NDArray[np.int64]:
    """Read how many shingles each document has."""
    return documents.beside("sketches").read("shingles")["shingles"].cast(pl.Int64).to_numpy()


def _split(part: int, documents: Spilled, decided: pl.DataFrame, output: Output, plan: Plan) -> dict[str, Any]:
    """Cut the survivors of a part into paragraphs, each with its line in the original, and sketch them."""
    known = output.manifest.finished(SPLIT, part)
    if known is not None or plan.paragraph_rule is None:
        return known or {}
    spill, first = documents.spill, int(documents.firsts[part])
    texts = spill.read("rows", part, "text")["text"]
    kept = decided["survivor"].slice(first, texts.len()).is_null().arg_true()
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


def _texts(documents: Spilled, paragraphs: Spilled, numbers: NDArray[np.int64]) -> Iterator[pl.Series]:
    """Read some paragraphs again, from their documents: kept apart they would double what is spilled."""
    for part, own in paragraphs.places(numbers):
        split = paragraphs.spill.read("split", part, "doc", "start", "length")[own]
        whole = documents.spill.read("rows", part, "text")["text"].gather(split["doc"] - documents.firsts[part])
        cut = pl.col("text").cast(pl.Binary).bin.slice("start", "length").cast(pl.String)
        yield split.with_columns(whole).select(cut).to_series()


def paragraphs_of(documents: Spilled, output: Output) -> Spilled:
    """Return the paragraphs that the survivors were cut into, as they were spilled."""
    known = (output.manifest.finished(SPLIT, part) or {"paragraphs": 0} for part in documents.parts)
    return documents.spill.whole("split", [facts["paragraphs"] for facts in known])


def _stored(known: Spilled, documents: Spilled, output: Output) -> pl.DataFrame:
    """Give stored paragraphs the numbers of their documents, after those of the stored articles."""
    first = documents.height + known_places(output).height - known.height
    doc = pl.int_range(first, first + known.height, dtype=pl.Int64, eager=True).alias("doc")
    line = known.read("line")["line"] if known.height else pl.Series("line", [], dtype=pl.UInt32)
    return pl.DataFrame([doc, line])


def _elsewhere(documents: Spilled, paragraphs: Spilled, found: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    places = pl.concat([paragraphs.read("doc", "line"), stored])

    def told(part: int) -> pl.DataFrame:
        table = paragraphs.spill.read("split", part, "doc", "line", "cleaned_line", "last_short")
        own = found.slice(int(paragraphs.firsts[part]), table.height)
        gone = own["survivor"].is_not_null()
        doc, line, short = (table[name].cast(pl.Int64).to_numpy() for name in ("doc", "cleaned_line", "last_short"))
        survivor = own["survivor"]
        return (
            table.with_columns(
                paragraphs.spill.read("split_sketches", part, "shingles")["shingles"],
                own["jaccard"],
                places["doc"].gather(survivor).alias("survivor"),
                places["line"].gather(survivor).alias("survivor_line"),
                pl.Series("contained", find_contained(doc, line, short, gone.to_numpy())),
            )
            .filter(gone)
            .select(ELSEWHERE.names())
            .cast(ELSEWHERE)
        )

    return pl.concat([ELSEWHERE.to_frame(), *in_order(told, documents.parts)])
