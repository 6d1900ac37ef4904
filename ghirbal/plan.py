"""What a job will do, settled before it begins: its files, its cleaners, its rules."""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from cleaners import Recipe
from dedup import ARTICLES, MIN_WORDS, PARAGRAPHS, Rule
from ghirbal import __version__
from ghirbal.errors import UsageError
from ghirbal.evidence import TABLES
from ghirbal.fields import Fields
from ghirbal.index import Index, digest, open_index, pinned
from ghirbal.inputs import InputFile, find_inputs, fingerprint
from ghirbal.options import Options
from ghirbal.ordered import in_order
from ghirbal.readers import Reading
from ghirbal.readers.presence import check_text_field
from ghirbal.recipes import read_recipe
from ghirbal.sites import read_sites, told

if TYPE_CHECKING:
    from ghirbal.checking.options import CheckOptions

Command = Literal["run", "clean", "dedup"]
LIBRARIES = ("polars", "numpy", "numba", "regex", "ftfy")


@dataclass(frozen=True, slots=True)
class Plan:
    """A job in typed parts. `recipe` is None where nothing is cleaned, a rule where nothing is compared.

    `table` has the lines that sites repeat: the one that was given, or the one learned when the job began.

    `job` says in plain values what the result depends on: it heads the
    manifest and run.json, and two calls with equal ones are the same job.
    """

    out: Path
    work: Path
    files: list[InputFile]
    reading: Reading
    recipe: Recipe | None
    table: pl.DataFrame | None
    rule: Rule | None
    paragraph_rule: Rule | None
    paragraph_words: int
    private: tuple[str, ...]
    options: Options
    index: Index | None
    job: dict[str, Any]

    @property
    def begun(self) -> dict[str, Any]:
        """What unfinished work depends on besides: how the rows were cut into batches, and for which engine."""
        batches = [self.reading.batch_bytes, self.reading.batch_rows]
        return {**self.job, "batches": batches, "engine": self.options.engine}


def make_plan(command: Command, inputs: Sequence[str | Path], out: Path, options: Options) -> Plan:
    """Find the input and read the options; UsageError or InputError says what is wrong with them."""
    recipe = read_recipe(options.recipe, safety=options.safety, without=options.without) if command != "dedup" else None
    table = read_sites(Path(options.sites)) if options.sites and command != "dedup" else None
    rule = article_rule(options) if command != "clean" else None
    paragraphs = paragraph_rule(options) if rule is not None and options.paragraphs != "off" else None
    words = paragraph_words(options)
    rules = {"articles": rule, "paragraphs": paragraphs}
    work = work_folder(out, options.work)
    outputs = [out, work, *([Path(options.index)] if options.index else [])]
    for folder in outputs:
        _check_name(folder)
    files = find_inputs(inputs, outputs=outputs)
    reading = reading_of(options)
    check_text_field(files, reading)
    prints = in_order(fingerprint, files)
    named = [
        {"file": file.name, "bytes": file.size, "sha256": digest} for file, digest in zip(files, prints, strict=True)
    ]
    job: dict[str, Any] = {
        "command": command,
        "inputs": named,
        "recipe": [repr(cleaner) for cleaner in recipe or ()],
        "rules": {name: repr(one) for name, one in rules.items() if one is not None},
        "options": options.recorded(),
        "versions": {"ghirbal": __version__, **{name: version(name) for name in LIBRARIES}},
    }
    if recipe is not None and options.recipe.endswith(".py"):  # what its cleaners do is not in their names
        job["code"] = hashlib.sha256(Path(options.recipe).read_bytes()).hexdigest()
    if table is not None:
        job["sites"] = told(table, "a table")
    index = index_of(options, rule, paragraphs, words, job)
    if index is not None:
        job["index"] = index.state
    return Plan(
        out=out,
        work=work,
        files=files,
        reading=reading,
        recipe=recipe,
        table=table,
        rule=rule,
        paragraph_rule=paragraphs,
        paragraph_words=words,
        private=private_cleaners(recipe or ()),
        options=options,
        index=index,
        job=job,
    )


def index_of(
    options: Options, rule: Rule | None, paragraphs: Rule | None, words: int, job: dict[str, Any]
) -> Index | None:
    """Return what an earlier batch left for this one. What is only looked up, and how often, makes no other batch."""
    if options.index is None:
        return None
    if rule is None:
        raise UsageError("cleaning compares nothing: --index is for run and dedup")
    what = {**job, "versions": None, "options": {**job["options"], "dry_run": False}}
    return open_index(Path(options.index), pinned(rule, paragraphs, words), digest(what))


def _check_name(folder: Path) -> None:
    try:
        os.fspath(folder).encode()
    except UnicodeEncodeError:
        shown = os.fsencode(folder).decode("utf-8", "backslashreplace")
        raise UsageError(f"the name of the folder {shown} is no UTF-8; choose another") from None
    scheme = next(iter(folder.parts), "")  # of the two slashes after it, a path keeps one
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+:", scheme):
        raise UsageError(
            f"cannot write to {scheme}//{'/'.join(folder.parts[1:])}: the command writes on this machine; copy the "
            "result from here when it is finished, or mount that place"
        )


def work_folder(out: Path, named: str | None) -> Path:
    """Return where unfinished work lies: in `out`, or in a named folder, which may serve several results.

    >>> work_folder(Path("out"), None).as_posix()
    'out/.work'
    """
    if named is None:
        return out / ".work"
    for table in ("documents", *TABLES):
        if Path(named).resolve().is_relative_to((out / table).resolve()):
            raise UsageError(f"--work {named} lies in {out / table}, where the result is written; name another folder")
    # Hidden, so that a job over a folder that holds it does not read it.
    return Path(named) / f".ghirbal-{hashlib.sha256(os.fsencode(out.resolve())).hexdigest()[:12]}"


def reading_of(options: Options) -> Reading:
    """Return how the input is read."""
    return Reading(
        fields=fields_of(options),
        encoding=options.encoding or "utf-8",
        max_row=options.max_row << 20,
        limit=options.limit,
        batch_rows=options.batch_rows,
    )


def fields_of(options: Options) -> Fields:
    """Return which columns hold what."""
    return Fields(
        id=options.id,
        text=options.text,
        title=options.title,
        url=options.url,
        site=options.site,
        date=options.date,
        lang=options.lang,
    )


def private_cleaners(recipe: Recipe) -> tuple[str, ...]:
    """Return the names of the cleaners that take out what is about a person.

    >>> private_cleaners(read_recipe("news"))
    ('DropTrackingBlob',)
    """
    return tuple(type(cleaner).__name__ for cleaner in recipe if getattr(cleaner, "private", False))


def article_rule(options: "Options | CheckOptions") -> Rule:
    """Return the rule for articles: what the user chose, and the rule's own defaults."""
    return _changed(ARTICLES, words=options.shingle, threshold=options.threshold, template_guard=options.template_guard)


def paragraph_rule(options: Options) -> Rule:
    """Return the rule for paragraphs; `--shingle` is for articles: long ones find no short paragraph."""
    return _changed(PARAGRAPHS, threshold=options.paragraph_threshold)


def paragraph_words(options: Options) -> int:
    """Return how many words a paragraph must have to be compared."""
    return MIN_WORDS if options.paragraph_words is None else options.paragraph_words


def _changed(rule: Rule, **chosen: Any) -> Rule:
    try:
        return replace(rule, **{name: value for name, value in chosen.items() if value is not None})
    except ValueError as error:
        raise UsageError(str(error)) from None
