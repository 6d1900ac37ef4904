"""Rules out most pairs of texts that the template guard would let go, before any Python object is made of a word."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dedup.distinct import mix
from dedup.kernels import kernel
from dedup.words import number_signs

U64 = np.uint64
_DIGITS: Final = 1
_SINGLE: Final = 2
_SPACE: Final = 0x20


@dataclass(frozen=True, slots=True)
class HashedWords:
    """The words of a text in order: hashes and kinds, and a hash table of the distinct ones with their counts."""

    hashes: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    table: NDArray[np.uint64]
    counts: NDArray[np.int32]


def hash_words(folded: NDArray[np.uint32]) -> HashedWords:
    """Hash what `folded_words` gives."""
    return HashedWords(*_hash(folded, number_signs()))


def may_be_filled_in(left: HashedWords, right: HashedWords, *, names: int, name: int, longest: int) -> bool:
    """Tell whether the guard could find anything: what is foreign word by word is all that it can call foreign.

    It needs foreign words with digits in both texts and a blank, or `names` that come back in both, or two blanks
    that both fill with two words or more, or one with `name` or more; and no filling is over `longest` words. The
    words around a blank are in both texts, so a blank is a whole run of foreign words here as there.

    >>> from dedup.words import folded_words
    >>> one, two = (hash_words(folded_words(text.encode())) for text in ("a b 5 c", "a b 7 c"))
    >>> few = {"names": 3, "name": 4, "longest": 8}
    >>> may_be_filled_in(one, two, **few), may_be_filled_in(one, one, **few)
    (True, False)
    """
    own = _foreign(left.hashes, left.kinds, left.table, left.counts, right.table, longest)
    other = _foreign(right.hashes, right.kinds, right.table, right.counts, left.table, longest)
    if min(own[0], other[0]) >= names:
        return True
    blanks, long, lone = _blanks(own[2], own[3], other[2], other[3], name)
    return bool((blanks and own[1] and other[1]) or long >= 2 or lone)


@kernel
def _hash(folded, signs):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    count = 1
    for point in folded:
        count += point == _SPACE
    hashes = np.empty(count, np.uint64)
    kinds = np.zeros(count, np.uint8)
    size = 64
    while size < 2 * count:
        size *= 2
    table = np.zeros(size, np.uint64)
    counts = np.zeros(size, np.int32)
    mask = U64(size - 1)
    written = 0
    begin = 0
    for end in range(folded.size + 1):
        if end < folded.size and folded[end] != _SPACE:
            continue
        hash_ = U64(0xCBF29CE484222325)
        for i in range(begin, end):
            hash_ = (hash_ ^ U64(folded[i])) * U64(0x9E3779B97F4A7C15)
            if signs[folded[i]] == 1:
                kinds[written] |= _DIGITS
        if end - begin == 1:
            kinds[written] |= _SINGLE
        hash_ = max(mix(hash_), U64(1))
        hashes[written] = hash_
        written += 1
        begin = end + 1
        place = hash_ & mask
        while table[place] != U64(0) and table[place] != hash_:
            place = (place + U64(1)) & mask
        table[place] = hash_
        counts[place] += 1
    return hashes, kinds, table, counts


@kernel
def _find(hash_, table):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    mask = U64(table.size - 1)
    place = hash_ & mask
    while table[place] != U64(0) and table[place] != hash_:
        place = (place + U64(1)) & mask
    return place


@kernel
def _foreign(hashes, kinds, own, counts, other, longest):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, PLR0917
    """Count foreign words that come back and ones with digits; key the runs of foreign words by what is around."""
    recurring = 0
    digits = 0
    keys = np.empty(hashes.size // 2 + 1, np.uint64)
    lengths = np.empty(hashes.size // 2 + 1, np.int32)
    written = 0
    run = 0
    for i in range(hashes.size):
        if other[_find(hashes[i], other)] == U64(0):
            run += 1
            if kinds[i] & _DIGITS:
                digits += 1
            elif not kinds[i] & _SINGLE and counts[_find(hashes[i], own)] > 1:
                recurring += 1
            continue
        if 0 < run <= longest and run < i:
            keys[written] = mix(hashes[i - run - 1] * U64(3) + hashes[i])
            lengths[written] = run
            written += 1
        run = 0
    return recurring, digits, keys[:written], lengths[:written]


@kernel
def _blanks(keys, lengths, others, their_lengths, name):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Count the runs of the first text that are blanks of both, and those with two words or more in both.

    Also, whether one has `name` words or more in both.
    """
    size = 4
    while size < 2 * others.size:
        size *= 2
    table = np.zeros(size, np.uint64)
    most = np.zeros(size, np.int32)
    for j in range(others.size):
        place = _find(others[j], table)
        table[place] = others[j]
        most[place] = max(most[place], their_lengths[j])
    blanks = 0
    long = 0
    lone = False
    for i in range(keys.size):
        length = min(lengths[i], most[_find(keys[i], table)])
        blanks += length > 0
        long += length >= 2
        lone = lone or length >= name
    return blanks, long, lone
