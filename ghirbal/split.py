"""The paragraphs that a job cut its survivors into, as they were spilled."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ghirbal.output import Output
from ghirbal.spill import Spilled

SPLIT: Final = "split"


def paragraphs_of(documents: Spilled, output: Output) -> Spilled:
    """Return the paragraphs of these documents."""
    known = (output.manifest.finished(SPLIT, part) or {"paragraphs": 0} for part in documents.parts)
    return documents.spill.whole("split", [facts["paragraphs"] for facts in known])


def paragraph_texts(documents: Spilled, paragraphs: Spilled, numbers: NDArray[np.int64]) -> Iterator[pl.Series]:
    """Read some paragraphs again, from their documents: kept apart they would double what is spilled."""
    for part, own in paragraphs.places(numbers):
        split = paragraphs.spill.read("split", part, "doc", "start", "length")[own]
        whole = documents.spill.read("rows", part, "text")["text"].gather(split["doc"] - documents.firsts[part])
        cut = pl.col("text").cast(pl.Binary).bin.slice("start", "length").cast(pl.String)
        yield split.with_columns(whole).select(cut).to_series()
