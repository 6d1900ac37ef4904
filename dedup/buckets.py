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
    slots: NDArray[np.int64]
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
def put_members(buckets, ends, place, documents, own):  # type: ignore[no-untyped-def]  # numba's types
    """Put each bucket behind those that its document has already."""
    for i in range(documents.size):
        end = ends[place[documents[i]]]
        buckets[end] = own[i]
        ends[place[documents[i]]] = end + 1
