"""Recipes as the command line names them.

Apart from `plan`, because `check` reads recipes and must not pay for the kernels of `dedup`.
"""

import runpy
from collections.abc import Collection
from dataclasses import is_dataclass
from pathlib import Path
from traceback import extract_tb

from cleaners import Recipe, adjusted_recipe, named_recipe, recipe_from_toml
from cleaners.installed import faults
from cleaners.options import nearest
from ghirbal.errors import InputError, UsageError

SUFFIXES = (".toml", ".py")
"""How the names of files of recipes end."""


def read_recipe(name: str, *, safety: Collection[str] = (), without: Collection[str] = ()) -> Recipe:
    """Return a preset by its name, or the recipe of a TOML or Python file; `adjusted_recipe` says of the rest.

    A Python file names its recipe `RECIPE`: a tuple of cleaners, among which its own may be.

    >>> read_recipe("encodign")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ghirbal.errors.UsageError: there is no recipe 'encodign'...
    """
    try:
        recipe = _named(name)
    except OSError as error:
        raise InputError(f"cannot read the recipe {name}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{name}: {error}" if name.endswith(SUFFIXES) else str(error)) from error
    try:
        return adjusted_recipe(recipe, safety=safety, without=without)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _named(name: str) -> Recipe:
    path = Path(name)
    if path.suffix == ".py":
        return _of_python(path)
    if path.suffix == ".toml" or path.is_file():
        return recipe_from_toml(path.read_text(encoding="utf-8"))
    return named_recipe(name)


def _of_python(path: Path) -> Recipe:
    """Run the file, which is as much the user's own as any other program, and take its `RECIPE`."""
    path.open("rb").close()  # an OSError, which is not the program's
    try:
        names = runpy.run_path(str(path))
    except Exception as error:  # whatever the user's program raises is its fault, and told with its line
        lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(path)]
        at = f"line {lines[-1]}: " if lines else ""
        raise ValueError(f"{at}{type(error).__name__}: {error}") from error
    if "RECIPE" not in names:
        raise ValueError(f"it has no RECIPE{nearest('RECIPE', names)}; write RECIPE = (*NEWS, MyCleaner())")
    recipe = names["RECIPE"]
    if not isinstance(recipe, tuple) or not recipe:
        raise ValueError(f"RECIPE must be a tuple of cleaners, not {recipe!r}")
    for cleaner in recipe:
        if isinstance(cleaner, type):
            raise ValueError(f"RECIPE has the class {cleaner.__name__}; make a cleaner of it: {cleaner.__name__}()")  # noqa: TRY004 - a faulty file, as the others
        for fault in faults(type(cleaner)):
            what = type(cleaner).__name__ if is_dataclass(cleaner) else repr(cleaner)
            raise ValueError(f"{what} is no cleaner: {fault}")
    return recipe
