"""Recipes: tuples of cleaners, by name, by hand or from TOML."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import MISSING
from types import MappingProxyType
from typing import Any, Final

from cleaners import characters, chrome, pages
from cleaners.arguments import check_argument
from cleaners.installed import SAFETY, Cleaner, check_recipe, cleaner_types
from cleaners.options import check_option, nearest, options_of

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
    chrome.DropShareRow(),
    chrome.CutGluedResidue(),
    chrome.DropTrackingBlob(),
    chrome.DropSiteLines(),
)
"""For text that an extractor left of a news page. By-lines, datelines and captions stay (`OPINIONS`)."""

PAGES: Final[Recipe] = (*ENCODING, pages.KeepBody(), *NEWS[len(ENCODING) :])
"""For the whole visible text of a page: the body is found first, then cleaned as news."""

PRESETS: Final = MappingProxyType({"encoding": ENCODING, "news": NEWS, "pages": PAGES})
"""The recipes that have a name."""

OPINIONS: Final[Recipe] = (chrome.DropByline(), chrome.DropPlaceAndSource(), chrome.DropImageCaption())
"""What no preset takes out, because it is part of the article to some: credits, places, captions."""


def named_recipe(name: str) -> Recipe:
    """Give the preset of this name.

    >>> named_recipe("news") is NEWS
    True
    """
    check_argument("name", name, str, "a string")
    if name not in PRESETS:
        raise ValueError(f"there is no recipe {name!r}{nearest(name, PRESETS)}; presets: {', '.join(PRESETS)}")
    return PRESETS[name]


def adjusted_recipe(recipe: Recipe, *, safety: Collection[str] = (), without: Collection[str] = ()) -> Recipe:
    """Give a recipe with these safety classes and no other, and without the cleaners of these names.

    `safety` takes `repair`, `chrome` and `opinion`; empty, it leaves the recipe as it is. Cleaners of another class
    go; a class that the recipe has no cleaner of comes in whole, with its defaults, at its usual place.

    >>> adjusted_recipe(NEWS, safety=["repair"]) == ENCODING
    True
    >>> adjusted_recipe(NEWS, safety=["repair", "chrome", "opinion"], without=["DropPullQuote"])[-1]
    DropImageCaption(most_words=30)
    """
    check_recipe(recipe)
    for option, value in (("safety", safety), ("without", without)):
        check_argument(option, value, tuple | list | set | frozenset, "a tuple or list of names")
    for one in safety:
        if one not in SAFETY:
            raise ValueError(f"there is no safety class {one!r}{nearest(one, SAFETY)}; they are {', '.join(SAFETY)}")
    names = {type(cleaner).__name__ for cleaner in recipe}
    if safety:
        missing = set(safety) - {cleaner.safety for cleaner in recipe}
        brought = tuple(cleaner for cleaner in (*NEWS, *OPINIONS) if cleaner.safety in missing)
        first = tuple(cleaner for cleaner in brought if cleaner.safety == SAFETY[0])
        recipe = (*first, *(one for one in recipe if one.safety in safety), *brought[len(first) :])
        names |= {type(cleaner).__name__ for cleaner in brought}
    for name in without:
        if name not in names:
            raise ValueError(f"the recipe has no cleaner {name!r} to leave out{nearest(name, names)}")
    left = tuple(cleaner for cleaner in recipe if type(cleaner).__name__ not in without)
    if not left:
        raise ValueError("the recipe has no cleaners left")
    return left


def recipe_from_toml(text: str) -> Recipe:
    r"""Read a recipe from TOML: `[[cleaners]]` tables, each with the cleaner's `name` and its options.

    `preset = "news"` at the top puts that preset's cleaners first; a table then changes the options of the preset's
    cleaner of that name, or adds one at the end. `safety = ["repair"]` and `without = ["DropPullQuote"]` choose among
    them (`adjusted_recipe`). ValueError says what is wrong, and names the nearest right name for a mistyped one.

    >>> recipe_from_toml('[[cleaners]]\nname = "DropPullQuote"\nleast_words = 6')
    (DropPullQuote(least_words=6, most_words=40),)
    """
    check_argument("text", text, str, "a string of TOML")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the recipe is not TOML: {error}") from error
    for key in document:
        if key not in _KEYS:
            raise ValueError(f"a recipe has no {key!r}{nearest(key, _KEYS)}; it has {', '.join(_KEYS)}")
    tables = document.get("cleaners", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError("`cleaners` must be an array of tables: write [[cleaners]] above each")
    recipe = list(named_recipe(str(document["preset"])) if "preset" in document else ())
    types = cleaner_types() if tables else {}
    preset = [type(cleaner) for cleaner in recipe]
    for cleaner in (_cleaner(table, types) for table in tables):
        if type(cleaner) in preset:
            recipe[preset.index(type(cleaner))] = cleaner
        else:
            recipe.append(cleaner)
    if not recipe:
        raise ValueError("the recipe has no cleaners: write a [[cleaners]] table for each, or name a preset")
    return adjusted_recipe(tuple(recipe), safety=_strings(document, "safety"), without=_strings(document, "without"))


_KEYS: Final = ("preset", "safety", "without", "cleaners")


def _strings(document: dict[str, Any], key: str) -> Sequence[str]:
    value = document.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"`{key}` of a recipe must be a list of names, not {value!r}")
    return value


def _cleaner(table: dict[str, Any], types: dict[str, type[Cleaner]]) -> Cleaner:
    name = table.get("name")
    if name is None:
        raise ValueError("a [[cleaners]] table has no `name`")
    if name not in types:
        raise ValueError(f"there is no cleaner {name!r}{nearest(str(name), types)}; `ghirbal cleaners` lists them")
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items() if key != "name"}
    known = {option.name: option for option in options_of(types[name]) if option.init}
    for option, value in options.items():
        if option not in known:
            raise ValueError(f"{name} has no option {option!r}{nearest(option, known)}")
        check_option(name, known[option], value)
    for option, field in known.items():
        if option not in options and field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{name} needs the option {option!r}")
    return types[name](**options)
