"""Input of which no row has the field `text`: wrong usage, told before anything is written."""

import gzip
import json
from io import BytesIO, StringIO

import polars as pl
import pytest

from ghirbal.command import main
from ghirbal.errors import UsageError
from ghirbal.inputs import find_inputs
from ghirbal.readers import Fields, Reading
from ghirbal.readers.presence import check_text_field
from ghirbal.stream import clean_stream

ROWS = [{"id": f"r{number}", "body": "Rain fell on the city all day.", "views": number} for number in range(3)]
SENTENCE = "has the field 'text'; it has body, id, views: name the one that holds the text, as in --text body"


def jsonl(path, rows=ROWS):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def csv(path):
    pl.DataFrame(ROWS).write_csv(path)
    return path


def parquet(path):
    pl.DataFrame(ROWS).write_parquet(path)
    return path


def packed(path):
    path.write_bytes(gzip.compress(jsonl(path.with_name("b.jsonl")).read_bytes()))
    path.with_name("b.jsonl").unlink()
    return path


MADE = {"a.jsonl": jsonl, "a.csv": csv, "a.parquet": parquet, "a.jsonl.gz": packed}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("command", ["run", "clean", "dedup", "check", "fix"])
def test_it_is_wrong_usage(command, name, tmp_path, capsys):
    file = MADE[name](tmp_path / name)
    before = file.read_bytes()
    out = tmp_path / "out"
    arguments = [command, str(file), *(["-o", str(out)] if command in ("run", "clean", "dedup") else [])]
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.err == f"ghirbal: error: no row of {name} {SENTENCE}\n"
    assert said.out == ""
    assert file.read_bytes() == before
    assert not out.exists() or not any(out.iterdir())


@pytest.mark.parametrize("command", ["run IN -o OUT --dry-run", "sites IN -o OUT"])
def test_so_say_those_who_only_read(command, tmp_path, capsys):
    jsonl(tmp_path / "in" / "a.jsonl")
    places = {"IN": str(tmp_path / "in"), "OUT": str(tmp_path / "out")}
    assert main([places.get(word, word) for word in command.split()]) == 2
    assert SENTENCE in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_stream_says_it_at_its_end(tmp_path):
    written, complaints = BytesIO(), StringIO()
    with pytest.raises(UsageError, match="no row of the input has the field 'text'; it has body, id, views: name"):
        clean_stream(find_inputs([jsonl(tmp_path / "a.jsonl")])[0], written, complaints)
    assert complaints.getvalue().count("\n") == 3
    assert not written.getvalue()
    assert (
        clean_stream(find_inputs([jsonl(tmp_path / "a.jsonl", [*ROWS, {"text": None}])])[0], written, complaints) == 4
    )


def test_a_header_with_other_separators_is_told_as_that(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("id;text\n1;Rain fell.\n")
    assert main(["run", str(tmp_path / "a.csv"), "-o", str(tmp_path / "out")]) == 2
    said = "a.csv has one column, 'id;text': .csv is read with commas and .tsv with tabs between the columns\n"
    assert capsys.readouterr().err.endswith(said)


def test_several_files_are_counted(tmp_path):
    for name in ("a", "b", "c"):
        jsonl(tmp_path / f"{name}.jsonl")
    with pytest.raises(
        UsageError, match=r"^no row of a\.jsonl or of the 2 files after it has the field 'text'; it has"
    ):
        check_text_field(find_inputs([tmp_path]), Reading())


@pytest.mark.parametrize(
    "last",
    [
        pytest.param({"text": "Rain fell."}, id="a text"),
        pytest.param({"text": None}, id="a null"),
        pytest.param({"text": 5}, id="another type"),
    ],
)
@pytest.mark.parametrize("files", [1, 3])
def test_one_row_with_the_field_is_enough_wherever_it_stands(last, files, tmp_path, capsys):
    """It may be in the last of several files that share a batch, or in the same file."""
    for number in range(files - 1):
        jsonl(tmp_path / "in" / f"{number}.jsonl")
    jsonl(tmp_path / "in" / "last.jsonl", [*ROWS, last])
    assert main(["run", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 0
    survivors = int(isinstance(last["text"], str))
    assert f"{3 * files + 1} rows in = {survivors} survivor" in capsys.readouterr().out


def test_a_row_far_behind_the_first_batch_is_enough(tmp_path):
    file = jsonl(tmp_path / "a.jsonl", [*ROWS * 2000, {"text": "Rain fell."}])
    check_text_field(find_inputs([file]), Reading(batch_bytes=1000))


@pytest.mark.parametrize("content", ["", "\n", "{broken\n", "[1]\n"])
def test_input_without_any_field_is_legal(content, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(content)
    assert main(["run", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 0


def test_a_text_file_has_no_fields(tmp_path):
    (tmp_path / "a.txt").write_text("Rain fell.")
    jsonl(tmp_path / "b.jsonl")
    check_text_field(find_inputs([tmp_path / "a.txt"]), Reading())
    check_text_field(find_inputs([tmp_path]), Reading())


def test_a_named_field_is_looked_for_by_the_reader(tmp_path):
    check_text_field(find_inputs([jsonl(tmp_path / "a.jsonl")]), Reading(fields=Fields(text="title")))


def test_without_a_usual_name_the_option_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"it has x, y: name the one that holds the text, as in --text NAME$"):
        check_text_field(find_inputs([jsonl(tmp_path / "a.jsonl", [{"y": 1, "x": "a"}])]), Reading())


def test_a_row_may_be_ignored_by_the_check(tmp_path, capsys):
    file = jsonl(tmp_path / "a.jsonl")
    assert main(["check", "--ignore", "GH902", str(file)]) == 0
    assert capsys.readouterr().err == ""
