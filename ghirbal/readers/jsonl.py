"""Read JSON Lines, one object a line, past every line that is not one."""

import json
import math
from collections.abc import Iterator
from typing import Final

from ghirbal.inputs import InputFile
from ghirbal.readers.lines import Broken, Lines, LongLine, cut_lines
from ghirbal.readers.reading import HEAD_BYTES, Reading, Records, Reject
from ghirbal.readers.streams import ascii_compatible, blocks

TYPE_NAMES = {
    bool: "a Boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
}
TOO_DEEP: Final = "the row is nested too deeply"
DEEPEST: Final = 32
"""Lists and objects that may lie in one another, the row itself not counted. How deep Python gets depends on what
called it, Arrow reads no Parquet of 50 lists, and Polars crashes on 450."""


def read_jsonl(file: InputFile, reading: Reading) -> Iterator[Records]:
    """Rows of a file; the number of a row is its physical line.

    Blank lines are no rows, but count as physical lines. What no other reader
    could be sure to read the same way is rejected rather than guessed: NaN,
    a key that stands twice, half a surrogate pair, a number beyond a double,
    more than `DEEPEST` lists and objects in one another.
    """
    encoding = reading.encoding if ascii_compatible(reading.encoding) else "utf-8"
    stream = blocks(file, size=reading.batch_bytes, encoding=reading.encoding)
    for piece in cut_lines(stream, max_row=reading.max_row, utf8=encoding == "utf-8"):
        match piece:
            case Lines():
                for start in range(0, len(piece.lines), reading.batch_rows):
                    yield _parse(file.name, piece, start, reading, encoding)
            case LongLine(row, offset, size, head):
                error = f"the row has {size} bytes, more than the {reading.max_row} allowed"
                yield Records(file.name, rejects=[Reject(file.name, row, offset, error, head)], size=size)
            case Broken(offset, error, head):
                yield Records(file.name, rejects=[Reject(file.name, None, offset, error, head)])


def _parse(name: str, piece: Lines, start: int, reading: Reading, encoding: str) -> Records:
    lines = piece.lines[start : start + reading.batch_rows]
    records = Records(name, size=sum(map(len, lines)) + len(lines))
    text = reading.fields.column("text")
    failed: list[tuple[int, str]] = []
    for i, line in enumerate(lines, start):
        if not line.strip(b" \t\r"):
            continue
        try:
            row = parse_row(line, encoding=encoding)
            value = row.get(text)
            if type(value) is not str:
                records.seen.update(row)
                failed.append((i, text_error(row, text)))
                continue
        except RowError as error:
            failed.append((i, str(error)))
            continue
        records.numbers.append(piece.row + i)
        records.rows.append(row)
    if failed:
        offsets = piece.offsets()
        records.rejects.extend(
            Reject(name, piece.row + i, offsets[i], error, piece.lines[i][:HEAD_BYTES]) for i, error in failed
        )
    return records


class RowError(ValueError):
    """A line is no row; the message says why."""


def parse_row(line: bytes, *, encoding: str = "utf-8") -> dict[str, object]:
    """Object that a line of JSON holds; RowError if it holds none.

    The standard library's parser, because it alone sees duplicate keys and
    keeps big integers. On news it is no slower than others with those checks
    added, as most of the time goes into making strings (MB/s on one core,
    articles / escaped / short rows of many fields: this 208/216/90, msgspec
    with a count of keys 198/189/106, orjson with it 201/287/209, and orjson
    turns integers beyond 64 bits into floats).

    >>> parse_row(b'{"text": "a", "views": 3}')
    {'text': 'a', 'views': 3}
    """
    try:
        row = _DECODER.decode(line.decode(encoding))
    except UnicodeDecodeError as error:
        raise RowError(f"not {encoding}: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise RowError(f"not JSON: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise RowError(TOO_DEEP) from error
    except RowError:
        raise
    except ValueError as error:  # an integer of more digits than Python will read
        raise RowError(f"not readable: {error}") from error
    if not isinstance(row, dict):
        raise RowError(f"{TYPE_NAMES.get(type(row), 'null')}, not an object")
    if _is_deep(row):
        raise RowError(TOO_DEEP)
    # Only an escape can make half a surrogate pair: strict UTF-8 has none.
    if b"\\u" in line and (b"\\ud" in line or b"\\uD" in line):
        try:
            json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise RowError("half a surrogate pair, which is no character") from error
    return row


def text_error(row: dict[str, object], text: str) -> str:
    """Sentence that says why the row has no text."""
    if text not in row:
        return f"no field {text!r}"
    value = row[text]
    return f"{text} is null" if value is None else f"{text} is {TYPE_NAMES[type(value)]}, not a string"


def _is_deep(row: dict[str, object]) -> bool:
    """Whether lists and objects lie deeper in one another than `DEEPEST`; level by level, for depth itself is the trap.

    >>> _is_deep({"a": [{"b": [1]}]}), _is_deep(json.loads('{"a":' + 33 * "[" + 33 * "]" + "}"))
    (False, True)
    """
    level: list[object] = [row]
    for _ in range(DEEPEST + 1):
        inner: list[object] = []
        for outer in level:
            items = outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
            inner += [item for item in items if type(item) in (dict, list)]
        if not inner:
            return False
        level = inner
    return True


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        raise RowError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return row


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise RowError(f"the number {digits[:40]} is too large")
    return number


def _constant(name: str) -> object:
    raise RowError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_constant)
