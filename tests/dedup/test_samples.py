"""Samples are the same shingles in every text; what may be contained is sorted out no more often than is stated."""

import io

import numpy as np
import polars as pl
import pytest

from dedup.samples import RATE, RECALL, SampleStore, allowed_misses, contained_candidates, sample_shingles
from dedup.shingles import shingle_sets


def texts(count, seed=0):
    random = np.random.default_rng(seed)
    return pl.Series([" ".join(f"w{w}" for w in random.zipf(1.3, int(random.integers(0, 400)))) for _ in range(count)])


def test_a_sample_is_one_shingle_in_four_whichever_text_it_stands_in():
    column = texts(60)
    samples, sets = sample_shingles(column, words=2), shingle_sets(column, words=2)
    for i in range(60):
        own = samples.hashes[samples.starts[i] : samples.starts[i + 1]]
        assert own.tolist() == [hash_ for hash_ in sets[i].tolist() if hash_ % RATE == 0]


@pytest.mark.parametrize("missing", [1, 2, 7, 40, 500])
def test_what_is_allowed_to_be_missing_is_missing_as_often_as_stated(missing):
    drawn = np.random.default_rng(missing).binomial(missing, 1 / RATE, 200_000)
    assert (drawn <= allowed_misses(missing)).mean() >= RECALL - 0.0005
    assert (drawn <= allowed_misses(missing) - 1).mean() < RECALL


@pytest.mark.parametrize("scratch", [None, io.BytesIO()], ids=["memory", "file"])
def test_a_store_gives_back_what_came(scratch):
    column = texts(50)
    store = SampleStore(scratch)
    for first in range(0, 50, 7):
        store.add(sample_shingles(column[first : first + 7], words=2))
    whole = sample_shingles(column, words=2)
    assert store.counts().tolist() == np.diff(whole.starts).tolist()
    for size in (1, 100, 10**6):
        read = [(first, *samples.starts[1:], *samples.hashes) for first, samples in store.blocks(size=size)]
        hashes = [h for _, samples in store.blocks(size=size) for h in samples.hashes.tolist()]
        assert hashes == whole.hashes.tolist()
        assert read[0][0] == 0


@pytest.mark.parametrize("memory", [1, 1 << 24])
@pytest.mark.parametrize("share", [(9, 10), (1, 2), (1, 1)])
def test_contained_texts_are_candidates(share, memory):
    """Parts of longer texts, with some words changed; and little besides. Memory changes nothing but candidates."""
    random = np.random.default_rng(3)
    long = [[f"{i}x{w}" for w in random.integers(0, 200, 300)] for i in range(300)]
    short = []
    for words in long:
        begin = int(random.integers(0, 100))
        part = words[begin : begin + int(random.integers(40, 200))]
        changed = int(len(part) * (1 - share[0] / share[1]) / 2)  # a word is in two shingles
        for place in random.choice(len(part), max(changed - 1, 0), replace=False):
            part[place] = f"other{random.integers(1 << 40)}"
        short.append(part)
    column = pl.Series([" ".join(words) for words in long + short])
    sets = shingle_sets(column, words=2)
    sizes = np.diff(sets.starts)
    store = SampleStore(io.BytesIO())
    store.add(sample_shingles(column, words=2))
    ones, others = contained_candidates(store, sizes, np.arange(600), share, memory=memory)
    told = set(zip(ones.tolist(), others.tolist(), strict=True))
    true = {
        (300 + i, i)
        for i in range(300)
        if len(np.intersect1d(sets[300 + i], sets[i])) * share[1] >= share[0] * sizes[300 + i]
    }
    assert len(true) > 150
    assert len(true - told) <= 0.01 * len(true)
    assert len(told - {(300 + i, i) for i in range(300)}) < 20


def test_nothing():
    store = SampleStore()
    assert [
        part.size
        for part in contained_candidates(store, np.array([], np.int64), np.array([], np.int64), (1, 2), memory=1)
    ] == [0, 0]
