"""The generated news is the same each time, and says the truth about its copies."""

import polars as pl
import pytest

from benchmarks.generate import Mix, articles
from benchmarks.languages import LANGUAGES


@pytest.fixture(scope="module", params=sorted(LANGUAGES))
def news(request: pytest.FixtureRequest) -> pl.DataFrame:
    return articles(2_000, language=request.param, seed=5)


def test_smaller_corpus_is_the_head_of_a_larger_one(news: pl.DataFrame) -> None:
    assert articles(100, language=news["lang"][0], seed=5).equals(news.head(100))


def test_seeds_differ() -> None:
    assert articles(10, seed=1)["text"].to_list() != articles(10, seed=2)["text"].to_list()


def test_empty_corpus_has_the_schema(news: pl.DataFrame) -> None:
    assert articles(0).schema == news.schema


def test_rows_are_articles(news: pl.DataFrame) -> None:
    assert news["id"].is_unique().all()
    assert news["text"].str.len_chars().min() > 10
    assert news["text"].str.contains("\n").any()


def test_copies_name_a_source_and_originals_do_not(news: pl.DataFrame) -> None:
    assert news.select((pl.col("kind") == "original") == pl.col("source").is_null()).to_series().all()


def test_identical_copies_are_identical_where_nothing_was_added() -> None:
    mix = Mix(identical=0.3, edited=0, template=0, quoting=0, residue=0, accidents=0)
    news = articles(10_000, mix=mix)
    pairs = news.filter(kind="identical").join(news, left_on="source", right_on="id")
    assert pairs.height > 1_000
    assert (pairs["text"] == pairs["text_right"]).all()
