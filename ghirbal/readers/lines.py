"""Cut a stream of blocks into physical lines that know their place."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from ghirbal.readers.reading import HEAD_BYTES
from ghirbal.readers.streams import DamageError


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines without their line feeds; the first is physical line `row` at byte `offset`."""

    row: int
    offset: int
    lines: list[bytes]

    def offsets(self) -> list[int]:
        """Byte at which each line begins."""
        return list(accumulate((len(line) + 1 for line in self.lines[:-1]), initial=self.offset))


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line above the limit, of which only the head was kept."""

    row: int
    offset: int
    size: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """The rest of a file that cannot be read."""

    offset: int
    error: str
    head: bytes


Piece = Lines | LongLine | Broken


def cut_lines(blocks: Iterator[bytes], *, max_row: int, utf8: bool = True) -> Iterator[Piece]:
    """Pieces of a stream in order, split at the line feed alone; a last line without one counts.

    Memory stays within a block and `max_row`: of a longer line only the head is
    kept while the rest flows past. The byte order mark of UTF-8 is taken off.
    Where the stream breaks off, the piece of a line before the break belongs to
    the unreadable rest, even if it looks whole.
    """
    row, offset = 1, 0
    begun: list[bytes] = []  # pieces of the line that no line feed has ended yet
    size = 0  # all its bytes, also those beyond the limit, which are not kept
    try:
        for block in blocks:
            lines = block.split(b"\n")
            size += len(lines[0])
            if size <= max_row:
                begun.append(lines[0])
            elif begun:
                begun = [b"".join([*begun, lines[0]])[:HEAD_BYTES]]
            else:
                begun = [lines[0][:HEAD_BYTES]]
            if len(lines) == 1:
                continue
            lines[0] = b"".join(begun)
            begun = [lines.pop()]
            yield from _placed(Lines(row, offset, lines), size, max_row, utf8=utf8)
            row += len(lines)
            offset += size + len(lines) + sum(map(len, lines[1:]))
            size = len(begun[0])
        if size:
            yield from _placed(Lines(row, offset, [b"".join(begun)]), size, max_row, utf8=utf8)
    except DamageError as damage:
        yield Broken(offset, str(damage), damage.head or b"".join(begun)[:HEAD_BYTES])


def _placed(piece: Lines, size: int, max_row: int, *, utf8: bool) -> Iterator[Piece]:
    """Yield runs of lines within the limit and the longer ones between them; `size` is the first one's."""
    row, offset, lines = piece.row, piece.offset, piece.lines
    if row == 1 and utf8 and lines[0].startswith(codecs.BOM_UTF8):
        mark = len(codecs.BOM_UTF8)
        lines[0] = lines[0][mark:]
        offset, size = offset + mark, size - mark
    if max(size, *map(len, lines)) <= max_row:
        yield Lines(row, offset, lines)
        return
    start = 0
    for i, line in enumerate(lines):
        length = len(line) if i else size
        if length > max_row:
            if lines[start:i]:
                yield Lines(row + start, offset, lines[start:i])
            offset += sum(map(len, lines[start:i])) + i - start
            yield LongLine(row + i, offset, length, line[:HEAD_BYTES])
            start, offset = i + 1, offset + length + 1
    if lines[start:]:
        yield Lines(row + start, offset, lines[start:])
