"""What one task does with its files: read, clean and sketch them with the functions of a job on one machine."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl
from pyspark import TaskContext
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - as everywhere

from cleaners.lines import lines_at
from dedup import Rule, parse_dates, sketch_lines
from dedup.dates import unreadable
from dedup.preference import preference_columns
from dedup.sketches import band_columns
from ghirbal.cleaning import clean_batch_to
from ghirbal.inputs import InputFile
from ghirbal.manifest import checksum, is_whole, sealed, unsealed
from ghirbal.plan import Plan
from ghirbal.readers import Batch, read
from ghirbal.readers.footer import FooterError, row_groups
from ghirbal.removal import original_lines
from ghirbal.spark.frames import Workspace, grouped, mapped, spark_schema
from ghirbal.spill import Spill

UNIT_BYTES: Final = 64 << 20
"""Bytes of files that one task reads. A compressed file cannot be cut, a Parquet file between its row groups."""
BATCHES: Final = 1 << 20
"""More batches than a unit ever has: part number = unit * BATCHES + batch, so parts stand in input order."""

FACTS: Final = pl.Schema({"part": pl.Int64(), "facts": pl.String()})
SKETCH: Final = pl.Schema(
    {"shingles": pl.Int64(), "fingerprint": pl.Int64(), "short": pl.List(pl.Int64()), "bands": pl.List(pl.Int64())}
)
"""A sketch as Spark can hold it: 64-bit numbers with a sign, all band keys in one list."""
PARAGRAPHS: Final = pl.Schema(
    {
        "part": pl.Int64(),
        "position": pl.Int64(),
        "doc": pl.Int64(),
        "key_0": pl.Int64(),
        "key_1": pl.Int64(),
        "line": pl.Int64(),
        "last_short": pl.Int64(),
        **SKETCH,
    }
)
"""A paragraph of document `doc` of a part; `key_0` is that document's rank, `key_1` the line in the cleaned text."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the parts lie on the file system that all machines see."""

    folder: Path

    def spill(self, part: int) -> Spill:
        """Return where the tables of one part lie, each as its part 0."""
        return Spill(self.folder / f"{part // BATCHES:06}-{part % BATCHES:06}")


def units(files: Sequence[InputFile], *, size: int = UNIT_BYTES) -> list[list[InputFile]]:
    """Cut the input into what one task reads: files that follow one another, or row groups of one."""
    cut: list[list[InputFile]] = []
    filled = 0
    for file in files:
        for piece in _pieces(file, size):
            if not cut or filled + piece.size > size:
                cut.append([])
                filled = 0
            cut[-1].append(piece)
            filled += piece.size
    return cut


