"""The public function on frames."""

import polars as pl
import pytest

from dedup.articles import DECISIONS, near_duplicates
from dedup.rule import Rule

DOCS = pl.DataFrame(
    {
        "id": ["late", "early", "other", "empty", "edited"],
        "date": ["2015-07-23", "2015-07-21", "2015-07-20", "2015-07-20", "2015-07-22"],
        "text": [
            "قال الرئيس إن القمة ستعقد يوم الأحد في الرياض بحضور الوفود",
            "قَالَ الرئيس، إن القمة ستعقد يوم الأحد في الرياض بحضور الوفود.",
            "نص آخر لا علاقة له بما سبق",
            " … ",
            "قال الرئيس إن القمة ستعقد يوم الأحد في الرياض بحضور الوفود العربية",
        ],
        "extra": [1, 2, 3, 4, 5],
    }
)


def test_decisions_and_survivors():
    verdict = near_duplicates(DOCS)
    assert verdict.decisions.schema == DECISIONS
    assert verdict.decisions.rows() == [
        (1, "late", False, "identical", "early", "early", 2, 1.0, 1.0),
        (2, "early", True, "survivor", "early", None, None, None, None),
        (3, "other", True, "unique", "other", None, None, None, None),
        (4, "empty", True, "empty", "empty", None, None, None, None),
        (5, "edited", False, "near-duplicate", "early", "early", 2, 10 / 11, 1.0),
    ]
    assert verdict.survivors.equals(DOCS[[1, 2, 3]])


def test_lazy_in_lazy_out():
    verdict = near_duplicates(DOCS.lazy())
    expected = near_duplicates(DOCS)
    assert isinstance(verdict.survivors, pl.LazyFrame)
    assert verdict.survivors.collect().equals(expected.survivors)
    assert verdict.decisions.collect().equals(expected.decisions)


def test_survivors_are_settled():
    once = near_duplicates(DOCS).survivors
    assert near_duplicates(once).survivors.equals(once)


def test_only_text_is_needed():
    verdict = near_duplicates(DOCS.select(pl.col("text").alias("body")), text="body", prefer=["-length"])
    assert verdict.decisions["survivor"].to_list() == ["5", "5", None, None, None]
    assert verdict.survivors.columns == ["body"]


def test_numbers_as_ids_and_null_ids():
    docs = DOCS.with_columns(id=pl.Series([7, None, 9, 10, 11]))
    assert near_duplicates(docs).decisions["survivor"].to_list() == ["2", None, None, None, "2"]


def test_by_site():
    docs = DOCS.with_columns(site=pl.Series(["wire", "blog", "blog", "blog", "daily"]))
    kept = near_duplicates(docs, prefer=["site"], site_priority=["daily"]).survivors["id"]
    assert kept.to_list() == ["other", "empty", "edited"]


@pytest.mark.parametrize("docs", [DOCS[:0], pl.DataFrame({"text": pl.Series([], dtype=pl.String)})])
def test_no_documents(docs):
    verdict = near_duplicates(docs)
    assert verdict.decisions.schema == DECISIONS
    assert verdict.survivors.equals(docs)


def test_no_text():
    with pytest.raises(
        ValueError, match="the text column 'text' must be String; it is missing; the columns are id, date, extra"
    ):
        near_duplicates(DOCS.drop("text"))


def test_a_higher_threshold_keeps_more():
    kept = near_duplicates(DOCS, rule=Rule(threshold=0.95)).survivors["id"]
    assert kept.to_list() == ["early", "other", "empty", "edited"]
