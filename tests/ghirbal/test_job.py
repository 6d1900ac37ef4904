"""The job on real files: the sum of the rows, the contracts of every table, resuming, and equal bytes."""

import json
import os
import resource
import signal
import subprocess
import sys
import time

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleaners import apply_edits, undo_edits
from cleaners.ledger import EDITS as LEDGER
from dedup import shingle_sets
from ghirbal.command import main
from ghirbal.errors import UsageError
from ghirbal.evidence import TABLES
from ghirbal.finding import find_articles
from ghirbal.job import clean, dedup, run
from ghirbal.options import Options
from ghirbal.output import claimed
from ghirbal.summary import summary


def table(out, name):
    return pl.read_parquet(out / name / "*.parquet")


def originals(archive):
    """Texts of the rows that can be read, by file and row."""
    texts = {}
    for path in sorted(archive.rglob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            try:
                texts[path.relative_to(archive).as_posix(), number] = json.loads(line)["text"]
            except (ValueError, TypeError):
                continue
    return {place: text for place, text in texts.items() if text is not None}


def jaccard(left, right):
    """Exact similarity, worked out in plain Python on the sets of shingles."""
    hashes = shingle_sets(pl.Series([left, right]), words=2)
    one, other = (set(hashes.hashes[hashes.starts[at] : hashes.starts[at + 1]].tolist()) for at in (0, 1))
    return len(one & other) / len(one | other)


@pytest.fixture
def out(archive, tmp_path):
    run([archive], tmp_path / "out")
    return tmp_path / "out"


def test_every_row_is_a_survivor_or_removed_or_quarantined(archive, out):
    decisions, documents = table(out, "decisions"), table(out, "documents")
    quarantined = [json.loads(line) for line in (out / "quarantine.jsonl").read_text().splitlines()]
    assert [(line["file"], line["row"]) for line in quarantined] == [("a.jsonl", row) for row in (4, 5, 6)]
    assert documents.height == decisions["kept"].sum()
    assert decisions.height + len(quarantined) == 79
    assert decisions.select("file", "row").rows() == sorted(originals(archive))
    counts = json.loads((out / "run.json").read_bytes())["counts"]["rows"]
    assert counts == {
        "in": 79,
        "survivors": documents.height,
        "removed": decisions.height - documents.height,
        "quarantined": 3,
    }
    assert counts["removed"] > 10


def test_a_run_says_what_its_search_finds_and_costs(out):
    told = json.loads((out / "run.json").read_bytes())["counts"]["search"]
    assert told["articles"]["found"]["0.5"] >= 0.995
    assert told["articles"]["bytes per text"] == 8 * told["articles"]["bands"]
    assert told["paragraphs"]["found"]["0.7"] >= 0.995
    assert told["articles"]["in vain"] > told["paragraphs"]["in vain"]


def test_every_stage_tells_its_rows_and_megabytes(out):
    timings = json.loads((out / "timings.json").read_bytes())
    for name in ("learn sites", "read, clean, sketch"):
        assert timings[name]["rows"] == 79
    for name in ("find articles", "find paragraphs", "write", "report"):
        assert timings[name]["rows"] == 76
    assert all(stage["MB"] > 0 and stage["rows/s"] > 0 for stage in timings.values())


@pytest.mark.parametrize("job", [run, clean, dedup])
@pytest.mark.parametrize("text", ["", '{"text": "one short text"}\n'])
def test_every_table_has_its_columns_even_when_empty(tmp_path, job, text):
    (tmp_path / "a.jsonl").write_text(text)
    job([tmp_path / "a.jsonl"], tmp_path / "out")
    for name, schema in TABLES.items():
        assert table(tmp_path / "out", name).schema == schema, name
    assert table(tmp_path / "out", "documents").height == bool(text)


def test_documents_hold_the_columns_of_the_input(out):
    documents = table(out, "documents")
    assert documents.schema == {
        "id": pl.String,
        "title": pl.String,
        "date": pl.String,
        "url": pl.String,
        "views": pl.Int64,
        "text": pl.String,
        "site": pl.String,
    }
    assert documents["site"].unique().sort().to_list() == [f"site{n}.example" for n in range(3)]


def test_edits_lead_from_the_original_to_the_result_and_back(archive, out):
    texts = originals(archive)
    places = {place: doc for doc, place in enumerate(texts)}
    edits = table(out, "edits")
    docs = [places[place] for place in edits.select("file", "row").iter_rows()]
    ledger = edits.with_columns(pl.Series("doc", docs, dtype=pl.UInt32)).select(LEDGER.names())
    first = pl.Series(list(texts.values()))
    left = apply_edits(first, ledger)
    assert undo_edits(left, ledger).to_list() == first.to_list()
    decisions = table(out, "decisions")
    assert left.filter(decisions["kept"]).to_list() == table(out, "documents")["text"].to_list()
    for text, line, start, end in zip(first.gather(docs), edits["line"], edits["start"], edits["end"], strict=True):
        assert text.encode()[:start].count(b"\n") + 1 <= line <= text.encode()[:end].count(b"\n") + 1
    assert docs == sorted(docs)
    own = edits.filter(pl.col("cleaner").list.contains("near_duplicate_paragraphs"))
    assert own.select("file", "row", "line").rows() == table(out, "paragraphs").select("file", "row", "line").rows()


def test_removed_articles_resemble_the_survivor_that_is_named(archive, tmp_path):
    clean([archive], tmp_path / "clean")
    run([archive], tmp_path / "out", options=Options(paragraphs="off"))
    decisions = table(tmp_path / "out", "decisions")
    cleaned = pl.concat(
        [table(tmp_path / "clean", "decisions"), table(tmp_path / "clean", "documents")["text"].to_frame()],
        how="horizontal",
    )
    texts = {(file, row): text for file, row, text in cleaned.select("file", "row", "text").iter_rows()}
    kept = {(row["file"], row["row"]) for row in decisions.filter("kept").iter_rows(named=True)}
    removed = list(decisions.filter(~pl.col("kept")).iter_rows(named=True))
    for row in removed:
        survivor = (row["survivor_file"], row["survivor_row"])
        assert survivor in kept
        assert row["cluster"] == row["survivor"]
        exact = jaccard(texts[row["file"], row["row"]], texts[survivor])
        assert exact == pytest.approx(row["jaccard"])
        assert exact >= 0.5
    assert {row["reason"] for row in removed} == {"identical", "near-duplicate"}
    own = decisions.filter("kept")
    assert own["cluster"].to_list() == own["id"].to_list()
    assert own.select("survivor", "survivor_row", "jaccard", "containment").null_count().row(0) == (own.height,) * 4


def test_paragraphs_name_the_line_where_they_stand(archive, out):
    texts = originals(archive)
    paragraphs = table(out, "paragraphs")
    assert paragraphs.height > 3
    for row in paragraphs.iter_rows(named=True):
        own = texts[row["file"], row["row"]].split("\n")
        other = texts[row["survivor_file"], row["survivor_row"]].split("\n")
        assert own[row["line"] - 1] == row["text"]
        assert jaccard(other[row["survivor_line"] - 1], row["text"]) == pytest.approx(row["jaccard"])


def test_paragraphs_are_reported_or_left_alone(archive, out, tmp_path):
    run([archive], tmp_path / "report", options=Options(paragraphs="report"))
    run([archive], tmp_path / "off", options=Options(paragraphs="off"))
    assert_frame_equal(table(tmp_path / "report", "paragraphs"), table(out, "paragraphs"))
    assert_frame_equal(table(tmp_path / "report", "documents"), table(tmp_path / "off", "documents"))
    assert table(tmp_path / "off", "paragraphs").is_empty()
    assert (
        table(out, "documents")["text"].str.len_bytes().sum()
        < table(tmp_path / "off", "documents")["text"].str.len_bytes().sum()
    )


def test_article_that_stands_elsewhere_stays_whole(tmp_path, rows, write_jsonl):
    first, second = (row["text"].split("\n\n")[1] for row in rows(3, 2))
    third = rows(4, 1)[0]["text"].split("\n\n")[1]
    made = [
        {"id": "a", "date": "2015-01-01", "text": f"{first}\n\n{third}"},
        {"id": "b", "date": "2015-01-02", "text": f"{second}\n\n{third} Only here.\n\n{first} {second}"},
        {"id": "c", "date": "2015-01-03", "text": first},
    ]
    path = write_jsonl(tmp_path / "a.jsonl", made)
    run([path], tmp_path / "out", options=Options(recipe="encoding", threshold=0.9))
    decisions = table(tmp_path / "out", "decisions")
    assert decisions["kept"].all()
    assert decisions["reason"].to_list()[2] == "contained"
    assert table(tmp_path / "out", "documents")["text"][2] == first


def test_clean_and_dedup_are_the_halves_of_run(archive, out, tmp_path):
    clean([archive], tmp_path / "clean")
    assert set(table(tmp_path / "clean", "decisions")["reason"]) == {"not-compared"}
    dedup([tmp_path / "clean" / "documents"], tmp_path / "dedup")
    assert_frame_equal(table(tmp_path / "dedup", "documents"), table(out, "documents"))


def test_result_is_settled(archive, out, tmp_path):
    clean([out / "documents"], tmp_path / "clean")
    assert table(tmp_path / "clean", "edits").is_empty()
    run([archive], tmp_path / "off", options=Options(paragraphs="off"))
    dedup([tmp_path / "off" / "documents"], tmp_path / "again", options=Options(paragraphs="off"))
    assert_frame_equal(table(tmp_path / "again", "documents"), table(tmp_path / "off", "documents"))


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
def test_documents_follow_the_format(archive, out, tmp_path, format_):
    run([archive], tmp_path / "other", options=Options(format=format_))
    path = tmp_path / "other" / "documents" / f"part-00000.{format_}"
    read = pl.read_ndjson(path) if format_ == "jsonl" else pl.read_csv(path)
    assert_frame_equal(read, table(out, "documents"))
    assert_frame_equal(table(tmp_path / "other", "edits"), table(out, "edits"))


def test_same_call_makes_the_same_bytes(archive, out, tmp_path, contents):
    run([archive], tmp_path / "again")
    assert contents(tmp_path / "again") == contents(out)
    assert not (out / ".work").exists()


@pytest.mark.parametrize("batch_rows", [4, 17])
def test_batches_change_nothing(archive, out, tmp_path, contents, batch_rows):
    run([archive], tmp_path / "small", options=Options(batch_rows=batch_rows))
    assert contents(tmp_path / "small") == contents(out)


def test_order_of_files_decides_nothing_but_the_order_of_rows(archive, out, tmp_path):
    moved = tmp_path / "moved"
    (moved / "day").mkdir(parents=True)
    (moved / "z.jsonl").write_bytes((archive / "a.jsonl").read_bytes())
    (moved / "day" / "b.jsonl").write_bytes((archive / "day" / "b.jsonl").read_bytes())
    run([moved], tmp_path / "other", options=Options(prefer=("date", "-length", "site", "id")))
    # Rows of both files that share an id cannot be told apart by the order of preference but by their file.
    texts = [table(folder, "documents")["text"].sort() for folder in (out, tmp_path / "other")]
    assert texts[0].to_list() == texts[1].to_list()


def test_finished_result_is_left_as_it_is(archive, out):
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    outcome = run([archive], out)
    assert outcome.already
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_other_input_or_recipe_is_refused_until_overwrite(archive, out, contents, tmp_path):
    with pytest.raises(UsageError, match="with another recipe"):
        run([archive], out, options=Options(recipe="encoding"))
    with pytest.raises(UsageError, match="by another command"):
        clean([archive], out)
    (out / "notes.txt").write_text("mine")
    (archive / "c.jsonl").write_text('{"text": "another text"}\n')
    with pytest.raises(UsageError, match="from other input"):
        run([archive], out)
    assert not run([archive], out, options=Options(overwrite=True)).already
    run([archive], tmp_path / "fresh")
    assert (out / "notes.txt").read_text() == "mine"
    (out / "notes.txt").unlink()
    assert contents(out) == contents(tmp_path / "fresh")


def test_missing_part_is_noticed(archive, out):
    (out / "edits" / "part-00000.parquet").unlink()
    with pytest.raises(UsageError, match=r"edits/part-00000\.parquet is missing"):
        run([archive], out)


def test_damaged_part_is_noticed(archive, out):
    part = out / "documents" / "part-00000.parquet"
    whole = part.read_bytes()
    for damaged in (whole[:-1], whole[:9] + bytes([whole[9] ^ 1]) + whole[10:]):
        part.write_bytes(damaged)
        with pytest.raises(UsageError, match=r"documents/part-00000\.parquet is damaged; --overwrite makes it again"):
            run([archive], out)
    part.write_bytes(whole)
    assert run([archive], out).already


def test_folder_with_other_results_is_not_written_over(archive, tmp_path):
    (tmp_path / "out" / "documents").mkdir(parents=True)
    with pytest.raises(UsageError, match="in the way"):
        run([archive], tmp_path / "out")


def test_second_run_on_one_out_is_refused(archive, tmp_path, capsys):
    with claimed(tmp_path / "out"):
        assert main(["run", str(archive), "-o", str(tmp_path / "out")]) == 2
    assert "another ghirbal is writing" in capsys.readouterr().err
    assert main(["run", str(archive), "-o", str(tmp_path / "out")]) == 0


def test_named_work_folder_is_used_and_left_behind_empty(archive, tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mine").write_text("x")
    run([archive], tmp_path / "out", options=Options(work=str(tmp_path / "work")))
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["mine"]
    run([archive], tmp_path / "two", options=Options(work=str(tmp_path / "own")))
    assert not (tmp_path / "own").exists()


def test_output_below_the_input_is_not_read(archive):
    out = archive / "clean"
    run([archive], out)
    assert run([archive], out).already


def test_repeated_ids_are_told_and_told_apart(archive, tmp_path):
    outcome = run([archive], tmp_path / "out")
    assert any("repeat the id" in note for note in outcome.notes)


def test_redact_masks_what_is_about_a_person(tmp_path, seeds):
    run([seeds], tmp_path / "open")
    run([seeds], tmp_path / "redacted", options=Options(redact=True))
    blobs = {}
    for folder in ("open", "redacted"):
        edits = table(tmp_path / folder, "edits")
        blobs[folder] = edits.filter(pl.col("cleaner").list.contains("DropTrackingBlob"))["before"].to_list()
    assert any("=" in blob for blob in blobs["open"])
    assert blobs["redacted"] == ["[redacted]"] * len(blobs["open"])
    assert_frame_equal(table(tmp_path / "open", "documents"), table(tmp_path / "redacted", "documents"))


KILLED_AT = (5, 18, 30)
"""Lines of the manifest at which the process is killed: in each of the first stages, and in the paragraphs."""


@pytest.mark.parametrize("overwrite", [False, True])
def test_killed_job_goes_on_and_ends_with_the_same_bytes(tmp_path, rows, write_jsonl, contents, overwrite):
    source = write_jsonl(tmp_path / "in" / "a.jsonl", rows(5, 240), bad=True)
    options = ["--batch-rows", "20"]
    assert main(["run", str(source), "-o", str(tmp_path / "whole"), *options]) == 0
    out = tmp_path / "out"
    if overwrite:
        assert main(["clean", str(source), "-o", str(out), *options]) == 0
        options += ["--overwrite"]
    log = out / ".work" / "manifest.jsonl"
    killed = 0
    for lines in KILLED_AT:
        process = subprocess.Popen(
            [sys.executable, "-m", "ghirbal", "run", str(source), "-o", str(out), *options],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if log.exists() and log.read_bytes().count(b"\n") >= lines:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.001)
        killed += process.wait(60) == -signal.SIGKILL
    assert killed >= 2
    outcome = run([source], out, options=Options(batch_rows=20, overwrite=overwrite))
    assert outcome.resumed
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.parametrize("room", [2_000, 30_000])
def test_a_job_that_could_not_write_goes_on(tmp_path, rows, write_jsonl, contents, room):
    """The system refuses to let any file grow beyond `room`, as a full disk does."""
    source = write_jsonl(tmp_path / "in" / "a.jsonl", rows(8, 60))
    call = ["run", str(source), "-o", str(tmp_path / "out"), "--batch-rows", "20"]
    ended = subprocess.run(
        [sys.executable, "-m", "ghirbal", *call],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("ghirbal: error: File too large")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out" / "run.json").exists()
    run([source], tmp_path / "out", options=Options(batch_rows=20))
    run([source], tmp_path / "whole", options=Options(batch_rows=20))
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_damaged_intermediate_file_is_made_again(tmp_path, rows, write_jsonl, contents):
    source = write_jsonl(tmp_path / "in" / "a.jsonl", rows(6, 60))
    run([source], tmp_path / "whole", options=Options(batch_rows=20))
    process = subprocess.Popen(
        [sys.executable, "-m", "ghirbal", "run", str(source), "-o", str(tmp_path / "out"), "--batch-rows", "20"],
        stdout=subprocess.DEVNULL,
    )
    log = tmp_path / "out" / ".work" / "manifest.jsonl"
    while process.poll() is None and not (log.exists() and log.read_bytes().count(b"\n") >= 3):
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)
    for path in (tmp_path / "out" / ".work").glob("rows-*.parquet"):
        path.write_bytes(path.read_bytes()[:-7] + b"damaged")
    run([source], tmp_path / "out", options=Options(batch_rows=20))
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_names_that_are_no_utf8_and_links_end_like_any_other(tmp_path, rows, write_jsonl):
    folder = tmp_path / os.fsdecode(b"from \xff")
    try:
        write_jsonl(folder / "in" / os.fsdecode(b"\xff.jsonl"), rows(1, 3))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    write_jsonl(tmp_path / "elsewhere.jsonl", rows(2, 3))
    (folder / "in" / "day").mkdir()
    (folder / "in" / "day" / "link.jsonl").symlink_to(tmp_path / "elsewhere.jsonl")
    run([folder / "in"], tmp_path / "out")
    assert set(table(tmp_path / "out", "decisions")["file"]) == {"\\xff.jsonl", "day/link.jsonl"}
    stages = json.loads((tmp_path / "out" / "timings.json").read_bytes())
    assert [stage["below"] for stage in stages.values() if "below" in stage] == [[str(folder / "in")]]


def test_input_that_grows_meanwhile_is_told(archive, tmp_path, monkeypatch):
    def while_files_grow(*arguments):
        for path in archive.rglob("*.jsonl"):
            with path.open("a") as grown:
                grown.write('{"text": "one row more"}\n')
        return find_articles(*arguments)

    monkeypatch.setattr("ghirbal.job.find_articles", while_files_grow)
    outcome = run([archive], tmp_path / "out")
    assert outcome.notes[-1].startswith("a.jsonl and 1 more file are no longer as long as when the job began")


def test_articles_inside_longer_ones_go_when_asked(tmp_path):
    story, before, after = (" ".join(f"{name}{n}" for n in range(30)) for name in ("story", "before", "after"))
    rows = [{"id": "wire", "text": story}, {"id": "paper", "text": f"{before}\n{story}\n{after}"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = dedup([tmp_path / "a.jsonl"], tmp_path / "kept").notes
    assert table(tmp_path / "kept", "decisions")["kept"].all()
    assert "a.jsonl row 1 to 100% in a.jsonl row 2; --contained 0.9" in told[0]
    outcome = dedup([tmp_path / "a.jsonl"], tmp_path / "out", options=Options(contained=0.9))
    assert "1 removed: 0 identical and 0 similar to one that stays, 1 inside a longer one" in summary(outcome)
    wire = table(tmp_path / "out", "decisions").row(0, named=True)
    assert (wire["kept"], wire["reason"], wire["survivor"], wire["containment"]) == (False, "contained", "paper", 1.0)
    assert wire["jaccard"] == pytest.approx(29 / 89)
    assert table(tmp_path / "out", "documents")["id"].to_list() == ["paper"]


def test_a_heading_goes_with_its_paragraphs_and_the_report_is_built(tmp_path):
    story, own = (" ".join(f"{name}{n}" for n in range(30)) for name in ("story", "own"))
    rows = [
        {"date": "2024-01-01", "text": f"Title\n{story}\nAn end of its own."},
        {"date": "2024-01-02", "text": f"Other\n{own}\nHeading\n{story}\nNext\nIt stays."},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    dedup([tmp_path / "a.jsonl"], tmp_path / "out")
    assert table(tmp_path / "out", "documents")["text"][1] == f"Other\n{own}\nNext\nIt stays."
    edits = table(tmp_path / "out", "edits")
    assert edits["cleaner"].to_list() == [["orphaned_headings"], ["near_duplicate_paragraphs"]]
    assert edits["line"].to_list() == [3, 4]
    assert (tmp_path / "out" / "report.html").is_file()


def test_the_template_guard_can_be_turned_off(tmp_path):
    form = "The King sent a cable to {0} of {1} on its day. He wished {0} and the people of {1} progress."
    fillings = ("President Idriss Deby", "Chad"), ("Mahamadou Issoufou", "Niger")
    rows = [{"text": form.format(*names)} for names in fillings]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for guard, kept in ((None, 2), (True, 2), (False, 1)):
        options = Options(template_guard=guard, threshold=0.3)
        dedup([tmp_path / "a.jsonl"], tmp_path / str(guard), options=options)
        assert table(tmp_path / str(guard), "decisions")["kept"].sum() == kept
    assert table(tmp_path / "None", "decisions")["reason"].to_list() == ["unique", "template-names"]


@pytest.mark.parametrize("format_", ["parquet", "jsonl", "csv"])
def test_folders_with_the_signs_of_a_pattern_in_their_names(archive, tmp_path, format_):
    folder = tmp_path / "ou[t]*?{1}"
    run([archive], folder / "out", options=Options(format=format_, index=folder / "i[x]", work=folder / "w[o]"))
    run([archive], tmp_path / "plain", options=Options(format=format_, index=tmp_path / "index"))
    part = f"documents/part-00000.{format_}"
    assert (folder / "out" / part).read_bytes() == (tmp_path / "plain" / part).read_bytes()
    assert (folder / "out" / "report.html").read_bytes() == (tmp_path / "plain" / "report.html").read_bytes()
