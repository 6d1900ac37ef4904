"""Tells a template that was filled in twice from one text that was edited.

Congratulation telegrams, execution notices, market bulletins share nearly every word with the last one of
their kind, and are other news. What gives them away is *what* differs. Who edits a copy cuts, adds, respells
and rewords: one side has something more, or both say the same with other words, and each such word stands
there once. Who fills in a template writes other names and other numbers, and names come back in a text. So
the test looks at the words that are foreign to the other text, on both sides, and finds one of three things:

- `numbers`: at least half of the numbers of each text are foreign to the other, and some blank is filled
  differently; or some blank has another day of the week;
- `names`: in each text at least three words, not spelled alike, are foreign and come back;
- `fillings`: two blanks or more are filled with two or more foreign words by each text; or one with four.

A blank is a place between the same two words where each text has foreign words and nothing else. Texts that
were cut in different places have foreign words and numbers too, but no blanks.

It sees the two texts and nothing else: no counts over a corpus, no list of words but the days of the week, which
are numbers in words (in languages that it has no list of, they are words as any other). It is symmetric. What it
cannot see: templates with a single, single-worded blank that is neither, which edited copies have as well.

Chosen on one half of the judged pairs of `benchmarks/pairs` and on unjudged ones: of 2,500 pairs a day apart
at most, with a 2-gram Jaccard above 0.6 (nearly all copies), it holds back 1 %, half of them rightly; of 650
three days apart or more, at 0.5 to 0.75 (mostly templates), 74 %. Tried and left: any foreign numbers on
both sides, or two names (either holds back twice as many copies); numbers next to the same word, names in
the same blank (nothing more found); how dense short substitutions are (no threshold parts templates from
retyped copies).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from threading import Lock
from typing import Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.screen import Blanks, may_be_filled_in
from dedup.words import folded_words, weekdays

FOREIGN_NUMBERS: Final = 0.5
"""Share of each text's numbers. Copies that convert currencies or pick other figures stay below."""
RECURRING_NAMES: Final = 3
"""One or two words that come back are often synonyms that an editor held through a text (sock, stocking)."""
RECURRING_SHARE: Final = 1 / 12
"""Share of all foreign words: in long texts that were cut differently some come back by chance."""
LONG_FILLING: Final = 2
"""Words. Single ones are the field of synonyms."""
LONG_FILLINGS: Final = 2
"""Different ones: a news agency that goes by two names fills many places with one name."""
LONG_NAME: Final = 4
"""Words of a filling that is enough alone: rank and full name in a death notice."""
LONGEST_FILLING: Final = 8
"""Longer runs are sentences that were put in, not blanks that were filled."""

_ASKED: Final = 256
"""Pairs whose texts a thread folds at a time: some 20 kB each."""

_BLANKS: Final = Blanks(names=RECURRING_NAMES, name=LONG_NAME, longest=LONGEST_FILLING)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Finding:
    """Why two texts are taken for one template: the kind, and what each has in place of the other's."""

    kind: Literal["numbers", "names", "fillings"]
    left: tuple[str, ...]
    right: tuple[str, ...]


def differs_like_template(left: str, right: str) -> Finding | None:
    """Whether two similar texts differ as two fillings of a template do, and by what.

    Meant for pairs that are near-duplicates by Jaccard; of unlike texts it says nothing sensible.

    >>> form = "The King sent a cable to {0} of {1} on its day. He wished {0} and the people of {1} progress."
    >>> chad, niger = form.format("President Idriss Deby", "Chad"), form.format("Mahamadou Issoufou", "Niger")
    >>> differs_like_template(chad, niger).kind
    'names'
    >>> differs_like_template(chad, chad + " The Crown Prince sent a like cable.")
    """
    return template_findings(pl.Series([left]), pl.Series([right]))[0]


