"""Write repaired records into their file, everything else in it as it was."""

import gzip
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import polars as pl

from ghirbal.checking.sheets import Sheet, read_sheet
from ghirbal.checking.values import Value
from ghirbal.readers import Reading
from ghirbal.readers.footer import FooterError, read_footer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Compression = Literal["uncompressed", "snappy", "gzip", "brotli", "lz4", "zstd"]
CODECS: dict[int, Compression] = {0: "uncompressed", 1: "snappy", 2: "gzip", 4: "brotli", 5: "lz4", 6: "zstd", 7: "lz4"}
_GZIP_LEVELS = {2: 9, 4: 1}  # what the header tells of it; 6 is the default of the tool


class NotWritableError(Exception):
    """The file cannot be written again as it is; the message says why."""


def rewrite(sheet: Sheet, records: Mapping[int, Value], reading: Reading) -> None:
    """Put new records, by the position of their documents, in the place of the old ones, in one step.

    The file keeps its mode, its compression and every byte outside the records. NotWritableError says why a
    file stays as it is: it holds what could not be written back, or changed while it was being read.
    """
    path = Path(os.path.realpath(sheet.file.path))
    if sheet.file.format == "parquet":
        _replace(path, _parquet(sheet, records, reading.fields.column("text")))
        return
    before = path.read_bytes()
    if read_sheet(sheet.file, reading).content != sheet.content:
        raise NotWritableError("the file changed while it was being checked")
    content = new_content(sheet, records)
    if sheet.encoding != sheet.stored:
        content = _encoded(content, sheet, unpacked=_unpacked(before, sheet.file.compression))
    _replace(path, _packed(content, before, sheet.file.compression))


def new_content(sheet: Sheet, records: Mapping[int, Value]) -> bytes:
    """Return the content of a text file with new records in it.

    >>> from ghirbal.inputs import InputFile
    >>> file = InputFile(Path("a.txt"), "a.txt", "txt", None, 3)
    >>> from ghirbal.checking.sheets import Document
    >>> from ghirbal.checking.values import plain_value
    >>> sheet = Sheet(file, "a.txt", b"a  b", "utf-8", "utf-8", plain_value, (Document(1, "a  b", {}, 0, 4),))
    >>> new_content(sheet, {0: plain_value("a b")})
    b'a b'
    """
    pieces, at = [], 0
    for number in sorted(records):
        document = sheet.documents[number]
        pieces += [sheet.content[at : document.start], records[number].raw.encode(sheet.encoding)]
        at = document.end
    return b"".join([*pieces, sheet.content[at:]])


def _encoded(content: bytes, sheet: Sheet, *, unpacked: bytes) -> bytes:
    if sheet.content.decode().encode(sheet.stored) != unpacked:
        raise NotWritableError(f"the file is not what Python writes as {sheet.stored}: name its byte order")
    return content.decode().encode(sheet.stored)


def _unpacked(stored: bytes, compression: str | None) -> bytes:
    match compression:
        case "gzip":
            return gzip.decompress(stored)
        case "zstd":
            return zstd.decompress(stored)
    return stored


def _packed(content: bytes, before: bytes, compression: str | None) -> bytes:
    """Compress as the file was, with the name, time, level and checksum that its first header tells."""
    match compression:
        case "gzip":
            named = before[3] == 8  # a name, and no other optional part before it
            name = before[10:].split(b"\0", 1)[0].decode("latin-1") if named else ""
            out = io.BytesIO()
            level, time = _GZIP_LEVELS.get(before[8], 6), int.from_bytes(before[4:8], "little")
            with gzip.GzipFile(name, "wb", level, out, time) as stream:
                stream.write(content)
            return out.getvalue()
        case "zstd":
            checksum = before[4] >> 2 & 1
            return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: checksum})
    return content


def _parquet(sheet: Sheet, records: Mapping[int, Value], text: str) -> bytes:
    """Write the whole table again, as Parquet has no place for a longer value; only if all its types stay."""
    path = sheet.file.path
    frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
    rows = [sheet.documents[number].row - 1 for number in sorted(records)]
    texts = pl.Series([records[number].text for number in sorted(records)], dtype=pl.String)
    old = frame[text]
    if old.dtype not in (pl.String, pl.Binary, pl.Categorical):
        raise NotWritableError(f"the column {text} is {old.dtype}, which has no place for other texts")
    new = old.cast(pl.String).scatter(rows, texts).cast(old.dtype)
    footer = read_footer(path)
    kept = {key: value for key, value in pl.read_parquet_metadata(path).items() if key != "ARROW:schema"}
    first = footer[4][0]
    about = first[1][0][3]
    if about[4] not in CODECS:
        raise NotWritableError("the file is compressed in a way that cannot be written")
    out = io.BytesIO()
    frame.with_columns(new).write_parquet(
        out,
        compression=CODECS[about[4]],
        row_group_size=first[3],
        statistics=12 in about,
        metadata=kept,
    )
    with tempfile.NamedTemporaryFile(suffix=".parquet") as trial:
        trial.write(out.getbuffer())
        trial.flush()
        try:
            same = _types(read_footer(Path(trial.name))) == _types(footer)
        except FooterError:
            same = False
    out.seek(0)
    if not same or pl.read_parquet_schema(out) != pl.scan_parquet(path, glob=False).collect_schema():
        raise NotWritableError("the file has columns of types that would be written as others")
    return out.getvalue()


def _types(footer: dict[int, Any]) -> list[tuple[int | None, int | None]]:
    """Return the physical type and width of each column, groups left out."""
    return [(element.get(1), element.get(2)) for element in footer[2] if 1 in element]


def _replace(path: Path, content: bytes) -> None:
    """Put a file with this content in the place of another, whole or not at all, with its mode and owner."""
    status = path.stat()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as beside:
        try:
            beside.write(content)
            beside.flush()
            os.fsync(beside.fileno())
            shutil.copymode(path, beside.name)
            with suppress(PermissionError):  # only the superuser may give files away
                os.fchown(beside.fileno(), status.st_uid, status.st_gid)
            Path(beside.name).replace(path)
        except BaseException:
            Path(beside.name).unlink(missing_ok=True)
            raise
