"""The road from sketches to survivors: candidates, sets, clusters, decisions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.batches import beside
from dedup.buckets import Buckets, add_members, put_members
from dedup.candidates import Columns, Entries, columns_of, find_candidates, values
from dedup.clusters import cluster
from dedup.guard import TemplateGuard
from dedup.judge import Guard
from dedup.rule import Rule
from dedup.sets import MEMORY, SetPool, SetStore, TextStore
from dedup.shingles import shingle_sets

REASONS: Final = (
    "unique", "survivor", "near-duplicate", "identical", "empty",
    "template-numbers", "template-names", "template-fillings", "contained",
)  # fmt: skip
"""Why a document stays or goes: nothing resembles it; others went for it; it resembles its survivor; its shingle
set is its survivor's; it has no words. The templates stay (and others may have gone for them): all that they
resemble is filled in from the same template, and differs in its numbers, in names that come back, in long fillings;
which is said of the one most similar. `contained` is for `remove_contained` to say."""

FOUND: Final = pl.Schema(
    {"survivor": pl.Int64(), "jaccard": pl.Float64(), "containment": pl.Float64(), "reason": pl.Enum(REASONS)}
)
"""Columns of what `find_duplicates` finds, a row for each document."""

Texts = Callable[[NDArray[np.int64]], Iterator[pl.Series]]
"""Reads texts again: given ascending document numbers, yields their texts in that order, in pieces of any size."""


def find_duplicates(
    sketches: pl.DataFrame | Columns,
    rank: NDArray[np.int64],
    texts: Texts,
    rule: Rule,
    *,
    scratch: BinaryIO | None = None,
    memory: int = MEMORY,
) -> pl.DataFrame:
    """Find for each document the earliest similar survivor in the order of preference.

    `rank[i]` is the place of document `i` in that order (total: no two alike). A row of the answer has `survivor`
    (document number; null where the document stays), the exact `jaccard` similarity and `containment` (shared
    shingles over the smaller set) of the two, and `reason`. Documents with one shingle set share their fate: the
    template guard reads the text of the most preferred of them. A table that lies elsewhere is read by columns.
    """
    columns = columns_of(sketches) if isinstance(sketches, pl.DataFrame) else sketches
    sizes = values(columns, "shingles")
    first = _first_alike(values(columns, "fingerprint"), sizes, rank)
    while True:
        copies = (first != np.arange(sizes.size, dtype=np.int32)) & (sizes > 0)
        entries = find_candidates(columns, rule, ~copies & (sizes > 0), scratch=scratch, memory=memory)
        wanted = copies.copy()
        wanted[first[copies]] = True
        for met, _ in entries.parts:
            wanted[met] = True
        documents = np.flatnonzero(wanted)
        slot = np.full(sizes.size, -1, np.int32)
        slot[documents] = np.arange(documents.size)
        read = _read_again(documents, texts, rule, scratch, memory)
        followers = np.flatnonzero(copies)
        collided = followers[~read.sets.equal(slot[followers], slot[first[followers]])]
        if not collided.size:
            break
        # Other sets with the same fingerprint; the fingerprint only said where to compare. Once in 2 ** 64 pairs.
        first[collided] = collided

    by_rank, members = _members(entries, rank, slot)
    del entries
    clusters = cluster(members, read.sets, ratio=rule.ratio, guard=read.guard)
    del members
    survivor = np.full(sizes.size, -1)
    shared = np.zeros(sizes.size, np.int64)
    gone = clusters.survivors >= 0
    survivor[by_rank[gone]] = by_rank[clusters.survivors[gone]]
    shared[by_rank[gone]] = clusters.shared[gone]

    # A copy goes for what its first fellow goes for, or for it.
    follows = survivor[first[followers]] >= 0
    survivor[followers] = np.where(follows, survivor[first[followers]], first[followers])
    shared[followers] = np.where(follows, shared[first[followers]], sizes[followers])
    held = {int(by_rank[place]): kind for place, kind in clusters.held.items()}
    return _found(survivor, shared, sizes, held)


def _first_alike(
    fingerprints: NDArray[np.uint64], sizes: NDArray[np.uint32], rank: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Most preferred document with the same fingerprint and size, itself where there is none."""
    first = np.arange(rank.size, dtype=np.int32)
    ordered = np.sort(fingerprints)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    if not again.size:
        return first
    # Few documents are copies: only their fingerprints are put in order with their numbers.
    places = np.minimum(np.searchsorted(again, fingerprints), again.size - 1)
    alike = np.flatnonzero(again[places] == fingerprints)
    by_print = alike[np.lexsort((rank[alike], sizes[alike], fingerprints[alike]))]
    same = (fingerprints[by_print][1:] == fingerprints[by_print][:-1]) & (sizes[by_print][1:] == sizes[by_print][:-1])
    begins = np.concatenate([[True], ~same])
    first[by_print] = by_print[begins][np.cumsum(begins) - 1]
    return first


