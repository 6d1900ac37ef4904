"""The table of spans that a rewriter proposes."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import polars as pl
import regex  # noqa: TC002 (the aliases below are read at run time)

SPANS = pl.Schema({"at": pl.UInt32, "start": pl.UInt32, "end": pl.UInt32, "after": pl.String, "reason": pl.String})
FLAGS = pl.Schema({"at": pl.UInt32, "start": pl.UInt32, "end": pl.UInt32, "reason": pl.String})

Repair = Callable[["regex.Match[str]"], tuple[str, str] | None]
RunRepair = Callable[[str, int, int], tuple[str, str] | None]


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
    r"""Spans of the longest runs of some characters, each repaired by what stands around it.

    `repair` is given all lines joined by "\n" and a run's start and end; None leaves the run. A run that is
    just `unless` is passed over. The runs are found in NumPy: a regex that scans for a class of characters
    reads 50 MB/s.
    """
    text = "\n".join(lines.to_list())
    starts: list[int] = []
    ends: list[int] = []
    afters: list[str] = []
    reasons: list[str] = []
    for start, end in character_runs(text, characters, unless=unless):
        answer = repair(text, start, end)
        if answer is not None and answer[0] != text[start:end]:
            starts.append(start)
            ends.append(end)
            afters.append(answer[0])
            reasons.append(answer[1])
    return located_spans(lines, text, starts, ends).with_columns(
        after=pl.Series(afters, dtype=pl.String), reason=pl.Series(reasons, dtype=pl.String)
    )


def character_runs(text: str, characters: str, *, unless: str = "") -> Iterable[tuple[int, int]]:
    """Start and end of each longest run of these characters that is not the one character `unless`.

    >>> list(character_runs("a--b-", "-"))
    [(1, 3), (4, 5)]
    >>> list(character_runs("a--b-", "-", unless="-"))
    [(1, 3)]
    """
    member = np.zeros(0x110000, dtype=np.bool_)
    member[[ord(character) for character in characters]] = True
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    changes = np.flatnonzero(np.diff(member[codes], prepend=False, append=False))
    starts, ends = changes[::2], changes[1::2]
    if unless:
        wanted = (ends - starts > 1) | (codes[starts] != ord(unless))
        starts, ends = starts[wanted], ends[wanted]
    return zip(starts.tolist(), ends.tolist(), strict=True)


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
