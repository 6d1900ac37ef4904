"""Recipes: tuples of cleaners, by name, by hand or from TOML."""

import tomllib
from dataclasses import fields
from difflib import get_close_matches
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Final

from cleaners import characters, chrome, pages
from cleaners.page import Dropper
from cleaners.rewriting import Rewriter

Cleaner = Rewriter | Dropper
"""Either shape of cleaner: characters within a line, or whole lines."""
Recipe = tuple[Cleaner, ...]
"""Cleaners in the order in which they act."""

ENCODING: Final[Recipe] = (
    characters.FixEncoding(),
    characters.DecodeEntities(),
    characters.DecodeEscapes(),
    characters.FoldPresentationForms(),
    characters.DropInvisible(),
    characters.NormalizeSpaces(),
    characters.DropTatweel(),
)
"""Characters and encoding only: no line is dropped."""

NEWS: Final[Recipe] = (
    *ENCODING,
    chrome.DropMailScript(),
    chrome.DropRepeatedHeadline(),
    chrome.DropSourceTag(),
    chrome.DropHashtagTail(),
    chrome.DropBreadcrumb(),
    chrome.DropReadAlso(),
    chrome.DropTeaserBlock(),
    chrome.DropPullQuote(),
    chrome.DropStockPhrases(),
    chrome.CutGluedResidue(),
    chrome.DropTrackingBlob(),
    chrome.DropSiteLines(),
)
"""For text that an extractor left of a news page. By-lines, datelines and captions stay: they are opinion."""

PAGES: Final[Recipe] = (*ENCODING, pages.KeepBody(), *NEWS[len(ENCODING) :])
"""For the whole visible text of a page: the body is found first, then cleaned as news."""

PRESETS: Final = MappingProxyType({"encoding": ENCODING, "news": NEWS, "pages": PAGES})
"""The recipes that have a name."""


def cleaner_types() -> dict[str, type[Cleaner]]:
    """Every cleaner there is, by name: ours, then those of the entry points `ghirbal.cleaners`."""
    own: dict[str, type[Cleaner]] = {
        name: getattr(module, name) for module in (characters, chrome) for name in module.__all__
    }
    own["KeepBody"] = pages.KeepBody
    others = {point.name: point.load() for point in entry_points(group="ghirbal.cleaners")}
    return {**others, **own}


def named_recipe(name: str) -> Recipe:
    """Give the preset of this name.

    >>> named_recipe("news") is NEWS
    True
    """
    if name not in PRESETS:
        raise ValueError(f"there is no recipe {name!r}{_nearest(name, PRESETS)}; presets: {', '.join(PRESETS)}")
    return PRESETS[name]


def recipe_from_toml(text: str) -> Recipe:
    r"""Read a recipe from TOML: `[[cleaners]]` tables, each with the cleaner's `name` and its options.

    `preset = "news"` at the top puts that preset's cleaners first. ValueError says what is wrong, and names the
    nearest right name for a mistyped one.

    >>> recipe_from_toml('[[cleaners]]\nname = "DropPullQuote"\nleast_words = 6')
    (DropPullQuote(least_words=6, most_words=40),)
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the recipe is not TOML: {error}") from error
    if unknown := sorted(document.keys() - {"preset", "cleaners"}):
        raise ValueError(f"a recipe has no {unknown[0]!r}{_nearest(unknown[0], ('preset', 'cleaners'))}")
    tables = document.get("cleaners", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError("`cleaners` must be an array of tables: write [[cleaners]] above each")
    preset = named_recipe(str(document["preset"])) if "preset" in document else ()
    recipe = (*preset, *(_cleaner(table) for table in tables))
    if not recipe:
        raise ValueError("the recipe has no cleaners: write a [[cleaners]] table for each, or name a preset")
    return recipe


def _cleaner(table: dict[str, Any]) -> Cleaner:
    types = cleaner_types()
    name = table.get("name")
    if name is None:
        raise ValueError("a [[cleaners]] table has no `name`")
    if name not in types:
        raise ValueError(f"there is no cleaner {name!r}{_nearest(str(name), types)}; `ghirbal cleaners` lists them")
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items() if key != "name"}
    known = {field.name: field for field in fields(types[name])}  # type: ignore[arg-type]
    for option, value in options.items():
        if option not in known:
            raise ValueError(f"{name} has no option {option!r}{_nearest(option, known)}")
        default = known[option].default
        if type(value) is not type(default) and not (isinstance(default, float) and isinstance(value, int)):
            raise ValueError(f"{name}.{option} is {value!r}; it must be like its default, {default!r}")
    return types[name](**options)


def _nearest(name: str, names: Any) -> str:
    found = get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f": did you mean {found[0]!r}?" if found else ""
