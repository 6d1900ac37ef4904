"""Read a text file as one document."""

import codecs
from collections.abc import Iterator

from ghirbal.inputs import InputFile
from ghirbal.readers.lines import UTF16_MARKS
from ghirbal.readers.reading import HEAD_BYTES, Reading, Records, Reject
from ghirbal.readers.streams import DamageError, ascii_compatible, blocks


def read_plain(file: InputFile, reading: Reading) -> Iterator[Records]:
    """The one row of a file, whose id is the file's name.

    A file that breaks off is rejected whole: half a document is none.
    """
    encoding = reading.encoding if ascii_compatible(reading.encoding) else "utf-8"
    kept: list[bytes] = []
    size = 0
    error = ""
    try:
        for block in blocks(file, size=reading.batch_bytes, encoding=reading.encoding):
            size += len(block)
            if size <= reading.max_row or not kept:
                kept.append(block if size <= reading.max_row else block[:HEAD_BYTES])
    except DamageError as damage:
        error = str(damage)
    content = b"".join(kept)
    if size > reading.max_row:
        error = f"the file has {size} bytes, more than the {reading.max_row} allowed"
    elif not error and encoding == "utf-8":
        if content.startswith(UTF16_MARKS):
            error = "the file begins with the byte order mark of UTF-16: name it by --encoding utf-16"
        content = content.removeprefix(codecs.BOM_UTF8)
    if not error:
        try:
            fields = reading.fields
            row: dict[str, object] = {
                fields.column("id"): file.name,
                fields.column("text"): content.decode(encoding),
            }
            yield Records(file.name, [1], [row], size=size)
            return
        except UnicodeDecodeError as undecodable:
            error = f"not {encoding}: {undecodable.reason} at byte {undecodable.start}"
    yield Records(file.name, rejects=[Reject(file.name, 1, 0, error, content[:HEAD_BYTES])], size=size)
