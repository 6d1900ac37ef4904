"""What the marks of two sets rule out, and what they must not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import Rule
from dedup.marks import bit_count, may_share, set_marks
from dedup.pairs import listed, may_verify, verify_pairs
from dedup.proof import least_shared
from dedup.sets import WORDS


def hashed(numbers):
    """Hashes of a set of numbers, sorted."""
    return np.array(sorted(number * 0x9E3779B97F4A7C15 % 2**64 for number in numbers), np.uint64)


def marked(*sets):
    """Marks of sets of numbers, which are hashed first."""
    return set_marks(np.concatenate([*map(hashed, sets)]), np.cumsum([0, *map(len, sets)]), WORDS)


def may(x, y, need):
    marks, firsts = marked(x, y)
    return may_share(marks, *firsts[:2], len(x) - need, marks, *firsts[1:], len(y) - need)


def overlapping(common, own, other):
    """Two sets that share as many numbers."""
    return {*range(common + own)}, {*range(common), *range(10**6, 10**6 + other)}


@given(st.integers(0, 300), st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 20))
def test_marks_rule_out_nothing_that_is_there(common, own, other, spare):
    assert may(*overlapping(common, own, other), max(common - spare, 0))


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=6))
def test_no_pair_that_verifies_is_ruled_out(counts):
    rule = Rule(threshold=0.5)
    sides = list(zip(*(overlapping(*three) for three in counts), strict=True))
    sets = [listed(np.concatenate([*map(hashed, side)]), np.cumsum([0, *map(len, side)])) for side in sides]
    traits = [(own.list.len().cast(int), listed(*marked(*side))) for own, side in zip(sets, sides, strict=True)]
    verified = verify_pairs(*sets, rule) >= 0
    assert not (verified & ~may_verify(*traits, rule)).any()


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
