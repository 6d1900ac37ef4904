"""Texts as they are written in a file: each character's place, and new characters put in."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

Span = tuple[int, int, str]
"""Characters `start` to `end` of a text, and what they become."""

_JSON_ESCAPES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)
_JSON_BLANK = re.compile(r"[ \t\r\n]*")
_DOUBLED_QUOTES = re.compile('""')
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Value:
    """A text, and where it is written: characters `start` to `end` of the record `raw`.

    `escapes` finds what stands for one character of the text, `encode` writes new ones, `finish` sees the
    whole new value once. What no span touches stays as it was written.
    """

    raw: str
    start: int
    end: int
    text: str
    escapes: re.Pattern[str] | None = None
    encode: Callable[[str], str] = str
    finish: Callable[[str], str] = str

    def places(self, characters: Iterable[int]) -> list[int]:
        r"""Return where characters of the text stand in the record, both from 0.

        >>> json_value('{"text": "a\\u0020b"}', "text").places([0, 1, 2, 3])
        [10, 11, 17, 18]
        """
        at, longer = [0], [0]  # from this character of the text on, places are so much further on
        if self.escapes is not None:
            for found in self.escapes.finditer(self.raw, self.start, self.end):
                at.append(found.start() - self.start - longer[-1] + 1)
                longer.append(longer[-1] + found.end() - found.start() - 1)
        return [self.start + one + longer[bisect_right(at, one) - 1] for one in characters]

    def spliced(self, spans: list[Span]) -> str:
        """Return the record with spans of its text replaced; they are sorted and do not overlap."""
        places = self.places([place for start, end, _ in spans for place in (start, end)])
        pieces, at = [], self.start
        for number, (_, _, after) in enumerate(spans):
            start, end = places[2 * number : 2 * number + 2]
            pieces += [self.raw[at:start], self.encode(after)]
            at = end
        value = "".join([*pieces, self.raw[at : self.end]])
        return self.raw[: self.start] + self.finish(value) + self.raw[self.end :]


def plain_value(raw: str) -> Value:
    """Return a record that is all text."""
    return Value(raw, 0, len(raw), raw)


def json_value(raw: str, field: str, *, encoding: str = "utf-8") -> Value:
    r"""Find the string that a JSON object has in a field; new characters that the encoding lacks are escaped.

    >>> value = json_value('{"id": {"text": 1},  "text" : "a\\/b"}', "text")
    >>> value.text, value.spliced([(0, 1, "\n")])
    ('a/b', '{"id": {"text": 1},  "text" : "\\n\\/b"}')
    """
    at = _after_blank(raw, raw.index("{") + 1)
    while True:
        name, at = _DECODER.raw_decode(raw, at)
        at = _after_blank(raw, _after_blank(raw, at) + 1)
        value, end = _DECODER.raw_decode(raw, at)
        if name == field:
            return Value(raw, at + 1, end - 1, value, _JSON_ESCAPES, partial(_json, encoding=encoding))
        at = _after_blank(raw, _after_blank(raw, end) + 1)


def _after_blank(raw: str, at: int) -> int:
    found = _JSON_BLANK.match(raw, at)
    return found.end() if found else at


def _json(text: str, *, encoding: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    try:
        written.encode(encoding)
    except UnicodeEncodeError:
        written = json.dumps(text)
    return written[1:-1]


def delimited_value(raw: str, column: int, *, delimiter: str) -> Value:
    '''Find a field of a CSV record, quoted or not; a field that was not is quoted when it must be.

    >>> value = delimited_value('1,"a ""b""",c', 1, delimiter=",")
    >>> value.text, value.spliced([(2, 3, "«"), (4, 5, "»")])
    ('a "b"', '1,"a «b»",c')
    >>> delimited_value("1,ab,c", 1, delimiter=",").spliced([(1, 2, ", b")])
    '1,"a, b",c'
    '''
    start, end, width = 0, 0, 0
    for width, (begins, ends) in enumerate(_fields(raw, delimiter)):
        if width == column:
            start, end = begins, ends
    if raw.startswith('"', start) and end > start:
        text = raw[start + 1 : end - 1].replace('""', '"')
        return Value(raw, start + 1, end - 1, text, _DOUBLED_QUOTES, _doubling)

    def quoted(value: str) -> str:
        # A record of one empty field would be a blank line, which is no record.
        special = any(mark in value for mark in (delimiter, '"', "\n", "\r"))
        return f'"{_doubling(value)}"' if special or not (value or width) else value

    return replace(plain_value(raw), start=start, end=end, text=raw[start:end], finish=quoted)


def _doubling(text: str) -> str:
    return text.replace('"', '""')


def _fields(raw: str, delimiter: str) -> Iterable[tuple[int, int]]:
    """Yield where each field of a well-formed record stands, with its quotes."""
    at = 0
    while True:
        if raw.startswith('"', at):
            end = raw.index('"', at + 1) + 1
            while raw.startswith('"', end):
                end = raw.index('"', end + 1) + 1
        else:
            end = raw.find(delimiter, at)
            end = len(raw) if end < 0 else end
        yield at, end
        if end >= len(raw):
            return
        at = end + 1
