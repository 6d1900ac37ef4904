"""The exact comparison."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.proof import (
    bit_count,
    jaccard,
    least_shared,
    may_share,
    set_marks,
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


@given(sets, sets, st.integers(0, 40))
def test_marks_rule_out_nothing_that_is_there(x, y, need):
    hashed = [array({(v * 0x9E3779B97F4A7C15) % 2**64 for v in s}) for s in (x, y)]
    marks = set_marks(np.concatenate(hashed), np.cumsum([0, len(x), len(y)]))
    if len(x & y) >= need:
        assert may_share(len(x), marks[0], len(y), marks[1], need)


@given(st.integers(0, 2**64 - 1))
def test_bit_count(x):
    assert bit_count(np.uint64(x)) == x.bit_count()
