"""How many bands a threshold and a recall need, what they cost, what else they catch."""

import math
from dataclasses import dataclass
from typing import Final

MOST_PERMUTATIONS: Final = 160
"""Minima of one text beyond which sketching, not reading, would set the pace."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Texts that agree in all `rows` minima of one of the `bands` are a candidate pair.

    >>> Bands(bands=40, rows=3).permutations, Bands(bands=40, rows=3).bytes_per_document
    (120, 320)
    """

    bands: int
    rows: int

    @property
    def permutations(self) -> int:
        """Minima of each text."""
        return self.bands * self.rows

    @property
    def bytes_per_document(self) -> int:
        """Bytes that the 64-bit keys of one text take."""
        return 8 * self.bands


def collision_probability(similarity: float, *, bands: int, rows: int) -> float:
    """Chance that two texts of this Jaccard similarity share at least one band.

    >>> round(collision_probability(0.8, bands=16, rows=8), 2)
    0.95
    """
    return 1 - (1 - similarity**rows) ** bands


def bands_for(threshold: float, *, recall: float, rows: int) -> Bands:
    """Fewest bands of `rows` minima with which a pair exactly at the threshold is found with chance `recall`.

    >>> bands_for(0.8, recall=0.995, rows=8)
    Bands(bands=29, rows=8)
    """
    agree = threshold**rows
    return Bands(1 if agree == 1 else math.ceil(math.log1p(-recall) / math.log1p(-agree)), rows)


def choose_bands(threshold: float, *, recall: float = 0.995, permutations: int = MOST_PERMUTATIONS) -> Bands:
    """Most rows, so fewest spurious candidates, for which the bands need no more than `permutations` minima.

    More rows sort out unlike texts better and need more bands for the same recall. One row always does, whatever
    it needs.

    >>> choose_bands(0.8), choose_bands(0.6)
    (Bands(bands=18, rows=6), Bands(bands=39, rows=4))
    """
    best = bands_for(threshold, recall=recall, rows=1)
    for rows in range(2, permutations + 1):
        bands = bands_for(threshold, recall=recall, rows=rows)
        if bands.permutations > permutations:
            break
        best = bands
    return best


def expected_candidates(similarities: list[float], *, bands: int, rows: int) -> float:
    """Say how many candidate pairs to expect among pairs of these similarities (each between 0 and 1).

    Below the threshold they are spurious: each costs one exact comparison and changes no answer.

    >>> round(expected_candidates([0.2] * 1_000_000, bands=18, rows=6))
    1151
    """
    return math.fsum(collision_probability(s, bands=bands, rows=rows) for s in similarities)