def _pieces(file: InputFile, size: int) -> Iterator[InputFile]:
    if file.format != "parquet" or file.size <= size:
        yield file
        return
    try:
        groups = row_groups(file.path)
    except (FooterError, OSError):
        yield file  # its reader says what is wrong with it
        return
    each = max(file.size // max(len(groups), 1), 1)
    step = max(size // each, 1)
    for start in range(0, len(groups), step):
        end = min(start + step, len(groups))
        yield replace(file, size=each * (end - start), groups=(start, end))


def clean_units(
    work: Workspace, parts: Parts, plan: Plan, cut: list[list[InputFile]]
) -> list[tuple[int, dict[str, Any]]]:
    """Read, clean and sketch every unit in a task of its own; return what is known of each part, in input order."""
    parts.folder.mkdir(parents=True, exist_ok=True)
    lean = replace(plan, files=[], job={})
    numbers = work.session.range(0, len(cut), 1, max(len(cut), 1))
    made = mapped(numbers, partial(_clean, parts, lean, cut), FACTS).collect()
    return sorted((row.part, json.loads(row.facts)) for row in made)


def _clean(
    parts: Parts, plan: Plan, cut: list[list[InputFile]], batches: Iterator[pl.DataFrame]
) -> Iterator[pl.DataFrame]:
    for numbers in batches:
        for unit in numbers["id"]:
            for number, batch in enumerate(read(cut[unit], plan.reading, checked=True)):
                part = unit * BATCHES + number
                facts = _made(parts.spill(part).folder, part, batch, plan)
                yield pl.DataFrame([[part, json.dumps(facts)]], schema=FACTS, orient="row")


def _made(folder: Path, part: int, batch: Batch, plan: Plan) -> dict[str, Any]:
    """Make the tables of a part in a folder of this attempt, which is then renamed: a part is whole or not there.

    What an earlier call made is taken as it is while its files have their checksums.
    """
    told = folder / "facts.json"
    known = _known(told)
    if known is not None:
        return known
    shutil.rmtree(folder, ignore_errors=True)
    context = TaskContext.get()
    beside = folder.with_name(f"{folder.name}.{context.taskAttemptId() if context else 0}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    spill = Spill(beside)
    _, facts = clean_batch_to(spill, 0, batch, plan)
    rows = spill.read("rows", 0, "file", "row", "id", "site", "date")
    table = rows.select(
        pl.lit(part, pl.Int64).alias("part"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("position"),
        "file",
        pl.col("row").cast(pl.Int64),
        "id",
    )
    if plan.rule is not None:
        sketches = spill.read("sketches", 0)
        dates = parse_dates(rows["date"])
        keys, _ = preference_columns(
            rows.with_columns(dates, sketches["shingles"].alias("length")),
            prefer=plan.options.prefer,
            site_priority=plan.options.site_priority,
        )
        named = [_sortable(key).alias(f"key_{place}") for place, key in enumerate(keys)]
        table = table.with_columns(named).hstack(spark_sketch(sketches, plan.rule))
        facts["unreadable dates"] = unreadable(rows["date"], dates)
        spill.path("sketches", 0).unlink()
    spill.write("sketched", 0, table)
    files = {path.name: checksum(path) for path in sorted(beside.iterdir())}
    (beside / told.name).write_bytes(sealed({"files": files, "facts": facts}))
    try:
        beside.rename(folder)
    except OSError:
        if not told.is_file():
            raise
        shutil.rmtree(beside)  # another attempt was first; it made the same
    return facts


def _known(told: Path) -> dict[str, Any] | None:
    noted = unsealed(told.read_bytes()) if told.is_file() else None
    if noted is None or not all(is_whole(told.with_name(name), known) for name, known in noted["files"].items()):
        return None
    facts: dict[str, Any] = noted["facts"]
    return facts


def spark_sketch(sketches: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Return sketches in types that Spark has; see `SKETCH`."""
    return sketches.select(
        pl.col("shingles").cast(pl.Int64),
        pl.col("fingerprint").reinterpret(signed=True),
        pl.col("short").list.eval(pl.element().reinterpret(signed=True)),
        pl.concat_list(pl.col(band_columns(rule)).reinterpret(signed=True)).alias("bands"),
    ).cast(SKETCH)


def key_schema(plan: Plan) -> tuple[pl.Schema, list[bool]]:
    """Return the columns to sort documents by, and which of them descend."""
    empty = pl.DataFrame(
        schema={"date": pl.Datetime("us", "UTC"), "length": pl.UInt32, "site": pl.String, "id": pl.String}
    )
    keys, descending = preference_columns(empty, prefer=plan.options.prefer, site_priority=plan.options.site_priority)
    return pl.Schema({f"key_{place}": _sortable(key).dtype for place, key in enumerate(keys)}), descending


def _sortable(key: pl.Series) -> pl.Series:
    return key if key.dtype == pl.String else key.to_physical().cast(pl.Int64)


def split_parts(kept: DataFrame, parts: Parts, rule: Rule, words: int) -> DataFrame:
    """Cut the documents that stay into paragraphs and sketch these; see `PARAGRAPHS`. A group is one part."""
    return grouped(kept.select("part", "position", "rank"), ["part"], partial(_split, parts, rule, words), PARAGRAPHS)


def _split(parts: Parts, rule: Rule, words: int, kept: pl.DataFrame) -> pl.DataFrame:
    kept = kept.sort("position")
    spill = parts.spill(kept["part"][0])
    texts = spill.read("rows", 0, "text")["text"]
    split, sketches = sketch_lines(texts.gather(kept["position"]), rule, min_words=words)
    ranks = kept["rank"].gather(split["doc"])
    split = split.with_columns(kept["position"].gather(split["doc"]).cast(pl.UInt32).alias("doc"))
    return (
        split.select(
            pl.lit(kept["part"][0], pl.Int64).alias("part"),
            pl.int_range(pl.len()).alias("position"),
            "doc",
            ranks.alias("key_0"),
            pl.col("line").alias("key_1"),
            original_lines(split, texts, spill.read("edits", 0)).alias("line"),
            "last_short",
        )
        .hstack(spark_sketch(sketches, rule))
        .cast(PARAGRAPHS)
    )


def article_texts(parts: Parts, places: pl.DataFrame) -> pl.Series:
    """Read the texts of some documents of one part again."""
    texts = parts.spill(places["part"][0]).read("rows", 0, "text")["text"]
    return texts.gather(places["position"])


def paragraph_texts(parts: Parts, places: pl.DataFrame) -> pl.Series:
    """Read some paragraphs of one part again: line `key_1` of document `doc`."""
    texts = parts.spill(places["part"][0]).read("rows", 0, "text")["text"]
    return lines_at(texts.gather(places["doc"]), places["key_1"])


def sketched(work: Workspace, parts: Parts, schema: pl.Schema) -> DataFrame:
    """Read the sketches of all parts as one frame."""
    return work.session.read.schema(spark_schema(schema)).parquet(f"{parts.folder.as_uri()}/*/sketched-00000.parquet")


def rows_of(frame: DataFrame) -> int:
    """Count the rows of a frame."""
    return int(frame.agg(F.count(F.lit(1))).collect()[0][0])
