"""Recall and soundness of the near-duplicate search on real articles, against exact all-pairs truth.

    python -m benchmarks.truth ../shared/eval/saudi_news.parquet            print the table
    python -m benchmarks.truth ../shared/eval/saudi_news.parquet --write    and put it into docs/near-duplicates.md

The truth shares nothing with the search but the folding: words are numbered, shingles are tuples of numbers, and the
pairs are all that share a shingle, counted over postings. It takes some minutes, most of them for single words.
"""

import argparse
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.pairs.similar import Sets, shingle_sets, similar_pairs, word_codes
from dedup import Rule, near_duplicates

PAGE = Path(__file__).resolve().parent.parent / "docs" / "near-duplicates.md"
SHINGLES = (1, 2, 3, 5)
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
MARGIN = Fraction(2, 100)
HEAD = (
    "| shingle, words | threshold | removed | unproved | identical pairs | both stay "
    "| near pairs at threshold + 0.02 | both stay |"
)


def exact(sets: Sets, one: int, other: int) -> Fraction:
    shared = len(np.intersect1d(sets[one], sets[other], assume_unique=True))
    return Fraction(shared, max(len(sets[one]) + len(sets[other]) - shared, 1))


def rows(texts: pl.Series, dates: pl.Series) -> Iterator[str]:
    codes = word_codes(texts)
    docs = pl.DataFrame({"text": texts, "date": dates})
    for words in SHINGLES:
        sets = shingle_sets(codes, words=words)
        pairs = [(a, b, exact(sets, a, b)) for a, b in similar_pairs(sets, floor=min(THRESHOLDS))]
        for threshold in THRESHOLDS:
            yield row(docs, sets, pairs, Rule(words, threshold))


def row(docs: pl.DataFrame, sets: Sets, pairs: list[tuple[int, int, Fraction]], rule: Rule) -> str:
    decisions = near_duplicates(docs, rule=rule).decisions
    kept = decisions["kept"].to_list()
    gone = decisions.filter(~pl.col("kept")).select("row", "survivor_row").rows()
    least = Fraction(str(rule.threshold))
    unproved = sum(exact(sets, a - 1, b - 1) < least or not kept[b - 1] for a, b in gone)
    same = [kept[a] and kept[b] for a, b, similarity in pairs if similarity == 1]
    near = [kept[a] and kept[b] for a, b, similarity in pairs if least + MARGIN <= similarity < 1]
    return (
        f"| {rule.words} | {rule.threshold} | {len(gone):,} | {unproved} | {len(same):,} | {sum(same)} "
        f"| {len(near):,} | {share(near)} |"
    )


def share(found: list[bool]) -> str:
    return f"{sum(found)} ({sum(found) / max(len(found), 1):.2%})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    articles = pl.read_parquet(options.articles, columns=["text", "date"])
    lines = [HEAD, "|" + "---|" * HEAD.count(" | ") + "---|"]
    print(*lines, sep="\n")
    for line in rows(articles["text"], articles["date"]):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        table = "\n".join(lines)
        between = re.compile(r"(<!-- recall -->\n).*?(<!-- /recall -->)", flags=re.DOTALL)
        PAGE.write_text(between.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", PAGE.read_text()))


if __name__ == "__main__":
    main()
