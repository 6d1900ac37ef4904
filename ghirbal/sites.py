"""Site lines: learned in a first pass over the input, kept as Parquet, read again."""

import hashlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

import polars as pl

from cleaners import SITE_LINES, DropSiteLines, Recipe
from cleaners.sites import count_standings, standings
from ghirbal.errors import InputError, UsageError
from ghirbal.ordered import in_order
from ghirbal.progress import Stage
from ghirbal.readers import Batch
from ghirbal.writers import write_beside

VERSION: Final = "1"
"""Of the table's columns and of how keys are folded: tables of different versions cannot be added."""
_MARK: Final = "ghirbal.site_lines"


def learn(batches: Iterable[Batch], recipe: Recipe, folder: Path, stage: Stage, *, least: int = 1) -> pl.DataFrame:
    """Count the lines of each site over all batches; lines in fewer than `least` texts are left out.

    What each batch has to say is spilled to `folder` and taken away at the end.
    """

    def spilled(numbered: tuple[int, Batch]) -> tuple[Path, Batch]:
        number, batch = numbered
        path = folder / f"standings-{number:05}.parquet"
        standings(batch.rows["text"], batch.rows["site"], recipe).write_parquet(path, compression="uncompressed")
        return path, batch

    paths = []
    for path, batch in in_order(spilled, enumerate(batches)):
        paths.append(path)
        stage.advance(rows=batch.rows.height + len(batch.rejects), size=batch.size)
    if not paths:
        return SITE_LINES.to_frame()
    table = count_standings(pl.scan_parquet(paths, glob=False), least=least)
    for path in paths:
        path.unlink()
    return table


def uses_sites(recipe: Recipe) -> bool:
    """Tell whether a recipe has a cleaner that site lines matter to."""
    return any(isinstance(cleaner, DropSiteLines) for cleaner in recipe)


def learn_for(recipe: Recipe, batches: Iterable[Batch], folder: Path, stage: Stage) -> pl.DataFrame:
    """Learn only what the recipe can use: sites with enough texts, lines in enough of them."""
    return of_use(learn(batches, recipe, folder, stage, least=least_texts(recipe)), recipe)


def least_texts(recipe: Recipe) -> int:
    """Return in how many texts a line must stand to be of use."""
    return min(cleaner.least_count for cleaner in recipe if isinstance(cleaner, DropSiteLines))


def of_use(table: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Leave out the sites of which too few texts are known."""
    least = min(cleaner.least_texts for cleaner in recipe if isinstance(cleaner, DropSiteLines))
    enough = pl.col("key").is_null() & (pl.col("documents") >= least)
    return table.filter(pl.col("site").is_in(table.filter(enough)["site"].implode()))


def read_sites(path: Path) -> pl.DataFrame:
    """Read a table of site lines; a file that is none is a UsageError."""
    try:
        marked = pl.read_parquet_metadata(path).get(_MARK)
        if marked == VERSION:
            return pl.read_parquet(path, glob=False).select(SITE_LINES.names()).cast(SITE_LINES)
    except OSError as error:
        raise InputError(f"cannot read the table of site lines {path}: {error.strerror or error}") from error
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
