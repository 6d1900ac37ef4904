"""The list of every cleaner, from the cleaners themselves."""

from dataclasses import MISSING, fields
from inspect import getdoc

from cleaners import cleaner_types, named_recipe
from cleaners.recipe import PRESETS


def catalogue() -> str:
    """Return a paragraph for each cleaner: name, safety class, presets with it, what it does, its options.

    >>> "DropTatweel  (repair)  in recipe encoding, news, pages" in catalogue().splitlines()
    True
    """
    used = {name: {type(cleaner).__name__ for cleaner in named_recipe(name)} for name in PRESETS}
    lines = []
    for name, cleaner in sorted(cleaner_types().items()):
        presets = [preset for preset in sorted(used) if name in used[preset]]
        where = f"in recipe {', '.join(presets)}" if presets else "in no preset"
        lines.append(f"{name}  ({cleaner.safety})  {where}")
        lines.append(f"    {(getdoc(cleaner) or '').splitlines()[0]}")
        for option in fields(cleaner):  # type: ignore[arg-type]
            default = "required" if option.default is MISSING else f"default {option.default!r}"
            lines.append(f"    {option.name}: {default}")
        lines.append("")
    lines += [
        "repair: characters and encoding; chrome: what the site put around the article;",
        "opinion: what some call part of the article, so no preset but the strictest takes it.",
    ]
    return "\n".join(lines)
