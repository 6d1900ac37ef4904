"""What the readers are told, and what they hand on."""

import difflib
from dataclasses import dataclass, field
from encodings.aliases import aliases

import polars as pl

from ghirbal.columns import Kind
from ghirbal.errors import UsageError
from ghirbal.fields import Fields

HEAD_BYTES = 96
ROW_SCHEMA = pl.Schema(
    {"file": pl.String, "row": pl.UInt64}
    | dict.fromkeys(("id", "text", "title", "url", "site", "date", "lang"), pl.String)
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Options of reading; `limit` ends it after so many rows; the last two bound a batch and never change an answer."""

    fields: Fields = field(default_factory=Fields)
    encoding: str = "utf-8"
    max_row: int = 64 << 20
    limit: int | None = None
    batch_bytes: int = 32 << 20
    batch_rows: int = 65_536

    def __post_init__(self) -> None:
        if min(self.max_row, self.batch_bytes, self.batch_rows, self.limit or 1) < 1:
            raise UsageError("max_row, limit, batch_bytes and batch_rows must be at least 1")
        try:
            "".encode(self.encoding)
        except (LookupError, UnicodeError) as error:
            asked = self.encoding.lower().replace("-", "_")
            near = [name for name in difflib.get_close_matches(asked, aliases, n=1) if name != asked]
            hint = f"; the nearest is {near[0].replace('_', '-')}" if near else ""
            raise UsageError(f"no encoding is called {self.encoding}{hint}") from error


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read, or (row None) the unreadable rest of a file.

    `offset` is the byte where it begins in the decompressed file; in Parquet,
    where rows have no place of their own, the byte where its row group begins.
    """

    file: str
    row: int | None
    offset: int
    error: str
    head: bytes


Place = tuple[int, int]
"""The number of a file, and of a piece in it."""


@dataclass(frozen=True, slots=True)
class Records:
    """Some rows of one file of text, as its reader hands them on.

    `seen` are columns that rejected rows or a header have; `size` is in bytes.
    """

    file: str
    numbers: list[int] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    size: int = 0
    place: Place = (0, 0)


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows of one Parquet file, as its reader hands them on."""

    file: str
    numbers: pl.Series
    frame: pl.DataFrame
    rejects: list[Reject]
    size: int
    place: Place = (0, 0)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one or more files.

    `rows` has the columns of ROW_SCHEMA, with id and text never null. `carried`
    has the input's other columns as `ghirbal.columns` encodes them; `kinds`
    says of every input column, also text, id and site, what it is made of. `end`
    is where the next batch begins: the number of a file, and of a piece in it.
    """

    rows: pl.DataFrame
    carried: pl.DataFrame
    kinds: dict[str, Kind]
    rejects: list[Reject]
    size: int
    end: Place = (0, 0)
