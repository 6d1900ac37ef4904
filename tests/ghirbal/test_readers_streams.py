import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from ghirbal.errors import InputError
from ghirbal.inputs import find_inputs
from ghirbal.readers import Reading, Reject, read
from ghirbal.readers.streams import blocks

PACK: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstd.compress}
# Texts that do not pack well, so that a cut falls between rows.
ROWS = [json.dumps({"text": f"{i} {i * i * 2_654_435_761 % 1_000_003} {i * 7919 % 10_007}"}) for i in range(5000)]
CONTENT = "".join(row + "\n" for row in ROWS).encode()


def read_file(path: Path, **options: object) -> tuple[list[int], list[Reject]]:
    batches = list(read(find_inputs([path]), Reading(**options)))
    return [row for batch in batches for row in batch.rows["row"]], [r for batch in batches for r in batch.rejects]


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("batch_bytes", [1000, 1 << 24])
def test_packed_files(tmp_path: Path, suffix: str, batch_bytes: int) -> None:
    path = tmp_path / f"a.jsonl.{suffix}"
    path.write_bytes(PACK[suffix](CONTENT))
    assert read_file(path, batch_bytes=batch_bytes) == (list(range(1, 5001)), [])


@pytest.mark.parametrize("suffix", PACK)
def test_several_members_one_after_another(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.jsonl.{suffix}"
    third = len(CONTENT) // 3
    parts = [CONTENT[:third], b"", CONTENT[third : 2 * third], CONTENT[2 * third :]]
    path.write_bytes(b"".join(map(PACK[suffix], parts)))
    for batch_bytes in (777, 1 << 24):
        assert read_file(path, batch_bytes=batch_bytes) == (list(range(1, 5001)), [])


def test_zeros_after_gzip_are_padding(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(CONTENT) + bytes(1000) + gzip.compress(CONTENT) + bytes(7))
    assert read_file(path)[1] == []
    assert len(read_file(path)[0]) == 10_000


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_rows_before_a_truncation_survive(tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"a.jsonl.{suffix}"
    packed = b"".join(PACK[suffix](CONTENT[i : i + 20_000]) for i in range(0, len(CONTENT), 20_000))
    path.write_bytes(packed[: int(len(packed) * share)])
    rows, rejects = read_file(path)
    assert rows == list(range(1, len(rows) + 1))
    assert len(rows) > 4900 * share - 1500
    (reject,) = rejects
    assert (reject.row, reject.offset) == (None, sum(len(row) + 1 for row in ROWS[: len(rows)]))
    assert reject.error.endswith("stream ends in the middle")
    assert CONTENT[reject.offset :].startswith(reject.head)
    assert read_file(path, batch_bytes=500) == (rows, rejects)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.jsonl.gz", b"no gzip at all\n", "the gzip stream is damaged: "),
        ("a.jsonl.zst", b"no zstd at all\n", "the zstd stream is damaged: "),
        ("a.jsonl.gz", b"", "the gzip file is empty"),
        ("a.jsonl.zst", b"", "the zstd file is empty"),
        ("a.jsonl.gz", gzip.compress(b"", mtime=0) + b"junk", "the gzip stream is damaged: "),
        ("a.jsonl.gz", gzip.compress(b"", mtime=0)[:5], "the gzip stream ends in the middle"),
    ],
)
def test_what_is_no_stream_is_one_reject(tmp_path: Path, name: str, content: bytes, error: str) -> None:
    (tmp_path / name).write_bytes(content)
    rows, (reject,) = read_file(tmp_path / name)
    assert rows == []
    assert (reject.row, reject.offset) == (None, 0)
    assert reject.error.startswith(error)


def test_a_wrong_checksum_is_told_after_the_rows(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(CONTENT))
    packed[-8] ^= 1
    (tmp_path / "a.jsonl.gz").write_bytes(packed)
    rows, (reject,) = read_file(tmp_path / "a.jsonl.gz")
    assert rows[:4999] == list(range(1, 5000))
    assert reject.row is None
    assert "incorrect data check" in reject.error


@pytest.mark.parametrize(("suffix", "lost"), [("gz", 10), ("zst", 3 << 17)])
def test_rows_before_a_damage_survive(tmp_path: Path, suffix: str, lost: int) -> None:
    path = tmp_path / f"a.jsonl.{suffix}"
    rows_whole = [json.dumps({"text": f"{i * i * 2_654_435_761 % 1_000_003:x}"}) for i in range(100_000)]
    content = "".join(row + "\n" for row in rows_whole).encode()
    packed = PACK[suffix](content)
    middle = len(packed) // 2
    unpacked = zlib.decompressobj(31).decompress(packed[:middle]) if suffix == "gz" else content[: len(content) // 2]
    path.write_bytes(packed[:middle] + b"\xff" * 200 + packed[middle + 200 :])
    rows, rejects = read_file(path)
    good = unpacked.count(b"\n")
    assert rows[: good - lost // 20] == list(range(1, good + 1 - lost // 20))
    assert rejects[-1].row is None
    assert "stream is damaged" in rejects[-1].error


@pytest.mark.parametrize("suffix", PACK)
def test_a_thousandfold_expansion_is_streamed(tmp_path: Path, suffix: str) -> None:
    content = (b'{"text":"' + b"x" * 1000 + b'"}\n') * 100_000
    path = tmp_path / f"a.jsonl.{suffix}"
    path.write_bytes(PACK[suffix](content))
    size = len(content)
    del content
    assert path.stat().st_size * 300 < size
    (file,) = find_inputs([path])
    tracemalloc.start()
    assert sum(map(len, blocks(file, size=1 << 20))) == size
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_a_file_that_becomes_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}")
    (file,) = find_inputs([path])
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="cannot read"):
        list(blocks(file, size=10))
