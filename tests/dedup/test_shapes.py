"""Shapes that have broken others: 100,000 copies, templates, chains, stars; each with both properties and its cost."""

from fractions import Fraction

import numpy as np
import pytest

from benchmarks.shapes import below, chain, clique, copies, find, star, template
from tests.dedup import twin

N = 100_000
SECONDS = 30
"""Minutes or hours where the road is quadratic; here a few."""
MEGABYTES = 600


def assert_sound(texts, found, missed, sample=300):
    """Hold that removals are similar to a survivor, and that sampled survivors are not similar to one another."""
    survivor = found["survivor"].to_list()
    rng = np.random.default_rng(0)
    for i in rng.choice(len(texts), sample).tolist():
        if survivor[i] is not None:
            assert survivor[survivor[i]] is None
            exact = twin.exact(twin.shingles(texts[i], 1), twin.shingles(texts[survivor[i]], 1))
            assert exact >= Fraction(4, 5)
    stay = found["survivor"].is_null().arg_true().to_numpy()
    sets = [twin.shingles(texts[i], 1) for i in rng.permutation(stay)[:120].tolist()]
    similar = [(x, y) for i, x in enumerate(sets) for y in sets[:i] if twin.exact(x, y) >= Fraction(4, 5)]
    assert len(similar) <= missed


def staying(texts, missed=0):
    told = find(texts)
    assert told.seconds < SECONDS
    assert told.peak_bytes < MEGABYTES * 1e6
    assert_sound(texts, told.found, missed)
    return told.found["survivor"].null_count()


def test_copies_of_one_text():
    assert staying(copies(N)) == 1


def test_a_template_with_changing_names():
    assert staying(template(N)) == 1


def test_a_chain():
    """Every second stays: each goes for the one before it, which the one after it no longer resembles."""
    assert staying(chain(N)) == N // 2


def test_a_star():
    """The first stays alone, but for what the bands miss: most spokes are near the threshold."""
    assert staying(star(N), missed=120) <= 0.005 * N


def test_a_clique_at_the_threshold():
    """One in two hundred pairs is missed, so a few stay, all similar; and not one in two hundred texts."""
    assert staying(clique(N), missed=100) <= 20


@pytest.mark.parametrize("own", [8, 12])
def test_texts_mutually_just_below_the_threshold(own):
    """All stay, and that takes comparing all with all: quadratic by nature, so a tenth of the others' number.

    `benchmarks/shapes.py` has 100,000 of them.
    """
    assert staying(below(N // 10, own=own)) == N // 10
