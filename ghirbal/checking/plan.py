"""A check in typed parts, settled before it begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import polars as pl

from cleaners import Recipe
from ghirbal.checking.baseline import read_baseline
from ghirbal.checking.codes import TOO_LARGE, Selection
from ghirbal.checking.findings import Finding, key_of
from ghirbal.checking.options import CheckOptions
from ghirbal.checking.settings import Settings, read_settings
from ghirbal.checking.sheets import Place, shown
from ghirbal.errors import UsageError
from ghirbal.fields import Fields
from ghirbal.inputs import InputFile, find_inputs
from ghirbal.readers import Reading
from ghirbal.recipes import read_recipe

BEGINNING = Place(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What will be checked, and how; `skipped` says of each file that will not be looked at why."""

    files: tuple[InputFile, ...]
    skipped: tuple[Finding, ...]
    reading: Reading
    recipe: Recipe
    table: pl.DataFrame | None
    old: frozenset[str]
    private: frozenset[str]
    options: CheckOptions
    root: Path

    @property
    def fields(self) -> Fields:
        """Which columns hold what."""
        return self.reading.fields

    def selection(self, path: Path) -> Selection:
        """Return which codes are wanted in a file."""
        name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()
        ignored = list(self.options.ignore)
        for pattern, codes in self.options.per_file_ignores:
            if fnmatch(name, pattern) or fnmatch(path.name, pattern):
                ignored += codes
        return Selection(self.options.select, tuple(ignored))


def options_of(given: Mapping[str, Any], settings: Settings) -> CheckOptions:
    """Return the options of a call: what it says, then what pyproject.toml says, then the defaults."""
    return CheckOptions(**{**settings.chosen, **given})


def make_plan(inputs: Sequence[str], given: Mapping[str, Any], *, folder: Path) -> CheckPlan:
    """Find the files and read the options; `given` are fields of `CheckOptions` that the call names."""
    settings = read_settings(folder)
    options = options_of(given, settings)
    # A web archive is nobody's to commit or to mend.
    files = [file for file in find_inputs(inputs or settings.files or _no_files()) if file.format != "wet"]
    small = tuple(file for file in files if options.max_size is None or file.size <= options.max_size)
    recipe = read_recipe(options.recipe, safety=options.safety, without=options.without)
    old = frozenset[str]()
    if options.baseline is not None and not options.write_baseline:
        old = read_baseline(Path(options.baseline))
    for _, codes in options.per_file_ignores:
        Selection(ignore=codes)  # unknown codes are an error even where no file meets the pattern
    plan = CheckPlan(
        files=small,
        skipped=tuple(_skipped(file) for file in files if file not in small),
        reading=Reading(fields=fields_of(options), encoding=options.encoding or "utf-8"),
        recipe=recipe,
        table=None if options.sites is None else _site_lines(Path(options.sites)),
        old=old,
        private=frozenset(type(cleaner).__name__ for cleaner in recipe if getattr(cleaner, "private", False)),
        options=options,
        root=settings.root,
    )
    plan.selection(folder)  # and so are they in --select
    return plan


def fields_of(options: CheckOptions) -> Fields:
    """Return which columns hold what."""
    return Fields(
        id=options.id, text=options.text, title=options.title, url=options.url, site=options.site, date=options.date
    )


def _site_lines(path: Path) -> pl.DataFrame:
    from ghirbal.sites import read_sites  # noqa: PLC0415 - it knows the whole job, which a check does not pay for

    return read_sites(path)


def _no_files() -> list[str]:
    raise UsageError("name the files to check, or write them down: files = [...] under [tool.ghirbal]")


def _skipped(file: InputFile) -> Finding:
    path = shown(file.path)
    message = f"{TOO_LARGE.about}: {file.size:,} bytes"
    return Finding(path, BEGINNING, TOO_LARGE.code, "warning", message, key_of(TOO_LARGE.code, file.path.name))
