"""Write the tables of docs/ that come from the code, each between `<!-- NAME -->` and `<!-- /NAME -->`.

python -m scripts.document           write them
python -m scripts.document --check   exit 1 when one is out of date
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields
from pathlib import Path

import ghirbal
from cleaners.installed import cleaner_types
from cleaners.recipe import PRESETS
from dedup import ARTICLES, MIN_WORDS, PARAGRAPHS
from ghirbal.checking import CheckOptions
from ghirbal.checking.codes import CODES
from ghirbal.command import COMMANDS
from ghirbal.evidence import TABLES
from ghirbal.options import CLEANING, FINDING, READING, TELLING, WRITING, Options, Telling, flag
from scripts.before_after import sections

ROOT = Path(__file__).resolve().parent.parent


def table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    columns = head.split(" | ")
    body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([f"| {head} |", "|" + "---|" * len(columns), *body])


def commands() -> str:
    return table("command | what it does", ((f"`ghirbal {name}`", one.help) for name, one in COMMANDS.items()))


def options() -> str:
    parts = []
    declared = [*fields(Options), *fields(Telling)]
    for group in (READING, CLEANING, FINDING, WRITING, TELLING):
        chosen = [field for field in declared if field.metadata["group"] == group]
        rows = ((f"`{usage(field.name, field.metadata)}`", field.metadata["help"]) for field in chosen)
        parts.append(f"**{group[0].upper()}{group[1:]}**\n\n{table('option | what it says', rows)}")
    return "\n\n".join(parts)


def check_options() -> str:
    rows = ((f"`{usage(field.name, field.metadata)}`", field.metadata["help"]) for field in fields(CheckOptions))
    return table("option | what it says", rows)


def codes() -> str:
    rows = (
        (
            one.code,
            one.about,
            f"`{one.cleaner}`" if one.cleaner else "–",
            ", ".join(one.reasons) or ("every other" if one.cleaner else "–"),
            "yes" if one.fixed else "no",
        )
        for one in CODES
    )
    return table("code | what it is | cleaner | reasons | `ghirbal fix` repairs it", rows)


def usage(name: str, declared: dict[str, object] | object) -> str:
    about = dict(declared)
    shown = about.get("metavar") or "|".join(about.get("choices", ()))
    return f"{flag(name)} {shown}".strip()


def rules() -> str:
    shown = (("articles", ARTICLES, "all"), ("paragraphs", PARAGRAPHS, f"of at least {MIN_WORDS} words"))
    return table(
        "compared | shingle, words | threshold | template guard | recall at the threshold | bands | rows in a band",
        (
            (
                f"{name} {which}",
                str(r.words),
                str(r.threshold),
                "on" if r.template_guard else "off",
                str(r.recall),
                str(r.bands.bands),
                str(r.bands.rows),
            )
            for name, r, which in shown
        ),
    )


def all_cleaners() -> str:
    def row(name: str, kind: type) -> tuple[str, ...]:
        summary = inspect.getdoc(kind) or ""
        chosen = ", ".join(
            f"`{field.name} = {field.default!r}`" if field.default is not MISSING else f"`{field.name}`"
            for field in fields(kind)
        )
        within = ", ".join(
            f"`{preset}`" for preset, recipe in PRESETS.items() if any(type(one) is kind for one in recipe)
        )
        return (
            f"[`{name}`](#{name.lower()})",
            summary.split("\n\n")[0].replace("\n", " "),
            kind.safety,
            chosen or "–",
            within or "–",
        )

    kinds = cleaner_types()
    return table(
        "cleaner | what it does | safety | options | recipes",
        (row(name, kinds[name]) for name in sorted(kinds)),
    )


def evidence() -> str:
    return "\n\n".join(
        f"**`{name}/`**\n\n" + table("column | type", ((f"`{column}`", str(kind)) for column, kind in schema.items()))
        for name, schema in TABLES.items()
    )


def public_names() -> str:
    def row(name: str) -> tuple[str, ...]:
        thing = getattr(ghirbal, name)
        about = (inspect.getdoc(thing) or "") if callable(thing) else ""
        return f"`{name}`", about.split("\n\n")[0].replace("\n", " ")

    names = [name for name in ghirbal.__all__ if callable(getattr(ghirbal, name)) and name not in cleaner_types()]
    return table("name | what it is", map(row, names))


PAGES: dict[str, dict[str, Callable[[], str]]] = {
    "docs/command.md": {"commands": commands, "options": options},
    "docs/cleaners.md": {"cleaners": all_cleaners, "examples": sections},
    "docs/codes.md": {"codes": codes},
    "docs/hook.md": {"check-options": check_options},
    "docs/files.md": {"evidence": evidence},
    "docs/near-duplicates.md": {"rules": rules},
    "docs/python.md": {"names": public_names},
}


def filled(page: str, tables: dict[str, Callable[[], str]]) -> str:
    for name, make in tables.items():
        between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", flags=re.DOTALL)
        if not between.search(page):
            raise SystemExit(f"no place for the table {name!r}")
        written = f"\n{make()}\n\n"
        page = between.sub(lambda found, written=written: found[1] + written + found[2], page)
    return page


def main() -> int:
    stale = []
    for name, tables in PAGES.items():
        path = ROOT / name
        before = path.read_text()
        after = filled(before, tables)
        if after != before:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(after)
    if stale:
        print("out of date" if "--check" in sys.argv else "written", *stale)
    return int("--check" in sys.argv and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
