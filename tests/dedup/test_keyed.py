"""Keys come back in ranges, whole and in order, whether they lay in a scratch file or not."""

from tempfile import TemporaryFile

import numpy as np
import polars as pl
import pytest

from dedup import candidates
from dedup.candidates import columns_of, find_candidates
from dedup.keyed import Keyed
from dedup.rule import Rule
from dedup.sketches import sketch_batch


def given_back(keyed, pieces):
    for keys, documents in pieces:
        keyed.add(keys, documents)
    return list(keyed.ranges())


@pytest.mark.parametrize("ranges", [1, 2, 7, 64])
def test_a_scratch_file_changes_nothing(ranges):
    rng = np.random.default_rng(ranges)
    sizes = [0, 5, 1000, 1]
    pieces = [
        (rng.choice(rng.integers(0, 1 << 64, 50, np.uint64), size), np.arange(size, dtype=np.int32)) for size in sizes
    ]
    with TemporaryFile() as scratch:
        found = given_back(Keyed(scratch, ranges=ranges), pieces)
    assert len(found) <= ranges
    highest = 0
    for keys, _ in found:
        assert int(keys.min()) >= highest
        highest = int(keys.max())
    expected = sorted(pair for keys, own in pieces for pair in zip(keys.tolist(), own.tolist(), strict=True))
    assert sorted(pair for keys, own in found for pair in zip(keys.tolist(), own.tolist(), strict=True)) == expected
    [(keys, documents)] = given_back(Keyed(ranges=ranges), pieces)
    assert sorted(zip(keys.tolist(), documents.tolist(), strict=True)) == expected


def buckets(entries):
    held = []
    for documents, sizes in entries.parts:
        assert sizes.min() > 1
        held += map(frozenset, np.split(documents, np.cumsum(sizes)[:-1]))
        assert sum(map(len, held[-sizes.size :])) == documents.size
    assert len(held) == entries.count
    return held


def test_little_memory_makes_the_same_buckets(monkeypatch):
    """Tables in pieces, keys in many ranges: the buckets are those of one table in memory, in their order."""
    rng = np.random.default_rng(5)
    vocabulary = [f"w{number}" for number in range(80)]
    texts = pl.Series([" ".join(rng.choice(vocabulary, rng.integers(1, 90))) for _ in range(400)])
    texts = pl.concat([texts, texts.gather(rng.integers(0, 400, 200)) + " more"])
    rule = Rule(words=2, threshold=0.5)
    sketches = sketch_batch(texts, rule)
    chosen = rng.random(len(texts)) < 0.9
    whole = find_candidates(columns_of(sketches), rule, chosen)
    monkeypatch.setattr(candidates, "_LEAST", 2000)
    with TemporaryFile() as scratch:
        pieces = find_candidates(
            lambda *names: (sketches.select(names).slice(first, 70) for first in range(0, 600, 70)),
            rule,
            chosen,
            scratch=scratch,
            memory=0,
        )
    assert len(pieces.parts) > 2 * len(whole.parts)
    assert buckets(pieces) == buckets(whole)
