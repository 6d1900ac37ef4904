"""Read WET, the page texts of a web archive, past every record that is malformed.

The format is that of WARC 1.0 and 1.1 (ISO 28500): header lines, an empty line, as many bytes as Content-Length
says, two line ends. FastWARC was tried and left: it goes silently past damaged headers and short records, and panics
on a stream that cannot seek; of an archive the decompression takes nearly all of the time, whoever reads it.
"""

import re
from collections.abc import Iterator

from ghirbal.inputs import InputFile
from ghirbal.readers.reading import HEAD_BYTES, Reading, Records, Reject
from ghirbal.readers.streams import DamageError, blocks

LONGEST_HEADER = 1 << 16
VERSION = re.compile(rb"WARC/1\.[01]\r\n")
NEXT = re.compile(rb"\r\n\r\nWARC/1\.[01]\r\n")
FIELDS = {
    "id": "warc-record-id",
    "url": "warc-target-uri",
    "date": "warc-date",
    "lang": "warc-identified-content-language",
}


def read_archived(file: InputFile, reading: Reading) -> Iterator[Records]:
    """Rows of a file: its records of type `conversion`, which are texts; a row's number counts these and damaged ones.

    After a damaged header the reader goes on at the next line that begins a record.
    """
    source = Source(blocks(file, size=min(reading.batch_bytes, 1 << 20)))
    records, size, number = Records(file.name), 0, 0
    while True:
        start = source.offset
        try:
            if not source.fill(1):
                source.end(whole=True)
                break
            row, error = _record(source, reading)
        except DamageError as damage:
            head = damage.head or bytes(source.held[:HEAD_BYTES])
            records.rejects.append(Reject(file.name, None, start, str(damage), head))
            break
        size += source.offset - start
        if error:
            number += 1
            records.rejects.append(Reject(file.name, number, start, error, source.head))
        elif row is not None:
            number += 1
            records.numbers.append(number)
            records.rows.append(row)
        if size >= reading.batch_bytes or len(records.rows) + len(records.rejects) >= reading.batch_rows:
            yield Records(file.name, records.numbers, records.rows, records.rejects, size=size)
            records, size = Records(file.name), 0
    yield Records(file.name, records.numbers, records.rows, records.rejects, size=size)


class Source:
    """A stream of which some bytes are held: the first lies at `offset`; `head` is how the last record began."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self.stream = stream
        self.held = bytearray()
        self.offset = 0
        self.head = b""
        self._damage: DamageError | None = None

    def fill(self, size: int) -> bool:
        """Hold at least so many bytes, if so many can be read."""
        while len(self.held) < size:
            try:
                block = next(self.stream, None)
            except DamageError as damage:  # told when what came before it is read
                self._damage = damage
                return False
            if block is None:
                return False
            self.held += block
        return True

    def end(self, *, whole: bool = False) -> None:
        """Tell what ended the stream, if it was not the end of a `whole` record."""
        if self._damage is not None:
            raise self._damage
        if not whole:
            raise DamageError("the file ends in the middle of a record", self.head)

    def drop(self, size: int) -> None:
        """Go past so many bytes, read or not."""
        self.offset += size
        while size > len(self.held):
            size -= len(self.held)
            self.held.clear()
            if not self.fill(1):
                self.end()
        del self.held[:size]


def _record(source: Source, reading: Reading) -> tuple[dict[str, object] | None, str]:
    """Read one record: the row, None where it is no text, or what is wrong with it."""
    more = source.fill(LONGEST_HEADER)
    source.head = bytes(source.held[:HEAD_BYTES])
    held = bytes(source.held[:LONGEST_HEADER])
    if not more and VERSION.match(held) and b"\r\n\r\n" not in held:
        source.end()
    header, error = _header(held)
    if error:
        _go_on(source)
        return None, error
    source.drop(int(header["header"]))
    length = int(header["content-length"])
    body, error = b"", ""
    if header.get("warc-type") != "conversion" or length > reading.max_row:
        source.drop(length)
        if header.get("warc-type") == "conversion":
            error = f"the record has {length} bytes, more than the {reading.max_row} allowed"
    else:
        if not source.fill(length):
            source.end()
        body = bytes(source.held[:length])
        source.drop(length)
    if source.fill(4) and not source.held.startswith(b"\r\n\r\n"):
        _go_on(source)
        return None, f"no record ends after the {length} bytes that its header tells"
    source.drop(min(4, len(source.held)))
    if error or header.get("warc-type") != "conversion":
        return None, error
    try:
        text = body.decode()
    except UnicodeDecodeError as undecodable:
        return None, f"not utf-8: {undecodable.reason} at byte {undecodable.start} of the text"
    row: dict[str, object] = {reading.fields.column(field): header.get(name) for field, name in FIELDS.items()}
    return {**row, reading.fields.column("text"): text}, ""


def _header(held: bytes) -> tuple[dict[str, str], str]:
    """Return the fields of a header by their names in small letters, with its size as `header`; or what is wrong."""
    version = VERSION.match(held)
    if version is None:
        return {}, "no header of a WARC record"
    end = held.find(b"\r\n\r\n")
    if end < 0:
        return {}, f"a header without an end in {LONGEST_HEADER} bytes"
    try:
        lines = held[version.end() : end].decode().split("\r\n")
    except UnicodeDecodeError as error:
        return {}, f"not utf-8: {error.reason} at byte {version.end() + error.start} of the header"
    header = {
        name.strip().lower(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon
    }
    if not re.fullmatch(r"[0-9]{1,18}", header.get("content-length", "")):
        return {}, "no Content-Length in the header"
    return {**header, "header": str(end + 4)}, ""


def _go_on(source: Source) -> None:
    """Go to the next place where a record begins."""
    source.drop(1)
    while True:
        found = NEXT.search(source.held)
        if found:
            source.drop(found.start() + 4)
            return
        longest = len("\r\n\r\nWARC/1.0\r\n") - 1
        source.drop(max(0, len(source.held) - longest))
        if not source.fill(len(source.held) + 1):
            source.drop(len(source.held))
            return
