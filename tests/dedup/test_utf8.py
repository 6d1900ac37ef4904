"""The bytes that a kernel is lent are those of the texts."""

import ctypes

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.utf8 import utf8


def read(texts):
    with utf8(texts) as bytes_:
        return [
            ctypes.string_at(int(address), int(length)).decode()
            for address, length in zip(bytes_.addresses, bytes_.lengths, strict=True)
        ]


@given(st.lists(st.none() | st.text(max_size=30)), st.integers(0, 3), st.integers(0, 3))
def test_reads_what_polars_holds(texts, skip, drop):
    series = pl.Series(texts, dtype=pl.String).slice(skip, max(len(texts) - drop, 0))
    assert read(series) == series.fill_null("").to_list()


def test_chunks_and_gathered_rows():
    long = pl.Series([f"{i} " * i for i in range(200)])
    chunks = pl.concat([long[:50], pl.Series(["short", None]), long[100:]], rechunk=False)
    assert chunks.n_chunks() > 1
    assert read(chunks) == chunks.fill_null("").to_list()
    picked = long.gather([7, 199, 0, 7])
    assert read(picked) == picked.to_list()


def test_every_length_around_the_inline_limit():
    texts = pl.Series(["x" * n for n in range(40)] * 3)
    assert read(texts[5:]) == texts[5:].to_list()


def test_another_type_is_refused():
    with pytest.raises(TypeError, match="texts must be a Polars Series of strings, not of Int64"), utf8(pl.Series([1])):
        pass
