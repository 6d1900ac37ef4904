"""News in three languages, and the clock that every suite uses."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.generate import articles
from benchmarks.languages import LANGUAGES

DOCUMENTS = 5_000
Clock = Callable[[str, Callable[[], Any]], Any]


@pytest.fixture(scope="session", params=LANGUAGES)
def news(request: pytest.FixtureRequest) -> pl.DataFrame:
    return articles(DOCUMENTS, language=request.param, seed=11)


@pytest.fixture
def clock(benchmark: BenchmarkFixture, news: pl.DataFrame) -> Clock:
    """Times a stage on the news: best of three, after one that warms up and compiles."""

    def timed(stage: str, call: Callable[[], Any]) -> Any:
        benchmark.extra_info |= {
            "stage": stage,
            "language": news["lang"][0],
            "documents": news.height,
            "bytes": int(news["text"].str.len_bytes().sum()),
        }
        return benchmark.pedantic(call, rounds=3, warmup_rounds=1)

    return timed
