"""Leaders give the greedy rule on the whole graph, whatever road a bucket takes."""

import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.buckets import Buckets
from dedup.clusters import cluster
from dedup.sets import SetStore
from dedup.shingles import ShingleSets
from tests.dedup import twin


def hashed(values):
    return np.array(sorted(twin.mix(value + 1) for value in values), np.uint64)


def pool_of(sets, *, scratch=None, memory=1 << 20):
    store = SetStore(scratch, memory=memory)
    for part in (sets[: len(sets) // 2], sets[len(sets) // 2 :]):
        arrays = [hashed(s) for s in part]
        starts = np.cumsum([0, *map(len, arrays)])
        store.add(
            ShingleSets(np.concatenate([*arrays, np.empty(0, np.uint64)]), starts, np.zeros(len(part), np.uint64))
        )
    return store.open()


def buckets_of(memberships):
    """`memberships[i]`: buckets of document i, which has slot i."""
    starts = np.cumsum([0, *map(len, memberships)])
    flat = [bucket for mine in memberships for bucket in sorted(mine)]
    return Buckets(starts, np.array(flat, np.int64), np.arange(len(memberships)), max(flat, default=-1) + 1)


def greedy(sets, memberships, threshold):
    stay, survivor = [], [-1] * len(sets)
    for i, mine in enumerate(memberships):
        for leader in stay:
            if set(mine) & set(memberships[leader]) and twin.exact(sets[leader], sets[i]) >= threshold:
                survivor[i] = leader
                break
        else:
            stay.append(i)
    return survivor


corpora = st.lists(
    st.tuples(st.sets(st.integers(0, 14), min_size=1, max_size=12), st.sets(st.integers(0, 5), min_size=1)),
    max_size=40,
)


@given(corpora, st.sampled_from([(1, 2), (3, 5), (4, 5), (1, 1)]), st.sampled_from([1, 2, 5, 500]), st.booleans())
def test_the_same_as_comparing_all(corpus, ratio, huge, spilled):
    sets = [s for s, _ in corpus]
    memberships = [m for _, m in corpus]
    scratch = io.BytesIO() if spilled else None
    pool = pool_of(sets, scratch=scratch, memory=0)
    found = cluster(buckets_of(memberships), pool, ratio=ratio, huge=huge)
    assert found.survivors.tolist() == greedy(sets, memberships, Fraction(*ratio))
    for i, leader in enumerate(found.survivors.tolist()):
        assert found.shared[i] == (len(sets[i] & sets[leader]) if leader >= 0 else 0)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("threshold", [(3, 5), (4, 5), (9, 10)])
def test_templates_with_changing_names(seed, threshold):
    """Many survivors around the threshold in overlapping huge buckets, through templates and without."""
    rng = np.random.default_rng(seed)
    core = set(range(60))
    sets = []
    for i in range(300):
        own = rng.integers(5, 18)
        lost = set(rng.choice(60, rng.integers(0, 10), replace=False).tolist())
        pick = rng.integers(0, 40, own) + 1000 if i % 3 else rng.integers(0, 10_000, own) + 5000
        sets.append((core - lost) | set(pick.tolist()))
    memberships = [set(rng.choice(6, rng.integers(1, 5), replace=False).tolist()) for _ in sets]
    plain = cluster(buckets_of(memberships), pool_of(sets), ratio=threshold)
    templated = cluster(buckets_of(memberships), pool_of(sets), ratio=threshold, huge=20)
    assert np.array_equal(plain.survivors, templated.survivors)
    assert np.array_equal(plain.shared, templated.shared)
    assert plain.survivors.tolist() == greedy(sets, memberships, Fraction(*threshold))


def test_a_scratch_that_was_cut_off():
    scratch = io.BytesIO()
    sets = [set(range(i, i + 20)) for i in range(50)]
    pool = pool_of(sets, scratch=scratch, memory=0)
    scratch.truncate(100)
    with pytest.raises(OSError, match="ends too early"):
        cluster(buckets_of([{0}] * 50), pool, ratio=(1, 2))


def test_nobody():
    assert cluster(buckets_of([]), pool_of([]), ratio=(1, 2)).survivors.size == 0


@given(
    corpora,
    st.sampled_from([(1, 2), (4, 5)]),
    st.sampled_from([1, 2, 500]),
    st.booleans(),
    st.integers(0, 4),
)
def test_a_guard_holds_the_same_pairs_asked_ahead(corpus, ratio, huge, spilled, modulus):
    """Pairs that the guard holds are passed over, however far ahead it is asked; each pair is asked about once."""
    sets = [s for s, _ in corpus]
    memberships = [m for _, m in corpus]
    asked = []

    def holds(left, right):
        return modulus > 0 and (left * 7 + right) % (modulus + 1) == 0

    def guard(lefts, rights):
        asked.extend(zip(lefts.tolist(), rights.tolist(), strict=True))
        return ["held" if holds(*pair) else None for pair in zip(lefts.tolist(), rights.tolist(), strict=True)]

    pool = pool_of(sets, scratch=io.BytesIO() if spilled else None, memory=0)
    found = cluster(buckets_of(memberships), pool, ratio=ratio, huge=huge, guard=guard)
    stay, survivor, held = [], [-1] * len(sets), {}
    for i, mine in enumerate(memberships):
        similar = [
            leader
            for leader in stay
            if set(mine) & set(memberships[leader]) and twin.exact(sets[leader], sets[i]) >= Fraction(*ratio)
        ]
        free = [leader for leader in similar if sets[leader] == sets[i] or not holds(i, leader)]
        survivor[i] = free[0] if free else -1
        if not free:
            stay.append(i)
            if similar:
                held[i] = "held"
    assert found.survivors.tolist() == survivor
    assert found.held == held
    assert len(asked) == len(set(asked))
