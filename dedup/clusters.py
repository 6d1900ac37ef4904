"""Clusters: each document joins the earliest survivor that it resembles, or survives.

A document goes when an exact comparison finds it similar to a document that stays, so no chain removes anything
that resembles no survivor; and every pair of survivors that share a bucket was compared, so no two that stay are
a verified pair. It is the greedy rule on the graph of verified pairs, without listing the pairs.

A guard may hold a pair for all its similarity: then the search goes on, as if the two were not similar.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dedup.kernels import kernel
from dedup.proof import jaccard, least_shared, may_share, shared_at_least
from dedup.sets import SetPool
from dedup.templates import Template, reference_set

HUGE: Final = 64
"""Survivors in one bucket from which on documents are compared by how they differ from a template."""

_DONE: Final = 0
_MISSING: Final = 1
_TEMPLATED: Final = 2
_SETTLED: Final = 3
_VERIFIED: Final = 4

_UNKNOWN: Final = -1
_FORMLESS: Final = -2


@dataclass(frozen=True, slots=True)
class Buckets:
    """Members of buckets, by document in order of preference.

    Document `i` is in the (ascending) buckets `buckets[starts[i]:starts[i + 1]]`, and its shingle set is in slot
    `slots[i]`.
    """

    starts: NDArray[np.int64]
    buckets: NDArray[np.int32]
    slots: NDArray[np.int64]
    count: int

    def of(self, document: int) -> NDArray[np.int32]:
        """Buckets of one document."""
        return self.buckets[self.starts[document] : self.starts[document + 1]]


Guard = Callable[[int, int], str | None]
"""Says of the slots of two documents why one may not go for the other, None if nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """`survivors[i]` is the document that `i` goes for, -1 where `i` stays; `shared[i]`, what their sets share.

    `held[i]`: why a document that stays was held, by the one most similar to it of those that it could have gone
    for (of equals, the earliest).
    """

    survivors: NDArray[np.int64]
    shared: NDArray[np.int64]
    comparisons: int
    held: dict[int, str]


@dataclass(slots=True)
class _Judge:
    """Asks the guard about pairs that an exact comparison found similar, and remembers why it held one."""

    guard: Guard | None
    slots: NDArray[np.int64]
    sizes: NDArray[np.int64]
    compared: NDArray[np.int32]
    held: dict[int, tuple[float, int, str]] = field(default_factory=dict)

    def lets_go(self, document: int, leader: int, shared: int) -> bool:
        size, other = self.sizes[self.slots[document]], self.sizes[self.slots[leader]]
        if self.guard is None or shared == size == other:
            return True
        if self.compared[leader] == document:  # held already, in another bucket
            return False
        kind = self.guard(int(self.slots[document]), int(self.slots[leader]))
        if kind is not None:
            self.compared[leader] = document
            match = (-shared / (size + other - shared), leader, kind)
            self.held[document] = min(match, self.held.get(document, match))
        return kind is None


def cluster(
    members: Buckets, pool: SetPool, *, ratio: tuple[int, int], huge: int = HUGE, guard: Guard | None = None
) -> Clusters:
    """Decide on every document, in order of preference.

    A compiled loop does the work; it comes back for a set that is not in memory, for pairs that the guard has to
    see, and for documents of huge buckets, which are compared through templates. `huge` never changes an answer.
    """
    documents = members.slots.size
    sizes = np.zeros(members.count, np.int32)
    add_members(sizes, members.buckets)
    survivors = np.full(documents, -1)
    shared = np.zeros(documents, np.int64)
    comparisons = np.zeros(2, np.int64)  # how many; what the last verified pair shares
    starts = np.cumsum(sizes, dtype=np.int64) - sizes
    del sizes
    counts = np.zeros(members.count, np.int32)
    leaders = np.full(members.buckets.size, -1, np.int32)
    compared = np.full(documents, -1, np.int32)
    judge = _Judge(guard, members.slots, pool.sizes, compared)
    templates = Templates(members, pool, ratio)
    document, templated = 0, False
    while True:
        event, document, about = _advance(
            document, templated, members.starts, members.buckets, members.slots, starts, counts, leaders, compared,
            templates.of_bucket, huge, pool.hashes, pool.places, pool.sizes, pool.marks, *ratio, survivors, shared,
            comparisons, guard is not None,
        )  # fmt: skip
        if event == _DONE:
            held = {i: kind for i, (_, _, kind) in judge.held.items() if survivors[i] < 0}
            return Clusters(survivors, shared, int(comparisons[0]), held)
        if event == _MISSING:
            pool.load(about, keep=int(members.slots[document]))
        elif event == _VERIFIED:
            if judge.lets_go(document, about, int(comparisons[1])):
                survivors[document], shared[document] = about, comparisons[1]
        elif event == _TEMPLATED:
            survivors[document], shared[document] = templates.earliest(document, judge)
            templated = True
        else:
            if survivors[document] < 0:
                templates.add(document)
                for bucket in members.of(document):
                    if counts[bucket] >= huge and templates.of_bucket[bucket] == _UNKNOWN:
                        templates.open(bucket, leaders[starts[bucket] : starts[bucket] + counts[bucket]])
            document, templated = document + 1, False


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

    def earliest(self, document: int, judge: _Judge) -> tuple[int, int]:
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


@kernel
def add_members(counts, members):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Count how often each number comes."""
    for one in members:
        counts[one] += np.int32(1)


@kernel
def put_members(buckets, ends, place, documents, own):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Put each bucket behind those that its document has already."""
    for i in range(documents.size):
        end = ends[place[documents[i]]]
        buckets[end] = own[i]
        ends[place[documents[i]]] = end + 1


@kernel
def _advance(  # type: ignore[no-untyped-def] # noqa: ANN202, C901, PLR0912, PLR0917
    document, templated, starts, buckets, slots, firsts, counts, leaders, compared, template_of, huge,  # noqa: ANN001
    hashes, places, sizes, marks, a, b, survivors, shared, comparisons, guarded,  # noqa: ANN001
):  # fmt: skip
    """Decide on documents until one needs help: (what help, the document, the slot of the missing set)."""
    while document < slots.size:
        mine = buckets[starts[document] : starts[document + 1]]
        if not templated:
            for bucket in mine:
                if template_of[bucket] >= 0:
                    return _TEMPLATED, document, -1
        slot = slots[document]
        size = sizes[slot]
        best = survivors[document] if survivors[document] >= 0 else document
        for bucket in mine:
            if template_of[bucket] >= 0:
                continue
            for leader in leaders[firsts[bucket] : firsts[bucket] + counts[bucket]]:
                if leader >= best:
                    break
                if compared[leader] == document:
                    continue
                other = slots[leader]
                need = least_shared(size, sizes[other], a, b)
                if need > min(size, sizes[other]) or not may_share(size, marks[slot], sizes[other], marks[other], need):
                    continue
                if places[slot] < 0:
                    return _MISSING, document, slot
                if places[other] < 0:
                    return _MISSING, document, other
                comparisons[0] += 1
                common = shared_at_least(
                    hashes[places[slot] : places[slot] + size],
                    hashes[places[other] : places[other] + sizes[other]],
                    need,
                )
                if common >= 0 and guarded:
                    comparisons[1] = common
                    return _VERIFIED, document, leader
                if common >= 0:
                    # Kept at once: the document begins anew when a set is missing.
                    best = leader
                    survivors[document] = leader
                    shared[document] = common
                    break
                compared[leader] = document
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
