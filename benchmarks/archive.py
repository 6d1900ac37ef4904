"""A generated archive of JSONL, gzip and zstd mixed, through the command under a hard limit of memory.

python -m benchmarks.archive 2 6 20 --work DIR [--limit 3] [--options="--shingle 5 --threshold 0.8"]

Sizes are in GB before packing. The limit is a memory cgroup's, so the kernel kills what goes over it; it needs root.
"""

import argparse
import gzip
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from benchmarks.generate import DAY, days

GB = 10**9
CGROUP_1 = Path("/sys/fs/cgroup/memory")
CGROUP_2 = Path("/sys/fs/cgroup")
BOUNDS = {CGROUP_1: "memory.limit_in_bytes", CGROUP_2: "memory.max"}


class Ran(NamedTuple):
    documents: int
    seconds: float
    user: float
    system: float
    peak: int
    stages: dict[str, dict[str, float]]


def write_archive(folder: Path, size: int) -> list[Path]:
    """Add the days that are missing; returns as many files as hold `size` bytes of JSONL, a smaller archive's first."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = folder / "sizes.json"
    sizes: dict[str, int] = json.loads(ledger.read_text()) if ledger.exists() else {}
    if sum(sizes.values()) < size:
        most = 2 * size // (1_000 * DAY) + 2
        for number, day in enumerate(days(most * DAY)):
            name = f"{number:05}.jsonl.{'gz' if number % 2 else 'zst'}"
            if name in sizes:
                continue
            lines = day.drop("kind", "source").write_ndjson().encode()
            packed = gzip.compress(lines, 1, mtime=0) if number % 2 else zstd.compress(lines, 1)
            (folder / name).write_bytes(packed)
            sizes[name] = len(lines)
            ledger.write_text(json.dumps(sizes))
            if sum(sizes.values()) >= size:
                break
    return list(_first(folder, sizes, size))


def _first(folder: Path, sizes: dict[str, int], size: int) -> Iterator[Path]:
    for name in sorted(sizes):
        if size <= 0:
            return
        size -= sizes[name]
        yield folder / name


@contextmanager
def limited(limit: int) -> Iterator[Path]:
    """A memory cgroup of its own."""
    base = CGROUP_1 if CGROUP_1.is_dir() else CGROUP_2
    group = base / f"ghirbal-{os.getpid()}"
    group.mkdir()
    try:
        (group / BOUNDS[base]).write_text(str(limit))
        yield group
    finally:
        group.rmdir()


def run(command: str, files: list[Path], out: Path, limit: int, options: list[str]) -> Ran:
    """Run the command in the cgroup; the system tells its processor seconds and the most that was resident."""
    call = [sys.executable, "-m", "ghirbal", command, *map(str, files), "-o", str(out), *options]
    with limited(limit) as group:

        def enter() -> None:
            (group / "cgroup.procs").write_text(str(os.getpid()))

        began = perf_counter()
        with subprocess.Popen(call, preexec_fn=enter, stdout=subprocess.DEVNULL) as child:  # noqa: PLW1509, S603 - our own command, which enters its group before it begins
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        seconds = perf_counter() - began
        if child.returncode:
            raise SystemExit(f"the command ended with {child.returncode}: {shlex.join(call[:4])} …")
    counts = json.loads((out / "run.json").read_bytes())["counts"]
    stages = json.loads((out / "timings.json").read_bytes())
    return Ran(counts["rows"]["in"], seconds, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024, stages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=float, nargs="+", help="GB of JSONL")
    parser.add_argument("--work", type=Path, required=True, help="where the archive is kept, and results are made")
    parser.add_argument("--limit", type=float, default=3, help="GB of memory")
    parser.add_argument("--command", choices=("run", "clean", "dedup"), default="run")
    parser.add_argument("--options", default="", help="options of the command")
    chosen = parser.parse_args()
    print(f"{'GB':>6} {'documents':>11} {'seconds':>8} {'user':>8} {'system':>7} {'user s/GB':>10} {'peak MB':>8}")
    for gigabytes in sorted(chosen.sizes):
        files = write_archive(chosen.work / "news", round(gigabytes * GB))
        if not chosen.limit:
            continue
        out = chosen.work / "out"
        shutil.rmtree(out, ignore_errors=True)
        ran = run(chosen.command, files, out, round(chosen.limit * GB), shlex.split(chosen.options))
        print(
            f"{gigabytes:>6g} {ran.documents:>11,} {ran.seconds:>8,.0f} {ran.user:>8,.0f} {ran.system:>7,.0f} "
            f"{ran.user / gigabytes:>10.1f} {ran.peak / 1e6:>8,.0f}"
        )
        for name, stage in ran.stages.items():
            if "seconds" in stage:
                print(
                    f"       {name}: {stage['seconds']:,.0f} s, peak so far {stage['peak MB so far']:,.0f} MB",
                    flush=True,
                )
        sys.stdout.flush()
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
