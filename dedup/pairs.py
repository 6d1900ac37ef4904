"""The exact comparison of pairs that an engine brings together: sets in, what they share out."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dedup.kernels import kernel
from dedup.marks import may_share
from dedup.proof import least_shared, shared_at_least
from dedup.rule import Rule


def verify_pairs(lefts: pl.Series, rights: pl.Series, rule: Rule) -> NDArray[np.int64]:
    """Count what the sets (lists of sorted hashes) in each row of two columns share; -1 where it is too little.

    >>> sets = pl.Series([[1, 2, 3], [7, 8, 9]], dtype=pl.List(pl.UInt64))
    >>> verify_pairs(sets, pl.Series([[1, 2, 3, 4], [9]], dtype=pl.List(pl.UInt64)), Rule(threshold=0.6)).tolist()
    [3, -1]
    """
    return np.asarray(_verify(*_arrays(lefts), *_arrays(rights), *rule.ratio))


def may_verify(
    lefts: tuple[pl.Series, pl.Series], rights: tuple[pl.Series, pl.Series], rule: Rule
) -> NDArray[np.bool_]:
    """Tell by sizes and marks (see `dedup.marks`) of the sets in each row whether `verify_pairs` can find it similar.

    >>> marks = pl.Series([[0b11]], dtype=pl.List(pl.UInt64))
    >>> few, many = (pl.Series([2]), marks), (pl.Series([9]), marks)
    >>> may_verify(few, few, Rule()).tolist(), may_verify(few, many, Rule()).tolist()
    ([True], [False])
    """
    (sizes, marks), (other_sizes, other_marks) = lefts, rights
    return np.asarray(
        _may_verify(sizes.to_numpy(), *_arrays(marks), other_sizes.to_numpy(), *_arrays(other_marks), *rule.ratio)
    )


def verify_block(
    lefts: pl.Series, rights: pl.Series, rule: Rule
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Compare every set of one column with every set of another: rows of the pairs that verify, and what they share.

    >>> sets = pl.Series([[1, 2, 3], [7, 8, 9]], dtype=pl.List(pl.UInt64))
    >>> [rows.tolist() for rows in verify_block(sets, sets, Rule())]
    [[0, 1], [0, 1], [3, 3]]
    """
    return _verify_block(*_arrays(lefts), *_arrays(rights), *rule.ratio)  # type: ignore[no-any-return]  # a kernel's answer has no type


def listed(values: NDArray[Any], starts: NDArray[np.int64]) -> pl.Series:
    """Return sets, or marks, that lie one after the other as a column of lists; none of them is empty.

    >>> listed(np.array([1, 2, 3], np.uint64), np.array([0, 2, 3])).to_list()
    [[1, 2], [3]]
    """
    rows = np.repeat(np.arange(starts.size - 1), np.diff(starts))
    return pl.DataFrame({"row": rows, "own": values}).group_by("row", maintain_order=True).agg("own")["own"]


def _arrays(sets: pl.Series) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    flat = sets.explode(empty_as_null=False).to_numpy() if len(sets) else np.empty(0, np.uint64)
    return flat, np.concatenate([[0], np.cumsum(sets.list.len().to_numpy(), dtype=np.int64)])


@kernel
def _verify(x, x_starts, y, y_starts, a, b):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    shared = np.empty(x_starts.size - 1, np.int64)
    for i in range(shared.size):
        left = x[x_starts[i] : x_starts[i + 1]]
        right = y[y_starts[i] : y_starts[i + 1]]
        shared[i] = shared_at_least(left, right, least_shared(left.size, right.size, a, b))
    return shared


@kernel
def _may_verify(x_sizes, x, x_starts, y_sizes, y, y_starts, a, b):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    may = np.zeros(x_sizes.size, np.bool_)
    for i in range(may.size):
        m, n = x_sizes[i], y_sizes[i]
        need = least_shared(m, n, a, b)
        may[i] = may_share(x, x_starts[i], x_starts[i + 1], m - need, y, y_starts[i], y_starts[i + 1], n - need)
    return may


@kernel
def _verify_block(x, x_starts, y, y_starts, a, b):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    found = np.empty((3, 1024), np.int64)
    count = 0
    for i in range(x_starts.size - 1):
        left = x[x_starts[i] : x_starts[i + 1]]
        for j in range(y_starts.size - 1):
            right = y[y_starts[j] : y_starts[j + 1]]
            shared = shared_at_least(left, right, least_shared(left.size, right.size, a, b))
            if shared < 0:
                continue
            if count == found.shape[1]:
                grown = np.empty((3, 2 * count), np.int64)
                grown[:, :count] = found
                found = grown
            found[0, count] = i
            found[1, count] = j
            found[2, count] = shared
            count += 1
    return found[0, :count], found[1, :count], found[2, :count]
