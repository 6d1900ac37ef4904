"""How time and peak memory grow with the number of documents: `ghirbal dedup` on generated news of several sizes.

python -m benchmarks.scale 100000 1000000 [--work DIR] [--options="--shingle 5 --threshold 0.8 --paragraphs off"]
"""

import argparse
import os
import shlex
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from benchmarks.generate import DAY, days

STRICT = "--shingle 5 --threshold 0.8 --paragraphs off"


class Grown(NamedTuple):
    documents: int
    seconds: float
    peak_bytes: int


def write_days(folder: Path, count: int) -> None:
    """Add the days that are missing; those of a smaller corpus are the first of a larger one."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, day in enumerate(days(-(-count // DAY) * DAY)):
        path = folder / f"{number:05}.parquet"
        if not path.exists():
            day.drop("kind", "source").write_parquet(path, compression="zstd")


def measure(folder: Path, count: int, out: Path, options: list[str]) -> Grown:
    """Run the command in a process of its own, whose peak memory the system tells."""
    files = sorted(str(path) for path in folder.glob("*.parquet"))[: -(-count // DAY)]
    command = [sys.executable, "-m", "ghirbal", "dedup", *files, "-o", str(out), "--overwrite", *options]
    began = perf_counter()
    child = os.posix_spawn(sys.executable, command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"the command failed: {shlex.join(command[:4])} …")
    return Grown(len(files) * DAY, perf_counter() - began, usage.ru_maxrss * 1024)


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
    print(f"{'documents':>12} {'seconds':>9} {'documents/s':>12} {'peak MB':>9}")
    for one in grown:
        print(
            f"{one.documents:>12,} {one.seconds:>9,.1f} {one.documents / one.seconds:>12,.0f} "
            f"{one.peak_bytes / 1e6:>9,.0f}"
        )
    for less, more in pairwise(grown):
        slope = (more.peak_bytes - less.peak_bytes) / max(1, more.documents - less.documents)
        print(f"from {less.documents:,} to {more.documents:,}: {slope:,.0f} bytes a document more;", end=" ")
        print(
            f"{more.documents / less.documents:.1f} times as many take {more.seconds / less.seconds:.1f} times as long"
        )


if __name__ == "__main__":
    main()
