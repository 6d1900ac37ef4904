"""The command as a user meets it: exit codes, one clear sentence for every mistake, pipes, signals."""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import polars as pl
import pytest

from cleaners import clean_text
from dedup import ARTICLES, PARAGRAPHS
from ghirbal import __version__
from ghirbal.command import COMMANDS, main, parser
from ghirbal.options import Options
from ghirbal.plan import article_rule, paragraph_rule

GHIRBAL = [sys.executable, "-m", "ghirbal"]


def call(*arguments, **more):
    return subprocess.run(
        [*GHIRBAL, *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=120, check=False, **more
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("", "say what to do"),
        ("rum IN -o OUT", "there is no command 'rum'; did you mean 'run'?"),
        ("run", "the following arguments are required: INPUT"),
        ("run IN", "say where the result goes: -o OUT"),
        ("run IN -o OUT --threshhold 0.8", "'--threshhold'; did you mean '--threshold'?"),
        ("run IN -o OUT --threshold high", "'high' is not a number"),
        ("run IN -o OUT --threshold 1.5", "--threshold wants a number above 0 and up to 1, not 1.5"),
        ("run IN -o OUT --shingle 0", "--shingle wants a whole number from 1, not 0"),
        ("run IN -o OUT --paragraphs removed", "did you mean 'remove'?"),
        ("run IN -o OUT --format parqet", "did you mean 'parquet'?"),
        ("run IN -o OUT --prefer date,lenght", "did you mean 'length'?"),
        ("run IN -o OUT --recipe nwes", "did you mean 'news'?"),
        ("run IN -o OUT --recipe missing.toml", "cannot read the recipe missing.toml"),
        ("run IN -o OUT --recipe TOML", "did you mean 'DropTatweel'?"),
        ("run IN -o OUT --text txet", "the nearest is 'text'"),
        ("run IN -o OUT --encoding utf-9", "no encoding is called utf-9"),
        ("run nowhere -o OUT", "no such file or folder: nowhere"),
        ("run 'no*.jsonl' -o OUT", "no file matches"),
        ("run IN -o IN", "the input"),
        ("run IN -o FILE", "is a file, but the result needs a folder"),
        ("dedup IN -o OUT --recipe news", "dedup does not take '--recipe'"),
        ("clean - -o OUT", "goes to stdout"),
        ("report nowhere", "holds no finished result"),
    ],
)
def test_mistakes_are_told_in_one_sentence(arguments, sentence, archive, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    (tmp_path / "recipe.toml").write_text('[[cleaners]]\nname = "DropTatwel"\n')
    places = {
        "IN": archive,
        "OUT": tmp_path / "out",
        "FILE": tmp_path / "file",
        "TOML": tmp_path / "recipe.toml",
    }
    words = [str(places.get(word, word.strip("'"))) for word in arguments.split()]
    assert main(words) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.err.startswith("ghirbal: error: ")
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_done_is_0_and_quarantined_rows_are_1_under_strict(archive, tmp_path, capsys):
    out = ["-o", str(tmp_path / "out")]
    assert main(["run", str(archive), *out]) == 0
    said = capsys.readouterr()
    assert "79 rows in = " in said.out
    assert str(tmp_path / "out" / "report.html") in said.out
    assert "note: " in said.err
    assert main(["run", str(archive), *out, "--strict"]) == 1
    assert "is finished already" in capsys.readouterr().out
    assert main(["dedup", str(tmp_path / "out" / "documents"), "-o", str(tmp_path / "2"), "--strict"]) == 0


def test_module_is_the_same_command():
    said = call("--version")
    assert (said.returncode, said.stdout, said.stderr) == (0, f"ghirbal {__version__}\n", "")


def test_command_runs_quietly_in_a_pipe(seeds, tmp_path):
    said = call("run", seeds, "-o", tmp_path / "out")
    assert said.returncode == 0
    assert said.stderr == ""
    assert said.stdout.startswith("5 rows in = 5 survivors + 0 removed + 0 quarantined")
    assert pl.read_parquet(tmp_path / "out" / "documents" / "*.parquet").height == 5


def test_mistake_leaves_nothing_in_the_way(archive, tmp_path):
    out = ["-o", str(tmp_path / "out")]
    assert main(["run", str(archive), *out, "--text", "txet"]) == 2
    assert main(["run", str(archive), *out]) == 0


def test_fields_can_be_named(tmp_path):
    (tmp_path / "a.csv").write_text("key,body,head\nx,قــال text,\n")
    assert main(["clean", str(tmp_path / "a.csv"), "-o", str(tmp_path / "out"), "--text", "body", "--id", "key"]) == 0
    documents = pl.read_parquet(tmp_path / "out" / "documents" / "*.parquet")
    assert documents.to_dicts() == [{"key": "x", "body": "قال text", "head": ""}]
    assert pl.read_parquet(tmp_path / "out" / "edits" / "*.parquet")["id"].to_list() == ["x"]


def test_stdin_goes_to_stdout_row_by_row(rows):
    made = rows(1, 5)
    lines = [json.dumps({**row, "extra": {"b": [1, None]}}, ensure_ascii=False) for row in made]
    said = call("clean", "-", input="\n".join([*lines[:2], "{broken", *lines[2:]]) + "\n")
    assert said.returncode == 0
    written = [json.loads(line) for line in said.stdout.splitlines()]
    assert written == [
        {**row, "text": clean_text(row["text"], title=row["title"]), "extra": {"b": [1, None]}} for row in made
    ]
    assert list(written[0]) == [*made[0], "extra"]
    assert said.stderr.startswith("ghirbal: row 3 of the input was left out: not JSON")
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize(("text", "code"), [("[1]\n", 1), ('{"text": "a"}\n', 0), ("", 0)])
def test_stdin_is_strict_on_demand(text, code):
    assert call("clean", "-", "--strict", input=text).returncode == code


def test_closed_stdout_ends_quietly():
    process = subprocess.Popen(
        [*GHIRBAL, "clean", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    row = json.dumps({"text": "word " * 10_000}).encode() + b"\n"
    said = _feed(process, row)
    assert process.wait(60) == 141
    assert said == b""
    process.stderr.close()


def _feed(process, row):
    try:
        for _ in range(400):
            process.stdin.write(row)
        process.stdin.close()
    except BrokenPipeError:
        pass
    said = process.stderr.read()
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    return said


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_stopped_job_says_so_and_goes_on_later(tmp_path, rows, write_jsonl, kind, contents):
    source = write_jsonl(tmp_path / "in" / "a.jsonl", rows(7, 200))
    call_ = ["run", str(source), "-o", str(tmp_path / "out"), "--batch-rows", "5"]
    process = subprocess.Popen([*GHIRBAL, *call_], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log = tmp_path / "out" / ".work" / "manifest.jsonl"
    while process.poll() is None and not (log.exists() and log.read_bytes().count(b"\n") >= 3):
        time.sleep(0.001)
    os.kill(process.pid, kind)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + kind
    assert said == "ghirbal: error: stopped; the same command goes on where it stopped\n"
    assert main(call_) == 0
    assert main(["run", str(source), "-o", str(tmp_path / "whole")]) == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_cleaners_are_all_listed(capsys):
    assert main(["cleaners"]) == 0
    said = capsys.readouterr().out
    assert "DropTatweel  (repair)  in recipe encoding, news" in said
    assert "    min_tags: default 3" in said


def test_help_names_every_command_and_loads_nothing_heavy():
    heavy = ("polars", "numba", "numpy", "datasketch", "ftfy", "regex")
    code = (
        "import sys\nfrom ghirbal.command import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"loaded = [name for name in {heavy} if name in sys.modules]\n"
        "assert not loaded, loaded"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert all(f"    {name} " in said.stdout for name in COMMANDS)


def test_every_option_is_a_flag_with_help():
    commands = next(action for action in parser()._actions if action.dest == "command").choices
    flags = {action.dest: action.help for action in commands["run"]._actions}
    for name in Options.__dataclass_fields__:
        assert flags[name], name


def test_options_left_alone_follow_the_rules_of_dedup():
    assert article_rule(Options()) == ARTICLES
    assert paragraph_rule(Options()) == PARAGRAPHS
    assert article_rule(Options(shingle=5, threshold=0.8)).words == 5


def test_full_disk_is_one_sentence(archive, tmp_path):
    """A limit on the size of files stands in for a disk that fills up: both end a write half-way."""
    code = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "from ghirbal.command import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    out = ["run", str(archive), "-o", str(tmp_path / "out")]
    said = subprocess.run([sys.executable, "-c", code, *out], capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert said.stderr == "ghirbal: error: File too large\n"
    assert main(out) == 0


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(28, "No space left on device"), "the disk is full"),
        (RuntimeError("parquet: No space left on device (os error 28)"), "the disk is full"),
        (PermissionError(13, "Permission denied", "x"), "Permission denied: x"),
        (KeyError("x"), "this is a fault of ghirbal (KeyError: 'x')"),
    ],
)
def test_no_traceback_whatever_happens(error, sentence, monkeypatch, capsys):
    def fail(*_):
        raise error

    monkeypatch.setitem(COMMANDS, "cleaners", dataclasses.replace(COMMANDS["cleaners"], call=fail))
    assert main(["cleaners"]) == (70 if isinstance(error, KeyError) else 2)
    assert sentence in capsys.readouterr().err
