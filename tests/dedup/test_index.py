"""What is looked up is all that could resemble, and little else."""

import numpy as np
import polars as pl
import pytest

from dedup.index import KEYS, TRAITS, index_hits, index_keys, index_traits, mismatch, pins, short_keys
from dedup.rule import SHORT, Rule
from dedup.sketches import band_columns, sketch_batch
from tests.dedup import twin
from tests.dedup.test_duplicates import corpus


@pytest.mark.parametrize("rule", [Rule(2, 0.5), Rule(1, 0.6), Rule(3, 0.8), Rule(1, 1.0)], ids=str)
def test_whatever_a_run_would_compare_is_found(rule):
    texts = corpus(np.random.default_rng(4), 300, 300, (0, 120))
    stored, wanted = (sketch_batch(pl.Series(half), rule) for half in (texts[:200], texts[200:]))
    keys = index_keys(stored, rule), index_keys(wanted, rule)
    traits = [index_traits(pl.Series(half), rule) for half in (texts[:200], texts[200:])]
    hits = index_hits(keys[0], traits[0], keys[1], traits[1], rule)
    sets = [twin.shingles(text, rule.words) for text in texts]
    bands = [np.stack([half[name].to_numpy() for name in band_columns(rule)]) for half in (stored, wanted)]
    similar = 0
    for i, left in enumerate(sets[:200]):
        # Two long ones are found where a band says so, any other pair always.
        expected = any(
            twin.exact(left, right) >= rule.threshold
            and (min(len(left), len(right)) < SHORT or (bands[0][:, i] == bands[1][:, j]).any())
            for j, right in enumerate(sets[200:])
        )
        similar += expected
        assert hits[i] or not expected
    assert 5 < similar <= hits.sum()


def test_a_frequent_shingle_brings_up_little():
    """Short texts that all share one phrase: by size and mark nearly all are ruled out unread."""
    rule, random = Rule(1, 0.7), np.random.default_rng(6)
    texts = pl.Series([" ".join(["the", "of", *(f"w{w}" for w in random.integers(0, 5000, 25))]) for _ in range(2000)])
    sketches = sketch_batch(texts, rule)
    keys, traits = index_keys(sketches, rule), index_traits(texts, rule)
    own = keys.filter(pl.col("at") < 20)
    sharing = keys.filter(pl.col("key").is_in(own["key"].implode()))["at"].n_unique()
    assert index_hits(keys, traits, own, traits, rule).sum() < 60 < sharing


def test_large_texts_that_share_a_band_by_chance_are_ruled_out():
    """News of a common vocabulary: a band brings many together that are nothing like each other."""
    rule, random = Rule(1, 0.6), np.random.default_rng(7)
    texts = pl.Series([" ".join(f"w{w}" for w in random.zipf(1.4, 400) % 3000) for _ in range(400)])
    texts[399] = texts[0] + " and one more"
    sketches = sketch_batch(texts, rule)
    keys, traits = index_keys(sketches, rule), index_traits(texts, rule)
    own = keys.filter(pl.col("at") == 399)
    sharing = keys.filter(pl.col("key").is_in(own["key"].implode()))["at"].n_unique()
    assert np.flatnonzero(index_hits(keys, traits, own, traits, rule)).tolist() == [0, 399]
    assert sharing > 10


def test_nothing_stored_and_nothing_wanted():
    rule = Rule(2, 0.5)
    texts = pl.Series([], dtype=pl.String), pl.Series(["one two three", "", None])
    keys = [index_keys(sketch_batch(one, rule), rule) for one in texts]
    traits = [index_traits(one, rule) for one in texts]
    assert (keys[0].schema, traits[0].schema) == (KEYS, TRAITS)
    for stored, wanted in ((0, 1), (1, 0)):
        assert not index_hits(keys[stored], traits[stored], keys[wanted], traits[wanted], rule).any()


@pytest.mark.parametrize(("threshold", "words"), [(0.8, 2), (0.5, 3), (1.0, 1)])
def test_sets_that_resemble_each_other_share_a_short_key(threshold, words):
    rule = Rule(words, threshold)
    random = np.random.default_rng(2)
    seen = 0
    for _ in range(3000):
        x, y = (np.unique(random.integers(0, 30, random.integers(1, 26))).astype(np.uint64) for _ in range(2))
        y = np.unique(np.concatenate([x[: random.integers(x.size + 1)], y[: random.integers(4)]]))
        if y.size and len(np.intersect1d(x, y)) >= threshold * len(np.union1d(x, y)):
            seen += 1
            assert np.intersect1d(short_keys(x, rule), short_keys(y, rule)).size
    assert seen > 50


def test_pins_tell_what_differs():
    assert mismatch(pins(Rule()), pins(Rule())) is None
    assert mismatch({**pins(Rule()), "folding": "0"}, pins(Rule())).startswith("another folding of letters (0, not ")
    assert mismatch({**pins(Rule()), "later": 1}, pins(Rule())) == "later (1, not None)"
