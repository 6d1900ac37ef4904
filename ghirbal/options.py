"""What a user may choose for a job, declared once: the flags, their defaults and their help come from here.

Nothing heavy is imported: `ghirbal --help` reads this page.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any, Literal

from ghirbal.errors import UsageError

LEAST_THRESHOLD = 0.01
"""That of `dedup.Rule`, which is not imported for it."""
PREFERENCES = ("date", "length", "site", "id")
"""What `--prefer` knows; a minus in front of one turns it round."""
_NUMBERS = {int: "a whole number", float: "a number"}

READING = "what the rows hold"
CLEANING = "cleaning"
FINDING = "near-duplicates"
WRITING = "what is written, and where"
TELLING = "what is told meanwhile"


def _option(default: object, text: str, group: str, read: Callable[[str], object], **more: object) -> Any:
    """Give one field of `Options` its default, its help and how its flag is read."""
    return field(default=default, metadata={"help": text, "group": group, "read": read, **more})


def _column(text: str) -> Any:
    return _option(None, text, READING, str, metavar="NAME")


def _switch(text: str, group: str, **more: object) -> Any:
    return field(default=False, metadata={"help": text, "group": group, "read": None, **more})


def _names(text: str) -> tuple[str, ...]:
    """Read a list of names with commas between.

    >>> _names("date, -length")
    ('date', '-length')
    """
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _on_off(text: str) -> bool:
    """Read `on` or `off`; anything else is a ValueError, as for any flag's reader."""
    return {"on": True, "off": False}[text] if text in ("on", "off") else _refuse(text)


