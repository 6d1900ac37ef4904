"""How fast one document's half of the road is: lines, each cleaner, a whole recipe, the ledger."""

from typing import Any

import polars as pl
import pytest

from benchmarks.conftest import Clock
from cleaners import clean
from cleaners.batch import clean_batch
from cleaners.folding import fold
from cleaners.ledger import apply_edits, undo_edits
from cleaners.lines import split_lines
from cleaners.page import Dropper, make_page
from cleaners.recipe import PRESETS, cleaner_types
from cleaners.rewriting import rewrite_lines


def test_split(clock: Clock, news: pl.DataFrame) -> None:
    clock("split", lambda: split_lines(news["text"]))


def test_fold(clock: Clock, news: pl.DataFrame) -> None:
    clock("folded key of every text", lambda: news.select(fold(pl.col("text"))))


@pytest.fixture(scope="module")
def page(news: pl.DataFrame) -> pl.DataFrame:
    return make_page(_rows(news), news["title"])


def _rows(news: pl.DataFrame) -> pl.DataFrame:
    lines = split_lines(news["text"])
    return lines if "row" in lines.columns else lines.with_row_index("row")


def test_page(clock: Clock, news: pl.DataFrame) -> None:
    lines = _rows(news)
    clock("page of lines", lambda: make_page(lines, news["title"]))


@pytest.mark.parametrize("name", sorted(cleaner_types()))
def test_cleaner(clock: Clock, news: pl.DataFrame, page: pl.DataFrame, name: str) -> None:
    cleaner: Any = cleaner_types()[name]()
    if isinstance(cleaner, Dropper):
        clock(name, lambda: cleaner.mark(page))
    else:
        lines = _rows(news)["text"]
        clock(name, lambda: rewrite_lines(lines, (cleaner,)))


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_recipe(clock: Clock, news: pl.DataFrame, name: str) -> None:
    docs = news.select("text", "title")
    clock(f"recipe {name}", lambda: clean(docs, PRESETS[name]))  # as people call it: on every core


def test_ledger(clock: Clock, news: pl.DataFrame) -> None:
    cleaned = clean_batch(news["text"], titles=news["title"], recipe=PRESETS["news"])
    assert clock("apply edits", lambda: apply_edits(news["text"], cleaned.edits)).equals(cleaned.texts)


def test_undo(clock: Clock, news: pl.DataFrame) -> None:
    cleaned = clean_batch(news["text"], titles=news["title"], recipe=PRESETS["news"])
    assert clock("undo edits", lambda: undo_edits(cleaned.texts, cleaned.edits)).equals(news["text"])
