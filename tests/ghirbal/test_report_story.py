"""The story of one document: what was edited and why, what stands for it, and how the two differ."""

import shutil

import polars as pl
import pytest

from ghirbal.command import main
from ghirbal.errors import GhirbalError
from ghirbal.job import run
from ghirbal.options import Options
from ghirbal.story import tell_story


@pytest.fixture
def out(archive, tmp_path):
    run([archive], tmp_path / "out")
    return tmp_path / "out"


def removed(out, reason="near-duplicate"):
    decisions = pl.read_parquet(out / "decisions" / "*.parquet")
    return decisions.filter(pl.col("reason") == reason).row(0, named=True)


def test_removed_article_names_its_survivor_and_the_difference(out):
    row = removed(out)
    told = tell_story(out, f"{row['file']}#{row['row']}")
    assert told.startswith(f"{row['file']} row {row['row']} (id {row['id']}): removed, near-duplicate\n")
    assert f"{row['survivor_file']} row {row['survivor_row']} (id {row['survivor']}) stands for it" in told
    assert f"similarity {row['jaccard']:.3f}" in told
    assert "[-" in told
    assert "{+" in told


def test_difference_is_of_the_texts_as_they_were_compared(tmp_path, write_jsonl):
    body = [" ".join(f"{name}{at}" for at in range(40)) for name in ("one", "two", "three")]
    shared = " ".join(f"shared{at}" for at in range(40))
    rows = [
        {"id": "a", "date": "2020-01-01", "text": f"{shared}\n\nShare this article"},
        {"id": "b", "date": "2020-01-02", "text": "\n\n".join([*body, shared])},
        {"id": "c", "date": "2020-01-03", "text": "\n\n".join([*body, shared]).replace("two7", "changed")},
    ]
    rows[0]["text"] = "\n\n".join([shared, " ".join(f"other{at}" for at in range(90))])
    run([write_jsonl(tmp_path / "a.jsonl", rows)], tmp_path / "out")
    told = tell_story(tmp_path / "out", "c")
    assert "[-changed-] {+two7+}" in told
    assert told.count("[-") == 2
    assert "paragraph in line 7 stands in" in tell_story(tmp_path / "out", "b")


def test_survivor_names_those_it_stands_for(out):
    row = removed(out)
    told = tell_story(out, f"{row['survivor_file']}#{row['survivor_row']}")
    assert "kept, survivor" in told
    assert f"{row['file']} row {row['row']} (id {row['id']}), near-duplicate" in told
    assert "DropStockPhrases (share)" in told
    assert '- "\\nShare this article"' in told


def test_input_that_moved_is_asked_for(out, archive, tmp_path):
    row = removed(out)
    name = f"{row['file']}#{row['row']}"
    told = tell_story(out, name)
    shutil.move(archive, tmp_path / "moved")
    assert "--input INPUT" in tell_story(out, name)
    assert tell_story(out, name, inputs=[tmp_path / "moved"]) == told
    (tmp_path / "moved" / row["file"]).write_text('{"text": "changed since"}\n')
    assert "--input INPUT" in tell_story(out, name, inputs=[tmp_path / "moved"])


def test_rows_of_one_id_are_all_told(out):
    assert tell_story(out, "n3").count(" (id n3): ") >= 2


@pytest.mark.parametrize("redact", [False, True])
def test_private_and_hostile_text_is_masked(seeds, tmp_path, redact):
    made = tmp_path / "in"
    shutil.copytree(seeds, made)
    (made / "x.txt").write_text("A body that is long enough.\u202e\x1b[2J evil\n\nShare this article\n")
    run([made], tmp_path / "out", options=Options(redact=redact))
    edits = pl.read_parquet(tmp_path / "out" / "edits" / "*.parquet")
    blobs = edits.filter(pl.col("cleaner").list.contains("DropTrackingBlob"))
    assert blobs.height
    for id_ in [*blobs["id"].unique(), "x.txt"]:
        told = tell_story(tmp_path / "out", id_)
        assert "\x1b" not in told
        assert "\u202e" not in told
        if id_ != "x.txt":
            assert "(private, not shown)" in told
        for blob in blobs["before"]:
            assert not any(len(word) > 15 and word in told for word in blob.split())


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
def test_survivors_are_read_in_every_format(archive, tmp_path, format_):
    for name in ("parquet", format_):
        run([archive], tmp_path / name, options=Options(format=name))
    row = removed(tmp_path / "parquet")
    name = f"{row['file']}#{row['row']}"
    assert tell_story(tmp_path / format_, name) == tell_story(tmp_path / "parquet", name)


def test_unknown_id_is_one_sentence(out, tmp_path, capsys):
    with pytest.raises(GhirbalError, match="no row that was read has the id 'nobody'"):
        tell_story(out, "nobody")
    with pytest.raises(GhirbalError, match="no finished result"):
        tell_story(tmp_path, "x")
    assert main(["report", str(out), "--input", "x"]) == 2
    assert "--id" in capsys.readouterr().err
    assert main(["report", str(out), "--id", "n3"]) == 0
    assert "(id n3)" in capsys.readouterr().out


@pytest.mark.parametrize("same_ids", [False, True])
def test_survivor_of_an_earlier_batch_is_not_looked_up_in_this_one(tmp_path, rows, write_jsonl, same_ids):
    """Both days have a file of the same name, and a row in the survivor's place that went, or stays for others."""
    for day in ("one", "two"):
        (tmp_path / day).mkdir()
    index = str(tmp_path / "index")
    first, later = rows(1, 40), rows(2, 40)
    for at, row in enumerate(later):
        if not same_ids:
            row["id"] = f"m{at}"
        if at % 2:
            row["text"] = first[at - 1]["text"].replace("river", "rivers")
    for day, made in (("one", first), ("two", later)):
        run([write_jsonl(tmp_path / day / "news.jsonl", made)], tmp_path / f"out {day}", options=Options(index=index))
    out = tmp_path / "out two"
    decisions = pl.read_parquet(out / "decisions" / "*.parquet")
    stories = {row: tell_story(out, f"news.jsonl#{row}") for row in decisions["row"]}
    stored = dict(pl.read_parquet(tmp_path / "out one" / "decisions" / "*.parquet").select("row", "id").iter_rows())
    earlier = 0
    for row in decisions.iter_rows(named=True):
        told = stories[row["row"]]
        if row["row"] % 2 == 0:
            assert not row["kept"]
            assert row["survivor"] == stored[row["survivor_row"]]
            # Where ids repeat too, a row that others of its own day went for could be meant.
            assert same_ids or "the survivor is not in this result but in the index" in told
            earlier += 1
        elif row["kept"] and (row["reason"] == "unique" or not same_ids):
            others = [line for line in told.splitlines() if ", similarity " in line]
            assert len(others) == (row["reason"] == "survivor")
    assert earlier == 20


@pytest.mark.parametrize("numbers", [True, False])
def test_a_result_of_which_a_table_is_gone(out, capsys, numbers):
    shutil.rmtree(out / "edits")
    if not numbers:
        (out / "report.json").unlink()
    assert main(["report", str(out), "--id", "n1"]) == 2
    assert "is no longer whole: edits/part-00000.parquet is missing; the job" in capsys.readouterr().err
    assert main(["report", str(out)]) == (0 if numbers else 2)  # what report.json has needs no table
