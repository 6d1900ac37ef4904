"""Lines go, and what stays keeps its shape."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.removal import orphaned_headings, removal_spans, remove_lines

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


LONG = "This line is long enough to be taken for text, and not for a heading"


@pytest.mark.parametrize(
    ("lines", "gone", "orphans"),
    [
        (["Title", LONG, "Heading", LONG, "Next", LONG], [4], [3]),
        (["Title", LONG, "", "Heading", "", LONG, "", LONG, "", "Next", LONG], [6, 8], [4]),
        (["Title", LONG, "Heading", LONG], [4], [3]),
        (["Title", LONG, "Heading", LONG], [2, 4], []),  # nothing would be left but a headline
        (["Title", LONG, "Heading", LONG, LONG], [4], []),  # something is under it still
        (["Title", LONG, "Heading", LONG, LONG], [5], []),
        (["Title", LONG, "It was so.", LONG, "Next", LONG], [4], []),  # a sentence is no heading
        (["Title", LONG, "Heading", LONG, "It was so.", "Next", LONG], [4], []),
        (["Title", "By a writer", LONG, "Next", LONG], [3], []),  # what stands before the text is no heading of it
        (["Title", LONG, "@writer", LONG], [4], []),
        (["Title", LONG, "* طريقة التحضير:", LONG, "وتلا ذلك أن قال.", LONG], [4], []),
        (["Title", LONG, "* طريقة التحضير:", LONG, "3. خاتمة", LONG], [4], [3]),
        (["Title", LONG, "Part", "Heading", LONG, "Next", LONG], [5], [4]),  # the part has another heading
        (["标题", LONG, "背景", LONG, "新闻背景资料显示这个城市的人口已经超过", LONG], [4], []),
        ([LONG, "Heading", LONG, "Next", LONG], [3], [2]),
    ],
)
def test_headings_of_which_nothing_is_left(lines, gone, orphans):
    wanted = pl.DataFrame({"doc": [1] * len(gone), "line": gone}, schema={"doc": pl.UInt32, "line": pl.UInt32})
    found = orphaned_headings(pl.Series(["left alone", "\n".join(lines)]), wanted)
    assert found.rows() == [(1, line) for line in orphans]
    assert found.schema == wanted.schema


def test_the_terminator_before_goes_whole():
    texts = pl.Series(["a\r\nb", "a\r\nb\r\nc", "a\r\nb\r\n"])
    lines = pl.DataFrame({"doc": [0, 1, 1, 2], "line": [2, 2, 3, 2]}, schema={"doc": pl.UInt32, "line": pl.UInt32})
    assert remove_lines(texts, lines).to_list() == ["a", "a", "a\r\n"]
