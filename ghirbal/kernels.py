"""The compiled kernels of the search, loaded while others work."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import polars as pl

from dedup import MIN_WORDS, PARAGRAPHS, near_duplicates, sketch_lines
from ghirbal.progress import Stage

_TEXT: Final = " ".join(f"word{number}" for number in range(60))
_TEXTS: Final = [_TEXT, f"{_TEXT} and more", f"another {_TEXT}", "one two three", "one two three", ""]


def load_kernels() -> None:
    """Load what a search needs by one among a few texts: half a second, once in the life of a process.

    Nearly all of it is numba getting ready for its first kernel.

    >>> load_kernels()
    """
    texts = pl.Series("text", _TEXTS)
    near_duplicates(texts.to_frame())
    sketch_lines(texts, PARAGRAPHS, min_words=MIN_WORDS)


@contextmanager
def kernels_loading(stage: Stage) -> Iterator[None]:
    """Load the kernels beside what is done meanwhile, which should need none of them.

    The first time after an installation they are compiled, which takes longer than a small input: the stage says so.
    """
    with ThreadPoolExecutor(1) as pool:
        loaded = pool.submit(load_kernels)
        yield
        with stage.awaiting("loading the search (compiled the first time: half a minute)"):
            loaded.result()
