"""The numbers in folded words, for kernels: as the template guard reads them, without outer zeros."""

from typing import Final

import numpy as np

from dedup.kernels import kernel

DIGITS: Final = 1
"""The kind of a word with digits, or that names a day of the week."""
_LONGEST: Final = 18
"""Digits of a number that are read."""


@kernel
def numbers_of(points, spans, kinds, values):  # type: ignore[no-untyped-def]  # numba's types
    """Read the numbers of a text as the guard does."""
    numbers = np.empty((spans[-1, 1] - spans[0, 0]) // 2 + 1, np.int64)
    count = 0
    for i in range(kinds.size):
        if kinds[i] & DIGITS:
            word = points[spans[i, 0] : spans[i, 1]]
            number, at = _number(word, 0, values)
            while number >= 0:
                numbers[count] = number
                count += 1
                number, at = _number(word, at, values)
    return numbers[:count]


@kernel
def _number(word, i, values):  # type: ignore[no-untyped-def]  # numba's types
    """Read the next number of a word, without its last zeros: (−1 if there is none, where it ends)."""
    while i < word.size and values[word[i]] < 0:
        i += 1
    if i == word.size:
        return np.int64(-1), i
    number = np.int64(0)
    first = i
    while i < word.size and values[word[i]] >= 0:
        if i - first < _LONGEST:
            number = 10 * number + values[word[i]]
        i += 1
    while number and number % 10 == 0:
        number //= 10
    return number, i


@kernel
def all_known(word, values, numbers):  # type: ignore[no-untyped-def]  # numba's types
    """Tell whether a word has numbers, and all of them are among these; a day of the week has none."""
    number, at = _number(word, 0, values)
    if number < 0:
        return False
    while number >= 0:
        if not np.any(numbers == number):
            return False
        number, at = _number(word, at, values)
    return True
