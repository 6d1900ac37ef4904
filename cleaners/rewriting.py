"""Rewriters run over the lines of a batch, one after the other, each on what the ones before it left."""

from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, runtime_checkable

import numpy as np
import polars as pl

from cleaners.characters.gates import unusual
from cleaners.checked import CleanerError, blamed, check_gate, check_proposals, check_remarks
from cleaners.layers import SPANS, composed

PROPOSALS: Final = pl.Schema(
    {"at": pl.UInt32, "start": pl.UInt32, "end": pl.UInt32, "after": pl.String, "reason": pl.String}
)
"""What a rewriter proposes: bytes `start` to `end` of line `at` become `after`."""

REMARKS: Final = pl.Schema({"row": pl.UInt32, "cleaner": pl.String, "reason": pl.String})
"""Lines that a cleaner flags, by their row in the line table."""


@runtime_checkable
class Rewriter(Protocol):
    """A cleaner that rewrites characters within a line.

    `gate` is a cheap native Boolean expression that is true for every line that `rewrite` would change (and
    may be true for more). `rewrite` is given such lines and returns `PROPOSALS`: per line sorted, not empty,
    not overlapping, on character boundaries. A rewriter may also have `flag(lines)`, returning `at` and
    `reason` of lines that it suspects and leaves alone; and it may say `unusual_only = True`, that it has
    nothing to do on lines of everyday characters (`cleaners.characters.gates.unusual`), and `exposes = False`,
    that what it leaves opens no gate of the rewriters before it: only lines that one of them was given are rewritten
    once more.

    >>> import regex
    >>> from cleaners import clean_text, found_spans
    >>> class JoinDashes:
    ...     safety = "repair"
    ...
    ...     def gate(self, text):
    ...         return text.str.contains("--", literal=True)
    ...
    ...     def rewrite(self, lines):
    ...         return found_spans(lines, regex.compile("--+"), lambda _: ("–", "dashes"))
    >>> isinstance(JoinDashes(), Rewriter), clean_text("rain -- and snow", recipe=(JoinDashes(),))
    (True, 'rain – and snow')
    """

    safety: ClassVar[str]

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Tell which lines `rewrite` or `flag` may have something to say about."""
        ...

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        """Propose changes of lines that the gate selected."""
        ...


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Lines after all rewriters: their text, how it came about, and what was only suspected."""

    texts: pl.Series
    spans: pl.DataFrame
    remarks: pl.DataFrame


def rewrite_lines(texts: pl.Series, rewriters: tuple[Rewriter, ...]) -> Rewritten:
    """Run rewriters over lines until none finds more; `SPANS` of the result speak of the lines as given."""
    spans, remarks = [SPANS.to_frame()], [REMARKS.to_frame()]
    rows = pl.int_range(texts.len(), dtype=pl.UInt32, eager=True)
    for _ in range(_MOST_PASSES):
        if rows.is_empty() or not rewriters:
            break
        exposed = _one_pass(texts, rows, rewriters)
        texts = exposed.texts
        spans[0] = composed(spans[0], exposed.spans, texts)
        rows = exposed.rows
        # what was only suspected in a line that is rewritten again is asked again
        remarks.append(exposed.remarks.filter(~pl.col("row").is_in(rows.implode())))
    else:
        names = ", ".join(exposed.spans["cleaner"].unique().sort())
        raise CleanerError(f"{names} still changes what it left after {_MOST_PASSES} passes")
    flagged = pl.concat(remarks).unique().sort(pl.all())
    return Rewritten(texts, spans[0].sort("row", "start"), flagged)


_MOST_PASSES: Final = 100
"""Texts settle after a few; a rewriter that never does would go on for ever."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass: `rows` are the lines in which what was rewritten may have exposed more."""

    texts: pl.Series
    spans: pl.DataFrame
    remarks: pl.DataFrame
    rows: pl.Series


