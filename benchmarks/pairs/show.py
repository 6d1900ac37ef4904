"""Print drawn pairs for a reader: headlines, and the texts merged, `[-only left-]` and `{+only right+}`.

python benchmarks/pairs/show.py drawn.jsonl 0 40
"""

import difflib
import json
import sys
from pathlib import Path

import polars as pl

from cleaners.folding import fold_text

EVALUATION = Path(__file__).resolve().parents[3] / "shared" / "eval"


def short(words: list[str], *, most: int, ends: tuple[int, int]) -> str:
    if len(words) <= most:
        return " ".join(words)
    return " ".join([*words[: ends[0]], f"…{len(words) - sum(ends)}…", *words[-ends[1] :]])


def merged(left: str, right: str) -> str:
    a, b = fold_text(left).split(), fold_text(right).split()
    parts = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(short(a[i:j], most=9, ends=(4, 3)))
        else:
            parts += [f"[-{short(a[i:j], most=24, ends=(15, 5))}-]"] * (i < j)
            parts += [f"{{+{short(b[k:m], most=24, ends=(15, 5))}+}}"] * (k < m)
    return " ".join(parts)


def show(pair: dict[str, object], articles: dict[str, dict[str, str]]) -> str:
    a, b = articles[str(pair["a"])], articles[str(pair["b"])]
    for text, line in (("a", "line_a"), ("b", "line_b")):
        if line in pair:
            whole = a if text == "a" else b
            part = whole | {"text": whole["text"].split("\n")[int(str(pair[line])) - 1]}
            a, b = (part, b) if text == "a" else (a, part)
    lengths = [len(fold_text(x["text"]).split()) for x in (a, b)]
    head = f"## {pair['id']} j2 {pair['j2']} c2 {pair['c2']} words {lengths} {a['date'][5:10]} {b['date'][5:10]}"
    return f"{head}\nA {a['title']}\nB {b['title']}\n{merged(a['text'], b['text'])}\n"


if __name__ == "__main__":
    path, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rows = [json.loads(line) for line in Path(path).read_text().splitlines()][first:last]
    news = {r["id"]: r for r in pl.read_parquet(EVALUATION / "saudi_news.parquet").to_dicts()}
    for row in rows:
        print(show(row, news))
