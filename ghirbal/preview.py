"""What a job would read and do, told without doing it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from ghirbal.inputs import InputFile, find_inputs
from ghirbal.manifest import begun
from ghirbal.options import Options
from ghirbal.output import read_run
from ghirbal.plan import Command, article_rule, paragraph_rule, paragraph_words, reading_of, work_folder
from ghirbal.readers import read
from ghirbal.readers.presence import check_text_field
from ghirbal.recipes import read_recipe

LOOKED_AT: Final = 100
"""Rows that are read to tell which fields there are."""
NAMED: Final = 3


def preview(command: Command, inputs: Sequence[str | Path], out: str | Path, options: Options) -> str:
    """Return some lines on what a job of these options would do; mistakes raise as they would there."""
    out = Path(out)
    work = work_folder(out, options.work)
    files = find_inputs(inputs, outputs=[out, work])
    lines = [*_reading(files, options), *_doing(command, options), *_writing(command, out, work, options)]
    return "\n".join(["nothing is done: --dry-run", *(f"  {name:<14} {what}" for name, what in lines)])


def _reading(files: Sequence[InputFile], options: Options) -> Iterator[tuple[str, str]]:
    kinds = Counter(file.format + (f" ({file.compression})" if file.compression else "") for file in files)
    shown = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    several = "file" if len(files) == 1 else "files"
    yield "would read", f"{len(files):,} {several}, {sum(file.size for file in files) / 1e6:,.1f} MB: {shown}"
    more = f" and {len(files) - NAMED:,} more" if len(files) > NAMED else ""
    yield "", ", ".join(file.name for file in islice(files, NAMED)) + more
    if options.limit is not None:
        yield "", f"the first {options.limit:,} rows of that"
    reading = replace(reading_of(options), limit=LOOKED_AT)
    check_text_field(files, reading)
    kinds_of = next((batch.kinds for batch in read(files, reading)), {})
    fields = reading.fields
    there = {name: fields.column(name) for name in ("id", "title", "url", "site", "date", "lang")}
    found = [name if name == column else f"{name} ({column})" for name, column in there.items() if column in kinds_of]
    carried = [column for column in kinds_of if column not in {*there.values(), fields.column("text")}]
    yield "fields", f"the text is {fields.column('text')!r}; with {', '.join(found) or 'no other'}"
    if carried:
        yield "", f"carried through: {', '.join(carried)}"


def _doing(command: Command, options: Options) -> Iterator[tuple[str, str]]:
    if command != "dedup":
        recipe = read_recipe(options.recipe, safety=options.safety, without=options.without)
        yield "would clean", f"with {len(recipe)} cleaners of the recipe {options.recipe}; ghirbal cleaners lists them"
    if command != "clean":
        rule = article_rule(options)
        guard = "on" if rule.template_guard else "off"
        yield (
            "would compare",
            f"articles by shingles of {rule.words} words, similar from {rule.threshold}, template guard {guard}",
        )
    if command != "clean" and options.paragraphs != "off":
        rule = paragraph_rule(options)
        least = paragraph_words(options)
        what = f"paragraphs of at least {least} words by shingles of {rule.words}, similar from {rule.threshold}"
        yield "", f"{what}, to {options.paragraphs} them"


def _writing(command: Command, out: Path, work: Path, options: Options) -> Iterator[tuple[str, str]]:
    if begun(work) is not None:
        state = "unfinished: the same job goes on there"
    elif read_run(out) is None:
        state = "new"
    elif options.overwrite:
        state = "replaced"
    else:
        state = "finished: the same job does nothing, another one needs --overwrite"
    yield "would write", f"{out} ({state}): documents as {options.format}, evidence as Parquet, report.html"
    yield "by", f"ghirbal {command}, engine {options.engine}"