@dataclass(frozen=True, slots=True)
class _Read:
    """Candidate documents read again: their shingle sets by slot, and the guard where the rule has one."""

    sets: SetPool
    guard: Guard | None


def _read_again(documents: NDArray[np.int64], texts: Texts, rule: Rule, scratch: BinaryIO | None, memory: int) -> _Read:
    """Read these documents once more: slot `i` is that of `documents[i]`."""
    if scratch is not None:
        scratch.seek(0)
        scratch.truncate()
    sets = SetStore(scratch, memory=memory)
    kept = TextStore(scratch)
    if documents.size:
        for piece, shingles in beside(partial(shingle_sets, words=rule.words), texts(documents)):
            sets.add(shingles)
            if rule.template_guard:
                kept.add(piece)
    pool = sets.open()
    if pool.sizes.size != documents.size:
        raise ValueError(f"{documents.size} texts were asked for, {pool.sizes.size} came")
    return _Read(pool, _guard(kept) if rule.template_guard else None)


def _guard(kept: TextStore) -> Guard:
    guard = TemplateGuard(kept.__getitem__)

    def kinds(lefts: NDArray[np.int64], rights: NDArray[np.int64]) -> list[str | None]:
        return [None if finding is None else f"template-{finding.kind}" for finding in guard.findings(lefts, rights)]

    return kinds


def _members(entries: Entries, rank: NDArray[np.int64], slot: NDArray[np.int32]) -> tuple[NDArray[np.int64], Buckets]:
    """Turn memberships into the buckets of each document, in order of preference: (documents, buckets)."""
    counts = np.zeros(rank.size, np.int32)
    for members, _ in entries.parts:
        add_members(counts, members)
    documents = np.flatnonzero(counts)
    documents = documents[np.argsort(rank[documents])]
    starts = np.concatenate([[0], np.cumsum(counts[documents], dtype=np.int64)])
    counts[documents] = np.arange(documents.size)  # from here on the place of each document
    buckets = np.empty(int(starts[-1]), np.int32)
    ends = starts[:-1].copy()
    for members, own in entries.parts:
        put_members(buckets, ends, counts, members, own)
    return documents, Buckets(starts, buckets, slot[documents].astype(np.int64), entries.count)


_TOLD: Final = 1 << 20
"""Documents that are told of at once."""


def _found(
    survivor: NDArray[np.int64], shared: NDArray[np.int64], sizes: NDArray[np.uint32], held: dict[int, str]
) -> pl.DataFrame:
    named = np.zeros(sizes.size, np.bool_)
    named[survivor[survivor >= 0]] = True
    parts = [FOUND.to_frame()]
    for first in range(0, sizes.size, _TOLD):
        own = slice(first, first + _TOLD)
        others = sizes[survivor[own]].astype(np.int64)
        parts.append(found(survivor[own], shared[own], sizes[own].astype(np.int64), others, named[own]))
    whole = pl.concat(parts)
    rows = np.array(list(held), np.int64)  # they stay: what is said of them goes before other reasons to stay
    why = pl.Series(list(held.values()), dtype=FOUND["reason"])
    return whole.with_columns(whole["reason"].clone().scatter(rows, why))


def found(
    survivor: NDArray[np.int64],
    shared: NDArray[np.int64],
    own: NDArray[np.int64],
    other: NDArray[np.int64],
    named: NDArray[np.bool_],
    *,
    held: Mapping[int, str] = MappingProxyType({}),
) -> pl.DataFrame:
    """Tell what was found (see `FOUND`) of documents, each by itself.

    `survivor` is -1 where a document stays. `own` is the size of its set, `other` that of its survivor's, `shared`
    what the two share; `named` says that other documents go for it, `held` why some stay that resemble
    one that stays.
    """
    gone = survivor >= 0
    reason = np.where(own > 0, REASONS.index("unique"), REASONS.index("empty"))
    reason[named] = REASONS.index("survivor")
    reason[list(held)] = [REASONS.index(why) for why in held.values()]
    reason[gone] = np.where(
        (shared == own) & (shared == other), REASONS.index("identical"), REASONS.index("near-duplicate")
    )[gone]
    return pl.DataFrame(
        {
            "survivor": survivor,
            "jaccard": shared / np.maximum(own + other - shared, 1),
            "containment": shared / np.maximum(np.minimum(own, other), 1),
            "reason": pl.Series(REASONS, dtype=FOUND["reason"]).gather(reason),
        },
        schema=FOUND,
    ).with_columns(pl.when(pl.col("survivor") >= 0).then(pl.col("survivor", "jaccard", "containment")))
