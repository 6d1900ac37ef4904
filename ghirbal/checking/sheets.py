"""Files whose texts know where they are written."""

import codecs
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from ghirbal.checking.values import Value, delimited_value, json_value, plain_value
from ghirbal.inputs import InputFile
from ghirbal.readers import Fields, Reading, Reject, host
from ghirbal.readers.delimited import DELIMITERS, Source, read_delimited
from ghirbal.readers.jsonl import read_jsonl
from ghirbal.readers.parquet import read_parquet
from ghirbal.readers.plain import read_plain
from ghirbal.readers.reading import Records
from ghirbal.readers.streams import DamageError, ascii_compatible, blocks


@dataclass(frozen=True, slots=True)
class Document:
    """A row with a text: its number, and bytes `start` to `end` of the content that are its record."""

    row: int
    text: str
    fields: Mapping[str, object]
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is shown, from 1.

    `row` and `column` speak of the row: of its record, in characters, and of a text file's lines. `line` and
    `line_column` are those of the file, for editors; None where a file has no lines (Parquet).
    """

    row: int
    column: int
    line: int | None
    line_column: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it stands: its decompressed bytes, its documents in order, and what could not be read.

    `content` is in `encoding`: that of the file, `stored`, or UTF-8 where its line feeds have more than a byte.
    It is empty for Parquet.
    """

    file: InputFile
    path: str
    content: bytes
    encoding: str
    stored: str
    value: Callable[[str], Value]
    documents: tuple[Document, ...]
    rejects: tuple[Reject, ...] = field(default=())

    @property
    def whole(self) -> bool:
        """Whether the file was read to its end, so that it can be written again."""
        return all(reject.row is not None for reject in self.rejects)

    def written(self, document: Document) -> Value:
        """Return the document's text with its place in the record."""
        if self.file.format == "parquet":
            return plain_value(document.text)
        return self.value(self.content[document.start : document.end].decode(self.encoding))

    def place(self, document: Document, value: Value, at: int) -> Place:
        """Return how a character of the document's record is shown; `Value.places` gives those of its text."""
        match self.file.format:
            case "parquet":
                return Place(document.row, at + 1, None, None)
            case "jsonl":
                return Place(document.row, at + 1, document.row, at + 1)
        above = value.raw.count("\n", 0, at)
        line = self.line(document.start) + above
        column = at - value.raw.rfind("\n", 0, at)
        if self.file.format == "txt":
            return Place(line, column, line, column)
        return Place(document.row, at + 1, line, column)

    def line(self, offset: int) -> int:
        """Return the line of the file on which a byte stands."""
        return self.content.count(b"\n", 0, offset) + 1


def read_sheet(file: InputFile, reading: Reading) -> Sheet:
    """Read a file whole: what is checked before a commit is small, and a repair needs all of it."""
    encoding = reading.encoding if ascii_compatible(reading.encoding) else "utf-8"
    if file.format == "parquet":
        return _tabular(file, reading)
    content = _content(file, reading)
    field_ = reading.fields.column("text")
    value: Callable[[str], Value]
    match file.format:
        case "jsonl":
            # A file that escapes everything beyond ASCII goes on doing so.
            value = partial(json_value, field=field_, encoding="ascii" if content.isascii() else reading.encoding)
            documents, rejects = _rows(file, reading, content)
        case "txt":
            value = plain_value
            documents, rejects = _plain(file, reading, content)
        case _:
            column, documents, rejects = _delimited(file, reading)
            value = partial(delimited_value, column=column, delimiter=DELIMITERS[file.format])
    return Sheet(file, shown(file.path), content, encoding, reading.encoding, value, tuple(documents), tuple(rejects))


def about(documents: Sequence[Document], fields: Fields) -> pl.DataFrame:
    """Return the `id`, `title`, `date` and `site` of documents; a missing site is the host of the url."""
    names = ("id", "title", "date", "site", "url")
    columns = {name: [document.fields.get(fields.column(name)) for document in documents] for name in names}
    frame = pl.DataFrame(
        {name: [None if one is None else str(one) for one in column] for name, column in columns.items()},
        schema=dict.fromkeys(names, pl.String),
    )
    return frame.with_columns(site=pl.coalesce("site", host(pl.col("url")))).drop("url")


def shown(path: Path) -> str:
    """Return a file's path as findings name it: below the current folder without that folder.

    >>> shown(Path.cwd() / "day" / "a.jsonl")
    'day/a.jsonl'
    """
    here = Path.cwd()
    name = path.relative_to(here) if path.is_relative_to(here) else path
    return os.fsencode(name.as_posix()).decode("utf-8", "backslashreplace")


def _content(file: InputFile, reading: Reading) -> bytes:
    read = []
    try:
        for block in blocks(file, size=reading.batch_bytes, encoding=reading.encoding):
            read.append(block)  # noqa: PERF402 - what came before a damage is kept
    except DamageError:
        pass  # the reader of the format meets it too, and says so
    return b"".join(read)


def _mark(content: bytes) -> int:
    return len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0


def _rows(file: InputFile, reading: Reading, content: bytes) -> tuple[list[Document], list[Reject]]:
    documents, rejects = list[Document](), list[Reject]()
    text = reading.fields.column("text")
    number, start = 1, _mark(content)
    for records in read_jsonl(file, reading):
        rejects += records.rejects
        for row, fields in zip(records.numbers, records.rows, strict=True):
            for _ in range(number, row):
                start = content.index(b"\n", start) + 1
            number = row
            end = content.find(b"\n", start)
            end = len(content) if end < 0 else end
            documents.append(Document(row, str(fields[text]), fields, start, end))
    return documents, rejects


def _plain(file: InputFile, reading: Reading, content: bytes) -> tuple[list[Document], list[Reject]]:
    records = next(read_plain(file, reading))
    text = reading.fields.column("text")
    documents = [Document(1, str(row[text]), {}, _mark(content), len(content)) for row in records.rows]
    return documents, records.rejects


def _delimited(file: InputFile, reading: Reading) -> tuple[int, list[Document], list[Reject]]:
    good, rejects = dict[int, dict[str, object]](), list[Reject]()
    for records in read_delimited(file, reading):
        good.update(zip(records.numbers, records.rows, strict=True))
        rejects += records.rejects
    if not good:
        return 0, [], rejects
    text = reading.fields.column("text")
    source = Source(file, reading)
    found = source.records()
    header, _ = next(found)
    documents = []
    for row, _ in enumerate(found, 1):
        if fields := good.get(row):
            start, end = source.start, source.start + source.size - 1
            documents.append(Document(row, str(fields[text]), fields, start, end - _is_crlf(source)))
    return header.index(text), documents, rejects


def _is_crlf(source: Source) -> bool:
    last = source.held[-1]
    return isinstance(last, tuple) and last[1].endswith(b"\r")


def _tabular(file: InputFile, reading: Reading) -> Sheet:
    documents, rejects = list[Document](), list[Reject]()
    text = reading.fields.column("text")
    names = [reading.fields.column(name) for name in ("id", "title", "url", "site", "date")]
    for piece in read_parquet(file, reading):
        rejects += piece.rejects
        if isinstance(piece, Records):
            continue
        others = piece.frame.select(name for name in names if name in piece.frame.columns and name != text)
        rows: Iterable[dict[str, object]] = others.iter_rows(named=True) if others.width else [{}] * len(piece.numbers)
        documents += [
            Document(row, one, fields) for row, one, fields in zip(piece.numbers, piece.frame[text], rows, strict=True)
        ]
    return Sheet(file, shown(file.path), b"", "utf-8", "utf-8", plain_value, tuple(documents), tuple(rejects))
