import gzip
import json
import tracemalloc
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ghirbal.errors import UsageError
from ghirbal.fields import Fields
from ghirbal.inputs import find_inputs
from ghirbal.readers import Batch, Reading, Reject, read

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "cases" / "jsonl_rows.jsonl").read_text("utf-8").splitlines()
]


def read_bytes(folder: Path, content: bytes, *, name: str = "a.jsonl", **options: object) -> list[Batch]:
    (folder / name).write_bytes(content)
    return list(read(find_inputs([folder / name]), Reading(**options)))


def rows_of(batches: list[Batch]) -> list[tuple[int, str]]:
    return [row for batch in batches for row in batch.rows.select("row", "text").rows()]


def rejects_of(batches: list[Batch]) -> list[Reject]:
    return [reject for batch in batches for reject in batch.rejects]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_line_between_two_good_ones(tmp_path: Path, case: dict[str, str | None]) -> None:
    before, line, after = b'{"text":"before"}\n', str(case["line"]).encode("latin-1"), b'\n{"text":"after"}\n'
    batches = read_bytes(tmp_path, before + line + after)
    if case["error"] is None:
        assert [row for row, _ in rows_of(batches)] == [1, 2, 3]
        assert rows_of(batches)[1][1] == json.loads(line)["text"]
        assert not rejects_of(batches)
        return
    assert rows_of(batches) == [(1, "before"), (3, "after")]
    (reject,) = rejects_of(batches)
    assert (reject.file, reject.row, reject.offset) == ("a.jsonl", 2, len(before))
    assert reject.error.startswith(case["error"])
    assert reject.head == line[:96]


def test_deep_nesting_is_one_reject(tmp_path: Path) -> None:
    deep = b'{"text":"a","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    batches = read_bytes(tmp_path, deep + b'\n{"text":"b"}')
    assert rows_of(batches) == [(2, "b")]
    assert rejects_of(batches)[0].error == "the row is nested too deeply"


@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":[', "]}")])
@pytest.mark.parametrize(("depth", "rejects"), [(32, 0), (34, 1), (450, 1), (900, 1)])
def test_nesting_that_no_table_holds_is_a_reject(
    tmp_path: Path, opened: str, closed: str, depth: int, rejects: int
) -> None:
    times = depth // (2 if "{" in opened else 1)
    deep = f'{{"text":"a","x":{opened * times}{closed * times}}}\n'
    batches = read_bytes(tmp_path, deep.encode() + b'{"text":"b"}')
    assert [reject.error for reject in rejects_of(batches)] == ["the row is nested too deeply"] * rejects
    batches[0].carried.write_parquet(tmp_path / "carried.parquet")
    assert pl.read_parquet(tmp_path / "carried.parquet").height == 2 - rejects


def test_an_integer_of_too_many_digits_is_one_reject(tmp_path: Path) -> None:
    batches = read_bytes(tmp_path, b'{"text":"a","n":' + b"9" * 5000 + b'}\n{"text":"b"}')
    assert rows_of(batches) == [(2, "b")]
    assert rejects_of(batches)[0].row == 1


def test_mark_crlf_and_blank_lines(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"text":"a"}\r\n\r\n \t\n{"text":"b"}\r\nbad\r\n{"text":"c"}'
    batches = read_bytes(tmp_path, content)
    assert rows_of(batches) == [(1, "a"), (4, "b"), (6, "c")]
    assert [(r.row, r.offset) for r in rejects_of(batches)] == [(5, content.index(b"bad"))]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_rows(tmp_path: Path, content: bytes) -> None:
    assert rows_of(read_bytes(tmp_path, content)) == []
    assert rejects_of(read_bytes(tmp_path, content)) == []


@pytest.mark.parametrize("batch_bytes", [7, 1000, 1 << 20])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_beyond_the_limit(tmp_path: Path, place: int, batch_bytes: int) -> None:
    lines = [b'{"text":"a"}', b'{"text":"b"}']
    lines.insert(place, b'{"text":"' + b"x" * 5000 + b'"}')
    batches = read_bytes(tmp_path, b"\n".join(lines), max_row=100, batch_bytes=batch_bytes)
    assert [text for _, text in rows_of(batches)] == ["a", "b"]
    (reject,) = rejects_of(batches)
    assert (reject.row, reject.offset) == (place + 1, 13 * place)
    assert reject.error == "the row has 5011 bytes, more than the 100 allowed"
    assert reject.head == lines[place][:96]


