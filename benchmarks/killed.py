"""A job that is killed at random moments, or finds the disk full, and is called again: the bytes of an undisturbed one.

python -m benchmarks.killed 4000 --kills 40
python -m benchmarks.killed 4000 --full 8        (mounts a small file system of its own; needs root)
"""

# ruff: noqa: S311, S603, S607 (moments to kill at; our own command, and mount)

import argparse
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.generate import articles

MANIFEST = Path(".work") / "manifest.jsonl"
SENTENCE = "the disk is full; with room the same command goes on where it stopped"


def call(source: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "ghirbal", "run", str(source), "-o", str(out), "--batch-rows", "500"]


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "timings.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def finished(out: Path) -> set[tuple[str, int]]:
    """Parts that the manifest says are finished; a last line that was cut short does not count."""
    path = out / MANIFEST
    lines = path.read_bytes().split(b"\n")[1:-1] if path.exists() else []
    return {(part["stage"], part["part"]) for part in map(json.loads, lines)}


def kill_often(source: Path, folder: Path, kills: int, whole: float) -> Iterator[tuple[str, int, int]]:
    """Kill one job after another at random moments: the stage it was in, parts finished, parts lost by it."""
    chance = random.Random(kills)
    number = 0
    while number < kills:
        out = folder / f"out-{number}"
        before: set[tuple[str, int]] = set()
        while number < kills:  # the same job again and again, until it is done
            process = subprocess.Popen(call(source, out), stdout=subprocess.DEVNULL)
            try:
                process.wait(chance.uniform(0.3, whole))
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            number += 1
            now = finished(out)
            last = (out / MANIFEST).read_bytes().split(b"\n")[-2] if now else b"{}"
            stage = json.loads(last).get("stage", "before the first part")
            # What the last moment of a job deletes is not lost, and standings go when all are counted.
            lost = [] if (out / "run.json").exists() else [part for part in before - now if part[0] != "standings"]
            yield stage, len(now), len(lost)
            before = now
        subprocess.run(call(source, out), stdout=subprocess.DEVNULL, check=True)
        if contents(out) != contents(folder / "whole"):
            raise SystemExit(f"{out} differs from the undisturbed result")
        print(f"  killed {number} times so far; the result has the bytes of the first", flush=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(source: Path, folder: Path, times: int) -> Iterator[tuple[float, int, bool]]:
    """Give a job more and more disk until it is done: MB, parts finished, whether it ended with the one sentence."""
    with small_disk(folder / "disk") as disk:
        size = 2.0
        while True:
            subprocess.run(["mount", "-o", f"remount,size={int(size * 1024)}k", str(disk)], check=True)
            ended = subprocess.run(call(source, disk / "out"), capture_output=True, text=True, check=False)
            if not ended.returncode:
                break
            told = ended.stderr.strip().splitlines()
            yield size, len(finished(disk / "out")), ended.returncode == 2 and len(told) == 1 and SENTENCE in told[0]
            size *= 40 ** (1 / times)
        if contents(disk / "out") != contents(folder / "whole"):
            raise SystemExit("the result of the job that ran out of disk differs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, help="generated articles")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--full", type=int, default=0, help="steps from 2 MB of disk to 80")
    chosen = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = folder / "news.jsonl"
        articles(chosen.count).drop("kind", "source").write_ndjson(source)
        subprocess.run(call(source, folder / "whole"), stdout=subprocess.DEVNULL, check=True)  # compiles the kernels
        began = time.perf_counter()
        subprocess.run([*call(source, folder / "whole"), "--overwrite"], stdout=subprocess.DEVNULL, check=True)
        whole = time.perf_counter() - began
        print(f"undisturbed: {whole:.1f} s", flush=True)
        if chosen.kills:
            told = list(kill_often(source, folder, chosen.kills, whole))
            lost = sum(one[2] for one in told)
            print(f"killed {len(told)} times; finished parts lost {lost}; every result has the bytes of the first")
            for stage, times in Counter(one[0] for one in told).most_common():
                print(f"  {times:>3} after a part of: {stage}")
        if chosen.full:
            for size, parts, sentence in fill(source, folder, chosen.full):
                print(f"  {size:>6.1f} MB: full after {parts} parts; one sentence: {sentence}", flush=True)
            print("with room: the bytes of the first")


if __name__ == "__main__":
    main()
