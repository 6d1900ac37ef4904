"""Rules out most pairs of texts that the template guard would let go, before any Python object is made of a word."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dedup.distinct import mix
from dedup.kernels import kernel
from dedup.numbers import DIGITS, all_known, numbers_of
from dedup.words import SPACE, FoldedTexts, digit_values, folded_words, number_signs, weekdays

U32 = np.uint32
U64 = np.uint64
_SINGLE: Final = 2
_TRIPLES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Blanks:
    """What the guard finds at least: so many `names`, a filling of `name` words, none of more than `longest`."""

    names: int
    name: int
    longest: int


def may_be_filled_in(
    texts: FoldedTexts, lefts: NDArray[np.int64], rights: NDArray[np.int64], blanks: Blanks
) -> NDArray[np.bool_]:
    """Tell of pairs of these texts whether the guard could find anything.

    It needs foreign words with digits in both texts and a blank, or `names` that come back in both, or two blanks
    that both fill with two words or more, or one with `name` or more. A word without digits is called foreign here
    as there; one with digits if the other text has not all of its numbers, a day of the week if it has not the same.
    The words around a blank are
    in both texts, so a blank is a whole run of words that the other has not.

    >>> from dedup.words import folded_words
    >>> texts = folded_words([b"a b 5 c", b"a b 7 c"])
    >>> may_be_filled_in(texts, np.array([0, 0]), np.array([1, 0]), Blanks(names=3, name=4, longest=8)).tolist()
    [True, False]
    """
    hashes, kinds, spans, firsts = _hash_words(texts.points, texts.starts, number_signs(), _days())
    return np.asarray(
        _may_be(
            texts.points, texts.starts, hashes, kinds, spans, firsts, digit_values(), lefts, rights,
            blanks.names, blanks.name, blanks.longest,
        )
    )  # fmt: skip


@cache
def _days() -> NDArray[np.uint64]:
    """Put the hashes of the days of the week into a table."""
    named = folded_words([day.encode() for day in sorted(weekdays())])
    hashes, _, _, _ = _hash_words(named.points, named.starts, number_signs(), np.zeros(64, np.uint64))
    return np.asarray(_table(hashes)[0])


@kernel
def _hash_words(points, starts, signs, days):  # type: ignore[no-untyped-def]  # numba's types
    """Hash the words of all texts: (hashes, kinds, where each stands, which is the first of each text)."""
    most = starts.size
    for point in points:
        most += point == SPACE
    hashes = np.empty(most, np.uint64)
    kinds = np.zeros(most, np.uint8)
    spans = np.empty((most, 2), np.int64)
    firsts = np.zeros(starts.size, np.int64)
    written = 0
    for text in range(starts.size - 1):
        begin = starts[text]
        end = starts[text + 1]
        while begin < end:
            hash_ = U64(0xCBF29CE484222325)
            kind = np.uint8(0)
            i = begin
            while i < end and points[i] != SPACE:
                hash_ = (hash_ ^ U64(points[i])) * U64(0x9E3779B97F4A7C15)
                if signs[points[i]] == 1:
                    kind = np.uint8(DIGITS)
                i += 1
            if i - begin == 1:
                kind |= np.uint8(_SINGLE)
            hash_ = max(mix(hash_), U64(1))
            if days[_find(hash_, days)] != U64(0):
                kind |= np.uint8(DIGITS)
            hashes[written] = hash_
            kinds[written] = kind
            spans[written, 0] = begin
            spans[written, 1] = i
            written += 1
            begin = i + 1
        firsts[text + 1] = written
    return hashes[:written], kinds[:written], spans[:written], firsts


@kernel
def _find(hash_, table):  # type: ignore[no-untyped-def]  # numba's types
    mask = U64(table.size - 1)
    place = hash_ & mask
    while table[place] != U64(0) and table[place] != hash_:
        place = (place + U64(1)) & mask
    return place


@kernel
def _table(hashes):  # type: ignore[no-untyped-def]  # numba's types
    """Make a hash table of the distinct words with their counts."""
    size = 64
    while size < 2 * hashes.size:
        size *= 2
    table = np.zeros(size, np.uint64)
    counts = np.zeros(size, np.int32)
    for hash_ in hashes:
        place = _find(hash_, table)
        table[place] = hash_
        counts[place] += 1
    return table, counts


@kernel
def _may_be(points, starts, hashes, kinds, spans, firsts, values, lefts, rights, names, name, longest):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    answers = np.zeros(lefts.size, np.bool_)
    triples = np.zeros(_TRIPLES, np.bool_)
    for pair in range(lefts.size):
        a = slice(firsts[lefts[pair]], firsts[lefts[pair] + 1])
        b = slice(firsts[rights[pair]], firsts[rights[pair] + 1])
        if a.start == a.stop or b.start == b.stop:
            continue
        table, counts = _table(hashes[a])
        other, others = _table(hashes[b])
        # First with every word called foreign that the other text has not: three pairs in four are done then.
        every = np.ones(max(table.size, other.size), np.bool_)
        left = _foreign(hashes[a], kinds[a], table, counts, other, every, longest)
        right = _foreign(hashes[b], kinds[b], other, others, table, every, longest)
        if not _enough(left, right, names, name):
            continue
        one = points[starts[lefts[pair]] : starts[lefts[pair] + 1]]
        two = points[starts[rights[pair]] : starts[rights[pair] + 1]]
        own = numbers_of(points, spans[a], kinds[a], values)
        theirs = numbers_of(points, spans[b], kinds[b], values)
        alien = _alien(points, spans[a], hashes[a], kinds[a], table, other, two, triples, values, theirs)
        left = _foreign(hashes[a], kinds[a], table, counts, other, alien, longest)
        alien = _alien(points, spans[b], hashes[b], kinds[b], other, table, one, triples, values, own)
        right = _foreign(hashes[b], kinds[b], other, others, table, alien, longest)
        answers[pair] = _enough(left, right, names, name)
    return answers


@kernel
def _enough(left, right, names, name):  # type: ignore[no-untyped-def]  # numba's types
    if min(left[0], right[0]) >= names:
        return True
    blanks, long, lone = _blanks(left[2], left[3], right[2], right[3], name)
    return (blanks > 0 and left[1] > 0 and right[1] > 0) or long >= 2 or lone


@kernel
def _foreign(hashes, kinds, own, counts, other, alien, longest):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    """Count foreign words that come back and ones with digits; key the runs of foreign words by what is around.

    Foreign is, of the words that the other text has not, one at whose place in the own table `alien` is true.
    """
    recurring = 0
    digits = 0
    keys = np.empty(hashes.size // 2 + 1, np.uint64)
    lengths = np.empty(hashes.size // 2 + 1, np.int32)
    seen = np.zeros(own.size, np.bool_)
    written = 0
    run = 0
    whole = True
    for i in range(hashes.size):
        if other[_find(hashes[i], other)] == U64(0):
            run += 1
            place = _find(hashes[i], own)
            if not alien[place]:
                whole = False
            elif kinds[i] & DIGITS:
                digits += 1
            elif not kinds[i] & _SINGLE and counts[place] > 1 and not seen[place]:
                seen[place] = True
                recurring += 1
            continue
        if whole and 0 < run <= longest and run < i:
            keys[written] = mix(hashes[i - run - 1] * U64(3) + hashes[i])
            lengths[written] = run
            written += 1
        run = 0
        whole = True
    return recurring, digits, keys[:written], lengths[:written]


@kernel
def _alien(points, spans, hashes, kinds, own, other, text, triples, values, numbers):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    """Tell which words of the own table the other text has in no form, as the guard does (see `guard._foreign`)."""
    glued = np.empty(text.size, np.uint32)
    size = 0
    for point in text:
        glued[size] = point
        size += point != SPACE
    triples[:] = False
    for i in range(size - 2):
        triples[_triple(glued, i)] = True
    alien = np.zeros(own.size, np.bool_)
    known = np.zeros(own.size, np.bool_)
    for i in range(hashes.size):
        place = _find(hashes[i], own)
        if known[place] or other[_find(hashes[i], other)] != U64(0):
            continue
        known[place] = True
        word = points[spans[i, 0] : spans[i, 1]]
        if kinds[i] & DIGITS:
            alien[place] = not all_known(word, values, numbers)
            continue
        if _contains(glued[:size], word, triples):
            continue
        alien[place] = word.size < 5 or not _contains(text, word[1 : word.size - (word.size > 5)], triples)
    return alien


@kernel
def _triple(points, i):  # type: ignore[no-untyped-def]  # numba's types
    key = (points[i] * U32(0x9E3779B1)) ^ (points[i + 1] * U32(0x85EBCA77)) ^ (points[i + 2] * U32(0xC2B2AE3D))
    return (U32(key) >> U32(11)) & U32(_TRIPLES - 1)


@kernel
def _contains(text, word, triples):  # type: ignore[no-untyped-def]  # numba's types
    """Search for a word without a space; three characters of it that the text has nowhere in a row save the search."""
    for i in range(word.size - 2):
        if not triples[_triple(word, i)]:
            return False
    for i in range(text.size - word.size + 1):
        if text[i] == word[0]:
            k = 1
            while k < word.size and text[i + k] == word[k]:
                k += 1
            if k == word.size:
                return True
    return False


@kernel
def _blanks(keys, lengths, others, their_lengths, name):  # type: ignore[no-untyped-def]  # numba's types
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
