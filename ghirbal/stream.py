"""`ghirbal clean -`: JSONL in, the same rows with clean texts out, nothing on the disk."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

import polars as pl

from cleaners import clean_batch
from ghirbal.errors import UsageError
from ghirbal.inputs import InputFile
from ghirbal.options import Options
from ghirbal.ordered import in_order
from ghirbal.plan import reading_of
from ghirbal.readers import Fields, Reject, host
from ghirbal.readers.batches import limited
from ghirbal.readers.jsonl import read_jsonl
from ghirbal.readers.presence import sentence
from ghirbal.readers.reading import Records
from ghirbal.recipes import read_recipe
from ghirbal.sites import read_sites

STDIN = InputFile(Path("/dev/stdin"), "-", "jsonl", None, 0)


def clean_stream(source: InputFile, target: BinaryIO, complaints: TextIO, *, options: Options | None = None) -> int:
    """Clean the rows of a JSONL stream in order; return how many could not be read.

    A row goes out with the keys and values that it came with, its text alone
    changed. One that cannot be read is named in `complaints`, with its place.
    """
    options = options or Options()
    reading = reading_of(options)
    recipe = read_recipe(options.recipe, safety=options.safety, without=options.without)
    table = None if options.sites is None else read_sites(Path(options.sites))
    text, title = reading.fields.column("text"), reading.fields.column("title")

    def cleaned(records: Records) -> tuple[bytes, list[Reject]]:
        texts = pl.Series([row[text] for row in records.rows], dtype=pl.String)
        titles = pl.Series([_string(row.get(title)) for row in records.rows], dtype=pl.String)
        sites = None if table is None else _sites(records.rows, reading.fields)
        clean = clean_batch(texts, titles=titles, sites=sites, table=table, recipe=recipe).texts
        lines = (
            json.dumps({**row, text: new}, ensure_ascii=False) for row, new in zip(records.rows, clean, strict=True)
        )
        return "".join(f"{line}\n" for line in lines).encode(), records.rejects

    rejected, seen = 0, set[str]()

    def looked_at() -> Iterator[Records]:
        for records in limited(read_jsonl(source, reading), reading.limit):
            seen.update((text,) if records.rows else records.seen)
            yield records

    for lines, rejects in in_order(cleaned, looked_at()):
        target.write(lines)
        for reject in rejects:
            place = "the rest" if reject.row is None else f"row {reject.row}"
            complaints.write(f"ghirbal: {place} of the input was left out: {reject.error}\n")
        rejected += len(rejects)
    target.flush()
    if seen and text not in seen:
        raise UsageError(sentence(text, ["the input"], sorted(seen)))
    return rejected


def _sites(rows: list[dict[str, object]], fields: Fields) -> pl.Series:
    """Take the site of each row, else the url's host, as the batches of a job have it."""
    named = {name: [_string(row.get(fields.column(name))) for row in rows] for name in ("site", "url")}
    table = pl.DataFrame(named, schema={"site": pl.String, "url": pl.String})
    return table.select(pl.col("site").fill_null(host(pl.col("url")))).to_series()


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
