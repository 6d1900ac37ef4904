"""Recall and soundness on real articles."""

import json

import polars as pl
import pytest

from dedup.articles import near_duplicates
from dedup.rule import Rule
from tests.dedup import twin

RULE = Rule(words=5, threshold=0.8)


@pytest.fixture(scope="module")
def docs(evaluation):
    return pl.read_parquet(evaluation / "saudi_news.parquet")


@pytest.fixture(scope="module")
def decisions(docs):
    return near_duplicates(docs, rule=RULE).decisions


def test_recall(evaluation, decisions):
    kept = decisions.filter("kept")["id"].implode()
    pairs = pl.read_parquet(evaluation / "saudi_pairs.parquet").filter(pl.col("jaccard") >= 0.82)
    both = pairs.filter(pl.col("a").is_in(kept) & pl.col("b").is_in(kept))
    assert len(both) <= 0.005 * len(pairs)


def test_identical_articles(evaluation, decisions):
    kept = set(decisions.filter("kept")["id"])
    groups = [json.loads(line) for line in (evaluation / "saudi_identical.jsonl").read_text("utf-8").splitlines()]
    assert all(len(kept & set(group)) <= 1 for group in groups)


def test_every_removal_is_proved(docs, decisions):
    """The similarity to the named survivor, computed again without any kernel."""
    texts = dict(docs.select("id", "text").rows())
    gone = decisions.filter(~pl.col("kept"))
    assert len(gone) > 2000
    kept = set(decisions.filter("kept")["id"])
    for name, survivor, jaccard in gone.sample(400, seed=1).select("id", "survivor", "jaccard").rows():
        exact = twin.exact(twin.shingles(texts[name], 5), twin.shingles(texts[survivor], 5))
        assert float(exact) == jaccard >= 0.8
        assert survivor in kept
