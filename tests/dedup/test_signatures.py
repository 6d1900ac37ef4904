"""Signatures are datasketch's, and their estimates follow the theory."""

import numpy as np
import polars as pl
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH

from dedup.shingles import shingle_sets
from dedup.signatures import permutations, signatures

TEXTS = pl.Series(["the cat sat on the mat", "قال الرئيس إن القمة", "新聞報道", "x", ""])


def oracle(hashes, count, seed):
    minhash = MinHash(num_perm=count, seed=seed, hashfunc=lambda x: x)
    minhash.update_batch((hashes & np.uint64(0xFFFFFFFF)).tolist())
    return minhash


@pytest.mark.parametrize(("count", "seed"), [(16, 1), (128, 7)])
def test_minima_are_those_of_datasketch(count, seed):
    ours = signatures(TEXTS, words=2, count=count, seed=seed)
    for row, shingles, lean in zip(ours.minima, shingle_sets(TEXTS, words=2), ours.to_datasketch(), strict=True):
        expected = oracle(shingles, count, seed)
        assert isinstance(lean, LeanMinHash)
        assert np.array_equal(row, expected.hashvalues)
        assert lean.jaccard(expected) == 1
    factors, summands = permutations(count, seed)
    assert np.array_equal([factors, summands], expected.permutations)


def test_datasketch_finds_with_them():
    lsh = MinHashLSH(threshold=0.5, num_perm=64)
    stored, asked = signatures(pl.Series([TEXTS[0], TEXTS[0] + " today"]), words=2, count=64).to_datasketch()
    lsh.insert("stored", stored)
    assert lsh.query(asked) == ["stored"]


@pytest.mark.parametrize("size", [5, 10, 20, 40, 80, 300, 1000])
def test_estimates_are_unbiased_with_the_variance_of_minhash(size):
    """Over many pairs of each similarity, mean error 0 and variance J (1 − J) / k, both within four standard errors."""
    rng = np.random.default_rng(size)
    pairs = max(400, 20_000 // size)
    k = 128
    errors, ratios = [], []
    texts = []
    overlaps = rng.integers(1, size, pairs)
    for pair, overlap in enumerate(overlaps):
        words = [f"{pair}x{i}" for i in range(2 * size - overlap)]
        texts += [" ".join(words[:size]), " ".join(words[size - overlap :])]
    found = signatures(pl.Series(texts), words=1, count=k)
    assert (found.shingles == size).all()
    for pair, overlap in enumerate(overlaps.tolist()):
        exact = overlap / (2 * size - overlap)
        error = found.similarity(2 * pair, 2 * pair + 1) - exact
        errors.append(error)
        ratios.append(error**2 / (exact * (1 - exact) / k))
    assert abs(np.mean(errors)) < 4 * np.std(errors) / np.sqrt(pairs)
    assert abs(np.mean(ratios) - 1) < 4 * np.std(ratios) / np.sqrt(pairs)


def test_empty_texts_resemble_nothing():
    found = signatures(pl.Series(["", "…"]))
    assert found.similarity(0, 1) == 0
    assert len(found) == 2
