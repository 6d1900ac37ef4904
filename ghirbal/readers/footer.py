"""Find the row groups of a Parquet file in its footer.

Polars tells neither where row groups begin nor how large they are; both are
needed to read in bounded batches and to say which rows a damage cost. The
footer is a Thrift structure in the compact protocol:
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAGIC = b"PAR1"
ENCRYPTED = b"PARE"


class FooterError(ValueError):
    """The file has no footer that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows that lie together: the first from 0, how many, at which byte, and their bytes unpacked."""

    first: int
    rows: int
    offset: int
    size: int


def row_groups(path: Path) -> list[RowGroup]:
    """Row groups of a file in order, empty ones left out."""
    try:
        groups = [_row_group(group) for group in read_footer(path)[4]]
    except (LookupError, TypeError, ValueError) as error:
        if isinstance(error, FooterError):
            raise
        raise FooterError("the Parquet footer is damaged") from error
    first, found = 0, []
    for rows, offset, decoded in groups:
        if rows:
            found.append(RowGroup(first, rows, offset, decoded))
        first += rows
    return found


def read_footer(path: Path) -> dict[int, Any]:
    """Read the footer as Thrift has it: fields by number."""
    with path.open("rb") as stream:
        size = path.stat().st_size
        if size < 12:
            raise FooterError("the file is too short for Parquet")
        stream.seek(-8, 2)
        length, magic = struct.unpack("<I4s", stream.read(8))
        if magic == ENCRYPTED:
            raise FooterError("the Parquet file is encrypted")
        if magic != MAGIC or length > size - 12:
            raise FooterError("the file does not end like Parquet; it is truncated or something else")
        stream.seek(-8 - length, 2)
        footer = stream.read(length)
    try:
        return _Thrift(footer).struct()
    except (LookupError, TypeError, ValueError, struct.error, RecursionError) as error:
        raise FooterError("the Parquet footer is damaged") from error


def _row_group(group: dict[int, Any]) -> tuple[int, int, int]:
    columns = [column[3] for column in group[1]]
    # A column chunk begins with its dictionary page, where it has one.
    offset = min((min(column.get(11) or column[9], column[9]) for column in columns), default=0)
    return group[3], offset, group[2]


class _Thrift:
    """Reader of Thrift's compact protocol: fields by number, as Python values."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def struct(self) -> dict[int, Any]:
        fields: dict[int, Any] = {}
        number = 0
        while byte := self._byte():
            number = number + (byte >> 4) if byte >> 4 else self._zigzag()
            fields[number] = self._value(byte & 15)
        return fields

    def _value(self, kind: int) -> Any:  # noqa: PLR0911  (a table)
        match kind:
            case 1 | 2:
                return kind == 1
            case 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._zigzag()
            case 7:
                return struct.unpack("<d", self._take(8))[0]
            case 8:
                return self._take(self._varint())
            case 9 | 10:
                head = self._byte()
                count = head >> 4 if head >> 4 < 15 else self._varint()
                return [self._item(head & 15) for _ in range(count)]
            case 12:
                return self.struct()
        raise ValueError(f"Thrift type {kind} does not occur in Parquet")

    def _item(self, kind: int) -> Any:
        # In a list a Boolean is a byte of its own, elsewhere its type is its value.
        return self._byte() == 1 if kind in (1, 2) else self._value(kind)

    def _byte(self) -> int:
        byte = self.data[self.at]
        self.at += 1
        return byte

    def _take(self, length: int) -> bytes:
        self.at += length
        if self.at > len(self.data):
            raise ValueError("the footer ends in the middle of a value")
        return self.data[self.at - length : self.at]

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7

    def _zigzag(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)
