"""The job on Spark beside the job on this machine: the same rows in every table, however the work was cut."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pyspark.sql import SparkSession

from benchmarks.spark import executors
from dedup import Rule, find_duplicates, sketch_batch
from dedup.duplicates import found
from ghirbal import job as local
from ghirbal import spark
from ghirbal.errors import GhirbalError, InputError, UsageError
from ghirbal.options import Options
from ghirbal.spark import clusters, verifying, writing
from ghirbal.spark.candidates import ranked
from ghirbal.spark.finding import find_duplicates as find_on_spark
from ghirbal.spark.frames import Workspace
from ghirbal.spark.job import job
from ghirbal.spark.parts import SKETCH, spark_sketch

# Spark's own: sockets of workers that it leaves to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore")
TABLES = ("documents", "edits", "flags", "decisions", "paragraphs")
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def session_on(master):
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYSPARK_PYTHON", sys.executable)
        made = (
            SparkSession.builder.master(master)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.memory", "2g")
            .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
            .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", "2")
            # Some hundred tiny queries: compiling each takes longer than what it does.
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.executorEnv.PYTHONPATH", str(ROOT))
            .config("spark.executorEnv.POLARS_MAX_THREADS", "1")
            .getOrCreate()
        )
        made.sparkContext.setLogLevel("ERROR")
        yield made
        made.stop()


@pytest.fixture(scope="module")
def session():
    with session_on("local[2]") as made:
        yield made


def assert_same(one, other):
    for name in TABLES:
        assert_frame_equal(pl.read_parquet(one / name / "*.parquet"), pl.read_parquet(other / name / "*.parquet"))
    assert (one / "quarantine.jsonl").read_bytes() == (other / "quarantine.jsonl").read_bytes()
    left, right = (json.loads((out / "run.json").read_bytes()) for out in (one, other))
    assert {**left, "files": None} == {**right, "files": None}


@pytest.fixture
def partitions(session, request):
    session.conf.set("spark.sql.shuffle.partitions", request.param)
    yield request.param
    session.conf.set("spark.sql.shuffle.partitions", 2)


@pytest.mark.parametrize("partitions", [3], indirect=True)
def test_a_run_is_the_same(session, archive, tmp_path, partitions):
    local.run([archive], tmp_path / "local")
    job(session, "run", [archive], tmp_path / "spark", unit_bytes=1000 * partitions)
    assert_same(tmp_path / "local", tmp_path / "spark")
    assert not (tmp_path / "spark" / ".work").exists()
    timings = json.loads((tmp_path / "spark" / "timings.json").read_bytes())
    assert {timings[name]["rows"] for name in ("find articles", "find paragraphs", "write", "report")} == {76}
    assert spark.run(session, [archive], tmp_path / "spark").already


def test_cleaning_alone_is_the_same(session, seeds, tmp_path):
    local.clean([seeds], tmp_path / "local")
    spark.clean(session, [seeds], tmp_path / "spark")
    assert_same(tmp_path / "local", tmp_path / "spark")


def test_the_first_rows_are_the_same(session, archive, tmp_path):
    options = Options(limit=30)
    local.clean([archive], tmp_path / "local", options=options)
    job(session, "clean", [archive], tmp_path / "spark", options=options, unit_bytes=1000)
    assert_same(tmp_path / "local", tmp_path / "spark")
    assert pl.read_parquet(tmp_path / "spark" / "decisions" / "*.parquet").height == 30


def test_nothing_that_can_be_read(session, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").touch()
    (tmp_path / "in" / "b.jsonl").write_text("{broken\n")
    local.run([tmp_path / "in"], tmp_path / "local")
    spark.run(session, [tmp_path / "in"], tmp_path / "spark")
    assert_same(tmp_path / "local", tmp_path / "spark")


def test_a_killed_job_goes_on_past_damaged_parts(session, archive, tmp_path, monkeypatch):
    def killed(*_):
        (tmp_path / "spark" / "documents").mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(writing, "write_shards", killed)
        with pytest.raises(KeyboardInterrupt):
            job(session, "clean", [archive], tmp_path / "spark", unit_bytes=50_000)
    files = sorted((tmp_path / "spark" / ".work").glob("spark-*/parts/*/*"))
    for path in files[::3]:
        path.write_bytes(path.read_bytes()[:-7] + b"damaged")
    assert {path.stem for path in files[::3]} > {"facts", "rows-00000"}
    outcome = job(session, "clean", [archive], tmp_path / "spark", unit_bytes=50_000)
    assert outcome.resumed
    local.clean([archive], tmp_path / "local")
    assert_same(tmp_path / "local", tmp_path / "spark")


def test_a_stopped_command_says_so(archive, tmp_path):
    """Java is not told by the signal here, as it is on a terminal; the command must end all the same."""
    call = [sys.executable, "-m", "ghirbal", "clean", str(archive), "-o", str(tmp_path / "out"), "--engine", "spark"]
    quick = {
        **os.environ,
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    process = subprocess.Popen(call, env=quick, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    deadline = time.monotonic() + 60
    while process.poll() is None and not (tmp_path / "out").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "ghirbal: error: stopped; the same command goes on where it stopped\n" in said
    assert "Traceback" not in said


def test_errors_are_one_sentence(session, archive, tmp_path):
    with pytest.raises(UsageError, match=r"no row of a\.jsonl has the field .body."):
        spark.run(session, [archive], tmp_path / "out", options=Options(text="body"))
    with pytest.raises(UsageError, match="--index is for one machine"):
        spark.run(session, [archive], tmp_path / "out", options=Options(index=str(tmp_path / "index")))
    (archive / "z.txt").symlink_to("/nowhere")
    with pytest.raises(InputError):
        spark.run(session, [archive / "z.txt"], tmp_path / "out")


def on_spark(session, folder, texts, rule):
    """What Spark finds among texts in order of preference, as `dedup` tells it."""
    sketches = spark_sketch(sketch_batch(texts, rule), rule)
    rows = pl.DataFrame({"part": pl.Series([0] * len(texts), dtype=pl.Int64)}).with_columns(
        pl.int_range(pl.len()).alias("position"), pl.int_range(pl.len()).alias("key_0")
    )
    folder.mkdir()
    rows.hstack(sketches).write_parquet(folder / "rows.parquet")
    work = Workspace(session, folder)
    frame = session.read.parquet((folder / "rows.parquet").as_uri())
    schema = pl.Schema({"part": pl.Int64(), "position": pl.Int64(), **SKETCH})
    numbered = ranked(work, frame, [False], schema, "numbered")
    told = find_on_spark(work, numbered, lambda places: texts.gather(places["position"]), rule, "texts")
    table = pl.DataFrame(pl.from_arrow(told.toArrow())).sort("rank").with_row_index("at")
    held = dict(table.filter(pl.col("held").is_not_null()).select("at", "held").iter_rows())
    columns = (
        table[name].fill_null(-1 if name == "survivor" else 0).to_numpy()
        for name in ("survivor", "shared", "own", "other")
    )
    return found(*columns, table["named"].to_numpy(), held=held)


ADAPTIVE = {
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "2k",
    "spark.sql.adaptive.coalescePartitions.minPartitionSize": "1k",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.shuffle.partitions": "20",
}


def test_ranks_are_those_of_the_sorted_rows_whatever_tasks_spark_makes_of_them(session, tmp_path):
    chance = random.Random(2)  # noqa: S311 (a test wants the same rows each time)
    rows = [
        (chance.randrange(4) << 20, place, chance.choice([None, 1, 2, chance.randrange(1000)])) for place in range(3000)
    ]
    schema = pl.Schema({"part": pl.Int64(), "position": pl.Int64()})
    table = pl.DataFrame(rows, schema={**schema, "key_0": pl.Int64()}, orient="row")
    table.write_parquet(tmp_path / "rows.parquet")
    adaptive = session.newSession()
    for name, value in ADAPTIVE.items():
        adaptive.conf.set(name, value)
    frame = adaptive.read.parquet((tmp_path / "rows.parquet").as_uri()).repartition(5)
    numbered = ranked(Workspace(adaptive, tmp_path / "work"), frame, [True], schema, "numbered")
    found = pl.DataFrame(pl.from_arrow(numbered.toArrow())).sort("rank")
    assert len(list((tmp_path / "work" / "numbered").glob("part-*"))) > 2
    by_hand = table.sort("key_0", "part", "position", descending=[True, False, False], nulls_last=True)
    assert_frame_equal(found.drop("rank"), by_hand.drop("key_0"))
    assert found["rank"].to_list() == list(range(3000))


def bulletins(count, *, same):
    """Bulletins of one form; all but every tenth differ in one word only where they are `same`."""
    chance = random.Random(count)  # noqa: S311 (a test wants the same texts each time)
    form = [f"word{number}" for number in range(60)]
    texts = []
    for number in range(count):
        words = [*form]
        changed = 1 if same and number % 10 else 14
        for place in chance.sample(range(60), changed):
            words[place] = f"other{chance.randrange(10**6)}"
        texts.append(" ".join(words))
    return pl.Series("text", texts)


@pytest.mark.parametrize("same", [True, False], ids=["copies", "filled forms"])
def test_a_large_bucket_is_never_one_task(session, tmp_path, monkeypatch, same):
    monkeypatch.setattr(clusters, "LARGE", 40)
    monkeypatch.setattr(verifying, "BLOCK", 64)
    monkeypatch.setattr(verifying, "PAIRS", 1000)
    texts, rule = bulletins(150, same=same), Rule(words=2, threshold=0.5, template_guard=False)
    expected = find_duplicates(
        sketch_batch(texts, rule),
        pl.int_range(len(texts), eager=True).to_numpy(),
        lambda rows: iter([texts.gather(rows)]),
        rule,
    )
    assert_frame_equal(on_spark(session, tmp_path / "work", texts, rule), expected)


def test_pairs_of_a_block_are_handed_on_as_they_are_found():
    own = {name: verifying.SETS[name] for name in ("rank", "hashes")}
    copies = pl.DataFrame({"rank": range(80), "hashes": [[1, 2, 3]] * 80}, schema=own)
    beside = copies.with_columns(first=pl.col("rank") < 30, low=pl.lit(0), high=pl.lit(1))
    pieces = list(verifying._verify_cell(Rule(), 100, beside))
    assert sum(piece.height for piece in pieces) == 30 * 50
    assert max(piece.height for piece in pieces) == 100
    alone = copies.with_columns(first=pl.lit(value=True), low=pl.lit(0), high=pl.lit(0))
    pairs = pl.concat(verifying._verify_cell(Rule(), 100, alone))
    assert pairs.select("before", "after").is_unique().all()
    assert pairs.filter(pl.col("before") < pl.col("after")).height == pairs.height == 80 * 79 // 2


def test_a_chain_longer_than_the_rounds_ends_in_one_task(session, tmp_path, monkeypatch):
    monkeypatch.setattr(clusters, "ROUNDS", 2)
    monkeypatch.setattr(clusters, "LITTLE", 0)
    words = [f"w{number}" for number in range(300)]
    texts = pl.Series("text", [" ".join(words[start : start + 60]) for start in range(0, 240, 10)])
    rule = Rule(words=2, threshold=0.6)
    expected = find_duplicates(
        sketch_batch(texts, rule),
        pl.int_range(len(texts), eager=True).to_numpy(),
        lambda rows: iter([texts.gather(rows)]),
        rule,
    )
    assert_frame_equal(on_spark(session, tmp_path / "work", texts, rule), expected)
    monkeypatch.setattr(clusters, "LEFT", 1)
    chain = session.createDataFrame([(link, link + 1) for link in range(20)], "before long, after long")
    with pytest.raises(GhirbalError, match="undecided after 2 rounds"):
        clusters._settled(Workspace(session, tmp_path), chain, "chain")


def test_real_articles(session, evaluation, tmp_path):
    pl.scan_parquet(evaluation / "saudi_news.parquet").head(150).collect().write_parquet(
        tmp_path / "news.parquet", row_group_size=50
    )
    local.run([tmp_path / "news.parquet"], tmp_path / "local")
    job(session, "run", [tmp_path / "news.parquet"], tmp_path / "spark", unit_bytes=120_000)
    assert_same(tmp_path / "local", tmp_path / "spark")


@pytest.fixture
def two_machines(session):
    """Two executors on the Java machine that runs already, which has one session at a time: for the last test."""
    session.stop()
    with session_on("local-cluster[2,1,1024]") as made:
        made.sparkContext.setLogLevel("OFF")  # it tells at length of an executor that was lost
        yield made


def test_a_lost_executor_changes_nothing(two_machines, archive, tmp_path):
    options = Options(paragraphs="off")
    lost = []

    def lose_one():
        while not any(tmp_path.glob("spark/.work/*/articles-members/_SUCCESS")):
            time.sleep(0.05)
        lost.append(executors()[0])
        os.kill(lost[0], signal.SIGKILL)

    local.dedup([archive], tmp_path / "local", options=options)
    Thread(target=lose_one, daemon=True).start()
    job(two_machines, "dedup", [archive], tmp_path / "spark", options=options, unit_bytes=3000)
    assert lost
    assert lost[0] not in executors()
    assert_same(tmp_path / "local", tmp_path / "spark")
