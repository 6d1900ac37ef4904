"""Choose and report the defaults of near-duplicate search on the judged pairs.

    python benchmarks/pairs/measure.py

Prints, for each half, shingle and threshold, the share of edited copies (label 2) that are found and of other
items (label 0) that are taken, each without and with the template guard. Pairs with label 1 do not count.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
from similar import jaccard, shingle_sets, word_codes

from dedup.guard import template_findings

HERE = Path(__file__).parent
EVALUATION = HERE.resolve().parents[2] / "shared" / "eval"
SHINGLES = (1, 2, 3, 4, 5)
THRESHOLDS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)

Pair = dict[str, object]


def half(pair: str) -> str:
    return "choose" if hashlib.sha256(pair.encode()).digest()[0] % 2 == 0 else "report"


def judged(name: str) -> list[Pair]:
    return [json.loads(line) for line in (HERE / name).read_text().splitlines()]


def by_hand(text: dict[str, str]) -> list[Pair]:
    """The pairs of the evaluation data, with our measures (theirs are of an older folding)."""
    pairs = [json.loads(line) for line in (EVALUATION / "pairs_hand_ar.jsonl").read_text().splitlines()]
    ids = sorted({pair[side] for pair in pairs for side in "ab"})
    place = {name: i for i, name in enumerate(ids)}
    codes = word_codes(pl.Series([text[name] for name in ids]))
    for n in SHINGLES:
        sets = shingle_sets(codes, words=n)
        for pair in pairs:
            pair[f"j{n}"] = jaccard(sets[place[pair["a"]]], sets[place[pair["b"]]])
    return [pair | {"half": half(str(pair["id"]))} for pair in pairs]


def text_of(pair: Pair, side: str, text: dict[str, str]) -> str:
    whole = text[str(pair[side])]
    line = pair.get(f"line_{side}")
    return whole if line is None else whole.split("\n")[int(str(line)) - 1]


def guarded(pairs: list[Pair], text: dict[str, str]) -> list[Pair]:
    sides = (pl.Series([text_of(pair, side, text) for pair in pairs]) for side in "ab")
    return [pair | {"held": f is not None} for pair, f in zip(pairs, template_findings(*sides), strict=True)]


def share(pairs: Iterable[Pair], taken: Callable[[Pair], bool]) -> float:
    found = [taken(pair) for pair in pairs]
    return sum(found) / max(len(found), 1)


def table(pairs: list[Pair], title: str) -> None:
    copies, others = ([p for p in pairs if p["label"] == label] for label in (2, 0))
    print(f"\n{title}: {len(copies)} edited copies, {len(others)} other items")
    print("shingle threshold  copies found, guarded  others taken, guarded")
    for n in SHINGLES:
        for threshold in THRESHOLDS:
            rules = (
                lambda p, n=n, t=threshold: p[f"j{n}"] >= t,
                lambda p, n=n, t=threshold: p[f"j{n}"] >= t and not p["held"],
            )
            found = [share(side, rule) for side in (copies, others) for rule in rules]
            print(f"{n:7} {threshold:9.2f}  {found[0]:12.1%} {found[1]:8.1%}  {found[2]:12.1%} {found[3]:8.1%}")


def weighed(pairs: list[Pair], *, shingle: int, threshold: float) -> None:
    """Shares in the corpus: each 2-gram stratum counts as many times as it has pairs."""
    strata = [p for p in pairs if str(p.get("stratum", "")).startswith("2-gram")]
    drawn = {s: sum(p["stratum"] == s for p in strata) for s in {p["stratum"] for p in strata}}
    for label, name in ((2, "copies found"), (0, "others taken")):
        weights = [(int(str(p["pool"])) / drawn[p["stratum"]], p) for p in strata if p["label"] == label]
        for guard in (False, True):
            took = sum(w for w, p in weights if p[f"j{shingle}"] >= threshold and not (guard and p["held"]))
            whole = sum(weight for weight, _ in weights)
            print(f"{shingle}-grams {threshold} weighed, guard {guard}: {name} {took / whole:.1%}")


if __name__ == "__main__":
    text = dict(pl.read_parquet(EVALUATION / "saudi_news.parquet", columns=["id", "text"]).iter_rows())
    articles = guarded(judged("articles.jsonl") + by_hand(text), text)
    for part in ("choose", "report"):
        table([p for p in articles if p["half"] == part], f"articles, {part}")
    table([p for p in articles if str(p["id"]).startswith("arhand")], "articles, judged before")
    weighed(articles, shingle=2, threshold=0.5)
    weighed(articles, shingle=5, threshold=0.8)
    paragraphs = guarded(judged("paragraphs.jsonl"), text)
    for part in ("choose", "report"):
        table([p for p in paragraphs if p["half"] == part], f"paragraphs, {part}")
    long = [p for p in paragraphs if str(p["stratum"]).endswith("long")]
    table(long, "paragraphs of 25 different words or more, both halves")
    table([p for p in paragraphs if p not in long], "shorter paragraphs, both halves")
