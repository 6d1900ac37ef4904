"""Write tables as parts that are either whole or not there."""

import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO, Literal

import polars as pl

from ghirbal.columns import json_texts
from ghirbal.errors import UsageError

Format = Literal["parquet", "jsonl", "csv"]
SHARD_BYTES = 128 << 20
ROW_GROUP_BYTES = 32 << 20


class Parts:
    """The parts of one table below a folder: part-00000.parquet and on, all with one schema, at least one.

    A part ends with the row that brings it to `shard_bytes`, counted by the
    values themselves: neither the sizes of the frames nor a resumed job move
    the cut. Parts in `finished` are whole already and are counted but not
    written again. Each part is written beside its place and renamed.
    """

    def __init__(
        self,
        folder: Path,
        schema: pl.Schema,
        *,
        format: Format = "parquet",  # noqa: A002  (the option's name)
        shard_bytes: int = SHARD_BYTES,
        finished: Collection[int] = (),
    ) -> None:
        if shard_bytes < 1:
            raise ValueError(f"shard_bytes must be at least 1, not {shard_bytes}")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.schema = schema
        self.format = format
        self.shard_bytes = shard_bytes
        self.finished = finished
        self.number = 0
        self._pending: list[pl.DataFrame] = []
        self._size = 0

    def path(self, number: int) -> Path:
        """Return where a part lies."""
        return self.folder / f"part-{number:05}.{self.format}"

    def write(self, frame: pl.DataFrame) -> list[Path]:
        """Take rows of the table in order; return the parts that became whole by them."""
        if frame.schema != self.schema:
            raise ValueError(f"expected the columns {self.schema}, not {frame.schema}")
        whole = []
        while frame.height:
            ends = row_bytes(frame).cum_sum() + self._size
            if ends[-1] < self.shard_bytes:
                self._pending.append(frame)
                self._size = ends[-1]
                break
            cut = int(ends.search_sorted(self.shard_bytes)) + 1
            self._pending.append(frame[:cut])
            whole.append(self._flush())
            frame = frame[cut:]
        return whole

    def close(self) -> list[Path]:
        """Write what is left, and a part without rows if there is no other."""
        return [self._flush()] if self._pending or not self.number else []

    def _flush(self) -> Path:
        path = self.path(self.number)
        if self.number not in self.finished:
            # One chunk: else the bytes of a Parquet file would follow the batches.
            frame = pl.concat([self.schema.to_frame(), *self._pending], rechunk=True)
            write_beside(path, lambda stream: write_table(frame, stream, format=self.format))
        self.number += 1
        self._pending, self._size = [], 0
        return path


def row_bytes(frame: pl.DataFrame) -> pl.Series:
    """Size of each row: the bytes of its strings and binary values, 8 for every other value.

    >>> row_bytes(pl.DataFrame({"a": ["xyz", None], "b": [1, 2]})).to_list()
    [11, 8]
    """
    strings = [pl.col(name).str.len_bytes().fill_null(0) for name, dtype in frame.schema.items() if dtype == pl.String]
    strings += [pl.col(name).bin.size().fill_null(0) for name, dtype in frame.schema.items() if dtype == pl.Binary]
    others = 8 * (frame.width - len(strings))
    return frame.select(
        (pl.sum_horizontal(*strings, pl.repeat(others, pl.len())).cast(pl.Int64)).alias("bytes")
    ).to_series()


def write_table(frame: pl.DataFrame, stream: BinaryIO, *, format: Format) -> None:  # noqa: A002  (the option's name)
    """Write a whole table; CSV gets lists and structs as JSON text."""
    match format:
        case "parquet":
            # Several row groups are compressed side by side, one only on one core.
            size = int(row_bytes(frame).sum() or 0)
            rows = max(1, -(-frame.height * ROW_GROUP_BYTES // size)) if size else None
            frame.write_parquet(stream, compression="zstd", compression_level=3, statistics=True, row_group_size=rows)
        case "jsonl":
            _spelled(frame, nested=False).write_ndjson(stream)
        case "csv":
            _spelled(frame, nested=True).write_csv(stream)


def _spelled(frame: pl.DataFrame, *, nested: bool) -> pl.DataFrame:
    """Columns that a text format cannot hold as text: bytes as base64, lists and structs as JSON."""
    columns = []
    for column in frame.iter_columns():
        if column.dtype == pl.Binary:
            columns.append(column.bin.encode("base64"))
        elif nested and column.dtype == pl.Duration:
            columns.append(column.dt.to_string("iso"))
        elif column.dtype.is_nested() and (nested or "Binary" in str(column.dtype)):
            columns.append(pl.Series(column.name, json_texts(column.to_list()), dtype=pl.String))
    return frame.with_columns(columns)


def write_beside(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Make a file that is whole or not there: write beside it, sync, rename, sync the folder.

    A link stays one, and its target is replaced. What is no regular file (a device, a pipe) would be lost by the
    rename, and is refused: `UsageError`.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no regular file, and cannot be replaced by one")
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
