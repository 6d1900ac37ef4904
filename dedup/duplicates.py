"""The road from sketches to survivors: candidates, sets, clusters, decisions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.batches import beside
from dedup.buckets import Buckets, add_members, put_members
from dedup.candidates import Columns, Entries, columns_of, find_candidates, values
from dedup.clusters import cluster
from dedup.guard import TemplateGuard
from dedup.judge import Guard
from dedup.memory import give_back
from dedup.repeated import repeated
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

_NONE: Final = np.empty(0, np.int32)

Texts = Callable[[NDArray[np.int64]], Iterator[pl.Series]]
"""Reads texts again: given ascending document numbers, yields their texts in that order, in pieces of any size."""


def find_duplicates(
    sketches: pl.DataFrame | Columns,
    rank: NDArray[np.integer[Any]],
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

    >>> from dedup import sketch_batch
    >>> from dedup.batches import gathered
    >>> texts, rule = pl.Series(["Rain fell all day.", "Snow fell.", "rain fell ALL day"]), Rule(words=2)
    >>> found = find_duplicates(sketch_batch(texts, rule), np.array([1, 2, 0]), partial(gathered, texts), rule)
    >>> found.select("survivor", "jaccard", "reason").rows()
    [(2, 1.0, 'identical'), (None, None, 'unique'), (None, None, 'survivor')]
    """
    columns = columns_of(sketches) if isinstance(sketches, pl.DataFrame) else sketches
    return search_duplicates(columns, rank, texts, rule, scratch=scratch, memory=memory).table()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, in few bytes for each document.

    `gone[i]` (ascending) goes for `survivors[i]`, with which it shares `shared[i]` shingles; `named` are the survivors
    (ascending). `sizes` are those of all sets, `held` are the documents (ascending) that stay though they resemble one
    that stays, `why` says why.
    """

    gone: NDArray[np.int32]
    survivors: NDArray[np.int32]
    shared: NDArray[np.int32]
    named: NDArray[np.int32]
    sizes: NDArray[np.uint32]
    held: NDArray[np.int64]
    why: list[str]

    def table(self, first: int = 0, last: int | None = None) -> pl.DataFrame:
        """Tell of the documents from `first` to before `last` (see `FOUND`)."""
        last = self.sizes.size if last is None else last
        named = np.zeros(last - first, np.bool_)
        named[self.named[slice(*np.searchsorted(self.named, (first, last)))] - first] = True
        own = slice(*np.searchsorted(self.gone, (first, last)))
        survivor, shared = np.full(last - first, -1), np.zeros(last - first, np.int64)
        survivor[self.gone[own] - first], shared[self.gone[own] - first] = self.survivors[own], self.shared[own]
        sizes = self.sizes[first:last].astype(np.int64)
        kept = slice(*np.searchsorted(self.held, (first, last)))
        held = dict(zip((self.held[kept] - first).tolist(), self.why[kept], strict=True))
        return found(survivor, shared, sizes, self.sizes[survivor].astype(np.int64), named, held=held)


def search_duplicates(
    columns: Columns,
    rank: NDArray[np.integer[Any]],
    texts: Texts,
    rule: Rule,
    *,
    scratch: BinaryIO | None = None,
    memory: int = MEMORY,
) -> Found:
    """Find what `find_duplicates` finds, for more documents than a table of them all has room for."""
    sizes = values(columns, "shingles", rank.size)
    filled = sizes > 0
    followers, firsts = _alike(columns, filled, sizes, rank)
    while True:
        chosen = filled.copy()
        chosen[followers] = False
        entries = find_candidates(columns, rule, chosen, scratch=scratch, memory=memory)
        chosen[:] = False
        for those in (followers, firsts, *(met for met, _ in entries.parts)):
            chosen[those] = True
        documents = np.flatnonzero(chosen)
        read = _read_again(documents, texts, rule, scratch, memory)
        same = read.sets.equal(_slots(documents, followers), _slots(documents, firsts))
        if same.all():
            break
        # Other sets with the same fingerprint; the fingerprint only said where to compare. Once in 2 ** 64 pairs.
        followers, firsts = followers[same], firsts[same]
    del chosen, filled

    by_rank, members = _members(entries, rank, documents)
    del entries, documents
    give_back()
    clusters = cluster(members, read.sets, ratio=rule.ratio, guard=read.guard)
    del members, read
    decided = np.flatnonzero(clusters.survivors >= 0)
    gone, survivors = by_rank[decided], by_rank[clusters.survivors[decided]]
    shared = clusters.shared[decided]
    order = np.argsort(gone)
    gone, survivors, shared = gone[order], survivors[order], shared[order]

    # A copy goes for what its first fellow goes for, or for it.
    place = np.minimum(np.searchsorted(gone, firsts), max(gone.size - 1, 0))
    follows = gone[place] == firsts if gone.size else np.zeros(firsts.size, np.bool_)
    theirs, common = firsts.copy(), sizes[followers].astype(np.int32)
    theirs[follows], common[follows] = survivors[place[follows]], shared[place[follows]]
    gone, survivors, shared = (
        np.concatenate(pair) for pair in ((gone, followers), (survivors, theirs), (shared, common))
    )
    order = np.argsort(gone)
    held = sorted((int(by_rank[place]), kind) for place, kind in clusters.held.items())
    return Found(
        gone[order], survivors[order], shared[order], np.unique(survivors), sizes,
        np.array([row for row, _ in held], np.int64), [kind for _, kind in held],
    )  # fmt: skip


def _alike(
    columns: Columns, filled: NDArray[np.bool_], sizes: NDArray[np.uint32], rank: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find documents with the fingerprint and size of a preferred one, and the most preferred of those."""
    pieces = [*repeated(partial(columns, "fingerprint"), "fingerprint", filled), (np.empty(0, np.uint64), _NONE)]
    prints, alike = (np.concatenate(some) for some in zip(*pieces, strict=True))
    order = np.lexsort((rank[alike], sizes[alike], prints))
    prints, alike = prints[order], alike[order]
    same = (prints[1:] == prints[:-1]) & (sizes[alike][1:] == sizes[alike][:-1])
    begins = np.concatenate([[True], ~same])[: alike.size]
    first = alike[begins][np.cumsum(begins) - 1]
    followers = np.sort(alike[~begins])
    place = np.argsort(alike[~begins])
    return followers, first[~begins][place]


def _slots(documents: NDArray[np.int64], some: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.searchsorted(documents, some).astype(np.int32)


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


def _members(
    entries: Entries, rank: NDArray[np.integer[Any]], read: NDArray[np.int64]
) -> tuple[NDArray[np.int32], Buckets]:
    """Turn memberships into the buckets of each document, in order of preference: (documents, buckets).

    `read` are the documents in the order of their slots. The parts of the entries are used up.
    """
    counts = np.zeros(rank.size, np.int32)
    for members, _ in entries.parts:
        add_members(counts, members)
    documents = np.flatnonzero(counts).astype(np.int32)
    documents = documents[np.argsort(rank[documents])]
    starts = np.concatenate([[0], np.cumsum(counts[documents], dtype=np.int64)])
    counts[documents] = np.arange(documents.size)  # from here on the place of each document
    buckets = np.empty(int(starts[-1]), np.int32)
    ends = starts[:-1].copy()
    first = 0
    while entries.parts:
        members, sizes = entries.parts.pop(0)
        put_members(buckets, ends, counts, members, sizes, first)
        first += sizes.size
    return documents, Buckets(starts, buckets, _slots(read, documents), entries.count)


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
