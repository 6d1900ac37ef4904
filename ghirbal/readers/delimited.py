"""Read CSV and TSV with a header, past every record that is malformed."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from ghirbal.inputs import InputFile
from ghirbal.readers.lines import Broken, Lines, LongLine, cut_lines
from ghirbal.readers.reading import HEAD_BYTES, Reading, Records, Reject
from ghirbal.readers.streams import ascii_compatible, blocks

DELIMITERS = {"csv": ",", "tsv": "\t"}


def read_delimited(file: InputFile, reading: Reading) -> Iterator[Records]:
    """Rows of a file as RFC 4180 has them, all strings; a row's number counts records after the header.

    Blank lines are no records. After bad quoting the reader goes on at the
    line after the one where the record began: a quote that is never closed
    then costs one record, not the rest of the file. A record with more or
    fewer fields than the header is rejected alone.
    """
    source = Source(file, reading)
    found = source.records()
    header, error = next(found, ([], ""))
    if header and not error:
        error = _header_error(header, reading.fields.column("text"))
    if error:
        reject = Reject(file.name, None, source.start, f"no usable header: {error}", source.head)
        yield Records(file.name, rejects=[reject], seen=set(header))
        return
    header = _named(header)
    records, size = Records(file.name, seen=set(header)), 0
    for number, (values, damage) in enumerate(found, 1):
        error = damage
        if not damage and len(values) != len(header):
            error = f"{len(values)} fields, where the header has {len(header)}"
        if error:
            row = None if source.broken else number
            records.rejects.append(Reject(file.name, row, source.start, error, source.head))
        else:
            records.numbers.append(number)
            records.rows.append(dict(zip(header, values, strict=True)))
        size += source.size
        if size >= reading.batch_bytes or len(records.rows) + len(records.rejects) >= reading.batch_rows:
            yield replace(records, size=size)
            records, size = Records(file.name), 0
    yield replace(records, size=size)


def _header_error(header: list[str], text: str) -> str:
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        return f"the column {twice!r} stands twice"
    return "" if text in header else f"no column {text!r} among {', '.join(header)[:200]}"


def _named(header: list[str]) -> list[str]:
    """Name the columns that have no name by their place, each otherwise than every other column.

    >>> _named(["text", "", "column_2", ""])
    ['text', 'column_2_', 'column_2', 'column_4']
    """
    named = []
    for place, given in enumerate(header, 1):
        name = given or f"column_{place}"
        while not given and name in header:
            name += "_"
        named.append(name)
    return named


class _UnreadableError(Exception):
    """A line cannot be handed to the parser; the message says why."""


class Source:
    """The records of a file, and the place of the last one: CSV lets nobody tell it from the record alone."""

    def __init__(self, file: InputFile, reading: Reading) -> None:
        # The module's limit holds for the whole interpreter; it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), reading.max_row))
        self.delimiter = DELIMITERS[file.format]
        self.encoding = reading.encoding if ascii_compatible(reading.encoding) else "utf-8"
        stream = blocks(file, size=min(reading.batch_bytes, 1 << 20), encoding=reading.encoding)
        self.pieces = cut_lines(stream, max_row=reading.max_row, utf8=self.encoding == "utf-8")
        self.max_row = reading.max_row
        self.ahead: deque[tuple[int, bytes] | LongLine | Broken] = deque()
        self.held: list[tuple[int, bytes] | LongLine | Broken] = []
        self.size = 0
        self.broken = False

    @property
    def start(self) -> int:
        """Byte at which the record begins."""
        first = self.held[0]
        return first[0] if isinstance(first, tuple) else first.offset

    @property
    def head(self) -> bytes:
        """First bytes of the record."""
        first = self.held[0]
        return first[1][:HEAD_BYTES] if isinstance(first, tuple) else first.head

    def records(self) -> Iterator[tuple[list[str], str]]:
        """Yield the fields of each record, or none and what is wrong with it."""
        parser = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        while True:
            self.held.clear()
            self.size = 0
            try:
                values = next(parser)
            except StopIteration:
                return
            except (csv.Error, _UnreadableError) as error:
                yield [], str(error) if isinstance(error, _UnreadableError) else f"bad quoting: {error}"
                if self.broken:
                    return
                self.ahead.extendleft(reversed(self.held[1:]))
                parser = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
                continue
            if values:
                yield values, ""

    def _lines(self) -> Iterator[str]:
        while True:
            while not self.ahead:
                piece = next(self.pieces, None)
                if piece is None:
                    return
                if isinstance(piece, Lines):
                    self.ahead.extend(zip(piece.offsets(), piece.lines, strict=True))
                else:
                    self.ahead.append(piece)
            line = self.ahead.popleft()
            self.held.append(line)
            yield self._decoded(line)

    def _decoded(self, line: tuple[int, bytes] | LongLine | Broken) -> str:
        if isinstance(line, LongLine):
            raise _UnreadableError(f"a line of {line.size} bytes, more than the {self.max_row} allowed")
        if isinstance(line, Broken):
            self.broken = True
            raise _UnreadableError(line.error)
        self.size += len(line[1]) + 1
        if self.size > self.max_row + 1:
            raise _UnreadableError(f"the record has more than the {self.max_row} bytes allowed")
        try:
            return line[1].decode(self.encoding) + "\n"
        except UnicodeDecodeError as error:
            raise _UnreadableError(f"not {self.encoding}: {error.reason} at byte {error.start} of the line") from error
