"""Read a text file as one document."""

import codecs
from collections.abc import Iterator

from ghirbal.inputs import InputFile
from ghirbal.readers.reading import HEAD_BYTES, Reading, Records, Reject
from ghirbal.readers.streams import DamageError, ascii_compatible, blocks


def read_plain(file: InputFile, reading: Reading) -> Iterator[Records]:
    """Yield the one row of a file, whose id is the file's name.

    A file that breaks off is rejected whole: half a document is none.
    """
    encoding = reading.encoding if ascii_compatible(reading.encoding) else "utf-8"
    kept: list[bytes] = []
    size = 0
    error, head = "", b""
    try:
        for block in blocks(file, size=reading.batch_bytes, encoding=reading.encoding):
            size += len(block)
            if size <= reading.max_row or not kept:
                kept.append(block if size <= reading.max_row else block[:HEAD_BYTES])
    except DamageError as damage:
        error, head = str(damage), damage.head
    content = b"".join(kept)
    if size > reading.max_row:
        error = f"the file has {size} bytes, more than the {reading.max_row} allowed"
    elif encoding == "utf-8":
        content = content.removeprefix(codecs.BOM_UTF8)
    text = ""
    if not error:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as undecodable:
            error = f"not {encoding}: {undecodable.reason} at byte {undecodable.start}"
    if error:
        yield Records(file.name, rejects=[Reject(file.name, 1, 0, error, head or content[:HEAD_BYTES])], size=size)
    else:
        row: dict[str, object] = {reading.fields.column("id"): file.name, reading.fields.column("text"): text}
        yield Records(file.name, [1], [row], size=size)
