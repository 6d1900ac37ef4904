"""Shapes that have broken others: 100,000 copies, templates, chains, stars; each with both properties."""

from fractions import Fraction
from time import perf_counter

import numpy as np
import polars as pl
import pytest

from dedup.batches import gathered, pieces, sketch_all
from dedup.duplicates import find_duplicates
from dedup.rule import Rule
from tests.dedup import twin

WORDS = [f"w{i}" for i in range(60)]
RULE = Rule(words=1, threshold=0.8)
N = 100_000


def find(texts):
    column = pl.Series(texts)
    return find_duplicates(sketch_all(pieces(column), RULE), np.arange(len(texts)), lambda n: gathered(column, n), RULE)


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


def timed(texts, most, missed=0):
    began = perf_counter()
    found = find(texts)
    assert perf_counter() - began < most  # minutes or hours where the road is quadratic
    assert_sound(texts, found, missed)
    return found["survivor"].null_count()


def test_copies_of_one_text():
    assert timed([" ".join(WORDS)] * N, 30) == 1


def test_a_template_with_changing_names():
    """60 words of form and three names: all similar, one stays."""
    assert timed([" ".join([*WORDS, f"a{i}", f"b{i}", f"c{i}"]) for i in range(N)], 30) == 1


def test_a_chain():
    """Each text shares 56 of 60 words with the next, and 52 with the one after: every second or third stays."""
    stay = timed([" ".join(f"c{j}" for j in range(4 * i, 4 * i + 60)) for i in range(N)], 30)
    assert stay == N // 2


def test_a_star():
    """All resemble the first text, few resemble one another: the first stays alone."""
    rng = np.random.default_rng(1)
    spokes = rng.integers(0, 60, (N - 1, 6))
    texts = [" ".join(WORDS)]
    for i, spoke in enumerate(spokes.tolist()):
        words = WORDS.copy()
        for place in spoke:
            words[place] = f"s{i}x{place}"
        texts.append(" ".join(words))
    # Most spokes are near the threshold, where the bands miss one pair in two hundred; the hub is in those.
    assert timed(texts, 60, missed=120) <= 0.005 * N


def test_a_clique_at_the_threshold():
    """Every pair has a similarity of exactly 0.8: 56 / 70 is it."""
    texts = [" ".join([*WORDS[:56], *(f"q{i}x{j}" for j in range(7))]) for i in range(2000)]
    assert timed(texts, 30, missed=20) <= 0.01 * len(texts)


@pytest.mark.parametrize("own", [8, 12])
def test_texts_mutually_just_below_the_threshold(own):
    """All stay, and that takes comparing all with all: quadratic by nature, so a tenth of the others' number."""
    texts = [" ".join([*WORDS[:56], *(f"q{i}x{j}" for j in range(own))]) for i in range(N // 10)]
    assert timed(texts, 60) == N // 10
