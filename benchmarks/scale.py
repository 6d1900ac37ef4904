"""How time and peak memory grow with the number of documents: `ghirbal dedup` on generated news of several sizes.

Of the first days every copy is compared exactly with its source and with the other copies of it: pairs that reach the
threshold and both stay are missed, removals below it are unproved.

python -m benchmarks.scale 100000 1000000 [--work DIR] [--options="--shingle 5 --threshold 0.8 --paragraphs off"]
"""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

import polars as pl

from benchmarks.generate import DAY, days
from dedup import ARTICLES, Rule, jaccard, shingle_sets

STRICT = "--shingle 5 --threshold 0.8 --paragraphs off --template-guard off"
JUDGED = 10  # days


class Spent(NamedTuple):
    seconds: float
    cpu_seconds: float
    peak_bytes: int


class Grown(NamedTuple):
    documents: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    pairs: int
    missed: int
    removed: int
    unproved: int


def write_days(folder: Path, count: int) -> None:
    """Add the days that are missing; those of a smaller corpus are the first of a larger one."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, day in enumerate(days(-(-count // DAY) * DAY)):
        path = folder / f"{number:05}.parquet"
        if not path.exists():
            day.drop("kind", "source").write_parquet(path, compression="zstd")


def spent(arguments: Sequence[str]) -> Spent:
    """Run the command in a process of its own, whose CPU time and peak memory the system tells."""
    command = [sys.executable, "-m", "ghirbal", *arguments]
    began = perf_counter()
    child = os.posix_spawn(sys.executable, command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"the command failed: {shlex.join(command[:4])} …")
    return Spent(perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def measure(folder: Path, count: int, out: Path, options: list[str]) -> Grown:
    """Run the command on the first days, as many as hold the count, and judge what it did."""
    files = sorted(str(path) for path in folder.glob("*.parquet"))[: -(-count // DAY)]
    cost = spent(["dedup", *files, "-o", str(out), "--overwrite", *options])
    return Grown(len(files) * DAY, *cost, *judge(out, min(JUDGED, len(files))))


def judge(out: Path, count: int) -> tuple[int, int, int, int]:
    """Count pairs that reach the threshold, those of them that both stay, removals, and those that are unproved."""
    rule = run_rule(out)
    news = pl.concat(list(days(count * DAY)))
    sets = shingle_sets(news["text"], words=rule.words)
    place = {id_: row for row, id_ in enumerate(news["id"])}
    decisions = pl.read_parquet(sorted((out / "decisions").glob("*.parquet"))).head(news.height)
    kept = decisions["kept"].to_list()
    family: dict[str, list[int]] = {}
    for row, source in enumerate(news["source"]):
        if source is not None:
            family.setdefault(source, [place[source]] if source in place else []).append(row)
    similar = [
        (one, other)
        for rows in family.values()
        for one, other in combinations(rows, 2)
        if jaccard(sets[one], sets[other]) >= rule.threshold
    ]
    gone = decisions.filter(~pl.col("kept") & pl.col("survivor").is_in(news["id"].implode()))
    unproved = sum(
        not kept[place[survivor]] or jaccard(sets[place[one]], sets[place[survivor]]) < rule.threshold
        for one, survivor in gone.select("id", "survivor").iter_rows()
    )
    return len(similar), sum(kept[one] and kept[other] for one, other in similar), gone.height, unproved


def run_rule(out: Path) -> Rule:
    """Return the rule for articles that a finished run was made with."""
    options = json.loads((out / "run.json").read_bytes())["job"]["options"]
    chosen = {"words": options["shingle"], "threshold": options["threshold"]}
    return replace(ARTICLES, **{name: value for name, value in chosen.items() if value is not None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="+")
    parser.add_argument("--work", type=Path, help="keep the generated news here")
    parser.add_argument("--options", default=STRICT, help="options of the command")
    options = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = options.work or Path(scratch) / "news"
        write_days(folder, max(options.counts))
        grown = [
            measure(folder, count, Path(scratch) / "out", shlex.split(options.options))
            for count in sorted(options.counts)
        ]
    print("| documents | seconds | CPU seconds | peak MB | pairs | missed | removed | unproved |")
    print("|---|---|---|---|---|---|---|---|")
    for one in grown:
        print(
            f"| {one.documents:,} | {one.seconds:,.1f} | {one.cpu_seconds:,.1f} | {one.peak_bytes / 1e6:,.0f} "
            f"| {one.pairs:,} | {one.missed} | {one.removed:,} | {one.unproved} |"
        )
    for less, more in pairwise(grown):
        slope = (more.peak_bytes - less.peak_bytes) / max(1, more.documents - less.documents)
        print(f"from {less.documents:,} to {more.documents:,}: {slope:,.0f} bytes a document more;", end=" ")
        print(
            f"{more.documents / less.documents:.1f} times as many take {more.seconds / less.seconds:.1f} times as long"
        )


if __name__ == "__main__":
    main()
