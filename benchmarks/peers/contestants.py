"""Each tool's fastest documented way from raw texts to signatures of word 5-grams, on two cores."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import polars as pl

CORES = 2
WORDS = 5
CHUNK = 500
SEED = 42
Signatures = np.ndarray  # one row a document, one column a hash


def shingles(text: str) -> set[str]:
    """What users of rensa and datasketch write, since neither has a tokeniser.

    >>> sorted(shingles("a b c d e f"))
    ['a b c d e', 'b c d e f']
    """
    words = text.lower().split()
    return {" ".join(words[start : start + WORDS]) for start in range(max(1, len(words) - WORDS + 1))}


def _in_processes(of_chunk: Callable[[list[str]], Signatures], texts: pl.Series) -> Signatures:
    chunks = [texts.slice(first, CHUNK).to_list() for first in range(0, len(texts), CHUNK)]
    with ProcessPoolExecutor(CORES, mp_context=get_context("fork")) as pool:
        return np.concatenate(list(pool.map(of_chunk, chunks)))


def _rensa_chunk(texts: list[str], hashes: int) -> Signatures:
    from rensa import RMinHash

    sets = [shingles(text) for text in texts]
    return np.array(RMinHash.digest_matrix_from_token_sets(sets, hashes, SEED).to_rows(), dtype=np.uint32)


def rensa(texts: pl.Series, hashes: int) -> Signatures:
    return _in_processes(partial(_rensa_chunk, hashes=hashes), texts)


def _rho_chunk(texts: list[str], hashes: int) -> Signatures:
    from rensa import RMinHash

    sets = [shingles(text) for text in texts]
    return np.array(RMinHash.digest_matrix_from_token_sets_rho(sets, hashes, SEED).to_rows(), dtype=np.uint32)


def rensa_rho(texts: pl.Series, hashes: int) -> Signatures:
    """Its fastest sketch, which samples the tokens."""
    return _in_processes(partial(_rho_chunk, hashes=hashes), texts)


def _datasketch_chunk(texts: list[str], hashes: int) -> Signatures:
    from datasketch import MinHash

    sets = ([shingle.encode() for shingle in shingles(text)] for text in texts)
    return np.stack([minhash.digest() for minhash in MinHash.bulk(sets, num_perm=hashes)])


def datasketch(texts: pl.Series, hashes: int) -> Signatures:
    return _in_processes(partial(_datasketch_chunk, hashes=hashes), texts)


def daft(texts: pl.Series, hashes: int) -> Signatures:
    """Its own threads; words are what spaces part, case is kept."""
    import daft as engine
    from daft.functions import minhash

    frame = engine.from_arrow(texts.to_frame("text").to_arrow())
    signed = minhash(frame["text"], num_hashes=hashes, ngram_size=WORDS, hash_function="xxhash")
    column = frame.select(signed.alias("signature")).to_arrow().column("signature").combine_chunks()
    return np.asarray(column.flatten()).reshape(len(texts), hashes)


def gaoya_index(texts: pl.Series, bands: int, rows: int, *, threshold: float = 0.0) -> Any:
    """Its index with the texts in it; its own threads. Signatures cannot be had without the insertion."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=threshold, num_bands=bands, band_size=rows,
        analyzer="word", lowercase=True, ngram_range=(WORDS, WORDS), id_container="vec",
    )  # fmt: skip
    index.par_bulk_insert_docs(list(range(len(texts))), texts.to_list())
    return index


SIGNERS = {"daft": daft, "rensa": rensa, "rensa, rho": rensa_rho, "datasketch": datasketch}
