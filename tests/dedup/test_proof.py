"""The exact comparison."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.proof import (
    jaccard,
    least_shared,
    shared_at_least,
    shared_shingles,
)

sets = st.sets(st.integers(0, 60), max_size=40)


def array(values):
    return np.array(sorted(values), np.uint64)


@given(sets, sets, st.fractions(Fraction(1, 50), 1, max_denominator=50))
def test_the_bound_in_whole_numbers_is_the_rule(x, y, threshold):
    need = least_shared(len(x), len(y), threshold.numerator, threshold.denominator)
    shared = shared_at_least(array(x), array(y), need)
    if x and y:
        assert (shared >= 0) == (Fraction(len(x & y), len(x | y)) >= threshold)
    assert shared in {-1, len(x & y)}
    assert shared_shingles(array(x), array(y)) == len(x & y)
    assert jaccard(array(x), array(y)) == (len(x & y) / len(x | y) if x and y else 0)
