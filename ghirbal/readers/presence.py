"""Tell before a job begins that no row of its input has the field of the text."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from ghirbal.errors import UsageError
from ghirbal.inputs import InputFile
from ghirbal.readers.batches import READERS
from ghirbal.readers.reading import Reading, Table

_AT_ONCE: Final = 1 << 18
"""Bytes: nearly always the first row has the field, and little is read."""
_USUAL: Final = ("body", "content", "article", "fulltext", "maintext", "document", "raw_content")
"""What the field of the text is called elsewhere."""


def check_text_field(files: Sequence[InputFile], reading: Reading) -> None:
    """Read up to the first row that has the field `text`; UsageError if rows have others, and none has it.

    Input without rows is legal, and one row that has the field, were it null, is enough: the others are rejected one
    by one. Where the user named the field, `read` looks for it.
    """
    if reading.fields.text is not None:
        return
    text = reading.fields.column("text")
    brief = replace(reading, batch_bytes=min(_AT_ONCE, reading.batch_bytes))
    first: tuple[int, list[str]] | None = None
    for number, file in enumerate(files):
        there: set[str] = set()
        for piece in READERS[file.format](file, brief):
            if isinstance(piece, Table) or piece.numbers or text in piece.seen:
                return
            there |= piece.seen
            if there and file.format == "parquet":  # all of its rows have the same columns
                break
        if there and first is None:
            first = number, sorted(there)
    if first is not None:
        raise UsageError(sentence(text, [file.name for file in files[first[0] :]], first[1]))


def sentence(text: str, files: Sequence[str], there: Collection[str]) -> str:
    """Say that no row has the field, and how to name another; `there` are the columns of the first file.

    >>> sentence("text", ["a.jsonl", "b.jsonl"], ["body", "id"])
    "no row of a.jsonl or of the file after it has the field 'text'; it has body, id: \
name the one that holds the text, as in --text body"
    >>> sentence("text", ["a.csv"], ["id;text"])
    "a.csv has one column, 'id;text': .csv is read with commas and .tsv with tabs between the columns"
    """
    only = next(iter(there)) if len(there) == 1 else ""
    if ";" in only or "\t" in only:  # the header of a CSV file that spreadsheets of much of the world write
        known = ".csv is read with commas and .tsv with tabs between the columns"
        return f"{files[0]} has one column, {only[:200]!r}: {known}"
    others = len(files) - 1
    after = f" or of the {'file' if others == 1 else f'{others:,} files'} after it" if others else ""
    named = {column.lower(): column for column in there}
    likely = next((named[name] for name in _USUAL if name in named), None)
    likely = likely or next((column for column in there if "text" in column.lower()), "NAME")
    return (
        f"no row of {files[0]}{after} has the field {text!r}; it has {', '.join(there)[:200]}: "
        f"name the one that holds the text, as in --text {likely}"
    )
