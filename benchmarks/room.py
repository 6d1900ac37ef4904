"""How much memory the search itself takes for each document: made-up sketches, so that millions are there at once.

Neighbours share keys as generated news does: of articles two in three share eleven keys with one other, of paragraphs
one in eight shares twelve.

python -m benchmarks.room articles 500000 2000000
"""

import argparse
import multiprocessing
import resource
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup import ARTICLES, PARAGRAPHS, Rule
from dedup.distinct import mix
from dedup.duplicates import search_duplicates

PIECE: Final = 1 << 17
SPREAD: Final[Any] = mix


class Kind(NamedTuple):
    rule: Rule
    share: float
    keys: int


KINDS: Final = {"articles": Kind(ARTICLES, 0.65, 11), "paragraphs": Kind(PARAGRAPHS, 0.127, 12)}


def column(name: str, rows: NDArray[np.uint64], kind: Kind) -> pl.Series:
    """Make up a column of a sketch table."""
    if name == "shingles":
        return pl.Series(name, np.full(rows.size, 80, np.uint32))
    if name == "short":
        return pl.Series(name, [[]], dtype=pl.List(pl.UInt64)).new_from_index(0, rows.size)
    if name == "fingerprint":
        return pl.Series(name, SPREAD(rows + np.uint64(1)))
    band, bands = np.uint64(int(name.removeprefix("band_"))), np.uint64(kind.rule.bands.bands)
    pairs = SPREAD(rows // np.uint64(2))
    shared = (pairs < np.uint64(kind.share * 2**64)) & ((pairs + band) % bands < np.uint64(kind.keys))
    owners = np.where(shared, rows // np.uint64(2) + np.uint64(1 << 56), rows)
    return pl.Series(name, SPREAD(owners * np.uint64(64) + band))


def peak(name: str, count: int) -> int:
    """Search among so many documents; return the most bytes that were resident."""
    kind = KINDS[name]

    def columns(*names: str) -> Iterator[pl.DataFrame]:
        for first in range(0, count, PIECE):
            rows = np.arange(first, min(first + PIECE, count), dtype=np.uint64)
            yield pl.DataFrame([column(one, rows, kind).alias(one) for one in names])

    def texts(numbers: NDArray[np.int64]) -> Iterator[pl.Series]:
        for first in range(0, numbers.size, PIECE):
            yield pl.Series(numbers[first : first + PIECE]).cast(pl.String) + pl.Series([" one two three"])

    rank = np.random.default_rng(1).permutation(count).astype(np.int32)
    with TemporaryFile() as scratch:
        search_duplicates(columns, rank, texts, kind.rule, scratch=scratch)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("counts", type=int, nargs="+", help="documents")
    chosen = parser.parse_args()
    before = None
    for count in sorted(chosen.counts):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            bytes_ = pool.apply(peak, (chosen.kind, count))
        more = "" if before is None else f", {(bytes_ - before[1]) / (count - before[0]):.0f} bytes for each more"
        print(f"{count:>10,} {chosen.kind}: {bytes_ / 1e6:,.0f} MB{more}", flush=True)
        before = count, bytes_


if __name__ == "__main__":
    main()
