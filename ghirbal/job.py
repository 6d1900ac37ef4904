"""The job, as the textbook draws it: read → clean → sketch → find articles → find paragraphs → write."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from dedup.memory import give_back
from ghirbal.accounting import account, changed, notes
from ghirbal.cleaning import clean_and_sketch
from ghirbal.errors import UsageError
from ghirbal.finding import find_articles, find_paragraphs
from ghirbal.index_stage import append_batch, held, known_places
from ghirbal.options import Options
from ghirbal.output import Output, claimed, discard_work, finished, seal, unfinished
from ghirbal.plan import Command, Plan, make_plan
from ghirbal.progress import Progress
from ghirbal.readers.expected import to_read
from ghirbal.report import build_report
from ghirbal.sites import told
from ghirbal.sites_job import with_site_lines
from ghirbal.split import paragraphs_of
from ghirbal.story import with_places
from ghirbal.summary import Outcome
from ghirbal.writing import Results, write

Inputs = Sequence[str | Path]
DEFAULT: Final = Options()


def run(inputs: Inputs, out: str | Path, *, options: Options = DEFAULT, progress: Progress | None = None) -> Outcome:
    """Clean, then deduplicate articles and paragraphs; write survivors and evidence to the folder `out`."""
    return _job("run", inputs, Path(out), options, progress or Progress())


def clean(inputs: Inputs, out: str | Path, *, options: Options = DEFAULT, progress: Progress | None = None) -> Outcome:
    """Clean only: every row that can be read survives."""
    return _job("clean", inputs, Path(out), options, progress or Progress())


def dedup(inputs: Inputs, out: str | Path, *, options: Options = DEFAULT, progress: Progress | None = None) -> Outcome:
    """Deduplicate articles and paragraphs of texts that are clean already."""
    return _job("dedup", inputs, Path(out), options, progress or Progress())


def _job(command: Command, inputs: Inputs, out: Path, options: Options, progress: Progress) -> Outcome:
    if options.dry_run and options.index is None:
        raise UsageError("a dry run does nothing: ghirbal.preview.preview tells what would be done")
    with held(options.index, dry_run=options.dry_run):
        plan = make_plan(command, inputs, out, options)
        with claimed(out):
            done = finished(plan)
            if done is not None:
                discard_work(plan)
                return Outcome(out, done["counts"], tuple(done["notes"]), already=True)
            with unfinished(plan) as output:
                run = _make(plan, output, progress)
            return Outcome(out, run["counts"], tuple(run["notes"]), resumed=output.resumed)


def _make(plan: Plan, output: Output, progress: Progress) -> dict[str, Any]:
    """Go the whole road. What an earlier call finished of a stage is not done again."""
    plan, held = with_site_lines(plan, output, progress)
    with progress.stage("read, clean, sketch", **to_read(plan.files, plan.reading)) as stage:
        parts = []
        for part in clean_and_sketch(held, output, plan):
            stage.advance(rows=part["rows"] + part["rejects"], size=part["size"])
            parts.append(part)
        documents = output.spill.whole("rows", [part["rows"] for part in parts])
        size = sum(part["bytes after"] for part in parts)
        give_back()

    with progress.stage("find articles", rows=documents.height) as stage:
        decided = find_articles(documents, output, plan)
        stage.advance(rows=documents.height, size=size)
        give_back()

    with progress.stage("find paragraphs", rows=documents.height) as stage:
        elsewhere = find_paragraphs(documents, decided, output, plan)
        stage.advance(rows=documents.height, size=size)
        give_back()

    with progress.stage("write", rows=documents.height) as stage:
        stored = known_places(output)
        results = Results.of(documents, parts, decided, elsewhere, stored, fields=plan.reading.fields)
        written = write(results, output, plan, stage)

    if plan.index is not None and not plan.options.dry_run:
        with progress.stage("append to the index", rows=documents.height) as stage:
            gone, repeats = (pl.concat(map(tables, documents.parts)) for tables in (decided, elsewhere))
            append_batch(plan.index, documents, gone, repeats, paragraphs_of(documents, output), plan)
            stage.advance(rows=documents.height, size=size)

    run = {
        "job": plan.job,
        "counts": account(results, written, output, plan),
        "notes": [*results.settled.notes, *notes(results, output), *changed(plan.files)],
        "private": list(plan.private),
    }
    if plan.table is not None and "sites" not in plan.job:
        run["sites"] = told(plan.table, "learned from the input")
    with progress.stage("report", rows=documents.height) as stage:
        build_report(output.out, run, rule=plan.rule, rows=documents)
        stage.advance(rows=documents.height, size=size)
    return seal(output, run, timings=with_places(progress.stages, plan.files))
