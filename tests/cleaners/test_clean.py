import sys

import polars as pl
import pytest

from cleaners import ENCODING, NEWS, DropByline, apply_edits, clean, clean_batch, clean_text

BODY = "Rain fell on the city all day and the river rose above its banks."
DOCS = pl.DataFrame(
    {
        "id": ["a", "b", "c"],
        "title": ["Rain", None, "The river rises again"],
        "text": [f"Home » News\n{BODY}", None, f"The river rises again\n{BODY}\n\nShare this article"],
        "kept": [1, 2, 3],
    }
)


def test_documents_keep_their_columns_and_their_nulls():
    cleaned = clean(DOCS).documents
    assert cleaned.drop("text").equals(DOCS.drop("text"))
    assert cleaned["text"].to_list() == [BODY, None, BODY]


def test_evidence_names_rows_from_one_and_ids():
    edits = clean(DOCS).edits
    assert edits.columns == ["row", "id", "line", "start", "end", "before", "after", "cleaner", "reason"]
    assert edits["row"].to_list() == [1, 3, 3, 3]
    assert edits["id"].to_list() == ["a", "c", "c", "c"]
    numbered = edits.with_columns(doc=(pl.col("row") - 1).cast(pl.UInt32))
    texts = DOCS["text"].fill_null("")
    assert apply_edits(texts, numbered)[2] == BODY


def test_lazy_frames_stay_lazy_and_say_the_same():
    eager, lazy = clean(DOCS), clean(DOCS.lazy())
    for part in ("documents", "edits", "flags"):
        frame = getattr(lazy, part)
        assert isinstance(frame, pl.LazyFrame)
        assert frame.collect_schema() == getattr(eager, part).schema
        assert frame.collect(engine="streaming").equals(getattr(eager, part))


def test_columns_may_have_other_names():
    renamed = DOCS.rename({"text": "body", "title": "head"})
    assert clean(renamed, text="body", title="head").documents["body"].to_list() == [BODY, None, BODY]
    assert clean(renamed, text="body").documents["body"][2] == f"The river rises again\n{BODY}"


def test_a_column_of_the_name_row_is_the_documents_own():
    docs = DOCS.with_columns(row=pl.lit(7))
    assert clean(docs).edits.equals(clean(DOCS).edits)
    assert clean(docs.lazy()).edits.collect().equals(clean(DOCS).edits)
    assert clean(docs).documents["row"].to_list() == [7, 7, 7]


@pytest.mark.parametrize("recipe", ["news", ["DropByline"], (DropByline,)])
def test_what_is_no_recipe_is_said(recipe):
    with pytest.raises(TypeError, match="a recipe is a tuple of cleaners"):
        clean(DOCS, recipe)


def test_what_is_not_there_is_said():
    with pytest.raises(ValueError, match="'body' must be String; it is missing"):
        clean(DOCS, text="body")
    with pytest.raises(ValueError, match="'kept' must be String; it is of type Int64"):
        clean(DOCS, text="kept")
    with pytest.raises(ValueError, match="no title column 'head'"):
        clean(DOCS, NEWS, title="head")


def test_a_large_frame_is_cleaned_in_pieces_without_a_seam(monkeypatch):
    many = pl.concat([DOCS] * 7)
    whole = clean(many)
    monkeypatch.setattr(sys.modules["cleaners.clean"], "_LEAST_BYTES", 1)
    monkeypatch.setattr(sys.modules["cleaners.clean"], "_MOST_BYTES", 100)
    pieces = clean(many)
    assert pieces.documents.equals(whole.documents)
    assert pieces.edits.equals(whole.edits)


def test_one_text():
    assert clean_text(f"Storm\n{BODY}", title="Storm") == BODY
    assert clean_text("") == ""


def test_spaces_that_hid_an_accident_of_encoding_are_no_end_of_it():
    text = "\u00e6\u2014\u00a5\u00a0\u00e6\u0153\u00ac\u00e8\u00aa\u017e"
    batch = clean_batch(pl.Series([text]), recipe=ENCODING)
    assert batch.texts.to_list() == ["日 本語"]
    assert batch.flags.is_empty()
    assert clean_batch(batch.texts, recipe=ENCODING).edits.is_empty()


def test_half_a_surrogate_pair_is_said():
    with pytest.raises(ValueError, match="text has half a surrogate pair, no character, at place 1"):
        clean_text("a\ud800b")


def test_the_full_stop_behind_a_quotation_stays():
    text = "The council met on Monday. The mayor said that “we shall build it before winter”."
    assert clean_text(f"{text} Share on Facebook", recipe=NEWS) == text
