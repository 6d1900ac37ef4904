"""Read files of every format as batches with the same columns."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import TypeVar

import polars as pl

from ghirbal.columns import STRING, Kind, encode_rows, json_texts, kinds_of_frame
from ghirbal.errors import UsageError
from ghirbal.fields import Fields
from ghirbal.inputs import InputFile
from ghirbal.readers.archived import read_archived
from ghirbal.readers.delimited import read_delimited
from ghirbal.readers.jsonl import read_jsonl
from ghirbal.readers.parquet import read_parquet
from ghirbal.readers.plain import read_plain
from ghirbal.readers.reading import ROW_SCHEMA, Batch, Place, Reading, Records, Table

READERS = {
    "jsonl": read_jsonl,
    "csv": read_delimited,
    "tsv": read_delimited,
    "parquet": read_parquet,
    "txt": read_plain,
    "wet": read_archived,
}
DEFAULT = Reading()
Piece = TypeVar("Piece", Records, Records | Table)
# After the scheme and a user's name, up to the port; without a scheme, what has a dot before the first slash.
HOST = (
    r"^\s*(?:(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//(?:[^/?#@]*@)?(\[[^\]]*\]|[^/:?#\s]+)"
    r"|([\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+)(?:[:/?#\s]|$))"
)


def read(
    files: Sequence[InputFile],
    reading: Reading = DEFAULT,
    *,
    checked: bool = False,
    begin: Place = (0, 0),
) -> Iterator[Batch]:
    """Rows of all files in order; small files share a batch.

    A field that the user named and that no row of the first file has raises
    UsageError when that file ends, unless that is `checked` already (these are
    not the first files). Memory holds one batch, whatever the files. With
    `begin`, where an earlier batch ended (`Batch.end`), come those after it.
    """
    lacking = {} if checked or begin[0] else reading.fields.named()
    skipped = begin if reading.limit is None and not lacking else (0, 0)
    pending: list[Records | Table] = []
    last: Records | Table | None = None  # of those pending that have rows
    rows = size = 0
    for piece in limited(_pieces(files, reading, lacking, skipped), reading.limit):
        count = len(piece.numbers) + len(piece.rejects)
        full = rows + count > reading.batch_rows or size + piece.size > reading.batch_bytes
        if pending and (full or not _fits(last, piece)):
            if piece.place > begin:
                yield _batch(pending, reading.fields, piece.place)
            pending, last, rows, size = [], None, 0, 0
        pending.append(piece)
        last = piece if len(piece.numbers) else last
        rows, size = rows + count, size + piece.size
    end = len(files), 0
    if pending and end > begin:
        yield _batch(pending, reading.fields, end)


def limited(pieces: Iterator[Piece], limit: int | None) -> Iterator[Piece]:
    """End after the row of this number that can be read; rows that cannot are counted only up to there."""
    left = limit
    for piece in pieces:
        if left is None or len(piece.numbers) < left:
            yield piece
            left = left if left is None else left - len(piece.numbers)
            continue
        last = piece.numbers[left - 1]
        before = [reject for reject in piece.rejects if reject.row is not None and reject.row < last]
        if isinstance(piece, Table):
            yield replace(piece, numbers=piece.numbers.head(left), frame=piece.frame.head(left), rejects=before)
        else:
            yield replace(piece, numbers=piece.numbers[:left], rows=piece.rows[:left], rejects=before)
        return


def host(url: pl.Expr) -> pl.Expr:
    """Host of a url in lower case, without user and port; null where there is none.

    >>> urls = pl.Series(["HTTPS://me@News.Example:443/a", "example.org/b", "no url"])
    >>> pl.select(host(pl.lit(urls))).to_series().to_list()
    ['news.example', 'example.org', None]
    """
    return pl.coalesce(url.str.extract(HOST, 1), url.str.extract(HOST, 2)).str.to_lowercase()


def _pieces(
    files: Sequence[InputFile], reading: Reading, lacking: dict[str, str], begin: Place
) -> Iterator[Records | Table]:
    """Pieces of all files from a place on; the first file must show the fields that are `lacking`."""
    for number, file in enumerate(files[begin[0] :], begin[0]):
        seen: set[str] = set()
        pieces: Iterator[Records | Table] = READERS[file.format](file, reading)
        for at, piece in islice(enumerate(pieces), begin[1] if number == begin[0] else 0, None):
            if lacking:
                seen.update(piece.frame.columns if isinstance(piece, Table) else chain(piece.seen, *piece.rows))
                lacking = {field: column for field, column in lacking.items() if column not in seen}
            if len(piece.numbers) or piece.rejects or isinstance(piece, Table):
                yield replace(piece, place=(number, at))
        if lacking and seen:
            field, column = next(iter(lacking.items()))
            near = difflib.get_close_matches(column, seen, n=1, cutoff=0.5)
            hint = f"the nearest is {near[0]!r}" if near else f"it has {', '.join(sorted(seen))[:200]}"
            raise UsageError(f"no row of {file.name} has the field {column!r} named by --{field}; {hint}")


def _fits(last: Records | Table | None, piece: Records | Table) -> bool:
    """Whether rows of two pieces can share a batch: rejects go with anything, tables with their like."""
    if last is None or not len(piece.numbers):
        return True
    if isinstance(last, Table) and isinstance(piece, Table):
        return last.frame.schema == piece.frame.schema
    return isinstance(last, Records) and isinstance(piece, Records)


def _batch(pieces: list[Records | Table], fields: Fields, end: Place) -> Batch:
    tables = [piece.frame for piece in pieces if isinstance(piece, Table)]
    filled = any(len(piece.numbers) for piece in pieces)
    tables = [frame for frame in tables if frame.height] if filled else tables[:1]
    if tables:
        frame = pl.concat(tables)
        kinds = kinds_of_frame(frame)
    else:
        frame, kinds = encode_rows([row for piece in pieces if isinstance(piece, Records) for row in piece.rows])
    files = [name for piece in pieces for name in [piece.file] * len(piece.numbers)]
    numbers = [number for piece in pieces for number in piece.numbers]
    rows = pl.DataFrame(
        [
            pl.Series("file", files, dtype=pl.String),
            pl.Series("row", numbers, dtype=pl.UInt64),
            *(
                _strings(frame, kinds, fields.column(field), whole=field == "id").alias(field)
                for field in ROW_SCHEMA.names()[2:]
            ),
        ]
    ).with_columns(
        id=_given("id").fill_null(pl.format("{}#{}", "file", "row")),
        site=_given("site").fill_null(host(pl.col("url"))),
    )
    own = {fields.column(name) for name in ("id", "text", "site")}
    rejects = [reject for piece in pieces for reject in piece.rejects]
    return Batch(
        rows=rows,
        carried=frame.drop(own, strict=False),
        kinds={name: STRING if name in own else kind for name, kind in kinds.items()},
        rejects=rejects,
        size=sum(piece.size for piece in pieces),
        end=end,
    )


def _given(field: str) -> pl.Expr:
    return pl.when(pl.col(field) != "").then(pl.col(field))


def _strings(frame: pl.DataFrame, kinds: dict[str, Kind], column: str, *, whole: bool) -> pl.Series:
    """Return a field as strings: numbers and dates as written; others null, or JSON text if `whole`."""
    nulls = pl.Series(column, [None], dtype=pl.String).new_from_index(0, frame.height)
    if column not in kinds:
        return nulls
    values, kind = frame[column], kinds[column]
    if kind.name in ("string", "null"):
        return values.cast(pl.String)
    if values.dtype.is_temporal() and values.dtype != pl.Duration:
        return values.dt.to_string("iso:strict")
    if values.dtype.is_numeric():
        return values.cast(pl.String)
    if values.dtype != pl.String:
        return pl.Series(column, json_texts(values), dtype=pl.String) if whole else nulls
    texts = pl.col(column)
    quoted = pl.when(texts.str.starts_with('"')).then(texts).str.json_decode(pl.String)
    return frame.select(
        pl.coalesce(quoted, texts if whole else pl.when(texts.str.contains(r"^[0-9\-]")).then(texts))
    ).to_series()
