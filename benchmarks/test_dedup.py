"""How fast the corpus half of the road is: shingles, sketches, bands, proof, clusters, paragraphs."""

import numpy as np
import polars as pl
import pytest

from benchmarks.conftest import Clock
from dedup import Rule, near_duplicate_paragraphs, near_duplicates, signatures
from dedup.candidates import columns_of, find_candidates
from dedup.duplicates import find_duplicates
from dedup.preference import preference_order
from dedup.proof import jaccard
from dedup.shingles import shingle_sets
from dedup.sketches import sketch_batch

RULES = {"defaults": Rule(), "5-grams at 0.8": Rule(words=5, threshold=0.8)}


@pytest.fixture(params=RULES)
def named(request: pytest.FixtureRequest) -> tuple[str, Rule]:
    return request.param, RULES[request.param]


def test_shingles(clock: Clock, news: pl.DataFrame) -> None:
    clock("shingle sets", lambda: shingle_sets(news["text"], words=3))


def test_signatures(clock: Clock, news: pl.DataFrame) -> None:
    clock("signatures, 128", lambda: signatures(news["text"]))


def test_sketch(clock: Clock, news: pl.DataFrame, named: tuple[str, Rule]) -> None:
    name, rule = named
    clock(f"sketch, {name}", lambda: sketch_batch(news["text"], rule))


def test_bands(clock: Clock, news: pl.DataFrame, named: tuple[str, Rule]) -> None:
    name, rule = named
    sketches, chosen = sketch_batch(news["text"], rule), np.ones(news.height, np.bool_)
    clock(f"bands, {name}", lambda: find_candidates(columns_of(sketches), rule, chosen))


def test_verify(clock: Clock, news: pl.DataFrame) -> None:
    sets = shingle_sets(news["text"], words=3)
    each = [sets.hashes[first:end] for first, end in zip(sets.starts[:-1], sets.starts[1:], strict=True)]
    pairs = list(zip(each, [*each[1:], each[0]], strict=True))
    clock("verify, a pair a document", lambda: [jaccard(left, right) for left, right in pairs])


def test_preference(clock: Clock, news: pl.DataFrame) -> None:
    keys = news.select("id", "site", "date", length=pl.col("text").str.len_bytes())
    clock("order of preference", lambda: preference_order(keys))


def test_cluster(clock: Clock, news: pl.DataFrame, named: tuple[str, Rule]) -> None:
    name, rule = named
    sketches, rank = sketch_batch(news["text"], rule), np.arange(news.height)
    clock(
        f"cluster, {name}",
        lambda: find_duplicates(sketches, rank, lambda rows: iter([news["text"].gather(rows)]), rule),
    )


def test_articles(clock: Clock, news: pl.DataFrame) -> None:
    clock("near-duplicate articles", lambda: near_duplicates(news))


def test_paragraphs(clock: Clock, news: pl.DataFrame) -> None:
    clock("near-duplicate paragraphs", lambda: near_duplicate_paragraphs(news))
