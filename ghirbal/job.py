"""The job, as the textbook draws it: read → clean → sketch → find articles → find paragraphs → write."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ghirbal.accounting import account, notes
from ghirbal.cleaning import clean_and_sketch
from ghirbal.columns import load_kinds, settle
from ghirbal.finding import find_articles, find_paragraphs
from ghirbal.options import Options
from ghirbal.output import Output, claimed, discard_work, finished, seal, unfinished
from ghirbal.plan import Command, Plan, make_plan
from ghirbal.progress import Progress
from ghirbal.readers import read
from ghirbal.report import write_page
from ghirbal.spill import Spill, Spilled
from ghirbal.summary import Outcome
from ghirbal.writing import Verdicts, write


def run(
    inputs: Sequence[str | Path],
    out: str | Path,
    *,
    options: Options | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Clean, then deduplicate articles and paragraphs; write survivors and evidence to the folder `out`."""
    return _job("run", inputs, out, options, overwrite=overwrite, progress=progress)


def clean(
    inputs: Sequence[str | Path],
    out: str | Path,
    *,
    options: Options | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Clean only: every row that can be read survives."""
    return _job("clean", inputs, out, options, overwrite=overwrite, progress=progress)


def dedup(
    inputs: Sequence[str | Path],
    out: str | Path,
    *,
    options: Options | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Deduplicate articles and paragraphs of texts that are clean already."""
    return _job("dedup", inputs, out, options, overwrite=overwrite, progress=progress)


def _job(
    command: Command,
    inputs: Sequence[str | Path],
    out: str | Path,
    options: Options | None,
    *,
    overwrite: bool,
    progress: Progress | None,
) -> Outcome:
    folder = Path(out)
    plan = make_plan(command, inputs, folder, options or Options())
    with claimed(folder):
        done = finished(folder, plan.job, overwrite=overwrite)
        if done is not None:
            discard_work(folder, plan.options.work)
            return Outcome(folder, done["counts"], tuple(done["notes"]), already=True)
        with unfinished(folder, plan.job, work=plan.options.work, overwrite=overwrite) as output:
            run = _make(plan, output, progress or Progress())
        return Outcome(folder, run["counts"], tuple(run["notes"]), resumed=output.resumed)


def _make(plan: Plan, output: Output, progress: Progress) -> dict[str, Any]:
    """Go the whole road. What an earlier call finished of a stage is not done again."""
    manifest, spill = output.manifest, Spill(output.work)

    with progress.stage("read, clean, sketch") as stage:
        parts = []
        batches = read(plan.files, plan.reading)
        for part in clean_and_sketch(batches, spill, manifest, recipe=plan.recipe, rule=plan.rule):
            stage.advance(rows=part["rows"] + part["rejects"], size=part["size"])
            parts.append(part)
        documents = Spilled.of(spill, "rows", [part["rows"] for part in parts])

    with progress.stage("find articles") as stage:
        decided = find_articles(documents, manifest, plan)

    with progress.stage("find paragraphs") as stage:
        elsewhere = find_paragraphs(documents, decided, manifest, plan)

    with progress.stage("write") as stage:
        verdicts = Verdicts.of(documents, decided, elsewhere)
        kinds = [load_kinds(part["kinds"], spill.schema("carried", n)) for n, part in enumerate(parts)]
        settled = settle(kinds, fields=plan.reading.fields)
        written = write(documents, parts, verdicts, settled, output, plan, stage)

    run = {
        "job": plan.job,
        "counts": account(parts, verdicts, written, output, plan),
        "notes": [*settled.notes, *notes(verdicts, manifest)],
        "private": list(plan.private),
    }
    with progress.stage("report"):
        write_page(output.out, run)
    return seal(output, run, timings=progress.stages)