def test_a_huge_row_flows_past_in_bounded_memory(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "a.jsonl.gz", "wb", compresslevel=1) as stream:
        stream.write(b'{"text":"')
        for _ in range(300):
            stream.write(b"x" * (1 << 20))
        stream.write(b'"}\n{"text":"b"}\n')
    tracemalloc.start()
    batches = list(read(find_inputs([tmp_path]), Reading(max_row=1 << 20, batch_bytes=1 << 20)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows_of(batches) == [(2, "b")]
    assert rejects_of(batches)[0].error.startswith(f"the row has {300 * (1 << 20) + 11} bytes")
    assert peak < 20 << 20


def test_utf16_is_told(tmp_path: Path) -> None:
    content = '{"text":"a"}\n{"text":"ب"}\n'.encode("utf-16")
    (reject,) = rejects_of(read_bytes(tmp_path, content))
    assert (reject.row, reject.offset, reject.head) == (None, 0, content[:96])
    assert "--encoding utf-16" in reject.error
    assert rows_of(read_bytes(tmp_path, content, encoding="utf-16")) == [(1, "a"), (2, "ب")]


def test_another_encoding(tmp_path: Path) -> None:
    content = '{"text":"العراق"}\n{"text":"\u06af"}\n'.encode("cp1256") + b'{"text":"\xff\xfe"}\n'
    assert rows_of(read_bytes(tmp_path, content, encoding="cp1256"))[:2] == [(1, "العراق"), (2, "\u06af")]
    assert [reject.row for reject in rejects_of(read_bytes(tmp_path, content))] == [1, 2, 3]
    batches = read_bytes(tmp_path, b'{"text":"\x81"}\n{"text":"a"}', encoding="cp1252")
    assert rows_of(batches) == [(2, "a")]


def test_an_unknown_encoding_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="no encoding is called latin-11; the nearest is latin1"):
        Reading(encoding="latin-11")


def test_the_text_under_another_name(tmp_path: Path) -> None:
    content = b'{"body":"a","text":5}\n{"text":"b"}\n'
    batches = read_bytes(tmp_path, content, fields=Fields(text="body"))
    assert rows_of(batches) == [(1, "a")]
    assert rejects_of(batches)[0].error == "no field 'body'"
    assert batches[0].carried.columns == ["text"]


def slow_twin(content: bytes) -> tuple[list[tuple[int, dict[str, object]]], list[int]]:
    """Rows and numbers of rejected rows, read line by line with nothing but json.loads."""
    rows, rejected = [], []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip(b" \t\r"):
            continue
        try:
            pairs = json.loads(line.decode("utf-8"), object_pairs_hook=list)
            row = json.loads(line.decode("utf-8"))
            json.dumps(row, ensure_ascii=False).encode("utf-8")
            assert isinstance(row, dict)
            assert len(pairs) == len(row)
            assert isinstance(row["text"], str)
            assert "NaN" not in json.dumps([value for value in row.values() if not isinstance(value, str)])
            rows.append((number, row))
        except (ValueError, KeyError, AssertionError):
            rejected.append(number)
    return rows, rejected


keys = st.sampled_from(["text", "id", "url", "ü", "a b", '"'])
values = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just(float("nan")),
    st.lists(st.text(st.characters(codec="utf-8"), max_size=3), max_size=3),
)
objects = st.lists(st.tuples(keys, values), max_size=4).map(
    lambda pairs: "{" + ",".join(f"{json.dumps(key)} :{json.dumps(value)}" for key, value in pairs) + "}"
)
plain_objects = st.fixed_dictionaries({"text": st.text(st.characters(codec="utf-8"))}).map(
    lambda row: json.dumps(row, ensure_ascii=False)
)
line_bytes = st.one_of(
    objects.map(str.encode),
    plain_objects.map(str.encode),
    st.binary(max_size=12).map(lambda junk: junk.replace(b"\n", b"")),
    st.sampled_from([b"", b"\r", b'{"text":"\\ud800"}', b'{"text":"\\ud83d\\ude00"}', b'{"text":"\\n\\t\\/"}']),
)


@given(
    lines=st.lists(line_bytes, max_size=12),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    ending=st.sampled_from([b"\n", b"\r\n"]),
    batch_bytes=st.integers(1, 200),
    batch_rows=st.integers(1, 5),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_what_the_slow_twin_reads(
    tmp_path: Path, *, lines: list[bytes], mark: bytes, ending: bytes, batch_bytes: int, batch_rows: int
) -> None:
    content = mark + ending.join(lines)
    rows, rejected = slow_twin(content)
    batches = read_bytes(tmp_path, content, batch_bytes=batch_bytes, batch_rows=batch_rows)
    assert rows_of(batches) == [(number, row["text"]) for number, row in rows]
    assert [reject.row for reject in rejects_of(batches)] == rejected
    for reject in rejects_of(batches):
        assert content[reject.offset :].startswith(reject.head)
