import json
import os
from base64 import b64decode
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ghirbal.errors import UsageError
from ghirbal.inputs import find_inputs
from ghirbal.quarantine import reject_line, write_quarantine
from ghirbal.readers import Reject, read
from ghirbal.writers import Parts, row_bytes, write_beside

FRAME = pl.DataFrame(
    {"id": [f"i{n}" for n in range(100)], "text": ["س" * n for n in range(100)], "tags": [["a"]] * 100}
)


def write_parts(folder: Path, frames: list[pl.DataFrame], **options: object) -> list[Path]:
    parts = Parts(folder, frames[0].schema, **options)
    paths = [path for frame in frames for path in parts.write(frame)]
    return paths + parts.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_parts_hold_all_rows_in_order(tmp_path: Path) -> None:
    paths = write_parts(tmp_path / "t", [FRAME], shard_bytes=2000)
    assert [path.name for path in paths] == [f"part-{n:05}.parquet" for n in range(len(paths))]
    assert sorted(contents(tmp_path / "t")) == [path.name for path in paths]
    assert len(paths) > 3
    assert pl.concat(map(pl.read_parquet, paths)).equals(FRAME)
    sizes = [row_bytes(pl.read_parquet(path)) for path in paths]
    assert all(size.sum() - size[-1] < 2000 <= size.sum() for size in sizes[:-1])


@given(cuts=st.lists(st.integers(0, 100), max_size=5), shard_bytes=st.integers(1, 20_000))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_do_not_follow_the_batches(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], shard_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    frame = FRAME[:40]
    edges = [0, *sorted(cut * 40 // 100 for cut in cuts), 40]
    frames = [frame[a:b] for a, b in pairwise(edges)]
    write_parts(folder / "one", [frame], shard_bytes=shard_bytes)
    write_parts(folder / "many", frames, shard_bytes=shard_bytes)
    assert contents(folder / "one") == contents(folder / "many")


@pytest.mark.parametrize("format_", ["parquet", "jsonl", "csv"])
def test_a_table_without_rows_has_one_part(tmp_path: Path, format_: str) -> None:
    (path,) = write_parts(tmp_path, [FRAME.clear()], format=format_)
    assert path.name == f"part-00000.{format_}"
    if format_ == "parquet":
        assert pl.read_parquet(path).schema == FRAME.schema


def test_a_part_that_is_whole_is_not_written_again(tmp_path: Path) -> None:
    paths = write_parts(tmp_path, [FRAME], shard_bytes=2000)
    before = contents(tmp_path)
    paths[0].write_bytes(b"untouched")
    paths[2].unlink()
    write_parts(tmp_path, [FRAME[:50], FRAME[50:]], shard_bytes=2000, finished={0, 1})
    assert contents(tmp_path) == before | {paths[0].name: b"untouched"}


def test_another_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected the columns"):
        write_parts(tmp_path, [FRAME, FRAME.drop("id")])
    with pytest.raises(ValueError, match="at least 1"):
        Parts(tmp_path, FRAME.schema, shard_bytes=0)


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")

    def fail(stream: object) -> None:
        stream.write(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_beside(path, fail)
    assert contents(tmp_path) == {"a": b"before"}


def test_a_device_is_not_replaced_and_a_link_stays_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="pipe is no regular file"):
        write_beside(tmp_path / "pipe", lambda stream: stream.write(b"x"))
    assert (tmp_path / "pipe").is_fifo()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_beside(tmp_path / "link", lambda stream: stream.write(b"x"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"x"


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_an_output_is_a_valid_input(tmp_path: Path, format_: str) -> None:
    texts = ['"q", x', "a\r\nb", "\r", "", " s ", "\t", "\u2028", "a\\b", "\x00", "«»\n\n"]
    frame = pl.DataFrame({"id": [f"n{i}" for i in range(len(texts))], "text": texts, "n": range(len(texts))})
    write_parts(tmp_path, [frame], format=format_)
    (batch,) = read(find_inputs([tmp_path]))
    assert batch.rows["text"].to_list() == texts
    assert batch.rejects == []


def test_text_formats_spell_what_they_cannot_hold(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "b": [b"\xff"],
            "l": [["a", 'b"']],
            "s": [{"k": b"\xff", "d": date(2020, 1, 1)}],
            "n": [None],
            "t": [timedelta(1)],
        }
    )
    (path,) = write_parts(tmp_path / "j", [frame], format="jsonl")
    assert json.loads(path.read_bytes()) == {
        "b": "/w==",
        "l": ["a", 'b"'],
        "s": '{"k":"/w==","d":"2020-01-01"}',
        "n": None,
        "t": "PT86400S",
    }
    (path,) = write_parts(tmp_path / "c", [frame], format="csv")
    assert pl.read_csv(path).row(0)[:2] == ("/w==", '["a","b\\""]')
    assert pl.read_csv(path)["t"].to_list() == ["P1D"]


def test_the_quarantine_holds_every_reject(tmp_path: Path) -> None:
    rejects = [
        Reject("a b/م.jsonl", 3, 120, "text is null", b'{"id":\xff'),
        Reject("c.gz", None, 7, "the gzip stream ends in the middle", b""),
    ]
    path, pieces = tmp_path / "quarantine.jsonl", [tmp_path / "0", tmp_path / "1"]
    for piece, reject in zip(pieces, rejects, strict=True):
        piece.write_bytes(reject_line(reject))
    write_quarantine(path, pieces)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [(row["file"], row["row"], row["offset"], row["error"], b64decode(row["head"])) for row in lines] == [
        ("a b/م.jsonl", 3, 120, "text is null", b'{"id":\xff'),
        ("c.gz", None, 7, "the gzip stream ends in the middle", b""),
    ]
    assert list(lines[0]) == ["file", "row", "offset", "error", "head"]
    write_quarantine(path, [])
    assert path.read_bytes() == b""
