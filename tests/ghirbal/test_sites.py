"""Tables of site lines: learned from files, added, kept, refused, and used by the commands."""

import json
import subprocess
import sys

import polars as pl
import pytest

from cleaners import NEWS, SITE_LINES, merge_site_lines, site_lines
from ghirbal import Options, UsageError, cleaning, sites_job
from ghirbal.command import main
from ghirbal.job import clean, run
from ghirbal.sites import read_sites, write_sites

FOOT = "The Harbour Ledger"
PROSE = "The harbour office said that ship number {n} reached pier {m} after a long and stormy passage."


def pages(first, last, site="ledger.example"):
    return [
        {"url": f"https://{site}/{n}", "text": f"{PROSE.format(n=7 * n, m=n)}\n{PROSE.format(n=n, m=5 * n)}\n{FOOT}"}
        for n in range(first, last)
    ]


def write_jsonl(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def archive(tmp_path):
    write_jsonl(tmp_path / "in" / "a.jsonl", pages(0, 18))
    write_jsonl(tmp_path / "in" / "b.jsonl", pages(18, 30) + pages(0, 8, "small.example"))
    return tmp_path / "in"


def texts(out):
    return pl.read_parquet(out / "documents" / "*.parquet")["text"]


def footed(out):
    """How many documents of a result have the line still."""
    return int(texts(out).str.ends_with(FOOT).sum())


def test_the_table_is_that_of_the_library_whatever_the_files_and_their_copies(archive, tmp_path, capsys):
    write_jsonl(archive / "copy.jsonl", pages(3, 9))
    assert main(["sites", str(archive), "-o", str(tmp_path / "deep" / "t.parquet")]) == 0
    told = capsys.readouterr().out
    rows = [*pages(0, 30), *pages(0, 8, "small.example")]
    docs = pl.DataFrame(rows).with_columns(site=pl.col("url").str.extract("//([^/]+)/"))
    table = read_sites(tmp_path / "deep" / "t.parquet")
    assert table.equals(site_lines(docs, NEWS))
    assert f"{table.height - 2} lines of 2 sites" in told
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["t.parquet"]


def test_days_add_up(archive, tmp_path):
    parts = [tmp_path / "a.parquet", tmp_path / "ab.parquet", tmp_path / "whole.parquet"]
    assert main(["sites", str(archive / "a.jsonl"), "-o", str(parts[0])]) == 0
    assert main(["sites", str(archive / "b.jsonl"), "--sites", str(parts[0]), "-o", str(parts[1])]) == 0
    assert main(["sites", str(archive), "-o", str(parts[2])]) == 0
    assert read_sites(parts[1]).equals(read_sites(parts[2]))


def test_a_job_learns_from_its_own_input_and_says_so(archive, tmp_path):
    clean([archive], tmp_path / "out")
    told = json.loads((tmp_path / "out" / "run.json").read_bytes())["sites"]
    assert (told["from"], told["sites"]) == ("learned from the input", 1)
    assert footed(tmp_path / "out") == 8, "only the pages of the site with few texts keep the line"
    assert not (tmp_path / "out" / ".work").exists()


def test_run_learns_too_and_small_batches_change_nothing(archive, tmp_path):
    run([archive], tmp_path / "one")
    run([archive], tmp_path / "many", options=Options(batch_rows=4))
    assert texts(tmp_path / "one").equals(texts(tmp_path / "many"))
    first, second = ((tmp_path / name / "run.json").read_bytes() for name in ("one", "many"))
    assert first == second


def test_a_small_input_is_read_once_and_a_larger_one_gives_the_same(archive, tmp_path, monkeypatch, contents):
    options = Options(batch_rows=7)
    with monkeypatch.context() as once:
        once.setattr(cleaning, "read", None)
        run([archive], tmp_path / "held", options=options)
    monkeypatch.setattr(sites_job, "HELD", 5_000)
    run([archive], tmp_path / "read", options=options)
    assert contents(tmp_path / "held") == contents(tmp_path / "read")


def test_a_given_table_is_used_instead_and_is_part_of_the_job(archive, tmp_path):
    table = tmp_path / "t.parquet"
    main(["sites", str(archive), "-o", str(table)])
    few = write_jsonl(tmp_path / "few.jsonl", pages(40, 43))
    out = tmp_path / "out"
    assert main(["clean", str(few), "-o", str(out), "--sites", str(table)]) == 0
    assert footed(out) == 0
    assert json.loads((out / "run.json").read_bytes())["job"]["sites"]["sites"] == 2
    write_sites(table, merge_site_lines(read_sites(table), read_sites(table)))
    assert main(["clean", str(few), "-o", str(out), "--sites", str(table)]) == 2, "another table is another job"


def test_a_recipe_without_site_lines_learns_nothing(archive, tmp_path):
    clean([archive], tmp_path / "out", options=Options(recipe="encoding"))
    assert "sites" not in json.loads((tmp_path / "out" / "run.json").read_bytes())
    assert footed(tmp_path / "out") == 38


def test_cleaning_the_result_with_the_same_table_changes_nothing(archive, tmp_path):
    table = tmp_path / "t.parquet"
    main(["sites", str(archive), "-o", str(table)])
    options = Options(sites=str(table))
    clean([archive], tmp_path / "once", options=options)
    clean([tmp_path / "once" / "documents"], tmp_path / "twice", options=options)
    assert texts(tmp_path / "twice").equals(texts(tmp_path / "once"))


def test_stdin_knows_the_table_alone(archive, tmp_path):
    table = tmp_path / "t.parquet"
    main(["sites", str(archive), "-o", str(table)])
    rows = "".join(json.dumps(row) + "\n" for row in pages(0, 25))
    for more, stays in (([], 25), (["--sites", str(table)], 0)):
        command = [sys.executable, "-m", "ghirbal", "clean", "-", *more]
        made = subprocess.run(command, input=rows, capture_output=True, text=True, check=True).stdout
        assert sum(json.loads(line)["text"].endswith(FOOT) for line in made.splitlines()) == stays


def test_what_is_no_table_is_refused_in_one_sentence(tmp_path):
    wrong = tmp_path / "wrong.parquet"
    SITE_LINES.to_frame().write_parquet(wrong)
    with pytest.raises(UsageError, match="is no table of site lines"):
        read_sites(wrong)
    wrong.write_bytes(b"not parquet at all")
    with pytest.raises(UsageError, match="is no table of site lines"):
        read_sites(wrong)
    SITE_LINES.to_frame().write_parquet(wrong, metadata={"ghirbal.site_lines": "99"})
    with pytest.raises(UsageError, match="of version 99"):
        read_sites(wrong)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sites", "in"], "-o TABLE"),
        (["sites", "in", "-o", "in"], "is one file"),
        (["sites", "in", "-o", "t.csv"], "a table of site lines is Parquet, which t.csv does not say"),
        (["clean", "in", "-o", "out", "--sites", "no.parquet"], "lines no.parquet: No such file or directory\n"),
    ],
)
def test_wrong_usage_is_one_sentence(archive, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(archive.parent)
    assert main(arguments) == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1


def test_rows_that_cannot_be_read_do_not_count_and_are_told(archive, tmp_path, capsys):
    with (archive / "a.jsonl").open("a") as lines:
        lines.write("{broken\n")
    call = ["sites", str(archive), "-o", str(tmp_path / "t.parquet")]
    assert main(call) == 0
    assert "1 row could not be read and did not count" in capsys.readouterr().err
    assert main([*call, "--strict"]) == 1


OWN = """
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from cleaners import marks


@dataclass(frozen=True)
class DropFrequent:
    safety: ClassVar = "chrome"
    reads_sites: ClassVar = True

    def mark(self, page):
        return marks(page.filter(pl.col("site_count") >= 5), self, reason="frequent", evidence="proved")


RECIPE = (DropFrequent(),)
"""


def test_a_cleaner_of_ones_own_that_reads_site_lines_is_given_them(archive, tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    clean([archive], tmp_path / "out", options=Options(recipe=str(tmp_path / "own.py")))
    assert footed(tmp_path / "out") == 0, "those of the small site go too: what is enough is for the cleaner to say"
    (tmp_path / "own.py").write_text(OWN.replace("reads_sites: ClassVar = True", ""))
    clean([archive], tmp_path / "2", options=Options(recipe=str(tmp_path / "own.py")))
    assert footed(tmp_path / "2") == 38
