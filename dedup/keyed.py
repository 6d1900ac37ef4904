"""Keys of documents on their way to grouping, in a scratch file where there is one."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_Piece = tuple[NDArray[np.uint64], NDArray[np.int32]]


class Keyed:
    """Keys and their documents, taken in pieces, given back by ascending ranges of keys.

    With a scratch file (opened for reading and writing, written anew) memory holds a piece, or a range.

    >>> keyed = Keyed()
    >>> keyed.add(np.array([9, 7], np.uint64), np.array([0, 1], np.int32))
    >>> [documents.tolist() for _, documents in keyed.ranges()]
    [[1, 0]]
    """

    def __init__(self, scratch: BinaryIO | None = None, *, ranges: int = 1) -> None:
        self._scratch = scratch
        self._kept: list[_Piece] = []
        self._bounds: list[NDArray[np.int64]] = []
        self._places: list[int] = []
        ranges = max(1, ranges)
        self._limits = np.array([(place << 64) // ranges for place in range(1, ranges)], np.uint64)
        if scratch is not None:
            scratch.seek(0)
            scratch.truncate()

    def add(self, keys: NDArray[np.uint64], documents: NDArray[np.int32]) -> None:
        """Take a piece."""
        order = np.argsort(keys, kind="stable")
        keys, documents = keys[order], documents[order]
        if self._scratch is None:
            self._kept.append((keys, documents))
            return
        self._bounds.append(np.concatenate([[0], np.searchsorted(keys, self._limits), [keys.size]]))
        self._places.append(self._scratch.tell())
        self._scratch.write(keys.tobytes())
        self._scratch.write(documents.tobytes())

    def ranges(self) -> Iterator[_Piece]:
        """Give the keys and documents of each range that has any; equal keys in the order in which they came."""
        found: Iterable[list[_Piece]] = [self._kept]
        if self._scratch is not None:
            found = (list(self._read(range_)) for range_ in range(self._limits.size + 1))
        for pieces in found:
            if pieces:
                yield np.concatenate([keys for keys, _ in pieces]), np.concatenate([owners for _, owners in pieces])

    def _read(self, range_: int) -> Iterator[_Piece]:
        for bounds, place in zip(self._bounds, self._places, strict=True):
            first, last = int(bounds[range_]), int(bounds[range_ + 1])
            if first < last:
                keys = self._numbers(place + 8 * first, last - first, np.uint64)
                yield keys, self._numbers(place + 8 * int(bounds[-1]) + 4 * first, last - first, np.int32)

    def _numbers(self, place: int, count: int, dtype: type[np.generic]) -> NDArray[Any]:
        assert self._scratch is not None  # noqa: S101 - for the type checker
        self._scratch.seek(place)
        return np.frombuffer(self._scratch.read(count * np.dtype(dtype).itemsize), dtype)
