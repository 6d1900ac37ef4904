"""Wrong types in the public functions of `dedup`: one sentence each."""

import polars as pl
import pytest

import dedup

DOCS = pl.DataFrame({"text": ["Rain fell."]})
SERIES = "texts must be a Polars Series of strings, not a list"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: dedup.near_duplicates("x"), "documents must be a Polars frame or a table with __arrow_c_stream__"),
        (
            lambda: dedup.near_duplicates(DOCS, rule=0.8),
            "rule must be a Rule, as Rule(words=5, threshold=0.8) is, not a",
        ),
        (lambda: dedup.near_duplicates(DOCS, text=5), "text must be the name of a column, not an int"),
        (
            lambda: dedup.near_duplicate_paragraphs(DOCS, rule="x"),
            "rule must be a Rule, as Rule(words=5, threshold=0.8)",
        ),
        (lambda: dedup.near_duplicate_paragraphs(None), "documents must be a Polars frame"),
        (lambda: dedup.signatures(["a"]), SERIES),
        (lambda: dedup.signatures(pl.Series([5])), "texts must be a Polars Series of strings, not of Int64"),
        (lambda: dedup.shingle_sets(["a"], words=2), SERIES),
        (lambda: dedup.sample_shingles(["a"], words=2), SERIES),
        (lambda: dedup.word_counts(["a"]), SERIES),
        (lambda: dedup.split_paragraphs(["a"]), SERIES),
        (lambda: dedup.sketch_batch(["a"], dedup.ARTICLES), SERIES),
        (lambda: dedup.sketch_lines(["a"], dedup.PARAGRAPHS, min_words=3), SERIES),
        (lambda: dedup.remove_lines(["a"], DOCS), SERIES),
        (lambda: dedup.removal_spans(["a"], DOCS), SERIES),
        (lambda: dedup.parse_dates("2015"), "dates must be a Polars Series, not a str"),
        (lambda: dedup.preference_order("x"), "keys must be a DataFrame, not a str"),
        (
            lambda: dedup.jaccard("a", "b"),
            "x must be a sorted array of shingles, as shingle_sets gives them, not a str",
        ),
        (lambda: dedup.Rule(words="3"), "words must be a whole number, not a str"),
        (lambda: dedup.Rule(words=2.5), "words must be a whole number, not a float"),
        (lambda: dedup.Rule(threshold="high"), "threshold must be a number, not a str"),
        (lambda: dedup.Rule(recall=None), "recall must be a number, not None"),
        (lambda: dedup.OnlineIndex(0.8), "rule must be a Rule"),
        (lambda: dedup.OnlineIndex().add("a", None), "text must be a string, not None"),
        (lambda: dedup.OnlineIndex().add(5, "a"), "id must be a string, not an int"),
        (lambda: dedup.OnlineIndex().query(5), "text must be a string, not an int"),
    ],
)
def test_a_wrong_type_is_told_in_a_sentence(call, sentence):
    with pytest.raises(TypeError) as told:
        call()
    assert sentence in str(told.value)


@pytest.mark.parametrize("function", [dedup.shingle_sets, dedup.signatures])
@pytest.mark.parametrize("words", [0, -1, 1001])
def test_a_shingle_has_at_least_one_word(function, words):
    with pytest.raises(ValueError, match="a shingle has from 1 to 1000 words"):
        function(pl.Series(["one two"]), words=words)


def test_a_site_column_that_holds_no_strings_is_named():
    docs = pl.DataFrame({"text": ["one two"], "site": [["a"]]})
    with pytest.raises(ValueError, match="the site column 'site' must hold strings or numbers"):
        dedup.near_duplicates(docs)


def test_sites_may_be_numbers_and_dates_categories():
    docs = pl.DataFrame({"text": ["one two three"] * 2, "site": [7, 8], "date": ["2016-01-01", "2015-01-01"]})
    docs = docs.with_columns(pl.col("date").cast(pl.Categorical))
    assert dedup.near_duplicates(docs, site_priority=["8"]).decisions["kept"].to_list() == [False, True]
