"""The job on Spark, as the textbook draws it: read → clean → sketch → find articles → find paragraphs → write."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - as everywhere

from ghirbal.accounting import changed, counted, noted
from ghirbal.cleaning import CLEAN
from ghirbal.columns import settle
from ghirbal.evidence import TABLES
from ghirbal.index import digest
from ghirbal.options import Options
from ghirbal.output import Output, claimed, discard_work, finished, seal, unfinished
from ghirbal.plan import Command, Plan, make_plan
from ghirbal.progress import Progress
from ghirbal.quarantine import write_quarantine
from ghirbal.readers import read
from ghirbal.report import build_report
from ghirbal.sites import told as told_sites
from ghirbal.spark import parts as on_parts
from ghirbal.spark import writing
from ghirbal.spark.candidates import ranked
from ghirbal.spark.failures import told_plainly
from ghirbal.spark.finding import find_duplicates
from ghirbal.spark.frames import Workspace, spark_schema
from ghirbal.spark.parts import Parts, article_texts, paragraph_texts
from ghirbal.spark.sites import with_site_lines
from ghirbal.summary import Outcome
from ghirbal.writing import QUARANTINE

Inputs = Sequence[str | Path]
DEFAULT: Final = Options()

_IDENTITY = {"part": pl.Int64(), "position": pl.Int64()}
_PLACED = pl.Schema({**_IDENTITY, **writing.PLACE})


def job(
    session: SparkSession,
    command: Command,
    inputs: Inputs,
    out: str | Path,
    *,
    options: Options = DEFAULT,
    progress: Progress | None = None,
    unit_bytes: int = on_parts.UNIT_BYTES,
) -> Outcome:
    """Do a job of `ghirbal.job` on a session; the answer, and the layout of `out`, are the same."""
    out = Path(out)
    options = replace(options, engine="spark")
    with claimed(out), told_plainly():
        plan = make_plan(command, inputs, out, options)
        done = finished(plan)
        if done is not None:
            discard_work(plan)
            return Outcome(out, done["counts"], tuple(done["notes"]), already=True)
        with unfinished(plan) as output:
            run = _make(session, plan, output, progress or Progress(), unit_bytes)
        return Outcome(out, run["counts"], tuple(run["notes"]), resumed=output.resumed)


def _make(session: SparkSession, plan: Plan, output: Output, progress: Progress, unit_bytes: int) -> dict[str, Any]:
    """Go the whole road; every stage ends in tables below the work folder."""
    work = Workspace(session, _folder(plan, output, unit_bytes))
    parts = Parts(work.folder / "parts")
    _check_fields(plan)
    # What is the first of rows, only one task can tell; it reads no further.
    cut = on_parts.units(plan.files, size=unit_bytes) if plan.reading.limit is None else [plan.files]
    with progress.stage("learn sites"):
        plan = with_site_lines(work, plan, cut)

    with progress.stage("read, clean, sketch") as stage:
        facts = on_parts.clean_units(work, parts, plan, cut)
        output.manifest.note(CLEAN, known={}, facts={"parts": len(facts)})  # so the next call knows what OUT holds
        for _, known in facts:
            stage.advance(rows=known["rows"] + known["rejects"], size=known["size"])
        rows, size = (sum(known[name] for _, known in facts) for name in ("rows", "bytes after"))

    with progress.stage("find articles", rows=rows) as stage:
        places, articles = _articles(work, parts, plan)
        stage.advance(rows=rows, size=size)

    with progress.stage("find paragraphs", rows=rows) as stage:
        paragraphs = _paragraphs(work, parts, plan, places, articles)
        stage.advance(rows=rows, size=size)

    with progress.stage("write", rows=rows) as stage:
        settled = settle(writing.settled_kinds(parts, facts), fields=plan.reading.fields)
        shards = writing.Shards(parts, dict(facts), settled, plan)
        numbered = list(writing.shards_of(facts, size=plan.options.shard_size << 20).items())
        numbers = work.frame(pl.DataFrame(numbered, schema={"part": pl.Int64, "shard": pl.Int64}, orient="row"))
        told = writing.write_shards(
            _decisions(places, articles, numbers), _with_survivors(paragraphs, places, articles, numbers), shards
        )
        rejects = [parts.spill(part).path("rejects", 0, suffix="jsonl") for part, _ in facts]
        write_quarantine(output.out / QUARANTINE, rejects)
        output.manifest.finish("write quarantine", files=[output.out / QUARANTINE])
        for shard, one in enumerate(told):
            output.manifest.note("write", shard, known=one["files"])
        stage.advance(rows=rows, size=size)

    reasons: Counter[str] = sum((Counter(one["reasons"]) for one in told), Counter())
    written: Counter[str] = sum((Counter(one["rows"]) for one in told), Counter())
    run = {
        "job": plan.job,
        "counts": counted(
            [known for _, known in facts],
            dict(sorted(reasons.items())),
            sum(one["removed"] for one in told),
            {name: written[name] for name in ("documents", *TABLES)},
            output,
            plan,
        ),
        "notes": [
            *settled.notes,
            *noted(
                repeated=on_parts.rows_of(places) - on_parts.rows_of(places.select("id").distinct()),
                unreadable=sum(known.get("unreadable dates", 0) for _, known in facts),
            ),
            *changed(plan.files),
        ],
        "private": list(plan.private),
    }
    if plan.table is not None and "sites" not in plan.job:
        run["sites"] = told_sites(plan.table, "learned from the input")
    with progress.stage("report", rows=rows) as stage:
        build_report(output.out, run, rule=plan.rule)
        stage.advance(rows=rows, size=size)
    return seal(output, run, timings=progress.stages)


def _folder(plan: Plan, output: Output, unit_bytes: int) -> Path:
    """Return where the tables of this very job lie: parts that a killed call finished are taken as they are."""
    return output.work.resolve() / f"spark-{digest([plan.begun, unit_bytes])[:12]}"


def _check_fields(plan: Plan) -> None:
    """Look for the named fields in the first file, as a reader of all files does."""
    wanted = set(plan.reading.fields.named().values())
    for batch in read(plan.files[:1], plan.reading) if wanted else ():
        wanted -= set(batch.kinds)
        if not wanted:
            break


def _articles(work: Workspace, parts: Parts, plan: Plan) -> tuple[DataFrame, DataFrame | None]:
    """Return the place of each document, with its rank where there is a rule, and what was found of each rank."""
    if plan.rule is None:
        return on_parts.sketched(work, parts, _PLACED), None
    keys, descending = on_parts.key_schema(plan)
    schema = pl.Schema({**_PLACED, **keys, **on_parts.SKETCH})
    frame = on_parts.sketched(work, parts, schema)
    own = pl.Schema({**_IDENTITY, **on_parts.SKETCH})
    documents = ranked(work, frame.drop("file", "row", "id"), descending, own, "articles")
    found = find_duplicates(work, documents, partial(article_texts, parts), plan.rule, "articles")
    places = documents.select("part", "position", "rank").join(
        frame.select("part", "position", "file", "row", "id"), ["part", "position"]
    )
    return work.keep(places, "places"), found


def _paragraphs(
    work: Workspace, parts: Parts, plan: Plan, places: DataFrame, articles: DataFrame | None
) -> DataFrame | None:
    """Return every paragraph of the articles of which any goes, with what stands for it."""
    if plan.paragraph_rule is None or articles is None:
        return None
    kept = places.join(articles.where("survivor is null").select("rank"), "rank")
    # Kept, because sorting reads it twice: once to see where to cut.
    split = work.keep(on_parts.split_parts(kept, parts, plan.paragraph_rule, plan.paragraph_words), "split")
    own = pl.Schema({name: dtype for name, dtype in on_parts.PARAGRAPHS.items() if name != "key_0"})
    own = pl.Schema({**own, "article": pl.Int64()})
    frame = split.withColumn("article", F.col("key_0"))
    paragraphs = ranked(work, frame, [False, False], own, "paragraphs")
    found = find_duplicates(work, paragraphs, partial(paragraph_texts, parts), plan.paragraph_rule, "paragraphs")
    told = paragraphs.drop(*on_parts.SKETCH, "position").join(found.drop("named", "held"), "rank")
    touched = told.where("survivor is not null").select("article").distinct()
    stands = paragraphs.select(
        *(F.col(name).alias(f"survivor_{name}") for name in ("article", "line")), F.col("rank").alias("survivor")
    )
    return work.keep(told.join(touched, "article", "left_semi").join(stands, "survivor", "left"), "elsewhere")


def _decisions(places: DataFrame, articles: DataFrame | None, shards: DataFrame) -> DataFrame:
    """Name for each document the survivor that stands for it, in one join."""
    placed = places.join(F.broadcast(shards), "part")
    if articles is None:
        types = {field.name: field.dataType for field in spark_schema(writing.DECISIONS)}
        missing = [F.lit(None).cast(types[name]).alias(name) for name in types if name not in placed.columns]
        return placed.select("*", *missing).select(*writing.DECISIONS.names())
    told = placed.select("shard", "part", "position", "rank").join(articles, "rank")
    survivors = _survivors(places, "survivor")
    return told.join(survivors, "survivor", "left").select(*writing.DECISIONS.names())


def _survivors(places: DataFrame, key: str) -> DataFrame:
    return places.select(F.col("rank").alias(key), *(F.col(name).alias(f"survivor_{name}") for name in writing.PLACE))


def _with_survivors(
    paragraphs: DataFrame | None, places: DataFrame, articles: DataFrame | None, shards: DataFrame
) -> DataFrame:
    if paragraphs is None or articles is None:
        return shards.sparkSession.createDataFrame([], spark_schema(writing.PARAGRAPHS))
    placed = paragraphs.join(F.broadcast(shards), "part")
    named = placed.join(_survivors(places, "survivor_article"), "survivor_article", "left")
    return named.select(*writing.PARAGRAPHS.names())
