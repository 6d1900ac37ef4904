"""The recipe for whole pages: which lines stay."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from cleaners.pages.around import Pages
from cleaners.pages.blocks import cut_pages, describe_pages, say_no_chrome, second_copies, spare_pages
from cleaners.pages.features import measure_lines
from cleaners.pages.model import PageModel, load_model
from cleaners.pages.shape import Flags

_SLICE_BYTES: Final = 2 << 20
"""Pages are scored by slices of so much text: some two hundred numbers are made for each line."""
_MOSTLY: Final = 0.65
"""How sure the judge must be that a page is mostly content; at 0.5 it spares too many pages of sets it never saw."""


def keep_lines(lines: pl.DataFrame, model: PageModel | None = None) -> pl.Series:
    """Say of each line of whole pages whether it belongs to the body.

    `lines` has the columns `doc` and `text` (String), rows in document order; optionally `title` (String or null, the
    same on each line of a document) and `site_share` (Float64 or null): in what share of its site's distinct texts
    the line stands, where the site is known well. Answers a Boolean series `keep`, one value a row. A blank line goes
    with the line above it. The score of a line is its reason: this is no proof that it is residue.

    >>> page = ["Home", "News", "Log in", "Sport", "Contact",
    ...         "It rained all day in the valley, and by noon nobody had left the house, the mayor said.",
    ...         "In the evening the water reached the old bridge. It was closed for the night.",
    ...         "Nobody was hurt. The school will open again on Monday, if the road is dry.",
    ...         "Share this", "More news", "Privacy policy"]
    >>> lines = pl.DataFrame({"doc": [0] * len(page), "text": page})
    >>> [line.split()[0] for line in lines.filter(keep_lines(lines))["text"]]
    ['It', 'In', 'Nobody']
    """
    model = model or load_model()
    rows = lines.select("doc", "text", *(name for name in ("title", "site_share") if name in lines.columns))
    inked = rows["text"].str.contains(r"\S").fill_null(value=False).to_numpy()
    kept = np.zeros(len(rows), np.bool_)
    kept[inked] = np.concatenate([np.zeros(0, np.bool_), *(_keep(part, model) for part in _slices(rows.filter(inked)))])
    return _with_blanks(rows["doc"], kept, inked)


def _keep(lines: pl.DataFrame, model: PageModel) -> Flags:
    pages = Pages.of(lines["doc"].to_numpy())
    words, features = measure_lines(lines, model.characters, model.words)
    chances = model.line.chances(features)
    if "site_share" in lines.columns:
        # Learnt nowhere: with 20 documents of a site, this takes the Greek pages from 0.958 to 0.972, and
        # dropping every line above a tenth of the texts does worse.
        chances = chances * (1 - lines["site_share"].fill_null(0).to_numpy())
    cut = cut_pages(pages, words, chances)
    mostly = model.mostly.chances(describe_pages(pages, words, chances, cut, features)) > _MOSTLY
    kept = np.where(mostly[pages.page], spare_pages(pages, words, chances, cut), cut.kept)
    kept |= say_no_chrome(pages, features, kept)
    return kept & ~second_copies(lines, pages, words, features, kept)


def _slices(lines: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut between pages, after every so many bytes."""
    if lines.is_empty():
        return
    starts = Pages.of(lines["doc"].to_numpy()).starts
    sizes = np.add.reduceat(lines["text"].str.len_bytes().to_numpy().astype(np.int64), starts)
    part = (np.cumsum(sizes) - sizes) // _SLICE_BYTES
    cuts = starts[np.r_[True, part[1:] != part[:-1]]]
    for begin, end in zip(cuts, np.r_[cuts[1:], len(lines)], strict=True):
        yield lines.slice(int(begin), int(end - begin))


def _with_blanks(doc: pl.Series, kept: Flags, inked: Flags) -> pl.Series:
    said = pl.when(pl.lit(pl.Series(inked))).then(pl.lit(pl.Series(kept)))
    return (
        pl.select(doc, keep=said).select(pl.col("keep").forward_fill().over("doc").fill_null(value=False)).to_series()
    )
