"""What appending to an index costs: one hundredth more, beside the whole in one call, `ghirbal run` with its defaults.

python -m benchmarks.appended 100000 500000 [--command run] [--work DIR]

The whole leaves an index too. CPU seconds are those of the processes, with their start.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.generate import DAY, days
from benchmarks.scale import spent, write_days


def measure(news: Path, count: int, scratch: Path, command: str) -> tuple[float, float, float]:
    """Return the CPU seconds of the whole, of the hundredth appended to it, and of the hundredth by itself."""
    files = sorted(map(str, news.glob("*.parquet")))[: count // DAY]
    more = scratch / f"more-{count}.parquet"
    if not more.exists():
        *_, day = days(count + DAY)
        day.drop("kind", "source").head(count // 100).write_parquet(more)
    index = scratch / f"index-{count}"
    whole = spent([command, *files, "-o", str(scratch / f"whole-{count}"), "--index", str(index)])
    appended = spent([command, str(more), "-o", str(scratch / f"appended-{count}"), "--index", str(index)])
    alone = spent([command, str(more), "-o", str(scratch / f"alone-{count}")])
    return whole.cpu_seconds, appended.cpu_seconds, alone.cpu_seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="+", help=f"articles, in steps of {DAY:,}")
    parser.add_argument("--command", choices=("run", "dedup"), default="run")
    parser.add_argument("--work", type=Path, help="keep the generated news here")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        news = chosen.work or Path(folder) / "news"
        write_days(news, max(chosen.counts))
        measured = [(count, *measure(news, count, Path(folder), chosen.command)) for count in sorted(chosen.counts)]
    print("| articles | CPU s, all in one call | 1 % appended | of the whole | the 1 % without an index |")
    print("|---|---|---|---|---|")
    for count, whole, appended, alone in measured:
        print(f"| {count:,} | {whole:.1f} | {appended:.1f} | {appended / whole:.1%} | {alone:.1f} |")


if __name__ == "__main__":
    main()
