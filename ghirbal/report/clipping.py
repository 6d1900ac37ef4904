"""Texts in the report are clipped, so that no archive makes it larger than a person can load."""

from typing import Any, Final

LONGEST: Final = 420


def clipped(told: Any, longest: int = LONGEST) -> Any:
    """Clip every string in nested values, in its middle.

    >>> clipped({"a": ["x" * 900]}, 10)
    {'a': ['xxxxx … xxxxx']}
    """
    if isinstance(told, str):
        return told if len(told) <= longest else f"{told[: longest // 2]} … {told[-longest // 2 :]}"
    if isinstance(told, dict):
        return {clipped(name, longest): clipped(value, longest) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [clipped(value, longest) for value in told]
    return told
