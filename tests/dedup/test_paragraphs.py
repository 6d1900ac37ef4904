"""Paragraphs that stand elsewhere go; an article never loses its last text."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.articles import near_duplicates
from dedup.paragraphs import near_duplicate_paragraphs, split_paragraphs
from dedup.rule import Rule
from dedup.sketches import sketch_batch, sketch_lines
from tests.dedup import twin


def prose(name, words=25):
    return " ".join(f"{name}{i}" for i in range(words))


SHARED, ONE, TWO, THREE = (prose(name) for name in ("shared", "one", "two", "three"))


def docs(*texts):
    return pl.DataFrame(
        {
            "id": [f"d{i}" for i in range(len(texts))],
            "date": [f"2015-07-{i + 1:02}" for i in range(len(texts))],
            "text": texts,
        }
    )


def test_a_paragraph_of_an_earlier_article_goes_and_the_shape_stays():
    answer = near_duplicate_paragraphs(docs(f"{ONE}\n\n{SHARED}", f"Title\n\n{TWO}\n\n{SHARED}\n\n{THREE}"))
    assert answer.documents["text"].to_list() == [f"{ONE}\n\n{SHARED}", f"Title\n\n{TWO}\n\n{THREE}"]
    assert answer.paragraphs.rows() == [(2, "d1", 5, SHARED, "d0", 1, 3, 1.0)]
    assert answer.contained.is_empty()


def test_within_one_article():
    answer = near_duplicate_paragraphs(docs(f"{SHARED}\n{ONE}\n{SHARED} more"))
    assert answer.documents["text"].to_list() == [f"{SHARED}\n{ONE}"]
    assert answer.paragraphs.select("line", "survivor_line", "survivor").rows() == [(3, 1, "d0")]


def test_the_preferred_article_keeps_it():
    answer = near_duplicate_paragraphs(docs(f"{ONE}\n{SHARED}", f"{TWO}\n{SHARED}"), prefer=["-date"])
    assert answer.paragraphs.select("row", "survivor_row").rows() == [(1, 2)]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (SHARED, True),
        (f"A headline\nBy a name\n{SHARED}\n{ONE}", True),
        (f"{SHARED}\nA short line of its own", False),
        (f"A headline\n{SHARED}\n{THREE}", False),
    ],
)
def test_an_article_never_loses_its_last_text(text, whole):
    frame = docs(f"{SHARED}\n{TWO}\n{ONE}", text)
    answer = near_duplicate_paragraphs(frame)
    assert answer.contained.rows() == ([(2, "d1")] if whole else [])
    assert (answer.documents["text"][1] == text) == whole
    assert answer.paragraphs.is_empty() == whole


def test_short_paragraphs_stay():
    line = prose("refrain", 19)
    assert near_duplicate_paragraphs(docs(f"{ONE}\n{line}\n{line}", f"{TWO}\n{line}")).paragraphs.is_empty()
    assert (
        len(near_duplicate_paragraphs(docs(f"{ONE}\n{line}\n{line}", f"{TWO}\n{line}"), min_words=19).paragraphs) == 2
    )


def test_named_survivors_stay_and_are_similar():
    rng = np.random.default_rng(1)
    lines = [prose(f"p{i}x", int(rng.integers(18, 60))) for i in range(40)]
    texts = []
    for _ in range(80):
        mine = []
        for line in rng.choice(lines, rng.integers(1, 5)):
            words = line.split()
            words[rng.integers(len(words))] = "edited"
            mine.append(" ".join(words))
        texts.append("\n\n".join(mine))
    frame = docs(*texts)
    rule = Rule(2, 0.8)
    answer = near_duplicate_paragraphs(frame, rule=rule)
    after = answer.documents["text"].to_list()
    assert len(answer.paragraphs) > 50
    assert len(answer.contained) > 10
    removed = set(answer.paragraphs.select("row", "line").rows())
    whole = set(answer.contained["row"])
    for row in answer.paragraphs.rows(named=True):
        there = texts[row["survivor_row"] - 1].split("\n")[row["survivor_line"] - 1]
        assert (row["survivor_row"], row["survivor_line"]) not in removed
        assert there in after[row["survivor_row"] - 1]
        exact = twin.exact(twin.shingles(row["text"], 2), twin.shingles(there, 2))
        assert row["jaccard"] == float(exact) >= 0.8
        assert row["row"] not in whole
    # Taking them out again finds only what resembles paragraphs of articles that stay whole.
    again = near_duplicate_paragraphs(answer.documents, rule=rule)
    assert all({row, survivor} & whole for row, survivor in again.paragraphs.select("row", "survivor_row").rows())
    assert all(after)


def test_lazy_and_other_columns():
    frame = docs(f"{ONE}\n{SHARED}", f"{TWO}\n{SHARED}").with_columns(extra=1)
    eager = near_duplicate_paragraphs(frame)
    lazy = near_duplicate_paragraphs(frame.lazy())
    assert lazy.documents.collect().equals(eager.documents)
    assert lazy.paragraphs.collect().equals(eager.paragraphs)
    assert eager.documents.columns == frame.columns


def test_split_counts_lines_at_line_feeds_alone():
    text = f"short\r\n\u2028{ONE}\r\n\n{'漢' * 20}\n\n"
    split = split_paragraphs(pl.Series([None, "", text]))
    assert split.rows() == [(2, 2, 1, f"\u2028{ONE}\r"), (2, 4, 1, "漢" * 20)]


def test_nothing():
    answer = near_duplicate_paragraphs(docs("", "x")[:0])
    assert answer.paragraphs.is_empty()
    assert near_duplicate_paragraphs(docs("", "x")).documents["text"].to_list() == ["", "x"]


def test_a_heading_goes_with_all_that_is_under_it():
    story = " ".join(f"word{i}" for i in range(30))
    own = " ".join(f"own{i}" for i in range(30))
    later = f"Other\n{own}\n\nHeading\n\n{story}\n\nNext\nIt stays."
    docs = pl.DataFrame({"text": [f"Title\n{story}", later], "date": ["2024-01-01", "2024-01-02"]})
    answer = near_duplicate_paragraphs(docs)
    assert answer.documents["text"][1] == f"Other\n{own}\n\nNext\nIt stays."
    assert answer.paragraphs["line"].to_list() == [6]


@given(st.lists(st.none() | st.text(st.sampled_from("ab \n\r新,ا"), max_size=60), max_size=6), st.integers(0, 4))
def test_lines_are_sketched_as_the_paragraphs_that_they_are(texts, min_words):
    """In one reading: the same paragraphs, and of each the sketch that its text alone has."""
    column = pl.Series(texts, dtype=pl.String)
    rule = Rule(words=2, threshold=0.5)
    split = split_paragraphs(column, min_words=max(min_words, 1))
    places, sketches = sketch_lines(column, rule, min_words=min_words)
    assert places.select("doc", "line", "last_short").equals(split.drop("text"))
    assert sketches.equals(sketch_batch(split["text"], rule))
    for doc, start, length, text in zip(places["doc"], places["start"], places["length"], split["text"], strict=True):
        assert texts[doc].encode()[start : start + length].decode() == text


def test_a_paragraph_that_stands_for_another_is_no_orphaned_heading():
    shared = "six short words make one paragraph"
    gone = "a second long paragraph which stands in both of the articles and so goes from the second one here"
    docs = pl.DataFrame(
        {
            "date": ["2000", "2001", "2002"],
            "text": [
                gone,
                f"the long body line that opens this article has many words in it all of its own\n{shared}\n{gone}",
                f"some other opening sentence that only the third article has, with words.\n{shared}\nand another end.",
            ],
        }
    )
    left = near_duplicate_paragraphs(docs, min_words=5).documents["text"]
    assert sum(shared in text for text in left) == 1
    assert gone not in left[1]


def test_the_longest_has_most_different_shingles_as_in_a_job():
    docs = pl.DataFrame(
        {"id": ["a", "b"], "text": ["the the the the the the cat sat on mats", "the cat sat on mats now"]}
    )
    kept = near_duplicates(docs, rule=Rule(1, 0.5)).survivors["id"].to_list()
    assert kept == ["b"]
