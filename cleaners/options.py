"""Options of cleaners: the fields of a frozen dataclass, checked when one is made."""

from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from difflib import get_close_matches
from typing import Any, cast


def options_of(cleaner: object) -> tuple["Field[Any]", ...]:
    """Return the options of a cleaner, or of a class of cleaners.

    >>> from cleaners import DropPullQuote
    >>> [option.name for option in options_of(DropPullQuote)]
    ['least_words', 'most_words']
    """
    return fields(cast("Any", cleaner))  # a cleaner is known by its methods; that it is a dataclass, by `faults`


def check_options(cleaner: object) -> None:
    """Check every option of a cleaner; ValueError says which is wrong. For its `__post_init__`.

    An option must be like its default: a count a whole number from 0, a share a number from 0 to 1.
    """
    for option in options_of(cleaner):
        check_option(type(cleaner).__name__, option, getattr(cleaner, option.name))


def check_option(cleaner: str, option: "Field[Any]", value: object) -> None:
    """Check one option of a cleaner against its default, where it has one."""
    default = option.default
    if default is MISSING:
        return
    number = isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool)
    if type(value) is not type(default) and not number:
        raise ValueError(f"{cleaner}.{option.name} is {value!r}; it must be like its default, {default!r}")
    if isinstance(default, float) and isinstance(value, float | int) and not 0 <= value <= 1:
        raise ValueError(f"{cleaner}.{option.name} is {value!r}; it is a share, from 0 to 1")
    if isinstance(default, int) and isinstance(value, int) and value < 0:
        raise ValueError(f"{cleaner}.{option.name} is {value!r}; it is a number from 0")


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the end of an error sentence: the name that was probably meant, if there is one.

    >>> nearest("nwes", ["news", "pages"])
    ": did you mean 'news'?"
    """
    found = get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f": did you mean {found[0]!r}?" if found else ""
