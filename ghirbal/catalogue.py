"""The list of every cleaner, from the cleaners themselves."""

from collections.abc import Iterator
from dataclasses import MISSING
from inspect import getdoc

from cleaners import Recipe, cleaner_types, named_recipe
from cleaners.installed import Cleaner
from cleaners.options import options_of
from cleaners.recipe import PRESETS
from ghirbal.errors import UsageError
from ghirbal.recipes import read_recipe

CLASSES = """\
repair: characters and encoding; chrome: what the site put around the article;
opinion: what some call part of the article: in no preset, and added by --safety repair,chrome,opinion."""


def catalogue(recipe: str | None = None) -> str:
    """Return a paragraph for each cleaner: name, safety class, presets with it, what it does, its options.

    With a recipe, those of the recipe alone, in its order and with the options as it sets them.

    >>> "DropTatweel  (repair)  in recipe encoding, news, pages" in catalogue().splitlines()
    True
    """
    return "\n".join([*(_installed() if recipe is None else _chosen(read_recipe(recipe))), CLASSES])


def _installed() -> Iterator[str]:
    used = {name: {type(cleaner).__name__ for cleaner in named_recipe(name)} for name in PRESETS}
    try:
        kinds = cleaner_types()
    except ValueError as error:
        raise UsageError(str(error)) from error
    for name, kind in sorted(kinds.items()):
        presets = [preset for preset in sorted(used) if name in used[preset]]
        where = f"in recipe {', '.join(presets)}" if presets else "in no preset"
        yield f"{name}  ({kind.safety})  {where}"
        yield from _about(kind)
        for option in options_of(kind):
            default = "required" if option.default is MISSING else f"default {option.default!r}"
            yield f"    {option.name}: {default}"
        yield ""


def _chosen(recipe: Recipe) -> Iterator[str]:
    for cleaner in recipe:
        yield f"{type(cleaner).__name__}  ({cleaner.safety})"
        yield from _about(type(cleaner))
        for option in options_of(cleaner):
            yield f"    {option.name}: {getattr(cleaner, option.name)!r}"
        yield ""


def _about(kind: type[Cleaner]) -> Iterator[str]:
    first, _, _ = (getdoc(kind) or "").partition("\n")
    yield f"    {first}"
