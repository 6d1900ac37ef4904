"""Texts in pieces, sketched by several threads."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Final, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.rule import Rule
from dedup.sketches import sketch_batch, sketch_schema

Answer = TypeVar("Answer")
Question = TypeVar("Question")

PIECE: Final = 4 << 20
"""Bytes of text in a piece: enough to hide the call, little enough to keep every thread busy."""


def pieces(texts: pl.Series, *, bytes_: int = PIECE) -> Iterator[pl.Series]:
    """Cut a column into slices of about so many bytes; a text is never cut.

    >>> [len(piece) for piece in pieces(pl.Series(["aaa", "bb", "cccc", "d"]), bytes_=5)]
    [2, 2]
    """
    ends = np.cumsum(texts.str.len_bytes().fill_null(0).to_numpy(), dtype=np.int64)
    start = 0
    while start < len(texts):
        before = int(ends[start - 1]) if start else 0
        end = max(int(np.searchsorted(ends, before + bytes_, side="right")), start + 1)
        yield texts.slice(start, end - start)
        start = end


def sketch_all(batches: Iterable[pl.Series], rule: Rule) -> pl.DataFrame:
    """Sketch many batches on as many threads as Polars has; the rows are in the order of the texts."""
    threads = pl.thread_pool_size()
    waiting = iter(batches)
    tables = [pl.DataFrame(schema=sketch_schema(rule))]
    with ThreadPoolExecutor(threads) as pool:
        # A few at a time: `map` alone would read every batch at once.
        while some := list(islice(waiting, 4 * threads)):
            tables.extend(pool.map(partial(sketch_batch, rule=rule), some))
    return pl.concat(tables)


def beside(
    work: Callable[[Question], Answer], questions: Iterable[Question], *, threads: int = 2
) -> Iterator[tuple[Question, Answer]]:
    """Give each question with the answer of `work` to it, in order; the next ones are read and worked on meanwhile.

    >>> [length for _, length in beside(len, ["ab", "c"])]
    [2, 1]
    """
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[Question, Future[Answer]]] = deque()
        for question in questions:
            waiting.append((question, pool.submit(work, question)))
            if len(waiting) > threads:
                done, answer = waiting.popleft()
                yield done, answer.result()
        while waiting:
            done, answer = waiting.popleft()
            yield done, answer.result()


def gathered(texts: pl.Series, documents: NDArray[np.int64]) -> Iterator[pl.Series]:
    """Read texts again from memory, in pieces."""
    yield from pieces(texts.gather(documents))
