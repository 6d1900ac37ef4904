"""Buckets of documents, of which those that share one are candidate pairs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.kernels import kernel


@dataclass(frozen=True, slots=True)
class Buckets:
    """Members of buckets, by document in order of preference.

    Document `i` is in the (ascending) buckets `buckets[starts[i]:starts[i + 1]]`, and its shingle set is in slot
    `slots[i]`.
    """

    starts: NDArray[np.int64]
    buckets: NDArray[np.int32]
    slots: NDArray[np.int32]
    count: int

    def of(self, document: int) -> NDArray[np.int32]:
        """Buckets of one document."""
        return self.buckets[self.starts[document] : self.starts[document + 1]]


@kernel
def add_members(counts, members):  # type: ignore[no-untyped-def]  # numba's types
    """Count how often each number comes."""
    for one in members:
        counts[one] += np.int32(1)


@kernel
def put_members(buckets, ends, place, documents, sizes, first):  # type: ignore[no-untyped-def]  # noqa: PLR0917 - numba's types, flat arrays
    """Put each bucket, numbered from `first`, behind those that its documents have already."""
    i = 0
    for bucket in range(sizes.size):
        for _ in range(sizes[bucket]):
            end = ends[place[documents[i]]]
            buckets[end] = first + bucket
            ends[place[documents[i]]] = end + 1
            i += 1
