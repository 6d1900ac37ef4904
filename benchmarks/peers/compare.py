"""Ghirbal beside its peers: raw text to signatures, and raw text to the list of removed articles.

All in one run, on the same documents, two cores, best of the rounds. Every tool gets as many hashes in as
many bands, and the recall that they give is measured on pairs whose similarity is known exactly.

    python -m benchmarks.peers.compare [--documents N] [--input FILE.parquet] [--rounds N]
"""

import argparse
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from os import times
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from benchmarks.generate import Mix, articles
from benchmarks.peers.contestants import CORES, SIGNERS, WORDS, gaoya_index, shingles
from cleaners import fold_text
from dedup import Rule, near_duplicates
from dedup.sketches import band_columns, sketch_batch

THRESHOLD = 0.8
RULE = Rule(words=WORDS, threshold=THRESHOLD)
RESULTS = Path("benchmark-results/peers.json")
Pairs = list[tuple[int, int]]
Hits = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One tool's figures for one task."""

    task: str
    tool: str
    rate: float  # documents a second, best of the rounds
    cpu: float  # microseconds of both cores for a document, its processes included: what a busy machine leaves alone
    recall: float | None = None  # share of the pairs at or above the threshold that it found
    removed: int | None = None
    unproved: int | None = None  # removed, although less similar to what stands for it than the threshold


def exact(left: set[Any], right: set[Any]) -> float:
    return len(left & right) / max(1, len(left | right))


def folded_shingles(text: str) -> set[str]:
    return shingles(fold_text(text))


def known_pairs(news: pl.DataFrame) -> Pairs:
    """Copies and their sources exactly as similar as the threshold or a little more, where misses happen."""
    numbered = news.with_row_index("at")
    pairs = numbered.join(numbered.select("id", "at"), left_on="source", right_on="id").select("at", "at_right")
    found = []
    for left, right in pairs.iter_rows():
        mine, other = folded_shingles(news["text"][left]), folded_shingles(news["text"][right])
        if min(len(mine), len(other)) >= RULE.joined_below and THRESHOLD <= exact(mine, other) < THRESHOLD + 0.1:
            found.append((left, right))
    return found


def sketches(texts: pl.Series) -> pl.DataFrame:
    """As the job does it: batches, two threads."""
    chunks = [texts.slice(first, 2_000) for first in range(0, len(texts), 2_000)]
    with ThreadPoolExecutor(CORES) as threads:
        return pl.concat(threads.map(lambda chunk: sketch_batch(chunk, RULE), chunks))


def hits(bands: np.ndarray) -> Hits:
    """`bands` has one row a document and one entry a band."""
    return lambda left, right: bool((bands[left] == bands[right]).any())


def banded(signatures: np.ndarray) -> np.ndarray:
    """Signatures cut into bands, each band one number."""
    grouped = signatures.reshape(len(signatures), RULE.bands.bands, RULE.bands.rows).astype(np.uint64)
    factors = np.random.default_rng(0).integers(1, 1 << 63, RULE.bands.rows, dtype=np.uint64) | np.uint64(1)
    return (grouped * factors).sum(axis=2, dtype=np.uint64)


def removed_by_gaoya(texts: pl.Series) -> dict[int, int]:
    """Each removed document and the earlier one that stands for it, by its own estimate of the similarity."""
    index = gaoya_index(texts, RULE.bands.bands, RULE.bands.rows, threshold=THRESHOLD)
    removed: dict[int, int] = {}
    for at, similar in enumerate(index.par_bulk_query(texts.to_list())):
        survivor = min((other for other in similar if other < at and other not in removed), default=None)
        if survivor is not None:
            removed[at] = survivor
    return removed


def removed_by_ghirbal(news: pl.DataFrame) -> dict[int, int]:
    verdict = near_duplicates(news, rule=RULE)
    gone = verdict.decisions.filter(~pl.col("kept"))
    return dict(zip((gone["row"] - 1).to_list(), (gone["survivor_row"] - 1).to_list(), strict=True))


