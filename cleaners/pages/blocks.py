"""From scores of lines to what stays of a page: the page decides how sure a line must be."""

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from cleaners.pages.around import Pages
from cleaners.pages.features import Features
from cleaners.pages.shape import Flags, Floats

# Tried and left: a smallest cost for each change between kept and dropped lines (Viterbi), and a second network
# over the scores around a line. The features already look 60 lines far, and neither gained more than 0.005.

_LEAST_WORDS: Final = 0.5
"""A line of marks alone still has some weight."""


_SURELY_CHROME: Final = 0.06
"""Chance of content below which a line goes even from a page that is mostly content."""
_SURELY_BODY: Final = 0.8
_LITTLE: Final = 0.03
"""Where so small a share of the words would go from such a page, nothing does: an article stays as it is."""
_CHROME: Final = ("nav", "share", "more", "account", "legal", "comment", "notice", "tags", "reply")
_SPEAKING_SHARE: Final = 0.02
"""Share of the lines to go that must say a word of chrome. Of 2,095 labelled pages that are cut, 3 have less, and gain
by being left whole; verses, numbers and lists of names have none."""
_COPIED_WORDS: Final = 20
"""A repeated line of so many words is no refrain."""
_REPEATED_WORDS: Final = 3
_COPIED_SHARE: Final = 0.3
"""Share of the words kept that stand there a second time, from which on the body is taken to be there twice."""


class Cut(NamedTuple):
    """Which lines stay, and the F1 that is expected of their page."""

    kept: Flags
    expected: Floats


def cut_pages(pages: Pages, words: Floats, chances: Floats) -> Cut:
    """Keep the lines of each page that together have the highest expected F1, and say how high it is.

    `chances` are of being content. If the most probable lines are taken first, F1 is expected to be
    2 Σ taken w·p / (Σ taken w + Σ all w·p), with w the words of a line; it is greatest where the next line's chance
    falls below half of it. So a page with a clear body keeps lines above about 0.45, a doubtful one keeps more
    (Lewis 1995; Lipton et al. 2014).

    >>> pages = Pages.of(np.zeros(4))
    >>> cut_pages(pages, np.array([3.0, 40.0, 9.0, 5.0]), np.array([0.1, 0.95, 0.6, 0.2])).kept.tolist()
    [False, True, True, False]
    """
    weight = np.maximum(words, _LEAST_WORDS)
    order = np.lexsort((-chances, pages.page))
    taken, hits = weight[order], (weight * chances)[order]
    expected = 2 * _so_far(pages, hits) / (_so_far(pages, taken) + pages.total(hits))
    best = pages.greatest(expected)
    return Cut(chances >= best / 2, best)


def spare_pages(pages: Pages, words: Floats, chances: Floats, cut: Cut) -> Flags:
    """Keep what a page that is mostly content should keep: all but the lines that are surely chrome.

    >>> chances = np.array([0.01, 0.95, 0.2, 0.3])
    >>> pages, words = Pages.of(np.zeros(4)), np.array([3.0, 40.0, 9.0, 5.0])
    >>> spare_pages(pages, words, chances, cut_pages(pages, words, chances)).tolist()
    [False, True, True, True]
    """
    weight = np.maximum(words, _LEAST_WORDS)
    spared = (chances >= _SURELY_CHROME) | cut.kept
    return spared | (pages.total(weight * ~spared) <= _LITTLE * pages.total(weight))


def say_no_chrome(pages: Pages, features: Features, kept: Flags) -> Flags:
    """Find the pages of which nothing should go, since what would go does not speak of chrome: poems, tables, lists."""
    speaking = np.max([features[f"says_{name}"] for name in _CHROME], axis=0) > 0
    return pages.total(~kept & speaking) < _SPEAKING_SHARE * pages.total(~kept)


def second_copies(lines: pl.DataFrame, pages: Pages, words: Floats, features: Features, kept: Flags) -> Flags:
    """Find the second copy of a body that stands on its page twice, as a page with a view for print has it."""
    repeated = kept & (features["repeats"] > 0)
    long = pages.total(repeated & (words >= _COPIED_WORDS)) > 0
    rows = np.flatnonzero(repeated & long & (words >= _REPEATED_WORDS))
    copies = np.zeros(len(kept), np.bool_)
    text = pl.col("text").str.strip_chars().str.to_lowercase()
    copies[rows] = lines[rows].select(pl.int_range(pl.len()).over("doc", text) > 0).to_series().to_numpy()
    return copies & (pages.total(words * copies) >= _COPIED_SHARE * pages.total(words * kept))


def describe_pages(pages: Pages, words: Floats, chances: Floats, cut: Cut, features: Features) -> Features:
    """Describe each page to the judge of pages; one number per page."""
    weight = np.maximum(words, _LEAST_WORDS)
    prose = np.expm1(features["prose"])
    all_words, all_prose = pages.total(weight), pages.total(prose) + 1
    kept_words = pages.total(weight * cut.kept)
    doubted = (chances >= _SURELY_CHROME) & ~cut.kept
    doubtful = pages.total(weight * doubted)
    by_line = {
        "expected_share": pages.total(weight * chances) / all_words,
        "expected_f1": cut.expected,
        "kept_share": kept_words / all_words,
        "sure_share": pages.total(weight * (chances > _SURELY_BODY)) / all_words,
        "doubtful_share": doubtful / all_words,
        "doubtful_to_kept": doubtful / (kept_words + 1),
        "doubtful_prose": pages.total(prose * doubted) / (doubtful + 1),
        "kept_prose": pages.total(prose * cut.kept) / all_prose,
        "sure_chrome": pages.total(chances < _SURELY_CHROME) / pages.size,
        "prose_share": features["page_prose_share"],
        "block_share": features["block_share"],
    }
    return {name: values[pages.starts] for name, values in by_line.items()}


def _so_far(pages: Pages, values: Floats) -> Floats:
    return pages.before(values) + values
