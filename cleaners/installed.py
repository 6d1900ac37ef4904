"""The cleaners there are: ours, and those that other packages install."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final, cast

from cleaners import characters, chrome, pages
from cleaners.page import Dropper
from cleaners.rewriting import Rewriter

Cleaner = Rewriter | Dropper
"""Either shape of cleaner: characters within a line, or whole lines."""

SAFETY: Final = ("repair", "chrome", "opinion")
"""The safety classes, from what nobody misses to what some call part of the article."""

GROUP: Final = "ghirbal.cleaners"
"""The entry points by which a package offers its cleaners, each under the name of its class."""


def cleaner_types() -> dict[str, type[Cleaner]]:
    """Every cleaner there is, by name: ours, then those of the entry points `ghirbal.cleaners`.

    ValueError names an entry point that cannot be loaded, is no cleaner, or has the name of another.

    >>> cleaner_types()["DropTatweel"].safety
    'repair'
    """
    found: dict[str, type[Cleaner]] = {
        name: getattr(module, name) for module in (characters, chrome) for name in module.__all__
    }
    found["KeepBody"] = pages.KeepBody
    for point in sorted(entry_points(group=GROUP), key=lambda one: (one.name, one.value)):
        kind = _loaded(point)
        if found.get(point.name, kind) is not kind:
            raise ValueError(f"{_said(point)}: there is a cleaner of that name already; give yours another")
        found[point.name] = kind
    return found


def check_recipe(recipe: object) -> None:
    """Check that a recipe is a tuple of cleaners, and none of them a class.

    >>> check_recipe("news")
    Traceback (most recent call last):
        ...
    TypeError: a recipe is a tuple of cleaners, as NEWS is and named_recipe('news'); 'news' is none
    """
    for one in recipe if isinstance(recipe, tuple | list) else [recipe]:
        works = callable(getattr(one, "mark", None)) or callable(getattr(one, "rewrite", None))
        if works and not isinstance(one, type) and getattr(one, "safety", None) not in SAFETY:
            raise TypeError(f"{one!r} is no cleaner: its class variable `safety` is not one of {', '.join(SAFETY)}")
        if isinstance(one, type) or not isinstance(one, Rewriter | Dropper):
            raise TypeError(f"a recipe is a tuple of cleaners, as NEWS is and named_recipe('news'); {one!r} is none")
    if not isinstance(recipe, tuple | list):
        raise TypeError(f"a recipe is a tuple of cleaners; of one cleaner it is ({recipe!r},)")


def faults(kind: object) -> Iterator[str]:
    """Say what keeps a class from being a cleaner; a cleaner has no faults.

    >>> list(faults(chrome.DropPullQuote)), next(faults(int))
    ([], 'it is not a frozen dataclass')
    """
    if not (isinstance(kind, type) and is_dataclass(kind) and kind.__dataclass_params__.frozen):  # type: ignore[attr-defined]  # where dataclasses tell it
        yield "it is not a frozen dataclass"
    if getattr(kind, "safety", None) not in SAFETY:
        yield f"its class variable `safety` is not one of {', '.join(SAFETY)}"
    drops, rewrites = callable(getattr(kind, "mark", None)), callable(getattr(kind, "rewrite", None))
    if drops == rewrites:
        yield "it has to have either the method `mark` or the methods `gate` and `rewrite`"
    elif rewrites and not callable(getattr(kind, "gate", None)):
        yield "it has `rewrite` and no `gate`"


def _loaded(point: EntryPoint) -> type[Cleaner]:
    try:
        kind = point.load()
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{_said(point)} cannot be loaded: {error}") from error
    for fault in faults(kind):
        raise ValueError(f"{_said(point)} is no cleaner: {fault}")
    if kind.__name__ != point.name:
        raise ValueError(f"{_said(point)}: its name must be that of the class, {kind.__name__}")
    return cast("type[Cleaner]", kind)


def _said(point: EntryPoint) -> str:
    package = f" of {point.dist.name}" if point.dist else ""
    return f"the entry point {point.name} = {point.value!r} in {GROUP}{package}"
