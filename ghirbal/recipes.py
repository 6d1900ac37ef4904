"""Recipes as the command line names them.

Apart from `plan`, because `check` reads recipes and must not pay for the kernels of `dedup`.
"""

from pathlib import Path

from cleaners import Recipe, named_recipe, recipe_from_toml
from ghirbal.errors import InputError, UsageError


def read_recipe(name: str) -> Recipe:
    """Return a preset by its name, or the recipe of a TOML file.

    >>> read_recipe("encodign")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ghirbal.errors.UsageError: there is no recipe 'encodign'...
    """
    path = Path(name)
    try:
        if path.suffix != ".toml" and not path.is_file():
            return named_recipe(name)
        return recipe_from_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read the recipe {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: {error}" if path.suffix == ".toml" else str(error)) from error
