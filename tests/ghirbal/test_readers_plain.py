import gzip
from pathlib import Path

import pytest

from ghirbal.fields import Fields
from ghirbal.inputs import find_inputs
from ghirbal.readers import Batch, Reading, Reject, read


def read_all(path: Path, **options: object) -> list[Batch]:
    return list(read(find_inputs([path]), Reading(**options)))


def rejects_of(batches: list[Batch]) -> list[Reject]:
    return [reject for batch in batches for reject in batch.rejects]


def test_a_file_is_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.txt.gz").write_bytes(gzip.compress("ثلاثة".encode()))
    (tmp_path / "d.txt").write_bytes(b"")
    (batch,) = read_all(tmp_path)
    assert batch.rows.select("file", "row", "id", "text").rows() == [
        ("a.txt", 1, "a.txt", "one\r\ntwo\n"),
        ("b/c.txt.gz", 1, "b/c.txt.gz", "ثلاثة"),
        ("d.txt", 1, "d.txt", ""),
    ]
    assert list(batch.kinds) == ["id", "text"]
    assert batch.carried.columns == []


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"a\xff", "not utf-8: invalid start byte at byte 1"),
        (
            "ab".encode("utf-16"),
            "the file begins with the byte order mark of UTF-16: name it by --encoding utf-16",
        ),
        (b"x" * 200, "the file has 200 bytes, more than the 100 allowed"),
    ],
)
@pytest.mark.parametrize("batch_bytes", [8, 1 << 20])
def test_what_is_no_text_is_one_rejected_row(tmp_path: Path, content: bytes, error: str, batch_bytes: int) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    (tmp_path / "b.txt").write_bytes(b"good")
    batches = read_all(tmp_path, max_row=100, batch_bytes=batch_bytes)
    (reject,) = rejects_of(batches)
    assert (reject.file, reject.row, reject.offset, reject.error) == ("a.txt", 1, 0, error)
    assert content.startswith(reject.head)
    assert reject.head
    assert [text for batch in batches for text in batch.rows["text"]] == ["good"]


def test_half_a_document_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"some text " * 1000)[:-10])
    (reject,) = rejects_of(read_all(tmp_path))
    assert (reject.row, reject.error) == (1, "the gzip stream ends in the middle")


def test_another_encoding_and_names(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("العراق".encode("cp1256"))
    (batch,) = read_all(tmp_path, encoding="cp1256", fields=Fields(text="body", id="key"))
    assert batch.rows.row(0)[2:4] == ("a.txt", "العراق")
    assert list(batch.kinds) == ["key", "body"]


def test_ten_thousand_files_share_batches(tmp_path: Path) -> None:
    for i in range(10_000):
        (tmp_path / f"{i:05}.txt").write_bytes(b"%d" % i)
    batches = read_all(tmp_path)
    assert len(batches) == 1
    assert batches[0].rows["text"].to_list() == [str(i) for i in range(10_000)]