def template_findings(lefts: pl.Series, rights: pl.Series) -> list[Finding | None]:
    """`differs_like_template` for each row of two columns of texts; a text that comes often is read once.

    >>> fines = pl.Series(["Fines for 30 plants in the province", "Fines for 23 plants in the province"])
    >>> template_findings(fines, fines.reverse())[0]
    Finding(kind='numbers', left=('30',), right=('23',))
    """
    texts = pl.concat([lefts, rights])
    # The first row of each text stands for it.
    first = texts.to_frame("text").with_row_index("row").select(pl.col("row").first().over("text"))["row"]
    rows = first.cast(pl.Int64).to_numpy()
    return TemplateGuard(lambda row: texts[row].encode()).findings(rows[: len(lefts)], rows[len(lefts) :])


class TemplateGuard:
    """The test between any two of the texts that `source` gives by number, which are read again as they are asked for.

    Most pairs take 30 µs, for the screen sees that nothing can be found; the others 1 ms.
    """

    def __init__(self, source: Callable[[int], bytes]) -> None:
        self._source = source
        self._reading = Lock()

    def finding(self, left: int, right: int) -> Finding | None:
        """Whether these two texts differ as two fillings of a template do, and by what."""
        return self.findings(np.array([left]), np.array([right]))[0]

    def findings(self, lefts: NDArray[np.int64], rights: NDArray[np.int64]) -> list[Finding | None]:
        """Answer about many pairs, on two threads."""
        parts = [(lefts[i : i + _ASKED], rights[i : i + _ASKED]) for i in range(0, lefts.size, _ASKED)]
        if len(parts) == 1:
            return self._findings(*parts[0])
        with ThreadPoolExecutor(2) as pool:
            return [finding for part in pool.map(lambda part: self._findings(*part), parts) for finding in part]

    def _findings(self, lefts: NDArray[np.int64], rights: NDArray[np.int64]) -> list[Finding | None]:
        numbers, places = np.unique(np.concatenate([lefts, rights]), return_inverse=True)
        with self._reading:
            texts = [self._source(number) for number in numbers.tolist()]
        folded = folded_words(texts)
        left, right = places[: lefts.size], places[lefts.size :]
        reading = cache(lambda place: _read(folded[place].split()))
        return [
            _compare(reading(one), reading(other)) if maybe else None
            for one, other, maybe in zip(
                left.tolist(), right.tolist(), may_be_filled_in(folded, left, right, _BLANKS).tolist(), strict=True
            )
        ]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text made ready for comparing: folded words, their counts, numbers, and itself to search in."""

    words: Sequence[str]
    counts: Counter[str]
    numbers: dict[str, str]
    spaced: str
    glued: str


def _read(words: Sequence[str]) -> _Reading:
    spaced = " ".join(words)
    return _Reading(words, Counter(words), _numbers(spaced), spaced, "".join(words))


def _numbers(words: str) -> dict[str, str]:
    """Numbers in folded words, by their digits without outer zeros: 5 thousand and 5000 are one number.

    >>> _numbers("٤٨٠ه 7 7000")
    {'48': '480', '7': '7000'}
    """
    digits = (str(int(found[:18])) for found in _DIGITS.findall(words))
    return {number.rstrip("0"): number for number in digits}


def _compare(left: _Reading, right: _Reading) -> Finding | None:
    foreign = _foreign(left, right), _foreign(right, left)
    if not all(foreign):
        return None
    blanks = _blanks(left, right, foreign)
    numbers = _foreign_numbers(left, right), _foreign_numbers(right, left)
    if blanks and all(
        own and len(own) >= FOREIGN_NUMBERS * len(text.numbers)
        for own, text in zip(numbers, (left, right), strict=True)
    ):
        return Finding("numbers", *(tuple(sorted(own.values())) for own in numbers))
    days = [{day for blank in blanks if _has_days(blank) for day in weekdays().intersection(blank[i])} for i in (0, 1)]
    if all(days):
        return Finding("numbers", *(tuple(sorted(own)) for own in days))
    names = _names((left, right), foreign)
    if all(names):
        return Finding("names", *(tuple(sorted(own)) for own in names))
    long = [blank for blank in blanks if min(map(len, blank)) >= LONG_FILLING]
    fillings = [{" ".join(blank[side]) for blank in long} for side in (0, 1)]
    if min(map(len, fillings)) >= LONG_FILLINGS or any(min(map(len, blank)) >= LONG_NAME for blank in long):
        return Finding("fillings", *(tuple(sorted(own)) for own in fillings))
    return None


def _has_days(blank: tuple[Sequence[str], Sequence[str]]) -> bool:
    """Whether each text names a day of the week here; words in a blank are foreign, so it is another."""
    return not any(map(weekdays().isdisjoint, blank))


def _foreign_numbers(own: _Reading, other: _Reading) -> dict[str, str]:
    """Numbers that the other text has neither as such nor within a long one (33 thousand 288 in 33288)."""
    return {
        number: written
        for number, written in own.numbers.items()
        if number not in other.numbers
        and not any(
            (len(o) > 4 and len(number) > 1 and number in o) or (len(number) > 4 and len(o) > 1 and o in number)
            for o in other.numbers
        )
    }


def _foreign(own: _Reading, other: _Reading) -> dict[str, None]:
    """Words of `own` that `other` has in no form: not split or joined, not with another first or last letter.

    In the order of the text. A word with digits is foreign by its numbers.
    """
    numbers = _foreign_numbers(own, other)
    return {
        word: None
        for word in own.counts
        if word not in other.counts
        and (
            not numbers.keys().isdisjoint(_numbers(word))
            if _DIGITS.search(word)
            else word not in other.glued
            and (len(word) < 5 or word[1 : len(word) - (len(word) > 5)] not in other.spaced)
        )
    }


def _names(
    texts: tuple[_Reading, _Reading], foreign: tuple[dict[str, None], dict[str, None]]
) -> tuple[list[str], list[str]]:
    """Find each text's foreign words that come back in it, one of each spelling, none that the other respells.

    Empty where either has too few to be names. Single letters (all words of scripts without spaces) come back
    by chance.
    """
    least = [max(RECURRING_NAMES, RECURRING_SHARE * len(words)) for words in foreign]
    recurring = [
        [w for w in words if text.counts[w] > 1 and len(w) > 1 and not _DIGITS.search(w) and w not in weekdays()]
        for text, words in zip(texts, foreign, strict=True)
    ]
    if any(len(words) < few for words, few in zip(recurring, least, strict=True)):
        return [], []
    left, right = _spellings(recurring[0], foreign[1]), _spellings(recurring[1], foreign[0])
    return (left, right) if len(left) >= least[0] and len(right) >= least[1] else ([], [])


def _spellings(words: Sequence[str], others: Iterable[str]) -> list[str]:
    """Pick one of each spelling of these words, none that is spelled like one of the others."""
    found: list[str] = []
    strange = [_pairs(other) for other in others]
    known: list[frozenset[str]] = []
    for word in words:
        pairs = _pairs(word)
        if (
            not any(word in name or name in word for name in found)
            and not any(_alike(pairs, own) for own in known)
            and not any(_alike(pairs, other) for other in strange)
        ):
            found.append(word)
            known.append(pairs)
    return found


def _pairs(word: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(word)))


def _alike(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether two words share at least half of their letter pairs.

    >>> _alike(_pairs("انكليزي"), _pairs("انجليزي")), _alike(_pairs("تشاد"), _pairs("توجو"))
    (True, False)
    """
    return 4 * len(left & right) >= len(left) + len(right) > 0


def _blanks(
    left: _Reading, right: _Reading, foreign: tuple[dict[str, None], dict[str, None]]
) -> list[tuple[Sequence[str], Sequence[str]]]:
    """Find what each text writes where the two have foreign words between the same two words."""
    fillings = _fillings(left.words, foreign[0]), _fillings(right.words, foreign[1])
    return [
        (filling, other)
        for place, there in fillings[0].items()
        for filling in there
        for other in fillings[1].get(place, ())
    ]


def _fillings(words: Sequence[str], foreign: dict[str, None]) -> dict[tuple[str, str], set[tuple[str, ...]]]:
    """Find the runs of foreign words inside a text, by the words before and after them."""
    found: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    before = 0
    for place, word in enumerate(words):
        if word not in foreign:
            if 0 < place - before - 1 <= LONGEST_FILLING and words[before] not in foreign:
                found.setdefault((words[before], word), set()).add(tuple(words[before + 1 : place]))
            before = place
    return found
