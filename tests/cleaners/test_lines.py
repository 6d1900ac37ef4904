import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cleaners.lines import split_lines


def slow(text):
    """Lines by the book: (line, start, size, ending, text)."""
    rows, at = [], 0
    pieces = text.split("\n")
    for number, piece in enumerate(pieces, 1):
        last = number == len(pieces)
        if last and not piece:
            break
        carriage = not last and piece.endswith("\r")
        body = piece[:-1] if carriage else piece
        rows.append((number, at, len(body.encode()), 0 if last else 2 if carriage else 1, body))
        at += len(piece.encode()) + 1
    return rows


@given(st.lists(st.text("aم中\r\n ", max_size=9), max_size=6))
def test_lines_are_those_of_the_slow_twin(texts):
    table = split_lines(pl.Series(texts, dtype=pl.String))
    assert table.rows() == [(doc, *row) for doc, text in enumerate(texts) for row in slow(text)]
