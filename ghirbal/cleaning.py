"""The first checkpoint of a job: rows read, cleaned and sketched, one spilled part for each batch."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleaners import CleanedBatch, clean_batch
from cleaners.ledger import EDITS, FLAGS
from dedup import sketch_batch
from ghirbal.columns import STRING, dump_kinds
from ghirbal.ordered import in_order
from ghirbal.output import Output
from ghirbal.plan import Plan
from ghirbal.quarantine import reject_line
from ghirbal.readers import Batch, read
from ghirbal.readers.reading import ROW_SCHEMA, Place
from ghirbal.spill import Spill

CLEAN: Final = "clean"


def clean_and_sketch(held: deque[Batch], output: Output, plan: Plan) -> Iterator[dict[str, Any]]:
    """Read, clean and sketch every batch, three at a time; give what is known of each spilled part, in order.

    Three keep two cores busy: one waits for the interpreter. The parts that an earlier call finished are not read
    again, but for some that lie among them; and nothing is where all batches are `held` already. They are let go.
    """

    def spilled(numbered: tuple[int, Batch]) -> dict[str, Any]:
        part, batch = numbered
        known = output.manifest.finished(CLEAN, part)
        if known is None:
            files, facts = clean_batch_to(output.spill, part, batch, plan)
            known = output.manifest.finish(CLEAN, part, files=files, facts={**facts, "end": batch.end})
        return known

    before = output.manifest.first(CLEAN)
    yield from before
    begin = tuple(before[-1]["end"]) if before else (0, 0)
    batches = _after(begin, held) if held else read(plan.files, plan.reading, begin=begin)
    numbered = enumerate(batches if before else _at_least_one(batches, plan), len(before))
    yield from in_order(spilled, numbered, threads=3)


def _after(begin: Place, held: deque[Batch]) -> Iterator[Batch]:
    """Give the batches from a place on; nothing but who works on a batch holds it then."""
    while held:
        batch = held.popleft()
        if batch.end > begin:
            yield batch


def _at_least_one(batches: Iterable[Batch], plan: Plan) -> Iterator[Batch]:
    """Give the batches, or one without rows, so that every table has its columns even then."""
    none = True
    for batch in batches:
        none = False
        yield batch
    if none:
        text = plan.reading.fields.column("text")
        yield Batch(ROW_SCHEMA.to_frame(), pl.DataFrame(), {text: STRING}, [], 0, (len(plan.files), 0))


def clean_batch_to(spill: Spill, part: int, batch: Batch, plan: Plan) -> tuple[list[Path], dict[str, Any]]:
    """Clean and sketch one batch and spill its tables; return the files and what is known of them."""
    texts = batch.rows["text"]
    cleaned = (
        CleanedBatch(texts, EDITS.to_frame(), FLAGS.to_frame())
        if plan.recipe is None
        else clean_batch(
            texts, titles=batch.rows["title"], sites=batch.rows["site"], table=plan.table, recipe=plan.recipe
        )
    )
    rows = batch.rows.select("file", "row", "id", "site", "date", cleaned.texts.alias("text"))
    tables = {"rows": rows, "carried": batch.carried, "edits": cleaned.edits, "flags": cleaned.flags}
    if plan.rule is not None:
        tables["sketches"] = sketch_batch(cleaned.texts, plan.rule)
    rejects = spill.path("rejects", part, suffix="jsonl")
    rejects.write_bytes(b"".join(map(reject_line, batch.rejects)))
    return (
        [rejects, *(spill.write(name, part, table) for name, table in tables.items())],
        {
            "size": batch.size,
            "rows": rows.height,
            "rejects": len(batch.rejects),
            "bytes before": int(texts.str.len_bytes().sum()),
            "bytes after": int(cleaned.texts.str.len_bytes().sum()),
            "changed": cleaned.edits["doc"].n_unique(),
            "edits": cleaned.edits.height,
            "flags": cleaned.flags.height,
            "by cleaner": _by_cleaner(cleaned.edits),
            "kinds": dump_kinds(batch.kinds),
        },
    )


def _by_cleaner(edits: pl.DataFrame) -> dict[str, int]:
    """Count the edits of each cleaner; one that several made counts for each."""
    counts = edits["cleaner"].explode().drop_nulls().value_counts()
    return dict(sorted(counts.iter_rows()))


def totals(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up what is known of the parts."""
    names = ("rows", "rejects", "bytes before", "bytes after", "changed", "edits", "flags")
    summed: dict[str, Any] = {name: sum(part[name] for part in parts) for name in names}
    by_cleaner: dict[str, int] = {}
    for name, count in chain.from_iterable(part["by cleaner"].items() for part in parts):
        by_cleaner[name] = by_cleaner.get(name, 0) + count
    return {**summed, "by cleaner": dict(sorted(by_cleaner.items()))}
