"""The last checkpoint of a job: survivors and evidence, made of the spilled parts one after another."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.lines import lines_at
from ghirbal.columns import Settled, load_kinds, settle
from ghirbal.columns import documents as settled_documents
from ghirbal.evidence import DECISIONS, EDITS, FLAGS, PARAGRAPHS, PLACE, TABLES, placed, redacted
from ghirbal.fields import Fields
from ghirbal.finding import CONTAINED, Tables
from ghirbal.ordered import in_order
from ghirbal.output import Output
from ghirbal.plan import Plan
from ghirbal.progress import Stage
from ghirbal.quarantine import write_quarantine
from ghirbal.removal import with_removals
from ghirbal.spill import Rows, Spilled
from ghirbal.writers import Format, Parts

QUARANTINE: Final = "quarantine.jsonl"


@dataclass(frozen=True, slots=True)
class Results:
    """What there is to write.

    `facts` tell of each part of the `documents`; of each part `decided` is as `DECIDED` says, `elsewhere` as
    `ELSEWHERE`; `survivors` have the `file`, `row` and `id` of what stands for another; `settled` are the output's
    columns.
    """

    documents: Spilled
    facts: list[dict[str, Any]]
    survivors: Rows
    decided: Tables
    elsewhere: Tables
    settled: Settled

    @classmethod
    def of(
        cls,
        documents: Spilled,
        facts: list[dict[str, Any]],
        decided: Tables,
        elsewhere: Tables,
        stored: pl.DataFrame,
        *,
        fields: Fields,
    ) -> "Results":
        """Join what the stages found; `stored` are the places of what an index knew before."""
        carried = documents.beside("carried")
        kinds = [load_kinds(known["kinds"], carried.schema(part)) for part, known in enumerate(facts)]

        def named(part: int) -> NDArray[np.int64]:
            both = (table(part)["survivor"].drop_nulls().to_numpy() for table in (decided, elsewhere))
            return np.unique(np.concatenate(list(both)))

        numbers = np.unique(np.concatenate(list(in_order(named, documents.parts))))
        survivors = documents.rows(numbers[numbers < documents.height], *PLACE).beside(stored, documents.height)
        return cls(documents, facts, survivors, decided, elsewhere, settle(kinds, fields=fields))


@dataclass(slots=True)
class Written:
    """What was written: the rows of each table, how many documents have each reason, how many went."""

    rows: dict[str, int]
    reasons: Counter[str]
    removed: int


def write(results: Results, output: Output, plan: Plan, progress: Stage) -> Written:
    """Write survivors, evidence and quarantine."""
    schemas = {"documents": results.settled.schema, **TABLES}
    tables = {name: _parts(name, schema, output, plan) for name, schema in schemas.items()}
    written = Written(dict.fromkeys(schemas, 0), Counter(), 0)
    parts = results.documents.parts
    for known, piece in zip(results.facts, in_order(lambda part: tables_of(part, results, plan), parts), strict=True):
        for name, table in piece.items():
            written.rows[name] += table.height
            _note(name, tables[name].write(table), output)
        written.reasons.update(piece["decisions"]["reason"])
        written.removed += int((~piece["decisions"]["kept"]).sum())
        progress.advance(rows=known["rows"], size=known["bytes after"])
    for name, whole in in_order(lambda name: (name, tables[name].close()), tables):
        _note(name, whole, output)
    rejects = [output.spill.path("rejects", part, suffix="jsonl") for part in parts]
    write_quarantine(output.out / QUARANTINE, rejects)
    output.manifest.finish(_stage("quarantine"), files=[output.out / QUARANTINE])
    return written


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
    elsewhere = results.elsewhere(part).with_columns(pl.col("doc") - first)
    # An article that stays though all of it stands elsewhere says so.
    whole = elsewhere.filter("contained")["doc"].unique()
    decided = results.decided(part)
    decided = decided.with_columns(decided["reason"].clone().scatter(whole, CONTAINED))
    kept = decided["survivor"].is_null()
    texts = rows["text"]
    paragraphs = elsewhere.filter(~pl.col("contained"))
    lines = lines_at(texts.gather(paragraphs["doc"]), paragraphs["cleaned_line"])
    if plan.options.paragraphs == "remove":
        texts, edits = with_removals(texts, edits, paragraphs, min_words=plan.paragraph_words)
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
        "decisions": _decisions(decided, rows, results.survivors),
        "paragraphs": _paragraphs(paragraphs.with_columns(lines), rows, results.survivors),
    }


def _decisions(decided: pl.DataFrame, rows: pl.DataFrame, survivors: Rows) -> pl.DataFrame:
    named = survivors.gather(decided["survivor"], prefix="survivor_")
    return (
        pl.concat([rows.select(*PLACE), decided.drop("survivor"), named], how="horizontal")
        .with_columns(
            kept=pl.col("survivor_id").is_null(),
            cluster=pl.coalesce("survivor_id", "id"),
            survivor=pl.col("survivor_id"),
        )
        .select(DECISIONS.names())
        .cast(DECISIONS)
    )


def _paragraphs(paragraphs: pl.DataFrame, rows: pl.DataFrame, survivors: Rows) -> pl.DataFrame:
    named = survivors.gather(paragraphs["survivor"], prefix="survivor_").rename({"survivor_id": "survivor"})
    own = rows.select(pl.col(*PLACE).gather(paragraphs["doc"]))
    return (
        pl.concat([own, paragraphs.drop("doc", "survivor"), named], how="horizontal")
        .select(PARAGRAPHS.names())
        .cast(PARAGRAPHS)
    )
