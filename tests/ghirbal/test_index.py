"""An index gives batches in order of preference the decisions of one batch, and outlives kills."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dedup import Rule
from dedup.index import pins
from ghirbal import index_stage
from ghirbal.command import main
from ghirbal.errors import UsageError
from ghirbal.index import MOST_SEGMENTS, open_index, pinned
from ghirbal.job import clean, dedup, run
from ghirbal.options import Options


def table(out, name):
    return pl.read_parquet(out / name / "*.parquet")


def decided(*outs):
    """Decisions and paragraphs of several results, told by id, without what depends on the file that held a row."""
    decisions = pl.concat([table(out, "decisions") for out in outs]).drop(
        "file", "row", "survivor_file", "survivor_row"
    )
    # One batch says "survivor" of what later ones go for; the first of several cannot know.
    kept = pl.col("kept") & (pl.col("reason") == "survivor")
    decisions = decisions.with_columns(reason=pl.when(kept).then(pl.lit("unique")).otherwise("reason"))
    paragraphs = pl.concat([table(out, "paragraphs") for out in outs])
    paragraphs = paragraphs.drop("file", "row", "survivor_file", "survivor_row")
    return decisions.sort("id"), paragraphs.sort("id", "line")


@pytest.fixture
def batches(tmp_path, rows, write_jsonl):
    """Ninety rows by id, in one file and in nine, with copies across them."""
    made = rows(3, 90)
    for number, row in enumerate(made):
        row["id"] = f"n{number:03}"
    write_jsonl(tmp_path / "whole.jsonl", made)
    return tmp_path, [write_jsonl(tmp_path / f"day{n}.jsonl", made[10 * n : 10 * n + 10]) for n in range(9)]


@pytest.mark.parametrize("job", [run, dedup])
@pytest.mark.parametrize("most", [MOST_SEGMENTS, 2])
def test_batches_in_order_are_one_batch(batches, job, most, monkeypatch):
    folder, days = batches
    monkeypatch.setattr("ghirbal.index.MOST_SEGMENTS", most)
    options = {"prefer": ("id",), "paragraph_words": 20}
    job([folder / "whole.jsonl"], folder / "one", options=Options(**options))
    outs = [folder / f"out{n}" for n in range(len(days))]
    for day, out in zip(days, outs, strict=True):
        job([day], out, options=Options(**options, index=str(folder / "index")))
    for several, one in zip(decided(*outs), decided(folder / "one"), strict=True):
        assert_frame_equal(several, one)
    texts = pl.concat([table(out, "documents").select("id", "text") for out in outs])
    assert texts.equals(table(folder / "one", "documents").select("id", "text"))
    decisions, paragraphs = (pl.concat([table(out, name) for out in outs]) for name in ("decisions", "paragraphs"))
    across = decisions.filter(pl.col("survivor_file") != pl.col("file"))
    assert across.height > 5
    assert paragraphs.filter(pl.col("survivor_file") != pl.col("file")).height > 3
    places = {(file, row): id_ for file, row, id_ in decisions.select("file", "row", "id").iter_rows()}
    for found in (across, paragraphs):
        named = found.select("survivor_file", "survivor_row", "survivor").rows()
        assert all(places[file, row] == id_ for file, row, id_ in named)
    segments = json.loads((folder / "index" / "index.json").read_bytes())["segments"]
    assert len(segments) == min(len(days), most + 1)
    assert {path.name for path in (folder / "index").iterdir()} == {"index.json", *(s["folder"] for s in segments)}


@pytest.mark.parametrize("size", [400])
def test_news_in_batches(evaluation, tmp_path, size):
    """Real articles, the default rule: five appends decide as one."""
    news = pl.read_parquet(evaluation / "saudi_news.parquet").head(5 * size)
    news = news.with_columns(id=pl.int_range(pl.len()).cast(pl.String).str.zfill(5))
    news.write_parquet(tmp_path / "whole.parquet")
    options = {"prefer": ("id",)}
    dedup([tmp_path / "whole.parquet"], tmp_path / "one", options=Options(**options))
    outs = []
    for number in range(5):
        news.slice(size * number, size).write_parquet(tmp_path / f"day{number}.parquet")
        outs.append(tmp_path / f"out{number}")
        chosen = Options(**options, index=str(tmp_path / "index"))
        dedup([tmp_path / f"day{number}.parquet"], outs[-1], options=chosen)
    for several, one in zip(decided(*outs), decided(tmp_path / "one"), strict=True):
        assert_frame_equal(several, one)
    assert table(tmp_path / "one", "decisions")["kept"].sum() < 5 * size


def test_a_stored_survivor_is_never_displaced(tmp_path, write_jsonl, rows):
    """A later batch that is preferred by date goes for what is stored all the same."""
    late, early = rows(4, 1), rows(4, 1)
    late[0] |= {"date": "2020-01-01", "id": "late"}
    early[0] |= {"date": "2010-01-01", "id": "early"}
    options = Options(index=str(tmp_path / "index"))
    run([write_jsonl(tmp_path / "late.jsonl", late)], tmp_path / "one", options=options)
    run([write_jsonl(tmp_path / "early.jsonl", early)], tmp_path / "two", options=options)
    row = table(tmp_path / "two", "decisions").row(0, named=True)
    assert (row["id"], row["kept"], row["reason"], row["jaccard"]) == ("early", False, "identical", 1.0)
    assert (row["survivor"], row["survivor_file"], row["survivor_row"]) == ("late", "late.jsonl", 1)


def test_a_dry_run_changes_nothing(batches, contents):
    folder, days = batches
    options = {"index": str(folder / "index")}
    with pytest.raises(UsageError, match="holds no index to look up in"):
        run([days[0]], folder / "dry", options=Options(**options, dry_run=True))
    assert not (folder / "index").exists()
    run([days[0]], folder / "out0", options=Options(**options))
    before = contents(folder / "index")
    run([days[1]], folder / "dry", options=Options(**options, dry_run=True))
    assert contents(folder / "index") == before
    run([days[1]], folder / "out1", options=Options(**options))
    assert contents(folder / "index") != before
    assert table(folder / "dry", "decisions").equals(table(folder / "out1", "decisions"))


def test_a_run_says_what_it_was_compared_with(batches, capsys):
    folder, days = batches
    for number, dry in ((0, []), (1, ["--dry-run"]), (1, [])):
        out = folder / f"out {number} {len(dry)}"
        assert main(["run", str(days[number]), "-o", str(out), "--index", str(folder / "index"), *dry]) == 0
    first, dry, second = (line for line in capsys.readouterr().out.splitlines() if line.startswith("  index "))
    assert first.endswith(" 0 of the removed go for one of 0 articles of 0 earlier batches; this one is stored")
    kept = table(folder / "out 0 0", "decisions")["kept"].sum()
    decisions = table(folder / "out 1 0", "decisions")
    went = decisions.filter(pl.col("survivor_file") == "day0.jsonl").height
    assert went
    compared = f"{went} of the removed go for one of {kept} articles of 1 earlier batch"
    assert dry == f"  index          {compared}; nothing is stored (--dry-run)"
    assert second == f"  index          {compared}; this one is stored"


def test_the_same_batch_again_is_the_same_answer(batches, contents):
    """Repeated into another folder, before and after later batches: told as the first time, appended once."""
    folder, days = batches
    options = Options(index=str(folder / "index"))
    for day in days[:3]:
        run([day], folder / f"out {day.stem}", options=options)
    before = contents(folder / "index")
    run([days[1]], folder / "again", options=options)
    assert contents(folder / "again") == contents(folder / "out day1")
    assert contents(folder / "index") == before
    assert run([days[1]], folder / "again", options=options).already


def test_a_batch_that_was_merged_cannot_come_again(batches, monkeypatch):
    folder, days = batches
    monkeypatch.setattr("ghirbal.index.MOST_SEGMENTS", 1)
    options = Options(index=str(folder / "index"))
    for day in days[:3]:
        run([day], folder / f"out {day.stem}", options=options)
    with pytest.raises(UsageError, match="holds this batch already, merged with later ones"):
        run([days[0]], folder / "again", options=options)


@pytest.mark.parametrize(
    ("changed", "how"),
    [
        ({"shingle": 4}, r"articles with shingles of another length \(\d, not 4\)"),
        ({"threshold": 0.9}, r"articles with another threshold \(0.\d+, not 0.9\)"),
        ({"paragraph_threshold": 0.9}, r"paragraphs with another threshold"),
        ({"paragraph_words": 33}, r"paragraphs with min_words \(\d+, not 33\)"),
        ({"paragraphs": "off"}, "with paragraphs"),
    ],
    ids=str,
)
def test_an_index_of_another_making_is_refused(batches, changed, how, contents):
    folder, days = batches
    run([days[0]], folder / "out0", options=Options(index=str(folder / "index")))
    before = contents(folder / "index")
    with pytest.raises(UsageError, match=f"was made (for )?{how}.*; give the options .*, or begin another index"):
        run([days[1]], folder / "out1", options=Options(index=str(folder / "index"), **changed))
    assert contents(folder / "index") == before


def test_another_folding_is_refused(tmp_path):
    wanted = pinned(Rule(2, 0.5), None, 20)
    stored = {**wanted, "articles": {**pins(Rule(2, 0.5)), "folding": "of Unicode 17"}}
    (tmp_path / "index.json").write_text(json.dumps({"pins": stored, "next": 0, "segments": []}))
    with pytest.raises(UsageError, match=r"another folding of letters \(of Unicode 17, not \w+\)"):
        open_index(tmp_path, wanted, "batch")


@pytest.mark.parametrize(
    ("name", "text", "how"),
    [
        ("notes.txt", "mine", "is not an index: it holds notes.txt and no index.json"),
        ("index.json", "{", "is damaged: the index has to be made again"),
        ("index.json", '{"pins": {"version": 99}}', "is of version 99"),
        (
            "index.json",
            json.dumps({"pins": pinned(Rule(), None, 20), "next": 1, "segments": [{"folder": "segment-00000"}]}),
            "is no longer whole: segment-00000 is missing",
        ),
    ],
)
def test_what_is_no_index_is_left_alone(tmp_path, name, text, how):
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=how):
        open_index(tmp_path, pinned(Rule(), None, 20), "batch")
    assert (tmp_path / name).read_text() == text


def test_wrong_usage(batches, capsys):
    folder, days = batches
    with pytest.raises(UsageError, match="a dry run does nothing"):
        run(["."], "out", options=Options(dry_run=True))
    with pytest.raises(UsageError, match="--index is for run and dedup"):
        clean([days[0]], folder / "out", options=Options(index=str(folder / "index")))
    assert main(["clean", str(days[0]), "-o", str(folder / "out"), "--index", "x"]) == 2
    assert "--index" in capsys.readouterr().err
    with index_stage.held(str(folder / "index"), dry_run=False), pytest.raises(UsageError, match="another ghirbal"):
        run([days[0]], folder / "out", options=Options(index=str(folder / "index")))


def test_an_index_inside_the_input_is_not_read(batches):
    folder, days = batches
    (folder / "archive").mkdir()
    days[0].rename(folder / "archive" / "day0.jsonl")
    options = Options(index=str(folder / "archive" / "index"))
    run([folder / "archive"], folder / "out", options=options)
    assert run([folder / "archive"], folder / "out", options=options).already


@pytest.mark.parametrize("most", [MOST_SEGMENTS, 1])
def test_batches_without_anything_to_keep(batches, write_jsonl, most, monkeypatch):
    folder, days = batches
    monkeypatch.setattr("ghirbal.index.MOST_SEGMENTS", most)
    options = Options(index=str(folder / "index"))
    run([write_jsonl(folder / "none.jsonl", [])], folder / "out none", options=options)
    run([write_jsonl(folder / "empty.jsonl", [{"text": ""}, {"text": " … "}])], folder / "out empty", options=options)
    run([days[0]], folder / "out", options=options)
    assert table(folder / "out", "decisions")["kept"].any()
    run([days[0]], folder / "again", options=Options(index=str(folder / "index"), format="csv"))
    assert not table(folder / "again", "decisions")["kept"].any()


APPEND = """
import sys
from ghirbal.job import run
from ghirbal.options import Options
print("ready", flush=True)
run([sys.argv[1]], sys.argv[2], options=Options(index=sys.argv[3]))
"""


@pytest.mark.parametrize("share", [0.35, 0.6, 0.8, 0.9, 1.0])
def test_a_killed_append_leaves_the_index_as_before(batches, contents, share):
    """SIGKILL at several moments: the index is as before or as after, and the call again ends as if never killed."""
    folder, days = batches
    options = {"index": str(folder / "index")}
    run([days[0]], folder / "out0", options=Options(**options))
    before = (folder / "index" / "index.json").read_bytes()
    expected = folder / "expected"
    shutil.copytree(folder / "index", folder / "copy" / "index")
    began = time.monotonic()
    run([days[1]], expected, options=Options(index=str(folder / "copy" / "index")))
    took = time.monotonic() - began

    arguments = [str(days[1]), str(folder / "out1"), options["index"]]
    process = subprocess.Popen([sys.executable, "-c", APPEND, *arguments], stdout=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(share * took)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    after = (folder / "copy" / "index" / "index.json").read_bytes()
    assert (folder / "index" / "index.json").read_bytes() in (before, after)
    run([days[1]], folder / "out1", options=Options(**options))
    assert contents(folder / "out1") == contents(expected)
    assert contents(folder / "index") == contents(folder / "copy" / "index")


@pytest.mark.parametrize("moment", ["half a segment", "before the manifest", "before the seal"])
def test_killed_at_this_very_moment(batches, contents, moment):
    """The moments that a clock would miss."""
    folder, days = batches
    target = {
        "half a segment": ("ghirbal.index_segments", "write_beside", 3),
        "before the manifest": ("ghirbal.index", "_commit", 0),
        "before the seal": ("ghirbal.job", "seal", 0),
    }[moment]
    run([days[0]], folder / "out0", options=Options(index=str(folder / "index")))
    shutil.copytree(folder / "index", folder / "copy")
    run([days[1]], folder / "expected", options=Options(index=str(folder / "copy")))
    before = (folder / "index" / "index.json").read_bytes()
    module, name, calls = target
    module = "ghirbal.writers" if name == "write_beside" else module
    patch = f"""
