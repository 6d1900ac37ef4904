"""Lines go, and what stays keeps its shape."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.removal import removal_spans, remove_lines

CASES = [
    ("a\nb\nc", [2], "a\nc"),
    ("a\nb\nc", [3], "a\nb"),
    ("a\nb\nc\n", [3], "a\nb\n"),
    ("a\nb\nc", [1], "b\nc"),
    ("a\nb\nc", [1, 2], "c"),
    ("a\nb\nc", [2, 3], "a"),
    ("a\nb", [1, 2], ""),
    ("a\n\nb\n\nc", [3], "a\n\nc"),
    ("a\n\nb\n\nc", [1], "b\n\nc"),
    ("a\n\nb\n\nc", [5], "a\n\nb"),
    ("a\n\nb\n\nc\n", [5], "a\n\nb\n"),
    ("a\n\n\nb\n\nc", [4], "a\n\n\nc"),
    ("a\nb\n\nc", [2], "a\n\nc"),
    ("a\n\nb\nc", [3], "a\n\nc"),
    ("a\n\nb\n\nc\n\nd", [3, 5], "a\n\nd"),
    ("\n\nb\n\nc", [3], "c"),
    ("a\n \nb\n\t\nc", [3], "a\n \nc"),
    ("a\r\n\r\nb\r\n\r\nc", [3], "a\r\n\r\nc"),
    ("قال\n\nب\n\nج", [3], "قال\n\nج"),
    ("a", [], "a"),
]


@pytest.mark.parametrize(("text", "lines", "expected"), CASES)
def test_shapes(text, lines, expected):
    gone = pl.DataFrame({"doc": [1] * len(lines), "line": lines}, schema={"doc": pl.UInt32, "line": pl.UInt32})
    assert remove_lines(pl.Series(["left alone", text, None]), gone).to_list() == [
        "left alone",
        expected,
        None,
    ]


@given(st.lists(st.sampled_from(["", " ", "x", "yy", "عين"]), min_size=1, max_size=9), st.data())
def test_spans_are_in_order_and_take_no_other_text(lines, data):
    text = "\n".join(lines)
    candidates = [i + 1 for i, line in enumerate(lines) if line.strip()]
    chosen = data.draw(st.sets(st.sampled_from(candidates)) if candidates else st.just(set()))
    gone = pl.DataFrame({"doc": [0] * len(chosen), "line": list(chosen)}, schema={"doc": pl.UInt32, "line": pl.UInt32})
    spans = removal_spans(pl.Series([text]), gone).rows()
    assert [line for _, line, _, _ in spans] == sorted(chosen)
    ends = 0
    for _, _, start, end in spans:
        assert ends <= start < end <= len(text.encode())
        ends = end
    kept = [line for i, line in enumerate(lines) if line.strip() and i + 1 not in chosen]
    result = remove_lines(pl.Series([text]), gone).item()
    assert [line for line in result.split("\n") if line.strip()] == kept
    if chosen and not any(not a.strip() and not b.strip() for a, b in pairwise(lines)):
        after = result.split("\n")
        assert not any(not a.strip() and not b.strip() for a, b in pairwise(after))
