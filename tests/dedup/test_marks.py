"""What the marks of two sets rule out, and what they must not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.marks import bit_count, may_share, set_marks
from dedup.proof import least_shared
from dedup.sets import WORDS

sets = st.sets(st.integers(0, 400), max_size=300)


def marked(*sets):
    """Marks of sets of numbers, which are hashed first."""
    hashed = [value * 0x9E3779B97F4A7C15 % 2**64 for own in sets for value in own]
    return set_marks(np.array(hashed, np.uint64), np.cumsum([0, *map(len, sets)]), WORDS)


def may(x, y, need):
    marks, firsts = marked(x, y)
    return may_share(marks, *firsts[:2], len(x) - need, marks, *firsts[1:], len(y) - need)


@given(sets, sets, st.integers(0, 300))
def test_marks_rule_out_nothing_that_is_there(x, y, need):
    if len(x & y) >= need:
        assert may(x, y, need)


def test_marks_rule_out_what_has_little_in_common():
    chance = np.random.default_rng(0)
    ruled_out = 0
    for _ in range(200):
        x, y = (set(chance.integers(10**9, size=300).tolist()) for _ in range(2))
        ruled_out += not may(x, y, least_shared(300, 300, 6, 10))
    assert ruled_out == 200


def test_a_set_has_two_bits_for_each_shingle_up_to_a_bound():
    _, firsts = marked(range(0), range(32), range(33), range(300), range(1000))
    assert np.diff(firsts).tolist() == [1, 1, 2, 16, WORDS]


@given(st.integers(0, 2**64 - 1))
def test_bit_count(x):
    assert bit_count(np.uint64(x)) == x.bit_count()
