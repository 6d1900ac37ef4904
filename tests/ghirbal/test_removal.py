"""Paragraphs are taken out as edits that keep the text's shape and can be undone."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners.ledger import EDITS, Edit, apply_edits, undo_edits
from ghirbal.removal import original_lines, removals, with_removals

texts = st.builds(
    lambda lines, ending, last: ending.join(lines) + last * ending,
    st.lists(st.sampled_from(["", "  ", "a", "بب", "c", "dd"]), min_size=1, max_size=9),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(0, 2),
)


def table(edits: list[Edit], doc: int = 0) -> pl.DataFrame:
    return pl.DataFrame([(doc, 1, *edit) for edit in edits], schema=EDITS, orient="row")


def longest_gap(text: str) -> int:
    longest = gap = 0
    for line in text.removesuffix("\n").split("\n"):
        gap = 0 if line.strip() else gap + 1
        longest = max(longest, gap)
    return longest


@given(texts, st.randoms(use_true_random=False))
def test_shape_is_kept_and_edits_are_undone(text, chance):
    lines = text.split("\n")
    full = [at for at, line in enumerate(lines, 1) if line.strip()]
    if len(full) < 2:
        return
    gone = chance.sample(full, chance.randint(1, len(full) - 1))
    edits = removals(text, gone)
    left = apply_edits(pl.Series([text]), table(edits))
    assert len(edits) == len(gone)
    assert undo_edits(left, table(edits)).to_list() == [text]
    stay = [line.rstrip("\r") for at, line in enumerate(lines, 1) if line.strip() and at not in gone]
    assert [line.rstrip("\r") for line in left[0].split("\n") if line.strip()] == stay
    assert longest_gap(left[0]) <= longest_gap(text)
    assert left[0].endswith("\n") == text.endswith("\n")


def test_last_text_is_never_taken():
    with pytest.raises(ValueError, match="last text"):
        removals("a\n\nb", [1, 3])


def test_edits_of_both_steps_speak_of_the_original():
    original = pl.Series(["ad\nkeep  me\n\npara one\n\npara two\n", "other"])
    first = pl.DataFrame(
        [
            (0, 1, 0, 3, "ad\n", "", ["DropLine"], ["advert"]),
            (0, 2, 7, 9, "  ", " ", ["FixSpaces"], ["run of spaces"]),
        ],
        schema=EDITS,
        orient="row",
    )
    cleaned = apply_edits(original, first)
    left, edits = with_removals(cleaned, first, {0: [3]})
    assert left.to_list() == ["keep me\n\npara two\n", "other"]
    assert apply_edits(original, edits).to_list() == left.to_list()
    assert undo_edits(left, edits).to_list() == original.to_list()
    assert edits["line"].to_list() == [1, 2, 4]
    assert edits["cleaner"].to_list()[-1] == ["near_duplicate_paragraphs"]


def test_lines_of_the_cleaned_text_are_found_in_the_original():
    original = pl.Series(["ad\nad\nfirst\n\nmore\nsecond\n", "third\nfourth"])
    edits = pl.DataFrame(
        [
            (0, 1, 0, 3, "ad\n", "", ["X"], ["x"]),
            (0, 2, 3, 6, "ad\n", "", ["X"], ["x"]),
            (0, 5, 13, 18, "more\n", "", ["X"], ["x"]),
        ],
        schema=EDITS,
        orient="row",
    )
    assert apply_edits(original, edits)[0] == "first\n\nsecond\n"
    places = pl.DataFrame({"doc": [0, 0, 1, 1], "line": [1, 3, 1, 2], "start": [0, 7, 0, 6]})
    places = places.with_columns(pl.col("doc", "line").cast(pl.UInt32))
    assert original_lines(places, edits).to_list() == [3, 6, 1, 2]
