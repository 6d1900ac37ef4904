import itertools

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners import ENCODING, clean
from cleaners.ledger import EDITS, Edit, apply_edits, compose, undo_edits

LETTERS = "abé…م中"


def frame(edits):
    rows = [(0, 1, e.start, e.end, e.before, e.after, list(e.cleaner), list(e.reason)) for e in edits]
    return pl.DataFrame(rows, schema=EDITS, orient="row")


@st.composite
def edited(draw, text, name):
    """A valid list of edits of `text`: cut points chosen, some pieces rewritten."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    edits = []
    for a, b in itertools.pairwise(cuts):
        after = draw(st.none() | st.text(LETTERS, max_size=3))
        if after is not None and after != text[a:b]:
            start = len(text[:a].encode())
            edits.append(Edit(start, start + len(text[a:b].encode()), text[a:b], after, (name,), ("r",)))
    return edits


@given(st.data())
def test_composed_edits_do_what_the_two_lists_do(data):
    text = data.draw(st.text(LETTERS, max_size=12))
    first = data.draw(edited(text, "A"))
    middle = apply_edits(pl.Series([text]), frame(first))[0]
    second = data.draw(edited(middle, "B"))
    final = apply_edits(pl.Series([middle]), frame(second))[0]
    both = compose(first, second)
    assert apply_edits(pl.Series([text]), frame(both))[0] == final
    assert undo_edits(pl.Series([final]), frame(both))[0] == text
    assert all(a.end <= b.start for a, b in itertools.pairwise(both))
    assert all(e.start < e.end for e in both)


def test_an_edit_that_does_not_fit_is_refused():
    edits = frame([Edit(0, 1, "x", "", ("A",), ("r",))])
    with pytest.raises(ValueError, match="expects 'x'"):
        apply_edits(pl.Series(["abc"]), edits)


def test_documents_without_edits_pass_through():
    texts = pl.Series(["a", "b"])
    assert apply_edits(texts, frame([])) is texts


def test_edits_of_frames_are_replayed_as_they_are():
    docs = pl.DataFrame({"text": ["so", "قــال  ", "so  "]})
    cleaned = clean(docs, ENCODING)
    assert apply_edits(docs["text"], cleaned.edits).to_list() == cleaned.documents["text"].to_list()
    assert undo_edits(cleaned.documents["text"], cleaned.edits).to_list() == docs["text"].to_list()


def test_what_is_no_ledger_is_said():
    with pytest.raises(ValueError, match="'start' is missing"):
        undo_edits(pl.Series(["a"]), pl.DataFrame({"doc": [0]}))
