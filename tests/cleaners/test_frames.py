"""Tables of pandas and pyarrow go in as they are, and the answers are those of Polars frames."""

from pathlib import Path

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from cleaners import clean
from dedup import near_duplicate_paragraphs, near_duplicates

LONG = " ".join(f"word{number}" for number in range(30)) + "."
ROWS = {
    "id": ["a", "b", "c"],
    "text": [f"Home » News\n{LONG}", f"{LONG}", None],
    "date": ["2026-01-01", "2026-01-02", None],
}
TABLES = [
    pd.DataFrame(ROWS),
    pa.table(ROWS),
    pa.table(ROWS).to_batches()[0],
    datasets.Dataset.from_dict(ROWS).data.table,
]


@pytest.mark.parametrize("table", TABLES, ids=["pandas", "pyarrow", "record batch", "datasets"])
def test_a_table_of_another_library_gives_what_a_frame_gives(table):
    frame = pl.DataFrame(ROWS)
    mine, theirs = clean(frame), clean(table)
    for name in ("documents", "edits", "flags"):
        assert_frame_equal(getattr(theirs, name), getattr(mine, name))
    assert_frame_equal(near_duplicates(table).decisions, near_duplicates(frame).decisions)
    assert_frame_equal(near_duplicate_paragraphs(table).documents, near_duplicate_paragraphs(frame).documents)


def test_the_answers_go_back():
    cleaned = clean(pd.DataFrame(ROWS)).documents
    assert pa.table(cleaned).column("text").to_pylist() == [LONG, LONG, None]
    assert cleaned.to_pandas()["text"].tolist()[:2] == [LONG, LONG]
    assert datasets.Dataset.from_polars(cleaned)["id"][:] == ["a", "b", "c"]


@pytest.mark.parametrize("wrong", [[{"text": "a"}], "a text", Path()])
def test_what_is_no_table_is_told(wrong):
    for function in (clean, near_duplicates, near_duplicate_paragraphs):
        with pytest.raises(TypeError, match="documents must be a Polars frame or a table"):
            function(wrong)
