"""What each cleaner makes of its example in docs/examples/cleaners.toml, as differences."""

import inspect
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import MISSING, fields
from difflib import ndiff
from pathlib import Path
from typing import Any

import polars as pl

from cleaners import clean, clean_text, site_lines
from cleaners.installed import Cleaner, cleaner_types

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples" / "cleaners.toml"


def own_cleaners() -> dict[str, type[Cleaner]]:
    """Give the cleaners of this repo, not those that other packages have installed beside it."""
    kinds = sorted(cleaner_types().items())
    return {name: kind for name, kind in kinds if kind.__module__.startswith("cleaners.")}


def sections() -> str:
    """Return a section for each cleaner: what it says of itself, its options, an example before and after."""
    examples = tomllib.loads(EXAMPLES.read_text())
    if unknown := examples.keys() ^ own_cleaners().keys():
        raise SystemExit(f"docs/examples/cleaners.toml and the cleaners differ in {', '.join(sorted(unknown))}")
    return "\n\n".join("\n".join(_section(name, kind, examples[name])) for name, kind in own_cleaners().items())


def _section(name: str, kind: type[Cleaner], example: dict[str, Any]) -> Iterator[str]:
    yield f"## {name}\n"
    told, _, _ = (inspect.getdoc(kind) or "").partition(">>>")  # the page has an example of its own
    yield f"{told.strip()}\n"
    options = [option for option in fields(kind) if option.init]
    for option in options:
        default = "required" if option.default is MISSING else f"`{option.default!r}`"
        yield f"- `{option.name}`: {default}"
    if options:
        yield ""
    if title := example.get("title"):
        yield f"Title: *{title}*\n"
    if pages := example.get("pages"):
        yield f"On {pages} pages of one site:\n"
    if beside := example.get("beside"):
        yield f"Together with {', '.join(f'`{one}`' for one in beside)}:\n"
    yield "```diff"
    yield from _difference(*_cleaned(name, example))
    yield "```"


def _cleaned(name: str, example: dict[str, Any]) -> tuple[str, str]:
    text = example["text"].removeprefix("\n")
    recipe = tuple(own_cleaners()[one]() for one in (*example.get("beside", ()), name))
    if pages := example.get("pages"):
        texts = [text.format(day=day) for day in range(1, pages + 1)]
        docs = pl.DataFrame({"text": texts, "site": ["gazette.example"] * pages})
        before, after = texts[0], clean(docs, recipe, sites=site_lines(docs, recipe)).documents["text"][0]
    else:
        before, after = text, clean_text(text, title=example.get("title"), recipe=recipe)
    if before == after:
        raise SystemExit(f"the example of {name} shows nothing")
    return before, after


def _difference(before: str, after: str) -> Iterator[str]:
    for line in ndiff(before.split("\n"), after.split("\n")):
        if not line.startswith("?"):
            yield f"{line[0]}{visible(line[1:])}".rstrip() if line[0] == " " else f"{line[0]}{visible(line[1:])}"


def visible(line: str) -> str:
    r"""Name characters that would not be seen.

    >>> visible(" a\u200b ")
    ' a[U+200B] '
    """
    hidden = ("Cf", "Cc", "Zs")
    return "".join(f"[U+{ord(c):04X}]" if c != " " and unicodedata.category(c) in hidden else c for c in line)
