"""Draw the pairs to judge: a fixed seed, strata of similarity, each text in one pair only.

python benchmarks/pairs/draw.py articles > drawn.jsonl
"""

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
from similar import Sets, containment, jaccard, shingle_sets, similar_pairs, word_codes

EVALUATION = Path(__file__).resolve().parents[3] / "shared" / "eval"
SEED = 20150721
BINS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
CROWD = 6
"""A text with at least so many others at 2-gram Jaccard 0.3 is crowded: most are made from a template."""


def half(pair: str) -> str:
    """Which half a pair belongs to: by a hash of its id, so that it can never be chosen."""
    return "choose" if hashlib.sha256(pair.encode()).digest()[0] % 2 == 0 else "report"


def bin_of(value: float, bins: tuple[float, ...] = BINS) -> int | None:
    return next((i for i in range(len(bins) - 1) if bins[i] <= value < bins[i + 1]), None)


def take(pool: list[tuple[int, int]], count: int, used: set[int], dice: random.Random) -> list[tuple[int, int]]:
    """Up to `count` pairs of the pool at random, none with a text that was used before."""
    chosen: list[tuple[int, int]] = []
    for left, right in dice.sample(pool, len(pool)):
        if len(chosen) == count:
            break
        if left not in used and right not in used:
            used |= {left, right}
            chosen.append((left, right))
    return chosen


def strata(pairs: dict[tuple[int, int], dict[str, float]]) -> dict[str, list[tuple[int, int]]]:
    """2-gram bins, each split into crowded pairs and others, and the retyped: same words, few 5-grams."""
    degree = Counter(text for pair, measures in pairs.items() if measures["j2"] >= BINS[0] for text in pair)
    pools: dict[str, list[tuple[int, int]]] = {}
    for pair, measures in sorted(pairs.items()):
        place = bin_of(measures["j2"])
        if place is not None:
            crowd = "crowded" if min(degree[pair[0]], degree[pair[1]]) >= CROWD else "apart"
            pools.setdefault(f"2-gram {BINS[place]} {crowd}", []).append(pair)
        if measures["j1"] >= 0.6 and measures["j5"] < 0.3:
            pools.setdefault("retyped", []).append(pair)
    return pools


def days_apart(pairs: dict[tuple[int, int], dict[str, float]], dates: list[date]) -> dict[str, list[tuple[int, int]]]:
    """2-gram bins of pairs that are three days or more apart: papers copy within two, templates come back."""
    pools: dict[str, list[tuple[int, int]]] = {}
    for (left, right), measures in sorted(pairs.items()):
        place = bin_of(measures["j2"])
        if place is not None and abs((dates[left] - dates[right]).days) >= 3:
            pools.setdefault(f"days apart {BINS[place]}", []).append((left, right))
    return pools


def measure(pair: tuple[int, int], sets: dict[int, Sets]) -> dict[str, float]:
    left, right = pair
    found = {f"j{n}": round(jaccard(s[left], s[right]), 4) for n, s in sets.items()}
    return found | {"c2": round(containment(sets[2][left], sets[2][right]), 4)}


def draw_articles() -> Iterator[dict[str, object]]:
    news = pl.read_parquet(EVALUATION / "saudi_news.parquet")
    ids = news["id"].to_list()
    sets = {n: shingle_sets(codes, words=n) for codes in [word_codes(news["text"])] for n in (1, 2, 3, 4, 5)}
    long = [len(s) >= 10 for s in sets[1]]
    found = set().union(*(similar_pairs(sets[n], floor=floor) for n, floor in ((1, 0.4), (2, 0.3), (5, 0.2))))
    pairs = {p: measure(p, sets) for p in sorted(found) if long[p[0]] and long[p[1]]}
    pools = strata(pairs)
    place = {name: i for i, name in enumerate(ids)}
    for a, b, value in pl.read_parquet(EVALUATION / "saudi_pairs.parquet").select("a", "b", "jaccard").iter_rows():
        at = bin_of(value)
        if at is not None:
            pools.setdefault(f"5-gram {BINS[at]}", []).append(tuple(sorted((place[a], place[b]))))
    hand = pl.read_ndjson(EVALUATION / "pairs_hand_ar.jsonl")
    used = {place[name] for side in ("a", "b") for name in hand[side]}
    dice = random.Random(SEED)  # noqa: S311 -- a fixed seed is the point
    for name in sorted(pools):
        count = 13 if name.startswith("5") else 24 if name == "retyped" else 16
        for pair in take(pools[name], count, used, dice):
            yield {"a": ids[pair[0]], "b": ids[pair[1]], "stratum": name, "pool": len(pools[name])} | measure(
                pair, sets
            )
    drawn = used - {place[name] for side in ("a", "b") for name in hand[side]}
    used -= drawn
    late = days_apart(pairs, news["date"].str.slice(0, 10).str.to_date().to_list())
    for name in sorted(late):
        for pair in take([p for p in late[name] if not drawn.issuperset(p)], 24, used, dice):
            yield {"a": ids[pair[0]], "b": ids[pair[1]], "stratum": name, "pool": len(late[name])} | measure(pair, sets)


def draw_paragraphs() -> Iterator[dict[str, object]]:
    """Pairs of paragraphs from articles that are not near-duplicates themselves."""
    news = pl.read_parquet(EVALUATION / "saudi_news.parquet")
    lines = (
        news.select("id", article=pl.int_range(pl.len()), text=pl.col("text").str.split("\n"))
        .with_columns(line=pl.int_ranges(1, pl.col("text").list.len() + 1))
        .explode("text", "line")
        .filter(pl.col("text").str.count_matches(r"\S+") >= 15)
        .unique("text", keep="first", maintain_order=True)
    )
    article_sets = shingle_sets(word_codes(news["text"]), words=2)
    article, ids, line = (lines[c].to_list() for c in ("article", "id", "line"))
    sets = {n: shingle_sets(codes, words=n) for codes in [word_codes(lines["text"])] for n in (1, 2, 3, 4, 5)}
    pools: dict[str, list[tuple[int, int]]] = {}
    for a, b in sorted(similar_pairs(sets[2], floor=0.4)):
        place = bin_of(jaccard(sets[2][a], sets[2][b]))
        words = min(len(sets[1][a]), len(sets[1][b]))
        apart = article[a] != article[b] and jaccard(article_sets[article[a]], article_sets[article[b]]) < 0.5
        if place is not None and words >= 12 and apart:
            length = "short" if words < 25 else "long"
            pools.setdefault(f"2-gram {BINS[place]} {length}", []).append((a, b))
    used: set[int] = set()
    dice = random.Random(SEED)  # noqa: S311 -- a fixed seed is the point
    for name in sorted(pools):
        for a, b in take(pools[name], 10, used, dice):
            where = {"a": ids[a], "line_a": line[a], "b": ids[b], "line_b": line[b]}
            yield where | {"stratum": name, "pool": len(pools[name])} | measure((a, b), sets)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["articles", "paragraphs"])
    kind = parser.parse_args().kind
    for number, row in enumerate(draw_articles() if kind == "articles" else draw_paragraphs()):
        key = f"{kind}-{number:03d}"
        sys.stdout.write(json.dumps({"id": key, "half": half(key)} | row) + "\n")
