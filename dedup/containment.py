"""Articles that stand whole inside a longer one: found among those that stay, and let go where the user asks for it."""

from collections.abc import Iterable
from typing import Any, BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.duplicates import FOUND, Texts
from dedup.proof import shared_shingles
from dedup.rule import Rule, ratio_of
from dedup.samples import Samples, SampleStore, contained_candidates
from dedup.sets import MEMORY, SetPool, SetStore
from dedup.shingles import shingle_sets

LEAST: Final = 20
"""Shingles from which on a text is looked for in longer ones: a sentence or two are quoted by right."""

CONTAINED: Final = pl.Schema({"short": pl.Int64(), "long": pl.Int64(), "shared": pl.Int64()})
"""Pairs of documents, and how many shingles they share: `short` stands in `long`."""


def contained_articles(
    found: pl.DataFrame,
    samples: Iterable[Samples],
    sizes: NDArray[np.int64],
    rank: NDArray[np.integer[Any]],
    texts: Texts,
    *,
    rule: Rule,
    threshold: float,
    scratch: BinaryIO | None = None,
    memory: int = MEMORY,
) -> pl.DataFrame:
    """Find documents that stay and stand inside a longer one that stays: `threshold` of their shingles are its own.

    `samples` are those of the documents that stay, in their order (see `sample_shingles`). Of two documents of one
    size the less preferred counts as the shorter. All such pairs (see `CONTAINED`) come, each verified by an exact
    comparison, those of a longer `short` first, then the most preferred `long`. A pair at the threshold is missed
    once in a hundred times where the shorter has 20 shingles (`LEAST`, fewer are never looked for), less the more.

    >>> from functools import partial
    >>> from dedup import find_duplicates, sample_shingles
    >>> from dedup.batches import gathered, sketch_all
    >>> long = " ".join(f"word{number}" for number in range(90))
    >>> texts, rank, rule = pl.Series([long, long[:200]]), np.arange(2), Rule(words=2, threshold=0.8)
    >>> sketches = sketch_all([texts], rule)
    >>> read, sizes = partial(gathered, texts), sketches["shingles"].cast(pl.Int64).to_numpy()
    >>> found = find_duplicates(sketches, rank, read, rule)
    >>> samples = [sample_shingles(texts, words=2)]
    >>> contained_articles(found, samples, sizes, rank, read, rule=rule, threshold=0.9).rows()
    [(1, 0, 29)]
    """
    stays = found["survivor"].is_null().arg_true().to_numpy().astype(np.int64)
    store = SampleStore(_emptied(scratch))
    for piece in samples:
        store.add(piece)
    looked_for = np.where(sizes[stays] >= LEAST, sizes[stays], 0)
    shorts, longs = contained_candidates(
        store, looked_for, _places(sizes, rank)[stays], ratio_of(threshold), memory=memory
    )
    return prove_contained(
        stays[shorts], stays[longs], sizes, rank, texts,
        rule=rule, threshold=threshold, scratch=scratch, memory=memory,
    )  # fmt: skip


def prove_contained(
    ones: NDArray[np.int64],
    others: NDArray[np.int64],
    sizes: NDArray[np.int64],
    rank: NDArray[np.integer[Any]],
    texts: Texts,
    *,
    rule: Rule,
    threshold: float,
    scratch: BinaryIO | None = None,
    memory: int = MEMORY,
) -> pl.DataFrame:
    """Compare pairs of documents, each once and in either direction: those of which one stands in the other.

    >>> from functools import partial
    >>> from dedup.batches import gathered
    >>> long = " ".join(f"word{number}" for number in range(90))
    >>> texts, sizes, rule = pl.Series([long, long[:200]]), np.array([89, 30]), Rule(words=2)
    >>> pair = np.array([0]), np.array([1])
    >>> prove_contained(*pair, sizes, np.arange(2), partial(gathered, texts), rule=rule, threshold=0.9).rows()
    [(1, 0, 29)]
    """
    own, other = sizes[ones], sizes[others]
    forward = (own < other) | ((own == other) & (rank[ones] > rank[others]))
    shorts, longs = np.where(forward, ones, others), np.where(forward, others, ones)
    sets = _Sets(np.unique(np.concatenate([shorts, longs])), texts, rule, scratch, memory)
    shared = np.array([sets.shared(*pair) for pair in zip(shorts.tolist(), longs.tolist(), strict=True)], np.int64)
    a, b = ratio_of(threshold)
    proved = np.flatnonzero((b * shared >= a * sizes[shorts]) & (sizes[shorts] >= LEAST))
    order = proved[np.lexsort((rank[longs[proved]], rank[shorts[proved]], -sizes[shorts[proved]]))]
    return pl.DataFrame({"short": shorts[order], "long": longs[order], "shared": shared[order]}, schema=CONTAINED)


