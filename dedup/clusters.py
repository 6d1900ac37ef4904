"""Clusters: each document joins the earliest survivor that it resembles, or survives.

A document goes when an exact comparison finds it similar to a document that stays, so no chain removes anything
that resembles no survivor; and every pair of survivors that share a bucket was compared, so no two that stay are
a verified pair. It is the greedy rule on the graph of verified pairs, without listing the pairs.

A guard may hold a pair for all its similarity: then the search goes on, as if the two were not similar.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dedup.buckets import Buckets, add_members
from dedup.judge import Guard, Judge, is_free
from dedup.kernels import kernel
from dedup.marks import may_share
from dedup.proof import jaccard, least_shared, shared_at_least
from dedup.sets import SetPool
from dedup.templates import Template, reference_set

HUGE: Final = 64
"""Survivors in one bucket from which on documents are compared by how they differ from a template."""

_DONE: Final = 0
_MISSING: Final = 1
_TEMPLATED: Final = 2
_SETTLED: Final = 3
_VERIFIED: Final = 4

_UNGUARDED: Final = 0
_GUARDED: Final = 1
_AHEAD: Final = 2

_LOOKED_AT: Final = 1 << 14
"""Documents that are looked at ahead, for the pairs that the guard may have to see."""
_ASKED: Final = 1 << 12
"""Pairs that it is asked about together, at most."""

_UNKNOWN: Final = -1
_FORMLESS: Final = -2

_TRAITS: Final = np.dtype([*((name, np.int32) for name in ("slot", "size", "words", "compared")), ("first", np.int64)])
"""What the compiled loop asks of a document that it meets: its slot, the size of its set, its marks, with what it was
compared last. Side by side they are one miss of the caches, and of millions of articles each meets hundreds."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """`survivors[i]` is the document that `i` goes for, -1 where `i` stays; `shared[i]`, what their sets share.

    `held[i]`: why a document that stays was held, by the one most similar to it of those that it could have gone
    for (of equals, the earliest).
    """

    survivors: NDArray[np.int32]
    shared: NDArray[np.int32]
    comparisons: int
    held: dict[int, str]


def cluster(
    members: Buckets, pool: SetPool, *, ratio: tuple[int, int], huge: int = HUGE, guard: Guard | None = None
) -> Clusters:
    """Decide on every document, in order of preference.

    A compiled loop does the work; it comes back for a set that is not in memory, for pairs that the guard has to
    see, and for documents of huge buckets, which are compared through templates. `huge` never changes an answer.
    """
    search = _Search(members, pool, ratio, huge, guard)
    mode = _UNGUARDED if guard is None else _GUARDED
    document, templated, looked_at = 0, False, 0
    while True:
        event, document, about = search.advance(document, templated=templated, mode=mode)
        if event == _DONE:
            return search.clusters()
        if event == _MISSING:
            pool.load(about, keep=int(members.slots[document]))
        elif event == _VERIFIED:
            if document >= looked_at and not search.judge.knows(document, about):
                looked_at = search.ask_ahead(document, templated=templated)
            search.decide(document, about)
        elif event == _TEMPLATED:
            search.compare_templated(document)
            templated = True
        else:
            search.settle(document)
            document, templated = document + 1, False


class _Search:
    """What is decided so far, and the survivors of each bucket: `counts[b]` of them from `starts[b]` in `leaders`."""

    def __init__(self, members: Buckets, pool: SetPool, ratio: tuple[int, int], huge: int, guard: Guard | None) -> None:
        documents = members.slots.size
        sizes = np.zeros(members.count, np.int32)
        add_members(sizes, members.buckets)
        self._members = members
        self._pool = pool
        self._ratio = ratio
        self._huge = huge
        self._survivors = np.full(documents, -1, np.int32)
        self._shared = np.zeros(documents, np.int32)
        self._noted = np.zeros(3, np.int64)  # comparisons; what the last verified pair shares; pairs to ask about
        self._starts = np.cumsum(sizes, dtype=np.int64)
        self._starts -= sizes
        self._counts = np.zeros(members.count, np.int32)
        self._leaders = np.empty(members.buckets.size, np.int32)
        self._traits = _traits(members.slots, pool)
        self._templates = Templates(members, pool, ratio)
        self._asked = np.empty((2, _ASKED if guard else 0), np.int64)
        self.judge = Judge(guard, members.slots, pool.sizes, self._traits["compared"])

    def advance(self, document: int, *, templated: bool, mode: int, end: int | None = None) -> tuple[int, int, int]:
        """Decide on documents until one needs help, at most until `end`: (what help, the document, what about it)."""
        members, pool = self._members, self._pool
        event, document, about = _advance(
            document, templated, members.starts, members.buckets, self._traits[:end], self._starts, self._counts,
            self._leaders, self._templates.of_bucket, self._huge, pool.hashes, pool.places, pool.marks, *self._ratio,
            self._survivors, self._shared, self._noted, mode, self.judge.free, self._asked,
        )  # fmt: skip
        return int(event), int(document), int(about)

    def ask_ahead(self, document: int, *, templated: bool) -> int:
        """Go on as if the guard held nothing, ask it about all pairs that come up, and forget what was decided.

        Returns the document before which no more can come up, but for those that it holds.
        """
        end = min(document + _LOOKED_AT, self._survivors.size)
        own = self._members.buckets[self._members.starts[document] : self._members.starts[end]]
        before = self._survivors[document:end].copy(), self._shared[document:end].copy(), self._counts[own]
        self._noted[2] = 0
        event, reached = _MISSING, document
        while event == _MISSING:
            event, reached, about = self.advance(
                reached, templated=templated and reached == document, mode=_AHEAD, end=end
            )
            if event == _MISSING:
                self._pool.load(about, keep=int(self._members.slots[reached]))
        self._survivors[document:end], self._shared[document:end], self._counts[own] = before
        self.judge.ask(*self._asked[:, : self._noted[2]].copy())
        return reached

    def decide(self, document: int, leader: int) -> None:
        """Let a document go for one that it was found similar to, unless the guard holds it."""
        common = int(self._noted[1])
        if self.judge.lets_go(document, leader, common):
            self._survivors[document], self._shared[document] = leader, common

    def compare_templated(self, document: int) -> None:
        """Find what a document may go for in its huge buckets."""
        self._survivors[document], self._shared[document] = self._templates.earliest(document, self.judge)

    def settle(self, document: int) -> None:
        """Take note of a document that is decided, where its buckets are huge or have just become so."""
        if self._survivors[document] >= 0:
            return
        self._templates.add(document)
        for bucket in self._members.of(document):
            if self._counts[bucket] >= self._huge and self._templates.of_bucket[bucket] == _UNKNOWN:
                first = self._starts[bucket]
                self._templates.open(bucket, self._leaders[first : first + self._counts[bucket]])

    def clusters(self) -> Clusters:
        """Tell what was decided."""
        held = {i: kind for i, (_, _, kind) in self.judge.held.items() if self._survivors[i] < 0}
        return Clusters(self._survivors, self._shared, int(self._noted[0]), held)


class Templates:
    """The templates of huge buckets; buckets whose survivors share a reference set share a template."""

    def __init__(self, members: Buckets, pool: SetPool, ratio: tuple[int, int]) -> None:
        self.of_bucket = np.full(members.count, _UNKNOWN, np.int32)
        self._members = members
        self._pool = pool
        self._ratio = ratio
        self._templates: list[Template] = []

    def open(self, bucket: int, leaders: NDArray[np.int32]) -> None:
        """Compare through a template in this bucket from now on."""
        sets = [self._pool[slot].copy() for slot in self._members.slots[leaders]]
        reference = reference_set(sets)
        if 2 * reference.size < np.median([shingles.size for shingles in sets]):
            # They have no form in common. (Postings of whole sets take longer than the pairs, by their marks.)
            self.of_bucket[bucket] = _FORMLESS
            return
        number = next(
            (i for i, known in enumerate(self._templates) if 2 * jaccard(known.reference, reference) >= 1),
            len(self._templates),
        )
        if number == len(self._templates):
            self._templates.append(Template(reference, self._ratio))
        for leader, shingles in zip(leaders.tolist(), sets, strict=True):
            self._templates[number].add(leader, shingles)
        self.of_bucket[bucket] = number

    def earliest(self, document: int, judge: Judge) -> tuple[int, int]:
        """First survivor in the huge buckets of a document that it may go for, or -1, and what they share."""
        best = -1, 0
        for template in self._of(document):
            leaders, common = template.similar(self._pool[self._members.slots[document]])
            for leader, shared in zip(leaders.tolist(), common.tolist(), strict=True):
                if 0 <= best[0] <= leader:
                    break
                # A template knows the survivors of several buckets: only one that shares a bucket counts, as
                # without templates.
                together = shared_at_least(self._members.of(leader), self._members.of(document), 1) > 0
                if together and judge.lets_go(document, leader, shared):
                    best = leader, shared
                    break
        return best

    def add(self, document: int) -> None:
        """Index a document that stays in the templates of its buckets."""
        for template in self._of(document):
            template.add(document, self._pool[self._members.slots[document]])

    def _of(self, document: int) -> list[Template]:
        numbers = set(self.of_bucket[self._members.of(document)].tolist()) - {_UNKNOWN, _FORMLESS}
        return [self._templates[number] for number in sorted(numbers)]


def _traits(slots: NDArray[np.int32], pool: SetPool) -> np.ndarray:
    traits = np.empty(slots.size, _TRAITS)
    traits["slot"], traits["compared"] = slots, -1
    traits["size"], traits["first"] = pool.sizes[slots], pool.firsts[slots]
    traits["words"] = pool.firsts[slots + 1] - traits["first"]
    return traits


@kernel
def _advance(  # type: ignore[no-untyped-def]  # noqa: C901, PLR0911, PLR0912, PLR0917 - numba's types, flat arrays, one loop
    document, templated, starts, buckets, traits, firsts, counts, leaders, template_of, huge,
    hashes, places, marks, a, b, survivors, shared, noted, mode, free, asked,
):  # fmt: skip
    """Decide on documents until one needs help: (what help, the document, the slot of the missing set)."""
    while document < traits.size:
        mine = buckets[starts[document] : starts[document + 1]]
        if not templated:
            for bucket in mine:
                if template_of[bucket] >= 0:
                    return _TEMPLATED, document, -1
        own = traits[document]
        best = survivors[document] if survivors[document] >= 0 else document
        for bucket in mine:
            if template_of[bucket] >= 0:
                continue
            for leader in leaders[firsts[bucket] : firsts[bucket] + counts[bucket]]:
                if leader >= best:
                    break
                other = traits[leader]
                if other.compared == document:
                    continue
                need = least_shared(own.size, other.size, a, b)
                if need > min(own.size, other.size) or not may_share(
                    marks, own.first, own.first + own.words, own.size - need,
                    marks, other.first, other.first + other.words, other.size - need,
                ):  # fmt: skip
                    continue
                if places[own.slot] < 0:
                    return _MISSING, document, own.slot
                if places[other.slot] < 0:
                    return _MISSING, document, other.slot
                noted[0] += 1
                place, its_place = places[own.slot], places[other.slot]
                common = shared_at_least(
                    hashes[place : place + own.size], hashes[its_place : its_place + other.size], need
                )
                if common >= 0:
                    same = common == own.size and common == other.size
                    if mode != _UNGUARDED and not same and not is_free(free, own.slot, other.slot):
                        if mode == _GUARDED:
                            noted[1] = common
                            return _VERIFIED, document, leader
                        asked[0, noted[2]] = own.slot
                        asked[1, noted[2]] = other.slot
                        noted[2] += 1
                        if noted[2] == asked.shape[1]:
                            return _DONE, document, -1
                    # Kept at once: the document begins anew when a set is missing.
                    best = leader
                    survivors[document] = leader
                    shared[document] = common
                    break
                other.compared = document
        grew = False
        if survivors[document] < 0:
            for bucket in mine:
                if template_of[bucket] < 0:
                    leaders[firsts[bucket] + counts[bucket]] = document
                    counts[bucket] += 1
                    grew = grew or (counts[bucket] >= huge and template_of[bucket] == _UNKNOWN)
        if templated or grew:
            return _SETTLED, document, -1
        document += 1
    return _DONE, document, -1
