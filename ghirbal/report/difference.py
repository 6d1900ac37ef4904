"""The difference of two texts, word by word."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

Piece = tuple[Literal["=", "-", "+", "…"], str]
"""What both have, what only the first has, what only the second has, what is left out."""

CONTEXT = 9
WORDS = 500
"""Words of each text that are compared after the beginning and the end that they share: time grows with the square."""
MOST = 60
"""Pieces that are told; who wants all of a long list of changes reads the texts."""

# One character of a script that writes no spaces is a word, as it is for shingles.
_SPACELESS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_SPACELESS}]\s*|[^\s{_SPACELESS}]+\s*")


def difference(first: str, second: str) -> list[Piece]:
    """Tell how the second text differs from the first; long stretches that both have are shortened.

    >>> difference("the bridge was closed", "the bridge is closed")
    [('=', 'the bridge '), ('-', 'was '), ('+', 'is '), ('=', 'closed')]
    """
    ours, theirs = _TOKEN.findall(first), _TOKEN.findall(second)
    left, right = [word.strip() for word in ours], [word.strip() for word in theirs]
    head = _common(left, right)
    tail = _common(left[head:][::-1], right[head:][::-1])
    ends = len(ours) - tail, len(theirs) - tail
    stops = min(ends[0], head + WORDS), min(ends[1], head + WORDS)
    pieces: list[Piece] = list(_same(ours[:head], first=True, last=False))
    matcher = SequenceMatcher(None, left[head : stops[0]], right[head : stops[1]], autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if len(pieces) >= MOST:
            return [*pieces, ("…", "")]
        if tag == "equal":
            pieces += _same(ours[head + i : head + j], first=False, last=False)
            continue
        if j > i:
            pieces.append(("-", _shortened(ours[head + i : head + j])))
        if m > k:
            pieces.append(("+", _shortened(theirs[head + k : head + m])))
    if stops != ends:
        pieces.append(("…", ""))
    pieces += _same(ours[ends[0] :], first=False, last=True)
    return pieces


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _same(words: Sequence[str], *, first: bool, last: bool) -> Iterator[Piece]:
    """Give the ends of a stretch that touch a change."""
    before, after = (0 if first else CONTEXT), (0 if last else CONTEXT)
    if len(words) <= before + after + 3:
        if words:
            yield "=", _tidy(words)
        return
    if before:
        yield "=", _tidy(words[:before])
    yield "…", ""
    if after:
        yield "=", _tidy(words[-after:])


def _shortened(words: Sequence[str], most: int = 40) -> str:
    if len(words) <= most:
        return _tidy(words)
    return f"{_tidy(words[: most // 2])}… {_tidy(words[-most // 2 :])}"


def _tidy(words: Sequence[str]) -> str:
    return re.sub(r"\s*\n\s*", "\n", "".join(words)).replace("\n", " ¶ ")
