"""One batch of documents through the cleaners: the first flow, from text to cleaned text and ledger."""

from dataclasses import dataclass

import polars as pl

from cleaners.arguments import check_texts
from cleaners.evidence import drop_lines
from cleaners.installed import check_recipe
from cleaners.layers import composed
from cleaners.lines import split_lines
from cleaners.page import Dropper, make_page
from cleaners.resolver import flags_of, resolve
from cleaners.rewriting import REMARKS, Rewriter, Rewritten, rewrite_lines


@dataclass(frozen=True, slots=True)
class CleanedBatch:
    """Cleaned texts with their ledger; `doc` of `EDITS` and `FLAGS` is the position in the batch.

    >>> from cleaners import ENCODING
    >>> batch = clean_batch(pl.Series(["so", "كتـــاب"]), recipe=ENCODING)
    >>> batch.texts.to_list(), batch.edits.select("doc", "before").rows(), batch.flags.height
    (['so', 'كتاب'], [(1, 'ـــ')], 0)
    """

    texts: pl.Series
    edits: pl.DataFrame
    flags: pl.DataFrame


def clean_batch(
    texts: pl.Series,
    *,
    titles: pl.Series | None = None,
    sites: pl.Series | None = None,
    table: pl.DataFrame | None = None,
    recipe: tuple[Rewriter | Dropper, ...],
) -> CleanedBatch:
    """Clean documents, each by itself: what stands beside it in the batch changes nothing.

    `texts` is a String series without nulls, `titles` another of the same length (null: no title), and so
    are `sites`, whose lines `table` has counted (`SITE_LINES`). First the rewriters act, in recipe order, then the
    droppers, until nothing more drops.

    >>> from cleaners import ENCODING
    >>> clean_batch(pl.Series(["قــال", "so"]), recipe=ENCODING).texts.to_list()
    ['قال', 'so']
    """
    check_texts(texts)
    check_recipe(recipe)
    rewriters = tuple(cleaner for cleaner in recipe if isinstance(cleaner, Rewriter))
    droppers = tuple(cleaner for cleaner in recipe if isinstance(cleaner, Dropper))
    lines = split_lines(texts)
    rewritten = rewrite_lines(lines["text"], rewriters)
    dropped, remarks = REMARKS.to_frame(), rewritten.remarks
    if droppers:
        page = make_page(lines.select("doc", text=rewritten.texts).with_row_index("row"), titles, sites, table)
        found = drop_lines(page, droppers, table)
        dropped, remarks = found.lines, pl.concat([remarks, found.remarks])
        rewritten = _cut(rewritten, found.cuts)
    cleaned, edits = resolve(texts, lines, rewritten, dropped)
    return CleanedBatch(cleaned, edits, flags_of(lines, remarks, dropped))


def _cut(rewritten: Rewritten, cuts: pl.DataFrame) -> Rewritten:
    if cuts.is_empty():
        return rewritten
    rows = cuts["row"]
    heads = cuts.with_columns(text=rewritten.texts.gather(rows).cast(pl.Binary)).select(
        pl.col("text").bin.slice(0, "start").cast(pl.String)
    ).to_series()  # fmt: skip
    texts = rewritten.texts.clone().scatter(rows, heads)
    return Rewritten(texts, composed(rewritten.spans, cuts, texts), rewritten.remarks)