def _one_pass(texts: pl.Series, rows: pl.Series, rewriters: tuple[Rewriter, ...]) -> _Pass:
    spans, remarks, exposed, looked_at = SPANS.to_frame(), REMARKS.to_frame(), [rows.clear()], [rows.clear()]
    special = _where(texts, rows, unusual(pl.col("text"))) if any(map(_is_for_unusual, rewriters)) else rows
    for rewriter in rewriters:
        with blamed(rewriter, "gate"):
            gate = rewriter.gate(pl.col("text"))
            check_gate(gate, rewriter)
            found = _where(texts, special if _is_for_unusual(rewriter) else rows, gate)
        if found.is_empty():
            continue
        name = type(rewriter).__name__
        lines = texts.gather(found)
        with blamed(rewriter, "rewrite"):
            proposals = rewriter.rewrite(lines)
        check_proposals(proposals, rewriter, lines, PROPOSALS)
        if proposals.height:
            rewritten = apply_proposals(lines, proposals)
            changed_rows = found.gather(proposals["at"].unique())
            texts = texts.clone().scatter(found, rewritten)
            spans = composed(spans, _located(proposals, lines, found, name), texts)
            lines = rewritten
            if getattr(rewriter, "exposes", True):
                exposed.append(changed_rows)
                special = pl.concat([special, changed_rows]).unique().sort()
            else:
                exposed.append(changed_rows.filter(changed_rows.is_in(pl.concat(looked_at).implode())))
        looked_at.append(found)
        if flag := getattr(rewriter, "flag", None):
            with blamed(rewriter, "flag"):
                flagged = flag(lines)
            check_remarks(flagged, rewriter, lines)
            remarks = remarks.vstack(_remarks(flagged, found, name))
    return _Pass(texts, spans, remarks, pl.concat(exposed).unique().sort())


def _is_for_unusual(rewriter: Rewriter) -> bool:
    return getattr(rewriter, "unusual_only", False)


def _where(texts: pl.Series, rows: pl.Series, gate: pl.Expr) -> pl.Series:
    """Rows, of those given, whose text passes the gate."""
    some = texts if rows.len() == texts.len() else texts.gather(rows)
    return rows.filter(some.to_frame("text").select(gate.fill_null(value=False)).to_series())


def _remarks(found: pl.DataFrame, rows: pl.Series, name: str) -> pl.DataFrame:
    return found.select(row=pl.lit(rows).gather(pl.col("at")), cleaner=pl.lit(name), reason="reason").cast(REMARKS)


def _located(proposals: pl.DataFrame, lines: pl.Series, rows: pl.Series, name: str) -> pl.DataFrame:
    at = proposals["at"]
    return (
        proposals.with_columns(line=lines.gather(at).cast(pl.Binary), row=rows.gather(at))
        .select(
            "row",
            "start",
            "end",
            before=pl.col("line").bin.slice(pl.col("start"), pl.col("end") - pl.col("start")).cast(pl.String),
            after="after",
            cleaner=pl.lit(name),
            reason="reason",
        )
        .cast(SPANS)
    )


def apply_proposals(lines: pl.Series, proposals: pl.DataFrame) -> pl.Series:
    """Make the new lines. Lines that only lose an end, which are nearly all, are sliced natively."""
    sizes = lines.str.len_bytes().to_numpy()
    at, start, end = (proposals[name].to_numpy() for name in ("at", "start", "end"))
    removal = (proposals["after"] == "").to_numpy()
    head, tail = removal & (start == 0), removal & (end == sizes[at])
    first, last = np.zeros(len(sizes), np.int64), sizes.astype(np.int64)
    first[at[head]], last[at[tail]] = end[head], start[tail]
    touched, inside = np.zeros(len(sizes), np.bool_), np.zeros(len(sizes), np.bool_)
    touched[at], inside[at[~(head | tail)]] = True, True
    rows = np.flatnonzero(touched & ~inside)
    trimmed = (
        pl.DataFrame({"line": lines.gather(rows).cast(pl.Binary), "first": first[rows], "last": last[rows]})
        .select(pl.col("line").bin.slice("first", (pl.col("last") - pl.col("first")).clip(0)).cast(pl.String))
        .to_series()
    )
    lines = lines.clone().scatter(rows, trimmed)
    inner = proposals.filter(inside[at])
    if inner.is_empty():
        return lines
    changed, rewritten = _spliced(lines, inner.sort("at", "start"))
    return lines.clone().scatter(changed, rewritten)


def _spliced(lines: pl.Series, proposals: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Make the lines that change of the pieces that stay and what comes between them."""
    first = (pl.col("at") != pl.col("at").shift(1)).fill_null(value=True)
    last = (pl.col("at") != pl.col("at").shift(-1)).fill_null(value=True)
    begin = pl.when(first).then(0).otherwise(pl.col("end").shift(1))
    line = pl.col("line").cast(pl.Binary)
    pieces = proposals.with_columns(line=lines.gather(proposals["at"])).select(
        "at",
        piece=pl.concat_str(
            line.bin.slice(begin, pl.col("start") - begin).cast(pl.String),
            "after",
            pl.when(last).then(line.bin.slice("end").cast(pl.String)).otherwise(pl.lit("")),
        ),
    )
    whole = pieces.group_by("at", maintain_order=True).agg(pl.col("piece").str.join())
    return whole["at"], whole["piece"]
