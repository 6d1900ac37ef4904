"""Articles that stand whole inside a longer one: the shorter goes for the longer, where the user asks for it."""

from fractions import Fraction
from typing import BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.duplicates import FOUND, Texts
from dedup.paragraphs import split_paragraphs
from dedup.proof import shared_shingles
from dedup.rule import Rule
from dedup.sets import MEMORY, SetPool, SetStore
from dedup.shingles import shingle_sets

STANDING: Final = pl.Schema({"doc": pl.Int64(), "fingerprint": pl.UInt64()})
"""A row for each paragraph: the number of its document, and a hash of its shingles."""


def standing_paragraphs(texts: pl.Series, docs: NDArray[np.int64], rule: Rule, *, min_words: int) -> pl.DataFrame:
    """Paragraphs of these texts, which have the numbers `docs`, by fingerprint; see `STANDING`.

    >>> standing_paragraphs(pl.Series(["one two three four"]), np.array([7]), Rule(words=2), min_words=4)["doc"][0]
    7
    """
    split = split_paragraphs(texts, min_words=min_words)
    return pl.DataFrame(
        {
            "doc": docs[split["doc"].to_numpy()],
            "fingerprint": shingle_sets(split["text"], words=rule.words).fingerprints,
        },
        schema=STANDING,
    )


def find_contained_articles(
    found: pl.DataFrame,
    standing: pl.DataFrame,
    sizes: NDArray[np.int64],
    rank: NDArray[np.int64],
    texts: Texts,
    *,
    rule: Rule,
    threshold: float,
    scratch: BinaryIO | None = None,
    memory: int = MEMORY,
) -> pl.DataFrame:
    """Let survivors go that stand inside a longer survivor: at least `threshold` of their shingles are its own.

    Candidates are survivors that share a whole paragraph (`standing`). Whichever is preferred, the shorter goes, for
    it is the longer that has more; of several, for the most preferred. What went for the shorter goes for the longer
    then, and must be contained in it too: else the shorter stays. Longer ones are decided first, so what is named
    stays. The answer is `found` with these decisions, the exact `jaccard` and `containment`, and `contained` as reason.
    """
    ratio = Fraction(str(threshold)).limit_denominator(1_000_000)
    survivor = found["survivor"].fill_null(-1).to_numpy().copy()
    place = np.lexsort((rank, -sizes)).argsort()
    pairs = _candidates(standing, place)
    followers: dict[int, list[int]] = {}
    for document in np.flatnonzero(np.isin(survivor, pairs["short"].to_numpy())).tolist():
        followers.setdefault(int(survivor[document]), []).append(document)
    sets = _sets(pairs, followers, texts, rule, scratch, memory)
    changed: dict[int, int] = {}
    shared: dict[int, int] = {}
    preferred = pairs.with_columns(
        first=pl.Series(place[pairs["short"].to_numpy()]), then=pl.Series(rank[pairs["long"].to_numpy()])
    ).sort("first", "then")
    for short, long in preferred.select("short", "long").iter_rows():
        if survivor[short] >= 0 or survivor[long] >= 0:
            continue
        going = [short, *followers.get(short, [])]
        common = [sets.shared(document, long) for document in going]
        if all(both >= ratio * sizes[document] for document, both in zip(going, common, strict=True)):
            survivor[going] = long
            followers.setdefault(long, []).extend(going)
            changed |= dict.fromkeys(going, long)
            shared |= dict(zip(going, common, strict=True))
    return _changed(found, changed, shared, sizes)


def _candidates(standing: pl.DataFrame, place: NDArray[np.int64]) -> pl.DataFrame:
    """Pair documents that share a paragraph: `short`, `long`."""
    distinct = standing.unique()
    placed = distinct.with_columns(place=pl.Series(place).gather(distinct["doc"]))
    return (
        placed.join(placed, on="fingerprint", suffix="_other")
        .filter(pl.col("place") > pl.col("place_other"))
        .select(short="doc", long="doc_other")
        .unique()
    )


class _Sets:
    """The shingle sets of candidates by document."""

    def __init__(self, documents: NDArray[np.int64], pool: SetPool) -> None:
        self._slots = {document: slot for slot, document in enumerate(documents.tolist())}
        self._pool = pool

    def shared(self, one: int, other: int) -> int:
        first = self._pool[self._slots[one]].copy()  # reading the second may move the first
        return int(shared_shingles(first, self._pool[self._slots[other]]))


def _sets(  # noqa: PLR0917 - what `find_contained_articles` was given
    pairs: pl.DataFrame,
    followers: dict[int, list[int]],
    texts: Texts,
    rule: Rule,
    scratch: BinaryIO | None,
    memory: int,
) -> _Sets:
    more = [document for own in followers.values() for document in own]
    documents = np.unique(np.array([*pairs["short"], *pairs["long"], *more], np.int64))
    if scratch is not None:
        scratch.seek(0)
        scratch.truncate()
    store = SetStore(scratch, memory=memory)
    if documents.size:
        for piece in texts(documents):
            store.add(shingle_sets(piece, words=rule.words))
    return _Sets(documents, store.open())


def _changed(
    found: pl.DataFrame, changed: dict[int, int], shared: dict[int, int], sizes: NDArray[np.int64]
) -> pl.DataFrame:
    rows = np.array(list(changed), np.int64)
    longs = np.array(list(changed.values()), np.int64)
    both = np.array([shared[row] for row in changed], np.int64)
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
