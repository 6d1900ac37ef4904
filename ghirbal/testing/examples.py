"""Texts on which a cleaner is tried: hostile ones, and those that look like residue and are not."""

import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Final, NamedTuple


class Example(NamedTuple):
    """A text with the title of its document, where it has one, and a name for messages."""

    text: str
    title: str | None = None
    name: str = ""


HOSTILE: Final = (
    "", "\n", "\n\n\n", " ", "\r\n", "a", "\u0640", "a\r\nb\r\n", "a\n\r\nb", "\x00", "\ufffd\n\ufeff",
    "#\n##\n#a #b #c", "a\n\u200f\u202b \nb", "\u200f \u200f\n", "\u2028a\u2028",
    "&amp;amp;lt;\n&#x110000; &#0;", "» « »\n| | |", "share\nshare\nshare", "ـ" * 50, "\u202e\u2066abc", " \n \n ",
    "a\n\u3000\r\u00a0\nb  \r\n",
    "Home » News", "اقرأ أيضا:", "اقرأ أيضا:\n" * 5, "aXA6IDEuMi4zLjQ=", "a" * 5000 + "\n" + "b " * 3000,
)  # fmt: skip
"""What breaks programs: nothing, only terminators, controls, half a mark, one endless word."""


def counter_examples() -> list[Example]:
    """Give the texts that no cleaner of chrome or repair may take a character of.

    Poems, chants, interviews, lists, tables, code, laws, and quotations of the very phrases that are removed, in
    the languages of the files beside this module, written for this project.

    >>> len(counter_examples()) >= 300
    True
    """
    folder = files("ghirbal.testing").joinpath("counter_examples")
    lines = (
        line
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
        for line in file.read_text(encoding="utf-8").splitlines()
    )
    return [Example(case["text"], case.get("title"), case["id"]) for case in map(json.loads, lines)]


def named(examples: Iterable[str | Example]) -> list[Example]:
    """Give every text a name: its own, or its place in the list.

    >>> named(["a"])
    [Example(text='a', title=None, name='text 1')]
    """
    made = (one if isinstance(one, Example) else Example(one) for one in examples)
    return [one if one.name else one._replace(name=f"text {place}") for place, one in enumerate(made, 1)]
