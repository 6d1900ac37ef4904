"""What public functions are given, checked: a wrong type is told in a sentence, not by what it breaks further in."""

from types import UnionType

import polars as pl


def check_argument(name: str, value: object, kind: type | UnionType, wanted: str) -> None:
    """Check the type of an argument.

    >>> check_argument("text", None, str, "a string")
    Traceback (most recent call last):
        ...
    TypeError: text must be a string, not None
    """
    if not isinstance(value, kind):
        told = (
            "None" if value is None else f"{'an' if type(value).__name__[0] in 'aeiou' else 'a'} {type(value).__name__}"
        )
        raise TypeError(f"{name} must be {wanted}, not {told}")


def check_texts(texts: object, *, name: str = "texts") -> None:
    """Check that an argument is a series of strings.

    >>> check_texts(["a text"])
    Traceback (most recent call last):
        ...
    TypeError: texts must be a Polars Series of strings, not a list
    """
    check_argument(name, texts, pl.Series, "a Polars Series of strings")
    if isinstance(texts, pl.Series) and texts.dtype != pl.String:
        raise TypeError(f"{name} must be a Polars Series of strings, not of {texts.dtype}")
