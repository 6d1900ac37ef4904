"""The table of spans that a rewriter proposes."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import polars as pl
import regex  # noqa: TC002 (the aliases below are read at run time)
from numpy.typing import NDArray

SPANS = pl.Schema({"at": pl.UInt32, "start": pl.UInt32, "end": pl.UInt32, "after": pl.String, "reason": pl.String})
FLAGS = pl.Schema({"at": pl.UInt32, "start": pl.UInt32, "end": pl.UInt32, "reason": pl.String})

Repair = Callable[["regex.Match[str]"], tuple[str, str] | None]
RunRepair = Callable[[str, str, str], tuple[str, str] | None]


def found_spans(lines: pl.Series, pattern: "regex.Pattern[str]", repair: Repair) -> pl.DataFrame:
    r"""Spans of the matches that `repair` answers with their new text and the reason.

    The lines are searched as one text joined by "\n", so a look-around sees "\n" at a line's edge;
    a pattern must never match it. An answer of None leaves the match as it is.

    >>> import regex
    >>> found_spans(pl.Series(["a -- b"]), regex.compile("--+"), lambda found: ("–", "dashes")).rows()
    [(0, 2, 4, '–', 'dashes')]
    """
    text = "\n".join(lines.to_list())
    starts: list[int] = []
    ends: list[int] = []
    afters: list[str] = []
    reasons: list[str] = []
    for match in pattern.finditer(text):
        answer = repair(match)
        if answer is not None and answer[0] != match.group():
            starts.append(match.start())
            ends.append(match.end())
            afters.append(answer[0])
            reasons.append(answer[1])
    return located_spans(lines, text, starts, ends).with_columns(
        after=pl.Series(afters, dtype=pl.String), reason=pl.Series(reasons, dtype=pl.String)
    )


def run_spans(lines: pl.Series, characters: str, repair: RunRepair, *, unless: str = "") -> pl.DataFrame:
    r"""Spans of the longest runs of some characters, each repaired by what stands beside it.

    `repair` is given the character before a run, the run, and the character after it ("\n" at a line's edge), and is
    asked once for all that are alike; None leaves the run. A run that is just `unless` is passed over.

    >>> run_spans(pl.Series(["a--b-"]), "-", lambda before, run, after: ("–", "dashes")).rows()
    [(0, 1, 3, '–', 'dashes'), (0, 4, 5, '–', 'dashes')]
    """
    text = b"\n%b\n" % (lines.str.join("\n").cast(pl.Binary).item() or b"")
    codes = np.frombuffer(text, dtype=np.uint8)
    starts, ends = character_runs(codes, characters, unless=unless)
    places = (starts - _width_before(codes, starts), starts, ends, ends + _WIDTHS[codes[ends]])
    keys = [(text[a:b], text[b:c], text[c:d]) for a, b, c, d in zip(*(place.tolist() for place in places), strict=True)]
    answers = {key: _answered(repair, *map(bytes.decode, key)) for key in dict.fromkeys(keys)}
    repaired = np.array([answers[key] is not None for key in keys], dtype=np.bool_)
    given = [answer for answer in map(answers.__getitem__, keys) if answer is not None]
    starts, ends = starts[repaired], ends[repaired]
    first = np.cumsum(lines.str.len_bytes().to_numpy() + 1, dtype=np.int64)
    first = np.concatenate([[0], first[:-1]]) + 1
    at = np.searchsorted(first, starts, side="right") - 1
    columns = (at, starts - first[at], ends - first[at], [after for after, _ in given], [reason for _, reason in given])
    return pl.DataFrame(dict(zip(SPANS, columns, strict=True)), schema=SPANS)


def _answered(repair: RunRepair, before: str, run: str, after: str) -> tuple[str, str] | None:
    answer = repair(before, run, after)
    return None if answer is None or answer[0] == run else answer


_WIDTHS: Final = np.repeat(np.array([1, 2, 3, 4]), [0xC0, 0x20, 0x10, 0x10])
"""Bytes of the character that begins with a byte."""


def _width_before(text: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bytes of the character that ends at each place."""
    width, within = np.ones(len(places), dtype=np.int64), np.ones(len(places), dtype=np.bool_)
    for back in (1, 2, 3):
        within &= text[places - back] & 0xC0 == 0x80
        width += within
    return width


def character_runs(
    text: NDArray[np.uint8], characters: str, *, unless: str = ""
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    r"""Start and end of each longest run of these characters in UTF-8 that begins and ends with none of them.

    A run that is just the ASCII character `unless` is none. A regex that scans for a class of characters reads 50
    MB/s, this 500.

    >>> starts, ends = character_runs(np.frombuffer("\na--b‒\n".encode(), np.uint8), "-‒")
    >>> starts.tolist(), ends.tolist()
    ([2, 5], [4, 8])
    """
    member = np.zeros(len(text), dtype=np.bool_)
    by_lead: dict[int, list[bytes]] = {}
    for one in map(str.encode, characters):
        by_lead.setdefault(one[0], []).append(one)
    for lead, group in by_lead.items():
        if lead < 0x80:
            member |= text == lead
            continue
        found = np.flatnonzero(text == lead)
        size = len(group[0])
        tails = sum(text[found + place].astype(np.int64) << 8 * (size - place - 1) for place in range(1, size))
        found = found[np.isin(tails, [int.from_bytes(one[1:]) for one in group])]
        for place in range(size):
            member[found + place] = True
    if unless:
        member[1:-1] &= (text[1:-1] != ord(unless)) | member[:-2] | member[2:]
    changes = np.flatnonzero(member[1:] != member[:-1]) + 1
    return changes[::2], changes[1::2]


def found_flags(lines: pl.Series, pattern: "regex.Pattern[str]", *, reason: str) -> pl.DataFrame:
    """Flag all matches, each with the same reason."""
    text = "\n".join(lines.to_list())
    matches = [match.span() for match in pattern.finditer(text)]
    located = located_spans(lines, text, [start for start, _ in matches], [end for _, end in matches])
    return located.with_columns(reason=pl.lit(reason, dtype=pl.String))


def located_spans(lines: pl.Series, text: str, starts: Sequence[int], ends: Sequence[int]) -> pl.DataFrame:
    r"""Turn ascending character places in the lines joined by "\n" into line numbers and byte places."""
    places = np.array([starts, ends], dtype=np.int64).T
    if text.isascii() or not places.size:
        in_bytes = places
    else:
        codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
        sizes = np.ones(len(codes), dtype=np.uint8)
        for first in (0x80, 0x800, 0x10000):
            sizes += codes >= first
        in_bytes = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])[places]
    line_ends = lines.str.len_bytes().cast(pl.Int64).to_numpy().cumsum() + np.arange(len(lines))
    line_starts = np.concatenate([[0], line_ends + 1])[: len(lines)]
    at = np.searchsorted(line_ends, in_bytes[:, 0], side="left")
    return pl.DataFrame(
        {
            "at": at.astype(np.uint32),
            "start": (in_bytes[:, 0] - line_starts[at]).astype(np.uint32),
            "end": (in_bytes[:, 1] - line_starts[at]).astype(np.uint32),
        }
    )


def apply_spans(lines: pl.Series, spans: pl.DataFrame) -> pl.Series:
    """Lines with the spans put in their place: the slow, obvious way, for one rewriter alone.

    >>> one = pl.DataFrame({"at": [0], "start": [1], "end": [2], "after": [""], "reason": [""]})
    >>> apply_spans(pl.Series(["abc"]), one).to_list()
    ['ac']
    """
    changed = [line.encode() for line in lines.to_list()]
    for at, start, end, after in spans.select("at", "start", "end", "after").reverse().iter_rows():
        changed[at] = changed[at][:start] + after.encode() + changed[at][end:]
    return pl.Series(lines.name, [line.decode() for line in changed], dtype=pl.String)
