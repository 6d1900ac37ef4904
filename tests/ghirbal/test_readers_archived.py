"""WET as another library writes it, whole, packed, and damaged in every way."""

import gzip
import io
from pathlib import Path

import pytest
from warcio.warcwriter import WARCWriter

from ghirbal import Options, job
from ghirbal.inputs import find_inputs
from ghirbal.readers import Batch, Reading, read
from ghirbal.readers.reading import Reject

TEXTS = [f"خبر {number}\nline two of page {number}\n" for number in range(5)]
ENDS = b"\r\n\r\n"


def wet(texts: list[str], *, packed: bool = False) -> bytes:
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("a.wet", {"software": "test"}))
    for number, text in enumerate(texts):
        record = writer.create_warc_record(
            f"https://site{number}.example/page",
            "conversion",
            payload=io.BytesIO(text.encode()),
            warc_content_type="text/plain",
            warc_headers_dict={
                "WARC-Date": "2024-01-02T03:04:05Z",
                "WARC-Record-ID": f"<urn:uuid:{number}>",
                "WARC-Identified-Content-Language": "ara,eng",
            },
        )
        writer.write_record(record)
        record.raw_stream.close()
    return stream.getvalue()


def read_all(path: Path, **options: int) -> list[Batch]:
    return list(read(find_inputs([path]), Reading(**options)))


def texts_of(batches: list[Batch]) -> list[str]:
    return [text for batch in batches for text in batch.rows["text"]]


def rejects_of(batches: list[Batch]) -> list[Reject]:
    return [reject for batch in batches for reject in batch.rejects]


@pytest.mark.parametrize("name", ["a.wet", "a.warc.wet", "a.warc.wet.gz"])
def test_texts_with_what_their_headers_tell(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(wet(TEXTS, packed=name.endswith("gz")))
    [batch] = read_all(tmp_path)
    assert batch.rows["text"].to_list() == TEXTS
    first = batch.rows.row(0, named=True)
    assert first["row"] == 1
    assert (first["id"], first["lang"]) == ("<urn:uuid:0>", "ara,eng")
    assert (first["url"], first["site"]) == ("https://site0.example/page", "site0.example")
    assert first["date"] == "2024-01-02T03:04:05Z"
    assert batch.rejects == []


def damaged(content: bytes, number: int, old: bytes, new: bytes) -> bytes:
    """Change something in the record of one text."""
    start = content.index(f"https://site{number}.".encode())
    start = content.rindex(b"WARC/1.0", 0, start)
    end = content.find(b"WARC/1.0", start + 1)
    end = len(content) if end < 0 else end
    assert old in content[start:end]
    return content[:start] + content[start:end].replace(old, new, 1) + content[end:]


DAMAGES = {
    "version": (b"WARC/1.0", b"WXRC/1.0", "no header of a WARC record"),
    "length": (b"Content-Length: ", b"Content-Width: ", "no Content-Length in the header"),
    "number": (b"Content-Length: ", b"Content-Length: -", "no Content-Length in the header"),
    "short": (b"Content-Length: ", b"Content-Length: 1", "no record ends after"),
    "header": (b"WARC-Date: ", b"WARC-Date: \xff", "not utf-8: invalid start byte at byte"),
    "text": ("خبر".encode(), b"\xff\xfe\xfd" * 2, "not utf-8: invalid start byte at byte 0 of the text"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_costs_itself(tmp_path: Path, damage: str) -> None:
    old, new, error = DAMAGES[damage]
    (tmp_path / "a.wet").write_bytes(damaged(wet(TEXTS), 2, old, new))
    batches = read_all(tmp_path)
    [reject] = rejects_of(batches)
    assert error in reject.error
    assert reject.row == 3
    kept = texts_of(batches)
    # A length too large swallows the beginning of the next record, which is then no record.
    assert [text for text in TEXTS if text not in kept] == TEXTS[2 : 4 if damage == "short" else 3]
    assert reject.head.startswith((b"WARC", b"WXRC"))


def test_a_file_that_breaks_off(tmp_path: Path) -> None:
    whole = wet(TEXTS)
    (tmp_path / "a.wet").write_bytes(whole[: whole.rindex(b"page 4")])
    packed = wet(TEXTS, packed=True)
    (tmp_path / "b.wet.gz").write_bytes(packed[:-30])
    for name in ("a.wet", "b.wet.gz"):
        batches = read_all(tmp_path / name)
        assert texts_of(batches) == TEXTS[:4]
        [reject] = rejects_of(batches)
        assert reject.row is None
        assert reject.offset == whole.rindex(b"WARC/1.0")


def test_a_record_beyond_the_limit(tmp_path: Path) -> None:
    texts = [*TEXTS[:2], "x" * 5_000_000, *TEXTS[2:]]
    (tmp_path / "a.wet.gz").write_bytes(gzip.compress(wet(texts)))
    batches = read_all(tmp_path, max_row=1000, batch_bytes=500)
    assert texts_of(batches) == TEXTS
    [reject] = rejects_of(batches)
    assert (reject.row, reject.error) == (3, "the record has 5000000 bytes, more than the 1000 allowed")


def test_no_batch_size_changes_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.wet").write_bytes(damaged(wet(TEXTS), 1, b"Content-Length: ", b"Content-Length: 1"))
    whole = read_all(tmp_path)
    for size in (1, 100, 1000):
        pieces = read_all(tmp_path, batch_bytes=size)
        assert texts_of(pieces) == texts_of(whole)
        assert rejects_of(pieces) == rejects_of(whole)


def test_no_records(tmp_path: Path) -> None:
    (tmp_path / "a.wet").write_bytes(b"")
    (tmp_path / "b.wet").write_bytes(wet([]))
    (tmp_path / "c.wet").write_bytes(b"no archive at all")
    batches = read_all(tmp_path)
    assert texts_of(batches) == []
    assert [(reject.file, reject.row) for reject in rejects_of(batches)] == [("c.wet", 1)]


def test_a_run_with_the_recipe_for_pages(tmp_path: Path) -> None:
    (tmp_path / "a.warc.wet.gz").write_bytes(wet(TEXTS, packed=True))
    outcome = job.run([tmp_path / "a.warc.wet.gz"], tmp_path / "out", options=Options(recipe="pages"))
    assert outcome.counts["rows"]["in"] == len(TEXTS)