def _places(sizes: NDArray[np.int64], rank: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Place of each document, the longest first; of one size, the preferred first."""
    return np.lexsort((rank, -sizes)).argsort()


def remove_contained(
    found: pl.DataFrame,
    pairs: pl.DataFrame,
    sizes: NDArray[np.int64],
    texts: Texts,
    *,
    rule: Rule,
    threshold: float,
    scratch: BinaryIO | None = None,
    memory: int = MEMORY,
) -> pl.DataFrame:
    """Let the shorter of these pairs go (see `contained_articles`): of several longer ones, for the most preferred.

    What went for the shorter goes for the longer then, and must be contained in it too: else the shorter stays.
    Longer ones are decided first, so what is named stays. The answer is `found` with these decisions, the exact
    `jaccard` and `containment`, and `contained` as reason.

    >>> from functools import partial
    >>> from dedup import FOUND
    >>> from dedup.batches import gathered
    >>> long = " ".join(f"word{number}" for number in range(90))
    >>> texts, sizes = pl.Series([long, long[:200]]), np.array([89, 30])
    >>> found = pl.DataFrame([(None, None, None, "unique")] * 2, schema=FOUND, orient="row")
    >>> pairs = pl.DataFrame([(1, 0, 29)], schema=CONTAINED, orient="row")
    >>> read = partial(gathered, texts)
    >>> remove_contained(found, pairs, sizes, read, rule=Rule(words=2), threshold=0.9)["survivor"].to_list()
    [None, 0]
    """
    a, b = ratio_of(threshold)
    survivor = found["survivor"].fill_null(-1).to_numpy().copy()
    followers: dict[int, list[int]] = {}
    for document in np.flatnonzero(np.isin(survivor, pairs["short"].to_numpy())).tolist():
        followers.setdefault(int(survivor[document]), []).append(document)
    more = [document for own in followers.values() for document in own]
    sets = _Sets(np.unique(np.array([*pairs["short"], *pairs["long"], *more], np.int64)), texts, rule, scratch, memory)
    changed: dict[int, tuple[int, int]] = {}  # for whom they go, and what the two share
    for short, long in pairs.select("short", "long").iter_rows():
        if survivor[short] >= 0 or survivor[long] >= 0:
            continue
        going = [short, *followers.get(short, [])]
        common = [sets.shared(document, long) for document in going]
        if all(b * both >= a * int(sizes[document]) for document, both in zip(going, common, strict=True)):
            survivor[going] = long
            followers.setdefault(long, []).extend(going)
            changed |= {document: (long, both) for document, both in zip(going, common, strict=True)}
    return _changed(found, changed, sizes)


class _Sets:
    """The shingle sets of some documents (ascending numbers), read again."""

    def __init__(
        self, documents: NDArray[np.int64], texts: Texts, rule: Rule, scratch: BinaryIO | None, memory: int
    ) -> None:
        store = SetStore(_emptied(scratch), memory=memory)
        if documents.size:
            for piece in texts(documents):
                store.add(shingle_sets(piece, words=rule.words))
        self._slots = {document: slot for slot, document in enumerate(documents.tolist())}
        self._pool: SetPool = store.open()

    def shared(self, one: int, other: int) -> int:
        first = self._pool[self._slots[one]].copy()  # reading the second may move the first
        return int(shared_shingles(first, self._pool[self._slots[other]]))


def _emptied(scratch: BinaryIO | None) -> BinaryIO | None:
    if scratch is not None:
        scratch.seek(0)
        scratch.truncate()
    return scratch


def _changed(found: pl.DataFrame, changed: dict[int, tuple[int, int]], sizes: NDArray[np.int64]) -> pl.DataFrame:
    rows = np.array(list(changed), np.int64)
    longs, both = np.array(list(changed.values()), np.int64).reshape(-1, 2).T
    new = {
        "survivor": pl.Series(longs),
        "jaccard": pl.Series(both / np.maximum(sizes[rows] + sizes[longs] - both, 1)),
        "containment": pl.Series(both / np.maximum(np.minimum(sizes[rows], sizes[longs]), 1)),
        "reason": pl.Series(["contained"] * rows.size, dtype=FOUND["reason"]),
    }
    named = np.unique(longs)
    named = named[(found["reason"].gather(named) == "unique").to_numpy()]
    reason = found["reason"].clone().scatter(named, "survivor")
    columns = {name: (reason if name == "reason" else found[name].clone()).scatter(rows, new[name]) for name in FOUND}
    return pl.DataFrame(columns, schema=FOUND)
