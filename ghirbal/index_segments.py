"""The segments of an index: sorted tables of what a batch left, never changed once they are written."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup import Rule
from dedup.index import KEYS, TRAITS, index_hits
from ghirbal.writers import write_beside

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DOCUMENTS: Final = pl.Schema(
    {
        "file": pl.String(), "row": pl.UInt64(), "id": pl.String(), "site": pl.String(), "date": pl.String(),
        "rank": pl.Int64(), **TRAITS, "packed": pl.Binary(),
    }
)  # fmt: skip
"""Articles that stayed, as their batch had them. `rank`: their place in its order of preference. `packed`: the text,
each by itself: as text in Parquet it is a quarter smaller (1.0 kB a news article, not 1.3; its shingle set would be
2.4), but then an append unpacks all that is stored to read a few of them. Packed again the tables would be a tenth
smaller, for the same price."""

PARAGRAPHS: Final = pl.Schema({"at": pl.UInt32(), "line": pl.UInt32(), "cleaned_line": pl.UInt32(), **TRAITS})
"""Paragraphs of these articles that nothing stands for; `at` is the row of the article in this segment."""

KEYS_OF_PART: Final = 8 << 20
"""Keys that are held at a time: 8 bytes each."""
ROWS_OF_PART: Final = 64 << 10
ROWS_OF_GROUP: Final = 4 << 10
"""Rows that are looked through together for some of them."""

TABLES: Final = {"documents": DOCUMENTS, "keys": KEYS, "paragraphs": PARAGRAPHS, "paragraph_keys": KEYS}


@dataclass(frozen=True, slots=True)
class Segment:
    """One folder of tables. `batches`: digests of the jobs that it holds; `ranks`: more than any rank in it."""

    folder: Path
    batches: tuple[str, ...]
    documents: int
    ranks: int

    @classmethod
    def load(cls, folder: Path, noted: dict[str, Any]) -> "Segment":
        """Make a segment of what the manifest notes about it."""
        return cls(folder / noted["folder"], tuple(noted["batches"]), noted["documents"], noted["ranks"])

    def noted(self) -> dict[str, Any]:
        """Return what the manifest notes."""
        return {
            "folder": self.folder.name,
            "batches": list(self.batches),
            "documents": self.documents,
            "ranks": self.ranks,
            "rows": self.heights(),
        }

    def heights(self) -> dict[str, int]:
        """Count the rows of each table."""
        return {table: self.height(table) for table in TABLES}

    def height(self, table: str) -> int:
        """Count the rows of a table, by the ends of its files."""
        return sum(part.select(pl.len()).collect().item() for part in self.parts(table))

    def is_whole(self, noted: dict[str, Any]) -> bool:
        """Tell whether every table can be read and has the rows that the manifest notes."""
        try:
            return bool(self.heights() == noted["rows"])
        except (OSError, pl.exceptions.PolarsError):
            return False

    def parts(self, table: str, *, numbers: str | None = None) -> Iterator[pl.LazyFrame]:
        """Read a table in pieces of bounded size; `numbers` names a column for the number of each row in its piece."""
        for path in sorted((self.folder / table).glob("part-*.parquet")):
            yield pl.scan_parquet(path, glob=False, row_index_name=numbers)

    def resembling(
        self, table: str, keys: str, wanted: pl.DataFrame, traits: pl.DataFrame, rule: Rule
    ) -> NDArray[np.int64]:
        """Return the rows of a table that texts of these keys and traits may resemble, ascending."""
        own = pl.concat([TRAITS.to_frame(), *(part.select(TRAITS.names()).collect() for part in self.parts(table))])
        hits = np.zeros(own.height, np.bool_)
        for part in self.parts(keys):
            hits |= index_hits(part.collect(), own, wanted, traits, rule)
        return np.flatnonzero(hits)

    def rows(self, table: str, numbers: NDArray[np.int64]) -> Iterator[pl.DataFrame]:
        """Read rows (ascending numbers) of a table, in pieces, without their traits."""
        first = 0
        for part in self.parts(table, numbers="row of part"):
            end = first + part.select(pl.len()).collect().item()
            own = numbers[np.searchsorted(numbers, first) : np.searchsorted(numbers, end)] - first
            if own.size:
                chosen = pl.col("row of part").is_in(pl.Series(own, dtype=pl.UInt32).implode())
                yield part.filter(chosen).select(pl.exclude("row of part", *TRAITS)).collect()
            first = end


def pack(texts: pl.Series) -> pl.Series:
    """Compress each text by itself.

    >>> unpack(pack(pl.Series(["one", "two"]))).to_list()
    ['one', 'two']
    """
    one = zstd.ZstdCompressor(level=3)
    return pl.Series("packed", [one.compress(text.encode(), one.FLUSH_FRAME) for text in texts], dtype=pl.Binary)


def unpack(packed: pl.Series) -> pl.Series:
    """Give back what `pack` packed."""
    return pl.Series("text", [zstd.decompress(text).decode() for text in packed], dtype=pl.String)


def write_segment(folder: Path, tables: dict[str, Iterable[pl.DataFrame]]) -> None:
    """Write the tables of a new segment; what a killed call left in its place goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, schema in TABLES.items():
        (folder / name).mkdir(parents=True)
        if schema == KEYS:
            _write_keys(folder / name, pl.concat([schema.to_frame(), *tables[name]], rechunk=True))
            continue
        _write_rows(folder / name, schema, tables[name])


def _write_keys(folder: Path, keys: pl.DataFrame) -> None:
    for number, piece in enumerate(keys.iter_slices(KEYS_OF_PART)):
        _write_part(folder, number, piece)


def _write_rows(folder: Path, schema: pl.Schema, frames: Iterable[pl.DataFrame]) -> None:
    number, waiting = 0, schema.to_frame()
    for frame in frames:
        waiting = pl.concat([waiting, frame])
        while waiting.height >= ROWS_OF_PART:
            _write_part(folder, number, waiting.head(ROWS_OF_PART), row_group_size=ROWS_OF_GROUP)
            number, waiting = number + 1, waiting.slice(ROWS_OF_PART)
    _write_part(folder, number, waiting, row_group_size=ROWS_OF_GROUP)


def _write_part(folder: Path, number: int, rows: pl.DataFrame, *, row_group_size: int | None = None) -> None:
    """Write rows uncompressed: packing saves a sixth of the keys and costs five times the reading, at every append."""
    whole = rows.rechunk()  # else the bytes of the file would follow the batches
    write = partial(whole.write_parquet, compression="uncompressed", statistics=False, row_group_size=row_group_size)
    write_beside(folder / f"part-{number:05}.parquet", write)


def merged(one: Segment, other: Segment, folder: Path) -> Segment:
    """Write two segments, the second appended after the first, as one."""
    shifts = {"documents": ("rank", one.ranks), "paragraphs": ("at", one.documents), "keys": ("at", one.documents)}
    shifts["paragraph_keys"] = ("at", one.height("paragraphs"))

    def joined(table: str) -> Iterator[pl.DataFrame]:
        column, shift = shifts[table]
        yield from (part.collect() for part in one.parts(table))
        for part in other.parts(table):
            yield part.with_columns((pl.col(column) + shift).cast(TABLES[table][column])).collect()

    def sorted_(table: str) -> list[pl.DataFrame]:
        return [pl.concat([KEYS.to_frame(), *joined(table)]).sort("key", "at")]

    write_segment(folder, {name: sorted_(name) if TABLES[name] == KEYS else joined(name) for name in TABLES})
    batches = one.batches + other.batches
    return Segment(folder, batches, one.documents + other.documents, one.ranks + other.ranks)
