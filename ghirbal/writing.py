"""The last checkpoint of a job: survivors and evidence, made of the spilled parts one after another."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from ghirbal.columns import Settled, load_kinds, settle
from ghirbal.columns import documents as settled_documents
from ghirbal.evidence import DECISIONS, EDITS, FLAGS, PARAGRAPHS, TABLES, placed, redacted
from ghirbal.fields import Fields
from ghirbal.finding import CONTAINED
from ghirbal.ordered import in_order
from ghirbal.output import Output
from ghirbal.plan import Plan
from ghirbal.progress import Stage
from ghirbal.quarantine import write_quarantine
from ghirbal.removal import with_removals
from ghirbal.spill import Spilled
from ghirbal.writers import Format, Parts

QUARANTINE: Final = "quarantine.jsonl"


@dataclass(frozen=True, slots=True)
class Results:
    """What there is to write.

    `facts` tell of each part of the `documents`, `places` the `file`, `row` and
    `id` of each document, and after them of what an index knew before; `decided` is as `DECIDED` says, `paragraphs` as
    `ELSEWHERE`, without those that stay; `settled` are the output's columns.
    """

    documents: Spilled
    facts: list[dict[str, Any]]
    places: pl.DataFrame
    decided: pl.DataFrame
    paragraphs: pl.DataFrame
    settled: Settled

    @classmethod
    def of(
        cls,
        documents: Spilled,
        facts: list[dict[str, Any]],
        decided: pl.DataFrame,
        elsewhere: pl.DataFrame,
        stored: pl.DataFrame,
        *,
        fields: Fields,
    ) -> "Results":
        """Join what the stages found; an article that stays though all of it stands elsewhere says so."""
        carried = documents.beside("carried")
        kinds = [load_kinds(known["kinds"], carried.schema(part)) for part, known in enumerate(facts)]
        whole = elsewhere.filter("contained")["doc"].unique()
        return cls(
            documents,
            facts,
            pl.concat([documents.read("file", "row", "id"), stored]),
            decided.with_columns(decided["reason"].clone().scatter(whole, CONTAINED)),
            elsewhere.filter(~pl.col("contained")),
            settle(kinds, fields=fields),
        )


def write(results: Results, output: Output, plan: Plan, progress: Stage) -> dict[str, int]:
    """Write survivors, evidence and quarantine; return the rows of each table."""
    schemas = {"documents": results.settled.schema, **TABLES}
    tables = {name: _parts(name, schema, output, plan) for name, schema in schemas.items()}
    rows = dict.fromkeys(schemas, 0)
    parts = results.documents.parts
    for known, piece in zip(results.facts, in_order(lambda part: tables_of(part, results, plan), parts), strict=True):
        for name, table in piece.items():
            rows[name] += table.height
            _note(name, tables[name].write(table), output)
        progress.advance(rows=known["rows"], size=known["bytes after"])
    for name, whole in in_order(lambda name: (name, tables[name].close()), tables):
        _note(name, whole, output)
    rejects = [output.spill.path("rejects", part, suffix="jsonl") for part in parts]
    write_quarantine(output.out / QUARANTINE, rejects)
    output.manifest.finish(_stage("quarantine"), files=[output.out / QUARANTINE])
    return rows


def _parts(name: str, schema: pl.Schema, output: Output, plan: Plan) -> Parts:
    size = plan.options.shard_size << 20
    finished = output.manifest.parts(_stage(name))
    return Parts(output.out / name, schema, format=format_of(name, plan), shard_bytes=size, finished=finished)


def format_of(table: str, plan: Plan) -> Format:
    """Return the format of a table: evidence is always Parquet."""
    return plan.options.format if table == "documents" else "parquet"


def _stage(table: str) -> str:
    return f"write {table}"


def _note(name: str, whole: list[Path], output: Output) -> None:
    for path in whole:
        output.manifest.finish(_stage(name), int(path.stem.removeprefix("part-")), files=[path])


def tables_of(part: int, results: Results, plan: Plan) -> dict[str, pl.DataFrame]:
    """Return the tables of one part: its survivors and its evidence."""
    spill, first = results.documents.spill, int(results.documents.firsts[part])
    rows, edits, carried = (spill.read(name, part) for name in ("rows", "edits", "carried"))
    decided = results.decided.slice(first, rows.height)
    kept = decided["survivor"].is_null()
    texts = rows["text"]
    inside = pl.col("doc").is_between(first, first + rows.height, closed="left")
    paragraphs = results.paragraphs.filter(inside)
    lines = _lines(texts.gather(paragraphs["doc"] - first), paragraphs["cleaned_line"])
    if plan.options.paragraphs == "remove":
        texts, edits = with_removals(texts, edits, paragraphs.with_columns(pl.col("doc") - first))
    if plan.options.redact:
        edits = redacted(edits, plan.private)
    return {
        "documents": settled_documents(
            rows.select("id", "site", texts.alias("text")).filter(kept),
            carried.filter(kept) if carried.width else carried,
            load_kinds(results.facts[part]["kinds"], carried.schema),
            results.settled,
            fields=plan.reading.fields,
        ),
        "edits": placed(edits, rows, EDITS),
        "flags": placed(spill.read("flags", part), rows, FLAGS),
        "decisions": _decisions(decided, rows, results.places),
        "paragraphs": _paragraphs(paragraphs.with_columns(lines), results.places),
    }


def _lines(texts: pl.Series, numbers: pl.Series) -> pl.Series:
    """Cut one line out of each text; lines count from 1."""
    return (
        pl.DataFrame([texts.alias("text"), numbers.alias("at")])
        .select(pl.col("text").str.split("\n").list.get(pl.col("at") - 1))
        .to_series()
    )


def _decisions(decided: pl.DataFrame, rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    survivors = _places(places, decided["survivor"], "survivor_")
    return (
        pl.concat([rows.select("file", "row", "id"), decided.drop("survivor"), survivors], how="horizontal")
        .with_columns(
            kept=pl.col("survivor_id").is_null(),
            cluster=pl.coalesce("survivor_id", "id"),
            survivor=pl.col("survivor_id"),
        )
        .select(DECISIONS.names())
        .cast(DECISIONS)
    )


def _paragraphs(paragraphs: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    survivors = _places(places, paragraphs["survivor"], "survivor_").rename({"survivor_id": "survivor"})
    own = _places(places, paragraphs["doc"], "")
    return (
        pl.concat([own, paragraphs.drop("doc", "survivor"), survivors], how="horizontal")
        .select(PARAGRAPHS.names())
        .cast(PARAGRAPHS)
    )


def _places(places: pl.DataFrame, numbers: pl.Series, prefix: str) -> pl.DataFrame:
    return places.select(pl.all().gather(numbers).name.prefix(prefix))
