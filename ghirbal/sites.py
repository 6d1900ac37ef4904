"""Site lines: learned in a first pass over the input, kept as Parquet, read again."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import polars as pl

from cleaners import SITE_LINES, DropSiteLines, Recipe
from cleaners.page import RARE
from cleaners.sites import STANDINGS, count_standings, standings
from ghirbal.errors import InputError, UsageError
from ghirbal.ordered import in_order
from ghirbal.progress import Stage
from ghirbal.readers import Batch
from ghirbal.writers import write_beside

VERSION: Final = "1"
"""Of the table's columns and of how keys are folded: tables of different versions cannot be added."""
_MARK: Final = "ghirbal.site_lines"
_RANGES: Final = 128
_RANGE: Final = "range"
_AT_ONCE: Final = 1_000_000
"""Rows that are counted at once; some hundred bytes each."""

Noted = Callable[[int, Batch], object]
"""Hears that the part of a batch is whole."""


def learn(
    batches: Iterable[Batch],
    recipe: Recipe,
    folder: Path,
    stage: Stage,
    *,
    least: int = 1,
    noted: Noted = lambda _, __: None,
    first: int = 0,
) -> pl.DataFrame:
    """Count the lines of each site over all batches; lines in fewer than `least` texts are left out.

    What each batch has to say is spilled to `folder`, in ranges of a hash of its lines, so that they can be counted
    range by range: the distinct lines of an archive are too many for memory. It is taken away at the end. `noted`
    hears of each batch whose part is whole; the batches begin with number `first`, those before are in the folder.
    """

    def spilled(numbered: tuple[int, Batch]) -> Batch:
        number, batch = numbered
        path = standings_path(folder, number)
        told = standings(batch.rows["text"], batch.rows["site"], recipe)
        ranges = pl.struct("site", "key").hash().mod(_RANGES).cast(pl.UInt8).alias(_RANGE)
        told.with_columns(ranges).sort(_RANGE).write_parquet(path, compression="uncompressed")
        noted(number, batch)
        return batch

    count = first
    for batch in in_order(spilled, enumerate(batches, first)):
        stage.advance(rows=batch.rows.height + len(batch.rejects), size=batch.size)
        count += 1
    paths = [standings_path(folder, number) for number in range(count)]
    table = _counted(paths, least)
    for path in paths:
        path.unlink()
    return table


def standings_path(folder: Path, number: int) -> Path:
    """Return the file of what one batch has to say."""
    return folder / f"standings-{number:05}.parquet"


def _counted(paths: Sequence[Path], least: int) -> pl.DataFrame:
    """Count what was spilled, as many ranges at once as have `_AT_ONCE` rows together."""
    sizes = [pl.read_parquet(path, columns=[_RANGE], glob=False)[_RANGE].to_numpy() for path in paths]
    ends = [np.searchsorted(ranges, np.arange(_RANGES + 1, dtype=np.uint8)) for ranges in sizes]
    rows = sum(ranges.size for ranges in sizes)
    step = max(1, _RANGES * _AT_ONCE // max(rows, 1))
    tables = [SITE_LINES.to_frame()]
    for low in range(0, _RANGES, step):
        high = min(low + step, _RANGES)
        pieces = [
            pl.scan_parquet(path, glob=False).slice(int(end[low]), int(end[high] - end[low])).drop(_RANGE).collect()
            for path, end in zip(paths, ends, strict=True)
        ]
        tables.append(count_standings(pl.concat([STANDINGS.to_frame(), *pieces]), least=least))
    return pl.concat(tables).sort("site", "key")


def uses_sites(recipe: Recipe) -> bool:
    """Tell whether a recipe has a cleaner that site lines matter to."""
    return any(map(_reads_sites, recipe))


def _reads_sites(cleaner: object) -> bool:
    """Tell whether a cleaner is our own of site lines, or one of another author that says `reads_sites = True`."""
    return isinstance(cleaner, DropSiteLines) or getattr(cleaner, "reads_sites", False) is True


def least_texts(recipe: Recipe) -> int:
    """Return in how many texts a line must stand to be of use."""
    return min(getattr(cleaner, "least_count", RARE) for cleaner in recipe if _reads_sites(cleaner))


def of_use(table: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Leave out the sites of which too few texts are known."""
    least = min(getattr(cleaner, "least_texts", 1) for cleaner in recipe if _reads_sites(cleaner))
    enough = pl.col("key").is_null() & (pl.col("documents") >= least)
    return table.filter(pl.col("site").is_in(table.filter(enough)["site"].implode()))


def read_sites(path: Path) -> pl.DataFrame:
    """Read a table of site lines; a file that is none is a UsageError."""
    try:
        marked = pl.read_parquet_metadata(path).get(_MARK)
        if marked == VERSION:
            return pl.read_parquet(path, glob=False).select(SITE_LINES.names()).cast(SITE_LINES)
    except OSError as error:  # Polars names the file once more, and gives a number but no words
        reason = error.strerror or str(error).partition(" (os error")[0]
        raise InputError(f"cannot read the table of site lines {path}: {reason}") from error
    except pl.exceptions.PolarsError as error:
        raise UsageError(f"{path} is no table of site lines: `ghirbal sites INPUT -o TABLE` makes one") from error
    if marked is None:
        raise UsageError(f"{path} is no table of site lines: `ghirbal sites INPUT -o TABLE` makes one")
    raise UsageError(f"{path} has site lines of version {marked}, this is for version {VERSION}: learn them again")


def write_sites(path: Path, table: pl.DataFrame) -> None:
    """Write a table of site lines; whole or not at all."""
    held = BytesIO()
    table.write_parquet(held, compression="zstd", metadata={_MARK: VERSION})

    def write(stream: BinaryIO) -> None:
        stream.write(held.getbuffer())

    write_beside(path, write)


def told(table: pl.DataFrame, source: str) -> dict[str, Any]:
    """Say in plain values which table a job used.

    >>> told(SITE_LINES.to_frame(), "learned from the input")["lines"]
    0
    """
    lines = int(table["key"].is_not_null().sum())
    return {
        "from": source,
        "version": VERSION,
        "sites": table.height - lines,
        "lines": lines,
        "sha256": hashlib.sha256(table.write_ndjson().encode()).hexdigest(),
    }
