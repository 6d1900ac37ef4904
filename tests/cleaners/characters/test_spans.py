"""Runs of characters that are found in the bytes of all lines are those that reading line by line finds."""

import polars as pl
import regex
from hypothesis import given
from hypothesis import strategies as st

from cleaners.characters.spans import SPANS, run_spans

SOUGHT = " \u00a0\u2003\u0640😀"
ALPHABET = SOUGHT + "aéم€\u2004𐎀"


def told(before: str, run: str, after: str) -> tuple[str, str] | None:
    """An answer from which all that was given can be read; none between letters that are alike."""
    return None if before == after else (f"{before!a}{after!a}", run)


@given(st.lists(st.text(ALPHABET, max_size=12), max_size=6))
def test_runs_are_those_of_each_line(lines: list[str]) -> None:
    expected = []
    for at, line in enumerate(lines):
        for found in regex.finditer(f"[{SOUGHT}]+", line):
            before, after = line[: found.start()][-1:] or "\n", line[found.end() :][:1] or "\n"
            answer = told(before, found.group(), after)
            if found.group() != " " and answer:
                start = len(line[: found.start()].encode())
                expected.append((at, start, start + len(found.group().encode()), *answer))
    spans = run_spans(pl.Series(lines, dtype=pl.String), SOUGHT, told, unless=" ")
    assert spans.schema == SPANS
    assert spans.rows() == expected