def _refuse(text: str) -> bool:
    raise ValueError(f"{text!r} is neither 'on' nor 'off'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The whole configuration of a job; each field is a flag of the command.

    A near-duplicate option left at None takes the default of the rule in
    `dedup`, which is where those defaults are reasoned out.

    >>> Options(threshold=0.8).threshold
    0.8
    """

    text: str | None = _column("the column with the text (default: text)")
    title: str | None = _column("the column with the headline (default: title)")
    id: str | None = _column("the column with the row's name (default: id; made when missing)")
    url: str | None = _column("the column with the address (default: url)")
    site: str | None = _column("the column with the site (default: site; the url's host when missing)")
    date: str | None = _column("the column with the date (default: date)")
    lang: str | None = _column("the column with the language (default: lang)")
    encoding: str | None = _column("the encoding of the text files (default: UTF-8, strictly)")

    limit: int | None = _option(None, "read only the first N rows, to try something out", READING, int, metavar="N")

    max_row: int = _option(
        64,
        "megabytes (2^20 bytes) that a row may have; a longer one is quarantined (default: 64)",
        READING,
        int,
        metavar="MB",
    )

    recipe: str = _option(
        "news",
        "which cleaners: 'news' (text that an extractor left), 'pages' (a page's whole text), "
        "'encoding' (characters only), or a TOML or Python file (default: news)",
        CLEANING,
        str,
        metavar="NAME|FILE",
        neutral=True,  # the cleaners themselves are recorded: a file's name says nothing
    )
    safety: tuple[str, ...] = _option(
        (),
        "the safety classes to clean, of repair, chrome and opinion (default: those of the recipe)",
        CLEANING,
        _names,
        metavar="LIST",
        neutral=True,  # so are these
    )
    without: tuple[str, ...] = _option(
        (), "cleaners to leave out, by name", CLEANING, _names, metavar="LIST", neutral=True
    )
    sites: str | None = _option(
        None,
        "the lines that sites repeat, as `ghirbal sites` learned them (default: learned from the input)",
        CLEANING,
        str,
        metavar="TABLE",
        neutral=True,  # the table itself is recorded
    )

    threshold: float | None = _option(
        None, "similarity from which an article is a near-duplicate", FINDING, float, metavar="T"
    )
    shingle: int | None = _option(None, "words in a shingle", FINDING, int, metavar="N")
    template_guard: bool | None = _option(
        None,
        "keep articles that resemble another because one template was filled in twice: other names, other numbers "
        "(default: on)",
        FINDING,
        _on_off,
        metavar="on|off",
    )
    contained: float | None = _option(
        None,
        "also remove an article of whose shingles this share stands in a longer one (default: such articles stay)",
        FINDING,
        float,
        metavar="T",
    )
    paragraphs: Literal["remove", "report", "off"] = _option(
        "remove",
        "what to do with a paragraph that stands elsewhere (default: remove)",
        FINDING,
        str,
        choices=("remove", "report", "off"),
    )
    paragraph_threshold: float | None = _option(
        None, "similarity from which a paragraph is a near-duplicate", FINDING, float, metavar="T"
    )
    paragraph_words: int | None = _option(None, "shorter paragraphs are never compared", FINDING, int, metavar="N")
    prefer: tuple[str, ...] = _option(
        ("date", "-length", "site", "id"),
        "who survives, the first difference decides (default: date,-length,site,id)",
        FINDING,
        _names,
        metavar="LIST",
    )
    site_priority: tuple[str, ...] = _option(
        (), "sites in order of preference, before all others", FINDING, _names, metavar="LIST"
    )

    index: str | None = _option(
        None,
        "a folder that remembers what stays, so that later batches are compared with it; made when missing",
        FINDING,
        str,
        metavar="DIR",
        neutral=True,  # what it holds is recorded: a folder's name says nothing
    )

    format: Literal["parquet", "jsonl", "csv"] = _option(
        "parquet",
        "format of the surviving documents (default: parquet)",
        WRITING,
        str,
        choices=("parquet", "jsonl", "csv"),
    )
    shard_size: int = _option(
        128,
        "megabytes (2^20 bytes) of values in a part of a table, before packing (default: 128)",
        WRITING,
        int,
        metavar="MB",
    )
    redact: bool = _switch("leave private text (tracking blobs) out of the edits", WRITING)
    batch_rows: int = _option(
        65_536, "rows held at a time; never changes the answer", WRITING, int, metavar="N", neutral=True
    )
    engine: Literal["local", "spark"] = _option(
        "local",
        "where the work is done; never changes the answer (default: local; spark needs ghirbal[spark] and a JDK)",
        WRITING,
        str,
        choices=("local", "spark"),
        neutral=True,
    )
    work: str | None = _option(
        None,
        "folder for unfinished work (default: OUT/.work; deleted at the end)",
        WRITING,
        str,
        metavar="DIR",
        neutral=True,
    )

    overwrite: bool = _switch("replace what an earlier job left in OUT", WRITING, neutral=True)
    dry_run: bool = _switch(
        "say what would be read and done, and write nothing; with --index: look up, write OUT, and leave the index as "
        "it is",
        WRITING,
    )

    def __post_init__(self) -> None:
        for name in ("threshold", "paragraph_threshold", "contained"):
            value = getattr(self, name)
            if value is not None and not LEAST_THRESHOLD <= value <= 1:
                raise UsageError(f"{flag(name)} wants a number from {LEAST_THRESHOLD} to 1, not {value}")
        for name in ("shingle", "paragraph_words", "batch_rows", "limit", "max_row", "shard_size"):
            value = getattr(self, name)
            if value is not None and not 1 <= value < 1 << 31:
                raise UsageError(f"{flag(name)} wants a whole number from 1 to {(1 << 31) - 1}, not {value}")
        for choice in self.prefer:
            if choice.removeprefix("-") not in PREFERENCES:
                raise UsageError(f"--prefer does not know {choice!r}{nearest(choice, PREFERENCES)}")
        for name in ("index", "contained"):
            if self.engine == "spark" and getattr(self, name) is not None:
                raise UsageError(f"--{name} is for one machine: leave it out, or leave out --engine spark")

    def recorded(self) -> dict[str, object]:
        """Return what decides the answer, for the manifest.

        >>> "work" in Options().recorded()
        False
        """
        chosen = {}
        for declared in fields(self):
            if not declared.metadata.get("neutral"):
                value = getattr(self, declared.name)
                chosen[declared.name] = list(value) if isinstance(value, tuple) else value
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a long job tells on stderr while it works; each field is a flag of the command.

    >>> Telling().log_format
    'text'
    """

    verbose: bool = _switch("say of each stage what it did and how long it took", TELLING)
    log_format: Literal["text", "json"] = _option(
        "text",
        "how that is written: text, or a line of JSON for each stage, note and error, and one each ten seconds",
        TELLING,
        str,
        choices=("text", "json"),
    )


def value_of(text: str, about: Mapping[str, Any]) -> object:
    """Read what was written for a field; `about` is its metadata. ValueError says what was expected.

    >>> value_of("0,8", {"read": float})
    Traceback (most recent call last):
    ValueError: '0,8' is not a number
    """
    read: Callable[[str], object] = about["read"]
    try:
        return read(text)
    except ValueError as error:
        number = _NUMBERS.get(read) if isinstance(read, type) else None
        raise ValueError(f"{text!r} is not {number}" if number else str(error)) from None


def flag(name: str) -> str:
    """Return the flag of a field.

    >>> flag("paragraph_words")
    '--paragraph-words'
    """
    return "--" + name.replace("_", "-")


def nearest(wrong: str, known: Iterable[str]) -> str:
    """Return the end of an error sentence: the name that was probably meant, else all of them.

    >>> nearest("lenght", ("date", "length"))
    "; did you mean 'length'?"
    """
    names = list(known)
    close = get_close_matches(wrong, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; it knows {', '.join(names)}"
