"""The site lines of a job and of `ghirbal sites`: given, or learned in a first pass over the input."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from cleaners import Recipe, merge_site_lines
from ghirbal.errors import UsageError
from ghirbal.inputs import find_inputs, format_of
from ghirbal.kernels import kernels_loading
from ghirbal.options import Options
from ghirbal.output import Output
from ghirbal.plan import Plan, reading_of
from ghirbal.progress import Progress, Stage
from ghirbal.readers import Batch, read
from ghirbal.readers.expected import to_read
from ghirbal.readers.presence import check_text_field
from ghirbal.recipes import read_recipe
from ghirbal.sites import learn, least_texts, of_use, read_sites, standings_path, uses_sites, write_sites

SITES: Final = "learn sites"
STANDING: Final = "standings"
HELD: Final = 128 << 20
"""Bytes up to which an input is held, so that it need not be read again."""


def with_site_lines(plan: Plan, output: Output, progress: Progress) -> tuple[Plan, deque[Batch]]:
    """Return the plan with a table of site lines, if its recipe uses one: the one given, else a learned one.

    Learning goes over the input once more than the job does: texts cannot be cleaned before it is known what their
    sites repeat. It costs a fifth of the cleaning, and a reading of what is too large to be held: the batches that
    come second are those of the whole input, or none. The search's kernels are loaded meanwhile.
    """
    held: deque[Batch] = deque()
    if plan.recipe is None or plan.table is not None or not uses_sites(plan.recipe):
        return plan, held
    spill = output.spill
    with progress.stage(SITES, **to_read(plan.files, plan.reading)) as stage:
        if output.manifest.finished(SITES) is None:
            with kernels_loading(stage) if plan.rule is not None else nullcontext():
                table = of_use(_learned(plan, plan.recipe, output, stage, held), plan.recipe)
            output.manifest.finish(SITES, files=[spill.write("sites", 0, table)])
    return replace(plan, table=spill.read("sites", 0)), held


def _learned(plan: Plan, recipe: Recipe, output: Output, stage: Stage, held: deque[Batch]) -> pl.DataFrame:
    """Learn only lines in enough texts to be of use, from what an earlier call did not read; hold what is read."""
    before = output.manifest.first(STANDING)
    batches = read(plan.files, plan.reading, begin=tuple(before[-1]["end"]) if before else (0, 0))

    def noted(part: int, batch: Batch) -> None:
        path = standings_path(output.spill.folder, part)
        output.manifest.finish(STANDING, part, files=[path], facts={"end": batch.end})

    return learn(
        batches if before else _holding(batches, held),
        recipe,
        output.spill.folder,
        stage,
        least=least_texts(recipe),
        noted=noted,
        first=len(before),
    )


def _holding(batches: Iterable[Batch], held: deque[Batch]) -> Iterator[Batch]:
    """Hand batches on, and hold them as long as they are not too large together."""
    size = 0
    for batch in batches:
        size += batch.size
        if size <= HELD:
            held.append(batch)
        else:
            held.clear()
        yield batch


def sites(
    inputs: Sequence[str | Path], target: str | Path, *, options: Options, progress: Progress | None = None
) -> tuple[pl.DataFrame, int]:
    """Learn the site lines of the input, add the table of `--sites` to them, and write the file `target`.

    Returns the table, and how many rows could not be read.
    """
    target = Path(target)
    recipe = read_recipe(options.recipe, safety=options.safety, without=options.without)
    before = [] if options.sites is None else [read_sites(Path(options.sites))]
    if target.is_dir():
        raise UsageError(f"{target} is a folder, but a table of site lines is one file")
    if format_of(target) not in (None, ("parquet", None)):
        raise UsageError(f"a table of site lines is Parquet, which {target} does not say; name it as in sites.parquet")
    files = find_inputs(inputs, outputs=[target])
    reading = reading_of(options)
    check_text_field(files, reading)
    rejected = 0

    def batches() -> Iterator[Batch]:
        nonlocal rejected
        for batch in read(files, reading):
            rejected += len(batch.rejects)
            yield batch

    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".ghirbal-sites-") as folder:
        with (progress or Progress()).stage(SITES, **to_read(files, reading)) as stage:
            learned = learn(batches(), recipe, Path(folder), stage)
        table = merge_site_lines(learned, *before)
        write_sites(target, table)
    return table, rejected
