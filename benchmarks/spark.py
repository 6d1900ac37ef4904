"""The job on Spark beside the job on this machine: equal tables, seconds, bytes shuffled; also past a lost executor.

python -m benchmarks.spark INPUT --partitions 2 7 200
python -m benchmarks.spark INPUT --lose-executor
python -m benchmarks.spark copies:100000 --command dedup
python -m benchmarks.spark forms:20000 --command dedup --unguarded

INPUT is a file, a folder, or texts that fall into one bucket: copies of one, or one form with other words filled in.
CPU seconds are those of Spark's JVMs and Python workers, peak MB those of the largest Python worker.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import numpy as np
import polars as pl
from pyspark.sql import SparkSession

from ghirbal import job as local
from ghirbal.options import Options
from ghirbal.spark import verifying
from ghirbal.spark.job import job

TABLES = ("documents", "edits", "flags", "decisions", "paragraphs")
ROOT = Path(__file__).resolve().parents[1]
CLUSTER = "local-cluster[2,1,2048]"


def session(master: str, partitions: int, events: Path, memory: str, *, interpreted: bool) -> SparkSession:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    events.mkdir(exist_ok=True)
    made = (
        SparkSession.builder.master(master)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", memory)
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" if interpreted else "")
        .config("spark.sql.codegen.wholeStage", not interpreted)
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN" if interpreted else "FALLBACK")
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


def processes() -> dict[int, list[str]]:
    """What this process started, and what that did: the fields of /proc/PID/stat from the name on."""
    found: dict[int, list[str]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            found[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
    mine = {os.getpid()}
    for _ in range(6):
        mine |= {pid for pid, fields in found.items() if int(fields[1]) in mine}
    return {pid: fields for pid, fields in found.items() if pid in mine - {os.getpid()}}


def command_of(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def cpu_seconds() -> float:
    """User and system time of all of them, also of those that have ended."""
    ticks = sum(sum(map(int, fields[11:15])) for fields in processes().values())
    return ticks / os.sysconf("SC_CLK_TCK")


class Peak(Thread):
    """Watches the largest Python worker: the most memory that it ever had, as the kernel notes it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.megabytes = 0
        self.over = Event()

    def run(self) -> None:
        while not self.over.wait(0.5):
            for pid in processes():
                with suppress(OSError):
                    if b"pyspark.daemon" in command_of(pid):
                        status = Path(f"/proc/{pid}/status").read_text().splitlines()
                        told = dict(line.split(":", 1) for line in status)
                        self.megabytes = max(self.megabytes, int(told.get("VmHWM", "0").split()[0]) >> 10)


def one_bucket(kind: str, count: int, path: Path) -> str:
    """Write texts of 100 words: copies of one, or fillings of a form of which nearly half the words change."""
    rng = np.random.default_rng(count)
    form = np.array([f"word{number}" for number in range(100)])
    changed = 0 if kind == "copies" else 17
    texts = []
    for _ in range(count):
        words = form.copy()
        words[np.arange(changed) * 3] = [f"other{number}" for number in rng.integers(10**9, size=changed)]
        texts.append(" ".join(words))
    pl.DataFrame({"text": texts}).with_row_index("id").write_parquet(path, row_group_size=10_000)
    return str(path)


def equal(one: Path, other: Path) -> dict[str, bool]:
    return {
        name: pl.read_parquet(one / name / "*.parquet").equals(pl.read_parquet(other / name / "*.parquet"))
        for name in TABLES
    }


def executors() -> list[int]:
    """Process numbers of the executors that this process's own JVM started."""
    return [pid for pid in processes() if b"CoarseGrainedExecutorBackend" in command_of(pid)]


def lose_one(seconds: list[float]) -> None:
    for wait in seconds:
        time.sleep(wait)
        found = executors()
        if found:
            os.kill(found[0], signal.SIGKILL)
            print(f"killed executor {found[0]}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("--command", choices=("run", "clean", "dedup"), default="run")
    parser.add_argument("--unguarded", action="store_true", help="--template-guard off")
    parser.add_argument("--partitions", type=int, nargs="*", default=[7])
    parser.add_argument("--unit-bytes", type=int, default=1 << 20)
    parser.add_argument("--lose-executor", type=float, nargs="*", help="seconds after which one is killed, each")
    parser.add_argument("--block", type=int, default=verifying.BLOCK, help="documents of a large bucket in one task")
    parser.add_argument("--driver-memory", default="2g")
    parser.add_argument("--interpreted", action="store_true", help="compile no plans: faster on little input")
    parser.add_argument("--alone", action="store_true", help="without the job on this machine")
    chosen = parser.parse_args()
    verifying.BLOCK = chosen.block
    with TemporaryDirectory() as folder:
        base = Path(folder)
        kind, _, count = chosen.input.partition(":")
        source = one_bucket(kind, int(count), base / f"{kind}.parquet") if count.isdigit() else chosen.input
        options = Options(template_guard=False if chosen.unguarded else None)
        if not chosen.alone:
            start, cpu = time.perf_counter(), time.process_time()
            counts = getattr(local, chosen.command)([source], base / "local", options=options).counts
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
            print(f"local: {seconds:.1f} s, {cpu:.0f} CPU s, {counts['rows']}", flush=True)
        for partitions in chosen.partitions:
            events = base / f"events-{partitions}"
            lost = chosen.lose_executor
            made = session(
                "local[2]" if lost is None else CLUSTER,
                partitions,
                events,
                chosen.driver_memory,
                interpreted=chosen.interpreted,
            )
            if lost is not None:
                Thread(target=lose_one, args=(lost or [40.0],), daemon=True).start()
            out = base / f"spark-{partitions}"
            peak, start, cpu = Peak(), time.perf_counter(), cpu_seconds()
            peak.start()
            job(made, chosen.command, [source], out, options=options, unit_bytes=chosen.unit_bytes)
            seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu
            peak.over.set()
            made.stop()
            stages = json.loads((out / "timings.json").read_text())
            same = "not compared" if chosen.alone else equal(base / "local", out)
            print(f"spark, {partitions} partitions: {seconds:.1f} s, {cpu:.0f} CPU s; equal: {same}")
            print({name: stage.get("seconds") for name, stage in stages.items() if isinstance(stage, dict)})
            print({**measured(events), "peak MB of a worker": peak.megabytes}, flush=True)


if __name__ == "__main__":
    main()
