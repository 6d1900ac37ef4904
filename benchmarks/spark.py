"""The job on Spark beside the job on this machine: equal tables, seconds, bytes shuffled; also past a lost executor.

python -m benchmarks.spark INPUT --partitions 2 7 200
python -m benchmarks.spark INPUT --lose-executor
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import polars as pl
from pyspark.sql import SparkSession

from ghirbal import job as local
from ghirbal.spark.job import job

TABLES = ("documents", "edits", "flags", "decisions", "paragraphs")
ROOT = Path(__file__).resolve().parents[1]
CLUSTER = "local-cluster[2,1,2048]"


def session(master: str, partitions: int, events: Path) -> SparkSession:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    events.mkdir(exist_ok=True)
    made = (
        SparkSession.builder.master(master)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "2g")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", partitions)
        .config("spark.executorEnv.PYTHONPATH", str(ROOT))
        .config("spark.executorEnv.POLARS_MAX_THREADS", "1")
        .config("spark.eventLog.enabled", "true")
        .config("spark.eventLog.rolling.enabled", "false")
        .config("spark.eventLog.compress", "false")
        .config("spark.eventLog.dir", events.as_uri())
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("FATAL")
    return made


def measured(events: Path) -> Counter[str]:
    """Sums over all tasks, from Spark's own log of events."""
    sums: Counter[str] = Counter()
    for path in events.iterdir():
        for line in path.read_text().splitlines():
            event = json.loads(line)
            if event["Event"] == "SparkListenerJobStart":
                sums["jobs"] += 1
            if event["Event"] == "SparkListenerExecutorRemoved":
                sums["executors lost"] += 1
            metrics = event.get("Task Metrics") if event["Event"] == "SparkListenerTaskEnd" else None
            if metrics:
                sums["tasks"] += 1
                sums["task seconds"] += metrics["Executor Run Time"] / 1000
                sums["shuffled"] += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                sums["spilled"] += metrics["Disk Bytes Spilled"]
    return sums


def equal(one: Path, other: Path) -> dict[str, bool]:
    return {
        name: pl.read_parquet(one / name / "*.parquet").equals(pl.read_parquet(other / name / "*.parquet"))
        for name in TABLES
    }


def executors() -> list[int]:
    """Process numbers of the executors that this process's own JVM started."""
    told = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    lines = [line.split(None, 2) for line in told.splitlines()[1:]]
    mine = {os.getpid()}
    for _ in range(4):
        mine |= {int(pid) for pid, parent, _ in lines if int(parent) in mine}
    return [int(pid) for pid, _, args in lines if int(pid) in mine and "CoarseGrainedExecutorBackend" in args]


def lose_one(seconds: list[float]) -> None:
    for wait in seconds:
        time.sleep(wait)
        found = executors()
        if found:
            os.kill(found[0], signal.SIGKILL)
            print(f"killed executor {found[0]}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input")
    parser.add_argument("--partitions", type=int, nargs="*", default=[7])
    parser.add_argument("--unit-bytes", type=int, default=1 << 20)
    parser.add_argument("--lose-executor", type=float, nargs="*", help="seconds after which one is killed, each")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        base = Path(folder)
        start = time.perf_counter()
        counts = local.run([chosen.input], base / "local").counts
        print(f"local: {time.perf_counter() - start:.1f} s, {counts['rows']}", flush=True)
        for partitions in chosen.partitions:
            events = base / f"events-{partitions}"
            lost = chosen.lose_executor
            made = session("local[2]" if lost is None else CLUSTER, partitions, events)
            if lost is not None:
                Thread(target=lose_one, args=(lost or [40.0],), daemon=True).start()
            out = base / f"spark-{partitions}"
            start = time.perf_counter()
            job(made, "run", [chosen.input], out, unit_bytes=chosen.unit_bytes)
            seconds = time.perf_counter() - start
            made.stop()
            stages = json.loads((out / "timings.json").read_text())
            print(f"spark, {partitions} partitions: {seconds:.1f} s; equal: {equal(base / 'local', out)}")
            print({name: stage.get("seconds") for name, stage in stages.items() if isinstance(stage, dict)})
            print(dict(measured(events)), flush=True)


if __name__ == "__main__":
    main()
