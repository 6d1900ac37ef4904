"""Texts as sets of shingles."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners.folding import SPACELESS, fold_text
from dedup.shingles import shingle_sets, sort_hashes, word_counts
from tests.dedup import twin

CASES = [json.loads(line) for line in Path(__file__).with_name("scripts.jsonl").read_text("utf-8").splitlines()]

mixed = st.text(
    st.sampled_from("ab Aß.,ıİςΣ١٢أإآةىكیمـَّ\u200c\u200dﷺﻻ½漢字かがカ゚ไทยเ한국ก็नि🙂\n\t−") | st.characters(codec="utf-8"),
    max_size=60,
)


@given(st.lists(mixed, max_size=8), st.integers(1, 6))
def test_hashes_are_those_of_the_slow_twin(texts, n):
    sets = shingle_sets(pl.Series(texts, dtype=pl.String), words=n)
    assert [set(s.tolist()) for s in sets] == [twin.hash_shingles(text, n) for text in texts]
    assert all((np.diff(s.astype(object)) > 0).all() for s in sets)
    assert word_counts(pl.Series(texts, dtype=pl.String)).to_list() == [len(twin.words(text)) for text in texts]


@given(mixed)
def test_words_are_those_of_the_folded_key(text):
    if all(kind != SPACELESS for _, kind in twin.folded(text)):
        assert twin.words(text) == fold_text(text).split()


@given(st.lists(mixed, min_size=2, max_size=6), st.integers(1, 4))
def test_equal_sets_have_equal_fingerprints(texts, n):
    sets = shingle_sets(pl.Series(texts), words=n)
    for i, first in enumerate(texts):
        for j, second in enumerate(texts):
            assert (sets.fingerprints[i] == sets.fingerprints[j]) == (
                twin.shingles(first, n) == twin.shingles(second, n)
            )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_scripts(case):
    left, right = shingle_sets(pl.Series([case["a"], case["b"]]), words=case.get("words", 1))
    assert np.array_equal(left, right) == case["same"]
    if "counts" in case:
        assert word_counts(pl.Series([case["a"], case["b"]])).to_list() == case["counts"]


def test_hashes_never_change():
    """What an index stores rests on these values: a change here needs a new index version."""
    sets = shingle_sets(pl.Series(["قال الرئيس إن", "one two", "新聞"]), words=2)
    assert [[f"{x:016x}" for x in s] for s in sets] == PINNED


PINNED = [["2a10c9807df7bbc6", "e95dfa355c61d193"], ["98e94978029150f4"], ["6d1459193df4e2ac"]]


@given(st.integers(0, 2000), st.integers(0, 2**32 - 1), st.sampled_from([64, 40, 8]))
def test_sorting(size, seed, bits):
    hashes = (
        np.random.default_rng(seed).integers(0, 1 << bits, size, dtype=np.uint64, endpoint=False)
        if bits < 64
        else np.random.default_rng(seed).integers(0, 2**64 - 1, size, dtype=np.uint64)
    )
    out = np.empty_like(hashes)
    sort_hashes(hashes, size, out)
    assert np.array_equal(out, np.sort(hashes))


def test_a_text_longer_than_every_buffer():
    text = " ".join(f"w{i}" for i in range(30_000)) + " " + "漢" * 30_000
    (only,) = shingle_sets(pl.Series([text]), words=3)
    assert len(only) == 29_998 + 3  # the last run is one and the same shingle
    assert word_counts(pl.Series([text])).item() == 60_000


def test_no_texts():
    assert len(shingle_sets(pl.Series([], dtype=pl.String), words=3)) == 0
    assert [s.size for s in shingle_sets(pl.Series(["", None, "…"]), words=3)] == [0, 0, 0]
