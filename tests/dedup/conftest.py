"""What the tests of this folder share."""

import hypothesis
import polars as pl
import pytest

from dedup import shingle_sets, signatures, sketch_batch, word_counts
from dedup.rule import Rule

hypothesis.settings.register_profile("kernels", deadline=None, max_examples=60)
hypothesis.settings.load_profile("kernels")


@pytest.fixture(scope="session", autouse=True)
def compiled():
    """Compile the kernels before anything is timed."""
    texts = pl.Series(["one two three"])
    sketch_batch(texts, Rule())
    signatures(texts)
    shingle_sets(texts, words=3)
    word_counts(texts)
