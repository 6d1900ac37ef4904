"""Paragraphs are taken out as edits of the text as it was read."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cleaners.ledger import EDITS, apply_edits, undo_edits
from ghirbal.removal import original_lines, with_removals

LINES = st.lists(st.sampled_from(["", "ad", "a", "بب", "c  c", "dd"]), min_size=2, max_size=9)


def cleaning(text: str) -> pl.DataFrame:
    """Edits that drop each line "ad" and one of two spaces: a stand-in for cleaners, with their shapes."""
    rows, start = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        if line == "ad" and start + 3 <= len(text.encode()):
            rows.append((0, number, start, start + 3, "ad\n", "", ["DropAd"], ["ad"]))
        elif "  " in line:
            rows.append((0, number, start + 1, start + 3, "  ", " ", ["FixSpaces"], ["run"]))
        start += len(line.encode()) + 1
    return pl.DataFrame(rows, schema=EDITS, orient="row")


@given(LINES, st.booleans(), st.randoms(use_true_random=False))
def test_edits_of_both_steps_lead_from_the_original_and_back(lines, ended, chance):
    text = "\n".join(lines) + "\n" * ended
    first = cleaning(text)
    cleaned = apply_edits(pl.Series([text]), first)
    full = [at for at, line in enumerate(cleaned[0].split("\n"), 1) if line.strip()]
    if len(full) < 2:
        return
    gone = sorted(chance.sample(full, chance.randint(1, len(full) - 1)))
    paragraphs = pl.DataFrame({"doc": 0, "cleaned_line": gone}, schema={"doc": pl.UInt32, "cleaned_line": pl.UInt32})
    lines_ = original_lines(paragraphs.rename({"cleaned_line": "line"}), cleaned, first)
    left, edits = with_removals(cleaned, first, paragraphs.with_columns(line=lines_), min_words=20)
    assert apply_edits(pl.Series([text]), edits).to_list() == left.to_list()
    assert undo_edits(left, edits).to_list() == [text]
    own = edits.filter(pl.col("cleaner").list.contains("near_duplicate_paragraphs"))
    merged = len(gone) - own.height
    assert merged >= 0
    assert set(own["line"]) <= set(lines_)
    assert merged or own["line"].to_list() == lines_.to_list()
    for line, start, end in edits.select("line", "start", "end").iter_rows():
        assert text.encode()[:start].count(b"\n") + 1 <= line <= text.encode()[:end].count(b"\n") + 1
    stay = [line for at, line in enumerate(cleaned[0].split("\n"), 1) if at in full and at not in gone]
    assert [line for line in left[0].split("\n") if line.strip()] == stay


@given(LINES, st.booleans())
def test_lines_of_the_cleaned_text_are_found_in_the_original(lines, ended):
    lines = [f"{line}{at}" if line not in ("", "ad") else line for at, line in enumerate(lines, 1)]
    text = "\n".join(lines) + "\n" * ended
    edits = cleaning(text)
    cleaned = apply_edits(pl.Series([text]), edits)
    kept = [at for at, line in enumerate(cleaned[0].split("\n"), 1) if line[-1:].isdigit()]
    places = pl.DataFrame({"doc": [0] * len(kept), "line": kept}, schema={"doc": pl.UInt32, "line": pl.UInt32})
    numbers = [int(line[-1]) for line in cleaned[0].split("\n") if line[-1:].isdigit()]
    assert original_lines(places, cleaned, edits).to_list() == numbers


def test_other_documents_keep_their_edits_and_order():
    original = pl.Series(["ad\nkeep  me\n\npara one\n\npara two\n", "ad\nother"])
    second = cleaning(original[1]).with_columns(doc=pl.lit(1, pl.UInt32))
    first = pl.concat([cleaning(original[0]), second])
    first = first.with_columns(
        start=pl.when(pl.col("before") == "  ").then(pl.lit(7, pl.UInt32)).otherwise("start"),
        end=pl.when(pl.col("before") == "  ").then(pl.lit(9, pl.UInt32)).otherwise("end"),
    )
    cleaned = apply_edits(original, first)
    left, edits = with_removals(
        cleaned, first, pl.DataFrame({"doc": [0], "cleaned_line": [3], "line": [4]}), min_words=20
    )
    assert left.to_list() == ["keep me\n\npara two\n", "other"]
    assert cleaned.to_list() == ["keep me\n\npara one\n\npara two\n", "other"], "the texts given stay as they are"
    assert edits.select("doc", "line").rows() == [(0, 1), (0, 2), (0, 4), (1, 1)]
    assert edits["cleaner"].to_list()[2] == ["near_duplicate_paragraphs"]


def test_a_heading_of_which_nothing_is_left_is_an_edit_of_its_own():
    text = "Title\nThe first part is long enough.\nad\nA heading\n\nAll that is under it.\n\nNext\nIt stays."
    first = cleaning(text)
    cleaned = apply_edits(pl.Series([text]), first)
    paragraphs = pl.DataFrame(
        {"doc": [0], "cleaned_line": [5], "line": [6]},
        schema={"doc": pl.UInt32, "cleaned_line": pl.UInt32, "line": pl.UInt32},
    )
    left, edits = with_removals(cleaned, first, paragraphs, min_words=20)
    assert left.to_list() == ["Title\nThe first part is long enough.\n\nNext\nIt stays."]
    assert edits.select("line", "reason").rows()[-1] == (6, ["near_duplicate_paragraph"])
    assert any("orphaned_heading" in reason for reason in edits["reason"].to_list())
    assert undo_edits(left, edits).to_list() == [text]
