import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ghirbal.inputs import find_inputs
from ghirbal.readers import Batch, Reading, Reject, read


def read_bytes(folder: Path, content: bytes, *, name: str = "a.csv", **options: object) -> list[Batch]:
    (folder / name).write_bytes(content)
    return list(read(find_inputs([folder / name]), Reading(**options)))


def rows_of(batches: list[Batch]) -> list[tuple[int, str]]:
    return [row for batch in batches for row in batch.rows.select("row", "text").rows()]


def rejects_of(batches: list[Batch]) -> list[Reject]:
    return [reject for batch in batches for reject in batch.rejects]


def test_quotes_line_feeds_and_delimiters_in_fields(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfid,text\r\n1,"a, ""b""\r\nc"\r\n\r\n2,\r\n3," d "\r\n'
    batches = read_bytes(tmp_path, content)
    assert rows_of(batches) == [(1, 'a, "b"\r\nc'), (2, ""), (3, " d ")]
    assert batches[0].rows["id"].to_list() == ["1", "2", "3"]
    assert not rejects_of(batches)


def test_tabs(tmp_path: Path) -> None:
    content = b'id\ttext\n1\t"a\tb"\n2\tc, d\n3\n'
    batches = read_bytes(tmp_path, content, name="a.tsv")
    assert rows_of(batches) == [(1, "a\tb"), (2, "c, d")]
    assert [(r.row, r.offset, r.error) for r in rejects_of(batches)] == [
        (3, content.index(b"3\n"), "1 fields, where the header has 2")
    ]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (b"2", "1 fields, where the header has 2"),
        (b"2,b,c", "3 fields, where the header has 2"),
        (b'2,"b"c', "bad quoting: ',' expected after '\"'"),
        (b'2,"b', "bad quoting: "),
        (b'2,"b\n3,"c"', "bad quoting: "),
        (b"2,\xff", "not utf-8: invalid start byte at byte 2 of the line"),
        (b"2,a\rb", "bad quoting: new-line character"),
        (b"2," + b"x" * 300, "a line of 302 bytes, more than the 200 allowed"),
        (
            b'2,"' + b"x" * 90 + b"\n" + b"y" * 100 + b"\n" + b"z" * 90 + b'"',
            "the record has more than the 200",
        ),
    ],
)
def test_a_bad_record_between_two_good_ones(tmp_path: Path, bad: bytes, error: str) -> None:
    before, after = b"id,text\n1,a\n", b"\n4,d\n5,e\n"
    batches = read_bytes(tmp_path, before + bad + after, max_row=200)
    rejects = rejects_of(batches)
    assert rejects[0].error.startswith(error)
    assert (rejects[0].row, rejects[0].offset) == (2, len(before))
    assert rejects[0].head == bad.split(b"\n")[0][:96]
    texts = [text for _, text in rows_of(batches)]
    assert texts[0] == "a"
    assert texts[-2:] == ["d", "e"]


def test_a_quote_that_is_never_closed_costs_one_record(tmp_path: Path) -> None:
    content = b'id,text\n1,"never closed\n' + b"".join(b"%d,row\n" % i for i in range(2, 2000))
    batches = read_bytes(tmp_path, content)
    assert len(rows_of(batches)) == 1998
    assert [reject.row for reject in rejects_of(batches)] == [1]


def test_a_long_article_passes_the_limit_of_the_csv_module(tmp_path: Path) -> None:
    text = "س" * 300_000
    assert rows_of(read_bytes(tmp_path, f'text\n"{text}"\n'.encode())) == [(1, text)]


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (b"id,text,text\n", "the column 'text' stands twice"),
        (b"id,body\n", "no column 'text' among id, body"),
        (b'id,"text\n', "bad quoting"),
        (b"id,\xff\n", "not utf-8"),
    ],
)
def test_a_header_that_cannot_be_used(tmp_path: Path, header: bytes, error: str) -> None:
    (reject,) = rejects_of(read_bytes(tmp_path, header + b"1,a\n"))
    assert (reject.row, reject.offset) == (None, 0)
    assert reject.error.startswith(f"no usable header: {error}")


def test_columns_without_a_name_get_one(tmp_path: Path) -> None:
    (batch,) = read_bytes(tmp_path, b",text,\n0,a,b\n")
    assert batch.carried.to_dicts() == [{"column_1": "0", "column_3": "b"}]


def test_a_made_name_hides_no_column(tmp_path: Path) -> None:
    (batch,) = read_bytes(tmp_path, b"text,,column_2\na,b,c\n")
    assert batch.carried.to_dicts() == [{"column_2_": "b", "column_2": "c"}]


@pytest.mark.parametrize("content", [b"", b"id,text\n", b"id,text"])
def test_a_file_without_rows(tmp_path: Path, content: bytes) -> None:
    assert read_bytes(tmp_path, content) == []


def test_another_encoding(tmp_path: Path) -> None:
    content = "text\nالعراق\n"
    for encoding in ("cp1256", "utf-16", "utf-8-sig"):
        assert rows_of(read_bytes(tmp_path, content.encode(encoding), encoding=encoding)) == [(1, "العراق")]


fields = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    ['"', '""', ",", "\n", "\r\n", "\r", "\t", "", " ", '",']
)


@given(
    table=st.lists(st.tuples(fields, fields), max_size=8),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    ending=st.sampled_from(["\n", "\r\n"]),
    name=st.sampled_from(["a.csv", "a.tsv"]),
    batch_bytes=st.integers(1, 100),
    batch_rows=st.integers(1, 4),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_back_what_the_csv_module_wrote(
    tmp_path: Path,
    *,
    table: list[tuple[str, str]],
    quoting: int,
    ending: str,
    name: str,
    batch_bytes: int,
    batch_rows: int,
) -> None:
    if any("\r" in field for row in table for field in row):
        quoting = csv.QUOTE_ALL  # the module forgets to quote a carriage return that does not end its lines
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=quoting, lineterminator=ending, delimiter="," if name == "a.csv" else "\t")
    writer.writerows([("x", "text"), *table])
    batches = read_bytes(
        tmp_path, stream.getvalue().encode(), name=name, batch_bytes=batch_bytes, batch_rows=batch_rows
    )
    assert rejects_of(batches) == []
    found = [(x, text) for batch in batches for x, text in zip(batch.carried["x"], batch.rows["text"], strict=True)]
    assert found == table


@given(
    lines=st.lists(
        st.sampled_from(["1,a", '2,"b"', '3,"b', 'c"', '4,"b"x', "", "5", "6,a,b", '"', 'x","y', "7,\udcff"])
    ),
    sizes=st.tuples(st.integers(1, 60), st.integers(1, 60)),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_batch_size_changes_what_is_read_of_a_broken_file(
    tmp_path: Path, lines: list[str], sizes: tuple[int, int]
) -> None:
    content = "\n".join(["id,text", *lines]).encode("utf-8", "surrogateescape")
    first, second = (read_bytes(tmp_path, content, batch_bytes=size, batch_rows=size % 3 + 1) for size in sizes)
    assert rows_of(first) == rows_of(second)
    assert rejects_of(first) == rejects_of(second)
