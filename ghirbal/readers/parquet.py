"""Read Parquet in batches, past row groups and pages that are damaged."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from ghirbal.errors import InputError
from ghirbal.inputs import InputFile
from ghirbal.readers.footer import FooterError, RowGroup, row_groups
from ghirbal.readers.reading import HEAD_BYTES, Reading, Records, Reject, Table

# Rows that are lost together with a damaged page. A fixed grid within each row
# group, so that the size of batches never decides which rows survive.
GRID = 128
# Polars panics on some damaged pages instead of raising an error of its own.
DAMAGE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


def read_parquet(file: InputFile, reading: Reading) -> Iterator[Table | Records]:
    """Rows of a file with their columns as they are; a row's number counts from 1 over the whole file.

    Polars skips the pages before a slice, so slices cost little more than one
    reading of the whole (8 slices of one row group: 0.21 s against 0.20).
    Where a slice cannot be read, the grid finds the rows that can; every other
    row is rejected by its number. Damage that still decodes goes unnoticed:
    Polars does not check the checksums of pages.
    """
    try:
        groups = row_groups(file.path)[slice(*(file.groups or (None,)))]
        schema = pl.scan_parquet(file.path, glob=False).collect_schema()
    except (FooterError, *DAMAGE) as error:
        yield Records(file.name, rejects=[Reject(file.name, None, 0, _sentence(error), _head(file))])
        return
    text = reading.fields.column("text")
    if not groups and text in schema:  # a file without rows still has its columns
        yield Table(file.name, pl.Series([], dtype=pl.UInt64), _slice(file, 0, 0), [], 0)
    for group in groups:
        per_row = max(1, group.size // group.rows)
        step = max(1, min(reading.batch_bytes // per_row, reading.batch_rows) // GRID) * GRID
        for start in range(group.first, group.first + group.rows, step):
            rows = min(step, group.first + group.rows - start)
            if text in schema:
                yield from _pieces(file, group, start, rows, reading)
            else:
                numbers = range(start + 1, start + rows + 1)
                yield replace(_rejected(file, group, numbers, f"no field {text!r}"), seen=set(schema))


def _pieces(file: InputFile, group: RowGroup, start: int, rows: int, reading: Reading) -> Iterator[Table | Records]:
    text = reading.fields.column("text")
    try:
        frame = _slice(file, start, rows)
    except DAMAGE as error:
        if rows > GRID:
            for piece in range(start, start + rows, GRID):
                yield from _pieces(file, group, piece, min(GRID, start + rows - piece), reading)
        else:
            lost = range(start + 1, start + rows + 1)
            yield _rejected(file, group, lost, f"cannot be read: {_sentence(error)}")
        return
    numbers = pl.int_range(start + 1, start + rows + 1, dtype=pl.UInt64, eager=True)
    texts, problem = _text(frame[text])
    frame = frame.with_columns(texts)
    sizes = texts.str.len_bytes()
    left_out = (sizes > reading.max_row).fill_null(value=True)
    rejects = []
    for number, length in zip(numbers.filter(left_out), sizes.filter(left_out), strict=True):
        why = f"the text has {length} bytes, more than the {reading.max_row} allowed"
        if length is None:
            why = problem or f"{text} is null"
        rejects.append(Reject(file.name, number, group.offset, why, b""))
    if rejects:
        frame, numbers = frame.filter(~left_out), numbers.filter(~left_out)
    size = rows * max(1, group.size // group.rows)
    yield Table(file.name, numbers, frame, rejects, size)


def _slice(file: InputFile, start: int, rows: int) -> pl.DataFrame:
    frame = pl.scan_parquet(file.path, glob=False).slice(start, rows).collect()
    return frame.with_columns(pl.col(pl.Null).cast(pl.String))


def _text(column: pl.Series) -> tuple[pl.Series, str]:
    """Return the column as strings, and what to say of its nulls where it did not hold strings."""
    if column.dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        return column.cast(pl.String), ""
    if column.dtype == pl.Binary:  # how older engines write strings
        texts = [_decoded(value) for value in column]
        return pl.Series(column.name, texts, dtype=pl.String), f"{column.name} is null or not UTF-8"
    nulls = pl.Series(column.name, [None], dtype=pl.String).new_from_index(0, len(column))
    return nulls, f"{column.name} is {column.dtype}, not a string"


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _rejected(file: InputFile, group: RowGroup, numbers: range, error: str) -> Records:
    rejects = [Reject(file.name, row, group.offset, error, b"") for row in numbers]
    return Records(file.name, rejects=rejects)


def _sentence(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _head(file: InputFile) -> bytes:
    try:
        with file.path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(f"cannot read {file.path}: {error.strerror}") from error
