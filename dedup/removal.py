"""Taking lines out of texts so that what stays keeps its shape."""

from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Final

import polars as pl

from cleaners.arguments import check_texts
from dedup.shingles import word_counts

HEADING_WORDS: Final = 10
"""A longer line is text."""
_ENDS: Final = tuple(".!?…,;؟،؛۔।。！？，；\"”»)）’'")
"""A line that ends so is a sentence or a piece of one, not a heading."""
_BULLETS: Final = "*•·-–—▪■◆●0123456789٠١٢٣٤٥٦٧٨٩.)( "

SPANS = pl.Schema({"doc": pl.UInt32(), "line": pl.UInt32(), "start": pl.UInt32(), "end": pl.UInt32()})
"""Bytes `start` to `end` of text number `doc` go with its line `line`."""


def removal_spans(texts: pl.Series, lines: pl.DataFrame) -> pl.DataFrame:
    r"""Byte spans to cut so that these lines (`doc`: position in `texts`, `line` from 1) go; see `SPANS`.

    A line goes with its terminator, one at the end with the terminator before it. Of the blank lines around a
    gap one run stays, so that no two texts grow together and no blank line is doubled.

    >>> spans = removal_spans(pl.Series(["a\n\nb\n\nc"]), pl.DataFrame({"doc": [0], "line": [3]}))
    >>> spans.rows()
    [(0, 3, 3, 6)]
    """
    spans = [(doc, *span) for doc, text, removed in _by_text(texts, lines) for span in _spans(text, removed)]
    return pl.DataFrame(spans, schema=SPANS, orient="row")


def orphaned_headings(texts: pl.Series, lines: pl.DataFrame, *, min_words: int = HEADING_WORDS + 1) -> pl.DataFrame:
    r"""Find the headings of which nothing would be left if these lines went: `doc`, `line`, as in `lines`.

    A heading is a short line inside a text, after a line that is none, that ends no sentence. Nothing is left of one
    if the next line goes, and what goes reaches to the next heading or to the end. Where no line of text would be
    left at all, they stay; and so does a line of `min_words`, which is a paragraph, and may stand for another.

    >>> text = "Title\nThe first part is long enough.\nA heading\nAll that is under it.\nNext\nIt stays."
    >>> orphaned_headings(pl.Series([text]), pl.DataFrame({"doc": [0], "line": [4]})).rows()
    [(0, 3)]
    """
    taken = [(doc, _filled(text), removed) for doc, text, removed in _by_text(texts, lines)]
    # The words of all lines at once: a call for each text took half of the time that taking lines out takes.
    words = iter(word_counts(pl.Series([line for _, filled, _ in taken for line in filled.values()], dtype=pl.String)))
    found = [
        (doc, line)
        for doc, filled, removed in taken
        for line in _orphans(filled, list(islice(words, len(filled))), removed, min(HEADING_WORDS, min_words - 1))
    ]
    return pl.DataFrame(found, schema={"doc": pl.UInt32, "line": pl.UInt32}, orient="row")


def _by_text(texts: pl.Series, lines: pl.DataFrame) -> Iterator[tuple[int, str, set[int]]]:
    """Give each text that these lines are of: its number, itself, the lines."""
    check_texts(texts)
    wanted = lines.group_by("doc").agg("line").sort("doc")
    chosen = texts.gather(wanted["doc"]).fill_null("")
    for doc, text, removed in zip(wanted["doc"], chosen, wanted["line"].to_list(), strict=True):
        yield doc, text, set(removed)


def _filled(text: str) -> dict[int, str]:
    """Return the lines that are not blank, by their numbers."""
    return {number: line for number, line in enumerate(text.split("\n"), 1) if line.strip()}


def _orphans(filled: dict[int, str], words: list[int], removed: set[int], most: int) -> list[int]:
    numbers = list(filled)
    short = {i for i, count in zip(filled, words, strict=True) if count <= most and _may_head(filled[i])}
    body = [i for i in numbers if i not in short]
    if all(i in removed for i in body):
        return []
    orphans = []
    for at, line in enumerate(numbers):
        if line not in short or line in removed or line < body[0]:
            continue
        gone = len(list(takewhile(removed.__contains__, numbers[at + 1 :])))
        after = numbers[at + 1 + gone :]
        if gone and (not after or after[0] in short):
            orphans.append(line)
    return orphans


def _may_head(line: str) -> bool:
    line = line.strip()
    return not line.endswith(_ENDS) and "@" not in line and line.lstrip(_BULLETS)[:1].isalpha()


def _spans(text: str, removed: set[int]) -> list[tuple[int, int, int]]:
    lines = text.split("\n")
    ended = lines[-1] == ""
    if ended:
        lines.pop()  # what follows a final line feed is not a line
    drop = _dropped([not line.strip() for line in lines], removed)
    spans: list[tuple[int, int, int]] = []
    kept_before = False
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    last_kept = max((i for i, gone in enumerate(drop) if not gone), default=-1)
    waiting = 0  # blank lines that go before the first removed line of a run
    for i, gone in enumerate(drop):
        kept_before = kept_before or not gone
        if not gone:
            continue
        # After the last line that stays, each takes the terminator before it.
        backward = i > last_kept >= 0 and not ended
        start = starts[i] - (_terminator(lines[i - 1]) if backward else 0)
        if i == len(lines) - 1 and not ended:
            end = starts[i + 1] - 1
        else:
            end = starts[i + 1] - (_terminator(lines[i]) if backward else 0)
        if i + 1 in removed:
            spans.append((i + 1, start - waiting, end))
            waiting = 0
        elif spans and spans[-1][2] == start:
            spans[-1] = (spans[-1][0], spans[-1][1], end)
        else:
            waiting += end - start
    return spans


def _terminator(line: str) -> int:
    """Bytes of the terminator behind a line that was split at line feeds."""
    return 1 + line.endswith("\r")


def _dropped(blank: list[bool], removed: set[int]) -> list[bool]:
    """Add to the removed lines the blank lines that their going leaves over."""
    drop = [i + 1 in removed for i in range(len(blank))]
    i = 0
    while i < len(blank):
        # A gap: lines between two that stay, with something removed among them.
        end = i
        while end < len(blank) and (drop[end] or blank[end]):
            end += 1
        if any(drop[i:end]):
            keeping = i > 0 and end < len(blank)
            done = False
            for j in range(i, end):
                if not blank[j]:
                    done = done or (keeping and any(not drop[k] and blank[k] for k in range(i, j)))
                elif done or not keeping:
                    drop[j] = True
        i = max(end, i + 1)
    return drop


def remove_lines(texts: pl.Series, lines: pl.DataFrame) -> pl.Series:
    r"""Texts without these lines; see `removal_spans`.

    >>> remove_lines(pl.Series(["a\n\nb\n\nc", "d"]), pl.DataFrame({"doc": [0], "line": [5]})).to_list()
    ['a\n\nb', 'd']
    """
    changed: dict[int, bytes] = {}
    for doc, _, start, end in reversed(removal_spans(texts, lines).rows()):
        text = changed.get(doc)
        if text is None:
            text = texts[doc].encode()
        changed[doc] = text[:start] + text[end:]
    if not changed:
        return texts
    return texts.scatter(list(changed), [text.decode() for text in changed.values()])
