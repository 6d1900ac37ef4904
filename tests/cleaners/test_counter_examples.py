"""Texts that look like residue and are not: the recipe `news` must not take a character of them."""

import polars as pl
import pytest

from cleaners import NEWS, clean_batch
from tests.cleaners.cases import load

CASES = load("counter_examples")


@pytest.fixture(scope="module")
def edits():
    texts = pl.Series([case["text"] for case in CASES])
    titles = pl.Series([case.get("title") for case in CASES], dtype=pl.String)
    batch = clean_batch(texts, titles=titles, recipe=NEWS)
    return {doc: own.rows(named=True) for (doc,), own in batch.edits.group_by("doc")}


def test_there_are_enough_of_them():
    assert len(CASES) >= 300
    assert len({case["lang"] for case in CASES}) >= 15


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["id"] for case in CASES])
def test_nothing_is_lost(edits, number):
    assert edits.get(number, []) == []
