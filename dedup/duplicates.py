"""The road from sketches to survivors: candidates, sets, clusters, decisions."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.candidates import Entries, find_candidates
from dedup.clusters import Buckets, cluster
from dedup.rule import Rule
from dedup.sets import MEMORY, SetPool, SetStore
from dedup.shingles import shingle_sets

REASONS: Final = ("unique", "survivor", "near-duplicate", "identical", "empty")
"""Why a document stays or goes: nothing resembles it; others went for it; it resembles its survivor; its shingle
set is its survivor's; it has no words."""

FOUND: Final = pl.Schema(
    {"survivor": pl.Int64(), "jaccard": pl.Float64(), "containment": pl.Float64(), "reason": pl.Enum(REASONS)}
)
"""Columns of what `find_duplicates` finds, a row for each document."""

Texts = Callable[[NDArray[np.int64]], Iterator[pl.Series]]
"""Reads texts again: given ascending document numbers, yields their texts in that order, in pieces of any size."""


def find_duplicates(  # noqa: PLR0913 - the fields and options of the command
    sketches: pl.DataFrame,
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
    shingles over the smaller set) of the two, and `reason`.
    """
    sizes = sketches["shingles"].to_numpy()
    order = np.argsort(rank)
    first = _first_alike(sketches["fingerprint"].to_numpy(), sizes, rank, order)
    here = np.arange(sizes.size)
    entries = find_candidates(sketches, rule, (first == here) & (sizes > 0))
    copies = (first != here) & (sizes > 0)
    wanted = copies.copy()
    wanted[first[copies]] = True
    wanted[entries.documents] = True
    documents = np.flatnonzero(wanted)
    slot = np.full(sizes.size, -1)
    slot[documents] = np.arange(documents.size)
    pool = _sets_again(documents, texts, rule, scratch, memory)

    by_rank, members = _members(entries, rank, slot)
    clusters = cluster(members, pool, ratio=rule.ratio)
    survivor = np.full(sizes.size, -1)
    shared = np.zeros(sizes.size, np.int64)
    gone = clusters.survivors >= 0
    survivor[by_rank[gone]] = by_rank[clusters.survivors[gone]]
    shared[by_rank[gone]] = clusters.shared[gone]

    # A copy goes for what its first fellow goes for, or for it. The fingerprint only said where to compare sets.
    proved = np.flatnonzero(copies)
    proved = proved[pool.equal(slot[proved], slot[first[proved]])]
    follows = survivor[first[proved]] >= 0
    survivor[proved] = np.where(follows, survivor[first[proved]], first[proved])
    shared[proved] = np.where(follows, shared[first[proved]], sizes[proved])
    return _found(survivor, shared, sizes.astype(np.int64))


def _first_alike(
    fingerprints: NDArray[np.uint64],
    sizes: NDArray[np.uint32],
    rank: NDArray[np.int64],
    order: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Most preferred document with the same fingerprint and size, itself where there is none."""
    by_print = order[np.argsort(fingerprints[order], kind="stable")]
    same = (fingerprints[by_print][1:] == fingerprints[by_print][:-1]) & (sizes[by_print][1:] == sizes[by_print][:-1])
    begins = np.concatenate([[True], ~same])[: by_print.size]
    first = np.empty(rank.size, np.int64)
    first[by_print] = by_print[begins][np.cumsum(begins) - 1]
    return first


def _sets_again(
    documents: NDArray[np.int64], texts: Texts, rule: Rule, scratch: BinaryIO | None, memory: int
) -> SetPool:
    """Make the sets of these documents again from their texts: slot `i` is that of `documents[i]`."""
    store = SetStore(scratch, memory=memory)
    if documents.size:
        for piece in texts(documents):
            store.add(shingle_sets(piece, words=rule.words))
    pool = store.open()
    if pool.sizes.size != documents.size:
        raise ValueError(f"{documents.size} texts were asked for, {pool.sizes.size} came")
    return pool


def _members(entries: Entries, rank: NDArray[np.int64], slot: NDArray[np.int64]) -> tuple[NDArray[np.int64], Buckets]:
    """Turn memberships into the buckets of each document, in order of preference: (documents, buckets)."""
    order = np.lexsort((entries.buckets, rank[entries.documents]))
    owners = entries.documents[order]
    begins = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]])[: owners.size])
    documents = owners[begins]
    starts = np.append(begins, owners.size)
    return documents, Buckets(starts, entries.buckets[order], slot[documents], entries.count)


def _found(survivor: NDArray[np.int64], shared: NDArray[np.int64], sizes: NDArray[np.int64]) -> pl.DataFrame:
    gone = survivor >= 0
    own, other = sizes, sizes[survivor]
    reason = np.where(sizes > 0, REASONS.index("unique"), REASONS.index("empty"))
    reason[survivor[gone]] = REASONS.index("survivor")
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
