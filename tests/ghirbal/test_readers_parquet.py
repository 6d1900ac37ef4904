from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from ghirbal.inputs import find_inputs
from ghirbal.readers import Batch, Reading, Reject, read
from ghirbal.readers.footer import FooterError, row_groups

ROWS = 2000


def read_all(path: Path, **options: object) -> list[Batch]:
    return list(read(find_inputs([path]), Reading(**options)))


def numbers_of(batches: list[Batch]) -> list[int]:
    return [row for batch in batches for row in batch.rows["row"]]


def rejects_of(batches: list[Batch]) -> list[Reject]:
    return [reject for batch in batches for reject in batch.rejects]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Four row groups of 500 rows, several pages in each."""
    texts = [f"{i} " + " ".join(str((i * 7919 + j * 104_729) % 65_537) for j in range(60)) for i in range(ROWS)]
    frame = pl.DataFrame({"id": [f"n{i}" for i in range(ROWS)], "text": texts, "n": range(ROWS)})
    path = tmp_path / "a.parquet"
    frame.write_parquet(path, row_group_size=500, data_page_size=16_384, compression="zstd")
    return path


def test_row_groups_are_those_that_pyarrow_sees(articles: Path) -> None:
    metadata = pq.ParquetFile(articles).metadata
    groups = row_groups(articles)
    assert [group.rows for group in groups] == [500] * 4
    assert [group.first for group in groups] == [0, 500, 1000, 1500]
    for i, group in enumerate(groups):
        assert group.size == metadata.row_group(i).total_byte_size
        column = metadata.row_group(i).column(0)
        assert group.offset == min(o for o in (column.dictionary_page_offset, column.data_page_offset) if o)


def test_row_groups_of_another_writer(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pl.DataFrame({"text": ["a"] * 10, "x": [[{"k": 1}]] * 10, "day": [date(2020, 1, 1)] * 10}).to_arrow()
    pq.write_table(table, path, row_group_size=3)
    assert [(group.first, group.rows) for group in row_groups(path)] == [(0, 3), (3, 3), (6, 3), (9, 1)]
    assert numbers_of(read_all(path)) == list(range(1, 11))


@pytest.mark.parametrize(("batch_rows", "batch_bytes"), [(1, 1), (128, 1 << 20), (700, 1 << 20), (5000, 1 << 30)])
def test_reads_every_row_once(articles: Path, batch_rows: int, batch_bytes: int) -> None:
    batches = read_all(articles, batch_rows=batch_rows, batch_bytes=batch_bytes)
    assert numbers_of(batches) == list(range(1, ROWS + 1))
    frame = pl.read_parquet(articles)
    assert pl.concat([batch.rows["text"] for batch in batches]).equals(frame["text"], check_names=False)
    assert pl.concat([batch.carried for batch in batches]).equals(frame.select("n"))


@pytest.mark.parametrize("batch_rows", [1, 300, 5000])
def test_a_damaged_page_costs_the_rows_around_it(articles: Path, batch_rows: int) -> None:
    group = row_groups(articles)[2]
    content = bytearray(articles.read_bytes())
    column = pq.ParquetFile(articles).metadata.row_group(2).column(1)
    middle = column.data_page_offset + column.total_compressed_size // 2
    content[middle : middle + 2000] = b"\xaa" * 2000
    articles.write_bytes(content)
    batches = read_all(articles, batch_rows=batch_rows)
    rejected = [reject.row for reject in rejects_of(batches)]
    assert sorted(numbers_of(batches) + rejected) == list(range(1, ROWS + 1))
    assert set(range(1001, 1129)) - set(rejected)
    assert all(1000 < row <= 1500 for row in rejected if row)
    assert {reject.offset for reject in rejects_of(batches)} == {group.offset}
    assert rejects_of(batches)[0].error.startswith("cannot be read: ")
    assert rejected == [reject.row for reject in rejects_of(read_all(articles))]


def test_a_damaged_row_group_leaves_the_others(articles: Path) -> None:
    groups = row_groups(articles)
    content = bytearray(articles.read_bytes())
    content[groups[1].offset : groups[2].offset] = bytes(groups[2].offset - groups[1].offset)
    articles.write_bytes(content)
    batches = read_all(articles)
    assert numbers_of(batches) == [*range(1, 501), *range(1001, 2001)]
    assert [reject.row for reject in rejects_of(batches)] == list(range(501, 1001))


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda _: b"", "the file is too short for Parquet"),
        (
            lambda content: content[:-100],
            "the file does not end like Parquet; it is truncated or something else",
        ),
        (
            lambda _: b"PK" * 5000,
            "the file does not end like Parquet; it is truncated or something else",
        ),
        (lambda content: content[:-4] + b"PARE", "the Parquet file is encrypted"),
        (lambda content: content[:-400] + b"\xff" * 392 + content[-8:], "the Parquet footer is damaged"),
    ],
)
def test_a_file_without_a_footer_is_one_reject(articles: Path, damage: object, error: str) -> None:
    content = damage(articles.read_bytes())
    articles.write_bytes(content)
    (reject,) = rejects_of(read_all(articles))
    assert (reject.row, reject.offset, reject.error, reject.head) == (None, 0, error, content[:96])
    with pytest.raises(FooterError):
        row_groups(articles)


def test_texts_that_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"text": ["a", None, "", None]}).write_parquet(path)
    batches = read_all(path)
    assert numbers_of(batches) == [1, 3]
    assert [(reject.row, reject.error) for reject in rejects_of(batches)] == [
        (2, "text is null"),
        (4, "text is null"),
    ]


def test_texts_of_other_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"text": ["a", "b"]}, schema={"text": pl.Categorical}).write_parquet(path)
    assert read_all(path)[0].rows["text"].to_list() == ["a", "b"]
    pl.DataFrame({"text": [b"a", b"\xff", None]}).write_parquet(path)
    batches = read_all(path)
    assert batches[0].rows["text"].to_list() == ["a"]
    assert [reject.error for reject in rejects_of(batches)] == ["text is null or not UTF-8"] * 2
    pl.DataFrame({"text": [1, 2]}).write_parquet(path)
    assert [reject.error for reject in rejects_of(read_all(path))] == ["text is Int64, not a string"] * 2
    pl.DataFrame({"text": [None, None]}).write_parquet(path)
    assert [reject.error for reject in rejects_of(read_all(path))] == ["text is null"] * 2


def test_a_file_without_the_text_column(tmp_path: Path) -> None:
    pl.DataFrame({"text": ["a"]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"body": ["b", "c"]}).write_parquet(tmp_path / "b.parquet")
    batches = read_all(tmp_path)
    assert numbers_of(batches) == [1]
    assert [(reject.file, reject.row, reject.error) for reject in rejects_of(batches)] == [
        ("b.parquet", 1, "no field 'text'"),
        ("b.parquet", 2, "no field 'text'"),
    ]


def test_no_rows(tmp_path: Path) -> None:
    pl.DataFrame(schema={"text": pl.String}).write_parquet(tmp_path / "a.parquet")
    assert numbers_of(read_all(tmp_path)) == []


def test_a_name_that_looks_like_a_glob(tmp_path: Path) -> None:
    pl.DataFrame({"text": ["a"]}).write_parquet(tmp_path / "a[1]*.parquet")
    assert read_all(tmp_path)[0].rows["file"].to_list() == ["a[1]*.parquet"]


def test_fields_of_many_types(tmp_path: Path) -> None:
    moment = datetime(2015, 7, 21, 2, 51, 32, tzinfo=UTC)
    frame = pl.DataFrame({"id": [7], "text": ["a"], "date": [moment], "title": [2.5], "lang": [["ar"]]})
    frame.write_parquet(tmp_path / "a.parquet")
    (batch,) = read_all(tmp_path)
    assert batch.rows.row(0, named=True) == {
        "file": "a.parquet",
        "row": 1,
        "id": "7",
        "text": "a",
        "title": "2.5",
        "url": None,
        "site": None,
        "date": "2015-07-21T02:51:32.000000+00:00",
        "lang": None,
    }
    assert batch.carried.equals(frame.drop("id", "text"))


def test_a_text_that_is_too_long_is_rejected(tmp_path: Path) -> None:
    pl.DataFrame({"text": ["a" * 2000, "short", None]}).write_parquet(tmp_path / "a.parquet")
    (batch,) = read_all(tmp_path, max_row=1000)
    assert batch.rows["text"].to_list() == ["short"]
    errors = [(reject.row, reject.error) for reject in batch.rejects]
    assert errors == [(1, "the text has 2000 bytes, more than the 1000 allowed"), (3, "text is null")]


def test_a_file_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    empty = pl.DataFrame({"text": [], "x": []}, schema={"text": pl.String, "x": pl.Int8})
    empty.write_parquet(tmp_path / "a.parquet")
    (batch,) = read_all(tmp_path)
    assert batch.carried.schema == {"x": pl.Int8}
    assert list(batch.kinds) == ["text", "x"]