def unproved(removed: dict[int, int], texts: pl.Series, cut: Callable[[str], set[str]]) -> int:
    return sum(exact(cut(texts[gone]), cut(texts[stays])) < THRESHOLD for gone, stays in removed.items())


def fastest(calls: dict[str, Callable[[], Any]], rounds: int) -> dict[str, tuple[float, float, Any]]:
    """Best seconds, best CPU seconds and the answer of each call; they take turns: a slow minute hits them all."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    cpu: dict[str, list[float]] = {name: [] for name in calls}
    answers = {}
    for _ in range(rounds):
        for name, call in calls.items():
            began, used = perf_counter(), sum(times()[:4])
            answers[name] = call()
            seconds[name].append(perf_counter() - began)
            cpu[name].append(sum(times()[:4]) - used)
    return {name: (min(seconds[name]), min(cpu[name]), answers[name]) for name in calls}


def signature_lines(news: pl.DataFrame, rounds: int) -> list[Line]:
    texts, bands = news["text"], RULE.bands
    pairs = known_pairs(news) if "source" in news.columns else []
    sketches(texts.head(10))  # compiles
    calls = {
        "ghirbal": lambda: sketches(texts),
        **{tool: partial(sign, texts, bands.permutations) for tool, sign in SIGNERS.items()},
        "gaoya, with insertion": lambda: gaoya_index(texts, bands.bands, bands.rows),
    }
    lines = []
    for tool, (seconds, cpu, answer) in fastest(calls, rounds).items():
        if tool == "ghirbal":
            hit = hits(answer.select(band_columns(RULE)).to_numpy())
        elif tool in SIGNERS:
            hit = hits(banded(answer))
        else:
            found = {left: set(answer.query(texts[left])) for left, _ in pairs}
            hit = partial(_queried, found)
        recall = sum(hit(*pair) for pair in pairs) / len(pairs) if pairs else None
        lines.append(Line("signatures", tool, len(texts) / seconds, 1e6 * cpu / len(texts), recall=recall))
    return lines


def _queried(found: dict[int, set[int]], left: int, right: int) -> bool:
    return right in found[left]


def removal_lines(news: pl.DataFrame, rounds: int) -> list[Line]:
    texts = news["text"]
    calls = {"ghirbal": lambda: removed_by_ghirbal(news), "gaoya": lambda: removed_by_gaoya(texts)}
    cuts = {"ghirbal": folded_shingles, "gaoya": shingles}
    return [
        Line(
            "removed",
            tool,
            len(texts) / seconds,
            1e6 * cpu / len(texts),
            removed=len(removed),
            unproved=unproved(removed, texts, cuts[tool]),
        )
        for tool, (seconds, cpu, removed) in fastest(calls, rounds).items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--input", type=Path, help="Parquet with id and text, instead of generated news")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.input:
        news = pl.read_parquet(options.input).head(options.documents).select("id", "text")
    else:
        mix = Mix(identical=0.04, edited=0.2, template=0.04, quoting=0.04, residue=0, accidents=0)
        news = articles(options.documents, mix=mix, seed=5).select("id", "text", "source")
    lines = [*signature_lines(news, options.rounds), *removal_lines(news, options.rounds)]
    print(f"{news.height:,} documents, word {WORDS}-grams, threshold {THRESHOLD}, {RULE.bands}")
    print(f"{'task':<12} {'tool':<22} {'documents/s':>12} {'CPU µs':>8} {'recall':>8} {'removed':>8} {'unproved':>9}")
    for line in lines:
        recall = "" if line.recall is None else f"{line.recall:.4f}"
        counts = "" if line.removed is None else f"{line.removed:>8,} {line.unproved:>9,}"
        print(f"{line.task:<12} {line.tool:<22} {line.rate:>12,.0f} {line.cpu:>8,.1f} {recall:>8} {counts}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"documents": news.height, "lines": [asdict(line) for line in lines]}, indent=1))


if __name__ == "__main__":
    main()
