"""What counts as a near-duplicate."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from cleaners.arguments import check_argument
from dedup.bands import Bands, choose_bands

SHORT: Final = 32
"""A set of fewer shingles than this is compared exactly with every set that may resemble it, without a sketch."""

LEAST_THRESHOLD: Final = 0.01
"""A text has 528 keys at this threshold, and ten times as many at a tenth of it."""

_FINEST: Final = 10**9
MOST_WORDS: Final = 1000
"""Words of the longest shingle: longer ones than that compare whole texts."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Two texts are near-duplicates when the Jaccard similarity of their shingle sets is at least `threshold`.

    A shingle is `words` folded words in a row. A pair exactly at the threshold is found with chance `recall`, a
    pair above it more surely; a pair in which one text has fewer than 32 shingles, always. With `template_guard`
    a pair is let go in which `dedup.guard` finds a template that was filled in twice.

    >>> Rule(words=5, threshold=0.8).bands
    Bands(bands=18, rows=6)
    """

    words: int = 3
    threshold: float = 0.6
    recall: float = 0.995
    template_guard: bool = False

    def __post_init__(self) -> None:
        check_words(self.words)
        check_argument("template_guard", self.template_guard, bool, "True or False")
        for name in ("threshold", "recall"):
            check_argument(name, getattr(self, name), int | float, "a number")
        if not LEAST_THRESHOLD <= self.threshold <= 1:
            raise ValueError(f"a threshold lies from {LEAST_THRESHOLD} to 1, not at {self.threshold}")
        if not 0 < self.recall < 1:
            raise ValueError(f"a recall lies between 0 and 1, not at {self.recall}")

    @property
    def bands(self) -> Bands:
        """Bands that the threshold and the recall ask for."""
        return choose_bands(self.threshold, recall=self.recall)

    @property
    def ratio(self) -> tuple[int, int]:
        """The threshold as a fraction."""
        return ratio_of(self.threshold)

    @property
    def joined_below(self) -> int:
        """Sets smaller than this take part in the exact join: the short ones and all that may resemble one."""
        a, b = self.ratio
        return (SHORT - 1) * b // a + 1


def check_words(words: int) -> None:
    """Check the length of a shingle.

    >>> check_words(0)
    Traceback (most recent call last):
        ...
    ValueError: a shingle has from 1 to 1000 words, not 0
    """
    check_argument("words", words, int, "a whole number")
    if not 1 <= words <= MOST_WORDS:
        raise ValueError(f"a shingle has from 1 to {MOST_WORDS} words, not {words}")


def check_rule(rule: object) -> None:
    """Check that an argument is a rule."""
    check_argument("rule", rule, Rule, "a Rule, as Rule(words=5, threshold=0.8) is")


def ratio_of(threshold: float) -> tuple[int, int]:
    """Return a threshold as a fraction of integers, never a smaller one, so that no comparison ever rounds.

    >>> ratio_of(0.7)
    (7, 10)
    """
    exact = Fraction(str(threshold))
    near = exact.limit_denominator(1_000_000)
    if near >= exact or float(near) == threshold:
        return near.as_integer_ratio()
    return Fraction(ceil(exact * _FINEST), _FINEST).as_integer_ratio()
