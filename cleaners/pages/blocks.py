"""From scores of lines to what stays of a page: the page decides how sure a line must be."""

from typing import Final, NamedTuple

import numpy as np

from cleaners.pages.around import Pages
from cleaners.pages.features import Features
from cleaners.pages.shape import Flags, Floats

# Tried and left: a smallest cost for each change between kept and dropped lines (Viterbi), and a second network
# over the scores around a line. The features already look 60 lines far, and neither gained more than 0.005.

_LEAST_WORDS: Final = 0.5
"""A line of marks alone still has some weight."""


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


def describe_pages(pages: Pages, words: Floats, chances: Floats, cut: Cut, features: Features) -> Features:
    """Describe each page to the judge of whole pages; one number per page."""
    weight = np.maximum(words, _LEAST_WORDS)
    prose = np.expm1(features["prose"])
    all_words, all_prose = pages.total(weight), pages.total(prose) + 1
    kept_prose = pages.total(np.where(cut.kept, prose, 0.0)) / all_prose
    opens_run = cut.kept & ~(np.r_[False, cut.kept[:-1]] & (pages.place > 0))
    by_line = {
        "expected_share": pages.total(weight * chances) / all_words,
        "kept_share": pages.total(np.where(cut.kept, weight, 0.0)) / all_words,
        "sure_share": pages.total(np.where(chances > 0.8, weight, 0.0)) / all_words,
        "kept_prose": kept_prose,
        "lost_prose": (1 - kept_prose) * (all_prose - 1) / all_words,
        "expected_f1": cut.expected,
        "greatest_chance": pages.greatest(chances),
        "runs": np.log1p(pages.total(opens_run)),
        "runs_a_line": pages.total(opens_run) / pages.size,
        "lines": features["page_lines"],
        "words": features["page_words"],
        "words_a_line": np.minimum(features["page_mean"], 60),
        "prose": features["page_prose"],
        "prose_share": features["page_prose_share"],
        "sentence_share": features["page_sentence_share"],
        "longest": features["page_longest"],
        "block_share": features["block_share"],
        "comments": np.log1p(pages.total(features["says_comment"])),
        "replies": features["page_replies"],
        "shares": np.log1p(pages.total(features["says_share"])),
        "furniture": np.log1p(pages.total(features["says_account"] + features["says_legal"])),
    }
    return {name: values[pages.starts] for name, values in by_line.items()}


def _so_far(pages: Pages, values: Floats) -> Floats:
    return pages.before(values) + values
