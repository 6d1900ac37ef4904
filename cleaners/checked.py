"""What cleaners of other authors hand over, checked before it is used, and their errors told as theirs.

Our own are held to the same by the tests: for them nothing is checked, which would cost a tenth of their time.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import polars as pl

from cleaners.options import nearest


class CleanerError(ValueError):
    """A cleaner failed, or handed over what nothing can be made of; the message names it and says what was expected.

    >>> from cleaners import clean_text, marks
    >>> class DropRain:
    ...     __module__, safety = "recipe", "chrome"
    ...
    ...     def mark(self, page):
    ...         return marks(page, self, reason="rain", evidence="plaec")
    >>> clean_text("Rain.", recipe=(DropRain(),))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    cleaners.checked.CleanerError: DropRain.mark gives the evidence 'plaec': did you mean 'place'? ...
    """


def is_ours(cleaner: object) -> bool:
    """Tell whether a cleaner is one of this package, not one that its user wrote."""
    return type(cleaner).__module__.partition(".")[0] == "cleaners"


@contextmanager
def blamed(cleaner: object, method: str) -> Iterator[None]:
    """Name the cleaner whose method raises an error; one of ours raises it as it is."""
    try:
        yield
    except CleanerError:
        raise
    except Exception as error:
        if is_ours(cleaner):
            raise
        raise CleanerError(f"{_said(cleaner, method)} failed: {type(error).__name__}: {error}") from error


def check_gate(gate: object, cleaner: object) -> None:
    """Check that a gate is an expression."""
    if not isinstance(gate, pl.Expr):
        raise CleanerError(
            f"{_said(cleaner, 'gate')} must return an expression of the text, as "
            f"text.str.contains('--', literal=True) is; it returned {_shown(gate)}"
        )


def check_marks(found: object, cleaner: object, page: pl.DataFrame, schema: pl.Schema, evidence: Sequence[str]) -> None:
    """Check what a dropper says of a page: lines that are there, evidence that there is, bytes of the line."""
    if is_ours(cleaner):
        return
    who = _said(cleaner, "mark")
    marks = _table(found, who, schema, hint="; `marks` makes it", may_be_null=("cut",))
    for word in marks.filter(~pl.col("evidence").is_in(evidence))["evidence"].unique().sort():
        hint = nearest(word, evidence) or "."
        raise CleanerError(f"{who} gives the evidence {word!r}{hint} It is one of {', '.join(evidence)}")
    for row in marks.filter(~pl.col("row").is_in(page["row"].implode()))["row"]:
        raise CleanerError(f"{who} speaks of row {row}, which the page has not")
    cuts = marks.filter(pl.col("cut").is_not_null()).join(page.select("row", "text"), on="row")
    for row, cut, text, word in cuts.select("row", "cut", "text", "evidence").iter_rows():
        where = f"{who} cuts row {row}, {_shown(text)}, at byte {cut}"
        if cut >= len(text.encode()):
            raise CleanerError(f"{where}, but it has {len(text.encode())} bytes")
        if _is_inside(text.encode(), cut):
            raise CleanerError(f"{where}, which is inside a character")
        if word != evidence[0]:
            raise CleanerError(f"{where}, on the evidence {word!r}; a cut needs {evidence[0]!r}")


def check_proposals(found: object, cleaner: object, lines: pl.Series, schema: pl.Schema) -> None:
    """Check what a rewriter proposes: per line in order, apart, within the line, and a change each."""
    if is_ours(cleaner):
        return
    who = _said(cleaner, "rewrite")
    proposals = _table(found, who, schema, hint="; `found_spans` makes it")
    before, reach = -1, 0
    for at, start, end, after in proposals.select("at", "start", "end", "after").iter_rows():
        if at >= lines.len():
            raise CleanerError(f"{who} changes line {at}, but was given {lines.len()}, from 0")
        line = lines[at].encode()
        where = f"{who} changes bytes {start} to {end} of {_shown(lines[at])}"
        if not start < end <= len(line):
            raise CleanerError(f"{where}, which has {len(line)} bytes; a change begins before it ends, and within them")
        if _is_inside(line, start) or _is_inside(line, end):
            raise CleanerError(f"{where}, which is inside a character")
        if line[start:end] == after.encode():
            raise CleanerError(f"{where} into what they are")
        if at < before or (at == before and start < reach):
            raise CleanerError(f"{where} after other bytes of it or of a later line; changes are in order, and apart")
        before, reach = at, end


def check_remarks(found: object, cleaner: object, lines: pl.Series) -> None:
    """Check what a rewriter flags."""
    if is_ours(cleaner):
        return
    who = _said(cleaner, "flag")
    remarks = _table(found, who, pl.Schema({"at": pl.UInt32(), "reason": pl.String()}))
    for at in remarks.filter(pl.col("at") >= lines.len())["at"]:
        raise CleanerError(f"{who} flags line {at}, but was given {lines.len()}, from 0")


def _table(
    found: object, who: str, schema: pl.Schema, *, hint: str = "", may_be_null: Sequence[str] = ()
) -> pl.DataFrame:
    """Check that this is a table of such columns, filled."""
    wanted = f"{who} must return a DataFrame of {', '.join(f'{name}: {kind}' for name, kind in schema.items())}{hint}"
    if not isinstance(found, pl.DataFrame):
        raise CleanerError(f"{wanted}; it returned {_shown(found)}")
    for name in found.columns:
        if name not in schema:
            raise CleanerError(f"{wanted}; there is none {name!r}{nearest(name, schema)}")
    for name in schema:
        if name not in found.columns:
            raise CleanerError(f"{wanted}; it has no {name!r}")
    for name, kind in schema.items():
        if found.schema[name] != kind:
            raise CleanerError(f"{wanted}; its {name!r} is {found.schema[name]}")
        if name not in may_be_null and found[name].null_count():
            raise CleanerError(f"{who} leaves {name!r} null in {found[name].null_count()} of {found.height} rows")
    if found.columns != schema.names():
        raise CleanerError(f"{wanted}; it has them in another order, {', '.join(found.columns)}")
    return found


def _is_inside(line: bytes, at: int) -> bool:
    """Tell whether a byte goes on with a character of UTF-8."""
    return at < len(line) and line[at] & 0xC0 == 0x80


_LONGEST: Final = 60


def _shown(value: object) -> str:
    shown = repr(value) if isinstance(value, str) else f"{type(value).__name__} {value!r}"
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _said(cleaner: object, method: str) -> str:
    return f"{type(cleaner).__name__}.{method}"
