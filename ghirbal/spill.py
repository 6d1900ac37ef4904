"""The tables that a job spills to its work folder, a Parquet file for each part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Spill:
    """Where the tables lie.

    They are not compressed: packing the text of an archive costs more time
    than the whole cleaning of it, unpacking it half as much, and it is gone
    when the job ends.
    """

    folder: Path

    def path(self, table: str, part: int, *, suffix: str = "parquet") -> Path:
        """Return the file of one part of a table."""
        return self.folder / f"{table}-{part:05}.{suffix}"

    def write(self, table: str, part: int, frame: pl.DataFrame) -> Path:
        """Spill one part."""
        path = self.path(table, part)
        frame.write_parquet(path, compression="uncompressed", statistics=False)
        return path

    def read(self, table: str, part: int, *columns: str) -> pl.DataFrame:
        """Read some columns of one part again; all, if none is named."""
        return pl.read_parquet(self.path(table, part), columns=list(columns) or None, glob=False)

    def schema(self, table: str, part: int) -> pl.Schema:
        """Read the names and types of one part's columns."""
        return pl.scan_parquet(self.path(table, part), glob=False).collect_schema()

    def whole(self, table: str, heights: Sequence[int]) -> "Spilled":
        """Take the parts of a table, of these heights, as one."""
        return Spilled(self, table, np.cumsum([0, *heights]))


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table: row `i` of these has the number `numbers[i]` in it (ascending)."""

    numbers: NDArray[np.int64]
    table: pl.DataFrame

    def gather(self, numbers: pl.Series, *, prefix: str = "") -> pl.DataFrame:
        """Give the rows of these numbers, in their order; one of nulls for a null.

        >>> Rows(np.array([7, 9]), pl.DataFrame({"id": ["a", "b"]})).gather(pl.Series([9, None, 7]))["id"].to_list()
        ['b', None, 'a']
        """
        known = pl.Series(np.searchsorted(self.numbers, numbers.fill_null(0).to_numpy()), dtype=pl.get_index_type())
        places = known.zip_with(numbers.is_not_null(), pl.Series([None], dtype=known.dtype))
        return self.table.select(pl.all().gather(places).name.prefix(prefix))

    def beside(self, others: pl.DataFrame, first: int) -> "Rows":
        """Add rows whose numbers begin with `first`, above all of these."""
        more = np.arange(first, first + others.height)
        return Rows(np.concatenate([self.numbers, more]), pl.concat([self.table, others], how="vertical_relaxed"))


@dataclass(frozen=True, slots=True)
class Spilled:
    """A table's parts as one: row number `firsts[p] + i` of it is row `i` of part `p`."""

    spill: Spill
    table: str
    firsts: NDArray[np.int64]

    def beside(self, table: str) -> "Spilled":
        """Take another table that has a row for each of these."""
        return Spilled(self.spill, table, self.firsts)

    @property
    def height(self) -> int:
        """Rows of all parts."""
        return int(self.firsts[-1])

    @property
    def parts(self) -> range:
        """Numbers of the parts."""
        return range(len(self.firsts) - 1)

    def schema(self, part: int) -> pl.Schema:
        """Read the names and types of one part's columns."""
        return self.spill.schema(self.table, part)

    def read(self, *columns: str) -> pl.DataFrame:
        """Read some columns of all parts; all, if none is named."""
        return pl.concat([self.spill.read(self.table, part, *columns) for part in self.parts])

    def pieces(self, *columns: str) -> Iterator[pl.DataFrame]:
        """Read some columns again, a part at a time."""
        for part in self.parts:
            yield self.spill.read(self.table, part, *columns)

    def places(self, numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Find rows (ascending numbers): the parts that hold any, each with the places of its own."""
        bounds = np.searchsorted(numbers, self.firsts)
        for part in self.parts:
            own = numbers[bounds[part] : bounds[part + 1]] - self.firsts[part]
            if own.size:
                yield part, own

    def rows(self, numbers: NDArray[np.int64], *columns: str) -> "Rows":
        """Read some columns of some rows (any numbers, in any order)."""
        numbers = np.unique(numbers)
        found = [self.spill.read(self.table, part, *columns)[own] for part, own in self.places(numbers)]
        return Rows(numbers, pl.concat(found) if found else pl.DataFrame(schema=dict.fromkeys(columns, pl.Null)))

    def texts(self, numbers: NDArray[np.int64]) -> Iterator[pl.Series]:
        """Read the texts of some rows (ascending numbers) again, a part at a time."""
        for part, own in self.places(numbers):
            yield self.spill.read(self.table, part, "text")["text"].gather(own)
