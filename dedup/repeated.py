"""Which keys come more than once: told by two small readings rather than by sorting all of them."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.kernels import kernel

U64 = np.uint64
_PLACES: Final = 8
"""Places for each key: the keys that come once and are taken for repeated ones are one in nine."""


def repeated(
    read: Callable[[], Iterator[pl.DataFrame]], name: str, chosen: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int32]]]:
    """Give the keys of the `chosen` rows that more than one of them has, and few others, with the rows' numbers.

    `read` gives the table twice; keys are hashes, and a key of 0 is none. Memory holds 2 to 4 bytes for each row.

    >>> table = pl.DataFrame({"key": np.array([1 << 63, 1 << 62, 1 << 63, 0, 0], np.uint64)})
    >>> [rows.tolist() for _, rows in repeated(lambda: iter([table]), "key", np.ones(5, np.bool_))]
    [[0, 2]]
    """
    bits = max(6, (_PLACES * chosen.size - 1).bit_length())
    seen = np.zeros((2, 1 << (bits - 6)), np.uint64)
    first = 0
    for piece in read():
        _note(piece[name].to_numpy(), chosen[first : first + piece.height], 64 - bits, seen[0], seen[1])
        first += piece.height
    first = 0
    for piece in read():
        keys = piece[name].to_numpy()
        rows = _again(keys, chosen[first : first + piece.height], 64 - bits, seen[1])
        yield keys[rows], rows + np.int32(first)
        first += piece.height


@kernel
def _note(keys, chosen, shift, once, again):  # type: ignore[no-untyped-def]  # numba's types
    """Set the bit of each key: in `once`, and where it is set there, in `again`."""
    for i in range(keys.size):
        if chosen[i] and keys[i] != U64(0):
            place = keys[i] >> U64(shift)
            bit = U64(1) << (place & U64(63))
            word = place >> U64(6)
            again[word] |= once[word] & bit
            once[word] |= bit


@kernel
def _again(keys, chosen, shift, again):  # type: ignore[no-untyped-def]  # numba's types
    """Say which keys came before or come after, as far as their bits tell."""
    rows = np.empty(keys.size, np.int32)
    count = 0
    for i in range(keys.size):
        place = keys[i] >> U64(shift)
        if chosen[i] and keys[i] != U64(0) and again[place >> U64(6)] >> (place & U64(63)) & U64(1):
            rows[count] = i
            count += 1
    return rows[:count]
