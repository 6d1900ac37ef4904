"""Samples that do not depend on how the rows were cut into batches: a lottery with numbers drawn from the place."""

import zlib

import numpy as np
import polars as pl
from numpy.typing import NDArray

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread whole numbers over 64 bits (the finaliser of SplitMix64): neighbours come out far apart.

    >>> mixed(np.array([1, 2], np.uint64)).tolist()
    [16294208416658607535, 7960286522194355700]
    """
    spread = numbers * _STEP
    spread = (spread ^ (spread >> np.uint64(30))) * _MIX_1
    spread = (spread ^ (spread >> np.uint64(27))) * _MIX_2
    return spread ^ (spread >> np.uint64(31))


def lots(frame: pl.DataFrame, *columns: str) -> pl.Series:
    """Draw a number for each row from its `file`, its `row` and further whole-number columns.

    >>> frame = pl.DataFrame({"file": ["a", "a"], "row": [1, 2], "start": [0, 9]})
    >>> lots(frame, "start").n_unique()
    2
    """
    files = frame["file"].unique(maintain_order=True)
    sums = pl.Series([zlib.crc32(name.encode()) for name in files], dtype=pl.UInt64)
    drawn = frame["file"].replace_strict(files, sums, return_dtype=pl.UInt64).to_numpy()
    for column in ("row", *columns):
        drawn = mixed(drawn ^ frame[column].cast(pl.UInt64).to_numpy())
    return pl.Series("lot", drawn, dtype=pl.UInt64)
