"""Texts that look like residue and are not: the recipe `news` must not take a character of them."""

import json
from importlib.resources import files

import polars as pl
import pytest

from cleaners import NEWS, clean_batch
from ghirbal.testing import counter_examples

CASES = counter_examples()


@pytest.fixture(scope="module")
def edits():
    texts = pl.Series([case.text for case in CASES])
    titles = pl.Series([case.title for case in CASES], dtype=pl.String)
    batch = clean_batch(texts, titles=titles, recipe=NEWS)
    return {doc: own.rows(named=True) for (doc,), own in batch.edits.group_by("doc")}


def test_there_are_enough_of_them():
    folder = files("ghirbal.testing").joinpath("counter_examples")
    cases = [json.loads(line) for file in folder.iterdir() for line in file.read_text("utf-8").splitlines()]
    assert len(cases) >= 300
    assert len({case["id"] for case in cases}) == len(cases)
    assert len({case["lang"] for case in cases}) >= 15
    assert len({case["kind"] for case in cases}) >= 10


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_nothing_is_lost(edits, number):
    assert edits.get(number, []) == []