import importlib, os, signal
module = importlib.import_module({module!r})
true, calls = module.{name}, []
def die(*a, **k):
    calls.append(1)
    if len(calls) > {calls} and ({name!r} != "write_beside" or "segment-" in str(a[0])):
        os.kill(os.getpid(), signal.SIGKILL)
    return true(*a, **k)
module.{name} = die
"""
    arguments = [str(days[1]), str(folder / "out1"), str(folder / "index")]
    killed = subprocess.run([sys.executable, "-c", patch + APPEND, *arguments], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert ((folder / "index" / "index.json").read_bytes() == before) == (moment != "before the seal")
    run([days[1]], folder / "out1", options=Options(index=str(folder / "index")))
    assert contents(folder / "out1") == contents(folder / "expected")
    assert contents(folder / "index") == contents(folder / "copy")


@pytest.mark.parametrize("table", ["documents", "keys", "paragraphs", "paragraph_keys"])
@pytest.mark.parametrize("harm", ["missing", "cut short"])
def test_a_damaged_index_is_refused(batches, capsys, table, harm):
    folder, days = batches
    run([days[0]], folder / "out0", options=Options(index=str(folder / "index")))
    file = folder / "index" / "segment-00000" / table / "part-00000.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    if harm == "missing":
        file.unlink()
    assert main(["run", str(days[1]), "-o", str(folder / "out1"), "--index", str(folder / "index")]) == 2
    assert "files of segment-00000 are damaged or missing" in capsys.readouterr().err
