"""The command as a user meets it: exit codes, one clear sentence for every mistake, pipes, signals."""

import contextlib
import dataclasses
import json
import os
import pty
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from cleaners import clean_text
from dedup import ARTICLES, PARAGRAPHS, rule
from ghirbal import __version__, options
from ghirbal.command import COMMANDS, main, parser
from ghirbal.options import Options, Telling
from ghirbal.plan import article_rule, paragraph_rule
from ghirbal.stopping import Stopped, stoppable

BASH = shutil.which("bash") or "bash"
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
        ("--verbose run IN -o OUT", "name the command before '--verbose', as in: ghirbal run INPUT -o OUT"),
        ("--threshold 0.8 run IN -o OUT", "name the command before '--threshold'"),
        ("'' IN", "there is no command ''"),
        ("run", "the following arguments are required: INPUT"),
        ("run '' -o OUT", "an INPUT is empty"),
        ("run IN -o ''", "say where the result goes: -o OUT"),
        ("sites IN -o ''", "say where the table goes: -o TABLE"),
        ("run IN", "say where the result goes: -o OUT"),
        ("run IN -o OUT --threshhold 0.8", "'--threshhold'; did you mean '--threshold'?"),
        ("run IN -o OUT --threshold high", "'high' is not a number"),
        ("run IN -o OUT --threshold 1.5", "--threshold wants a number from 0.01 to 1, not 1.5"),
        ("run IN -o OUT --threshold nan", "--threshold wants a number from 0.01 to 1, not nan"),
        ("run IN -o OUT --shingle 0", "--shingle wants a whole number from 1 to 2147483647, not 0"),
        ("run IN -o OUT --shingle 100000000", "a shingle has from 1 to 1000 words, not 100000000"),
        ("run IN -o OUT --paragraphs removed", "did you mean 'remove'?"),
        ("run IN -o OUT --format parqet", "did you mean 'parquet'?"),
        ("run IN -o OUT --prefer date,lenght", "did you mean 'length'?"),
        ("run IN -o OUT --recipe nwes", "did you mean 'news'?"),
        ("run IN -o OUT --recipe missing.toml", "cannot read the recipe missing.toml"),
        ("run IN -o OUT --recipe TOML", "did you mean 'DropTatweel'?"),
        ("run IN -o OUT --text txet", "the nearest is 'text'"),
        ("run IN -o OUT --encoding utf-9", "no encoding is called utf-9"),
        ("run IN -o OUT --encoding undefined", "no encoding is called undefined"),
        ("run IN -o \udcff", "the name of the folder \\xff is no UTF-8"),
        ("run nowhere -o OUT", "no such file or folder: nowhere"),
        ("run 'no*.jsonl' -o OUT", "no file matches"),
        ("run IN -o IN", "the input"),
        ("run IN -o FILE", "is a file, but the result needs a folder"),
        ("dedup IN -o OUT --recipe news", "dedup does not take '--recipe'"),
        ("clean - -o OUT", "goes to stdout"),
        ("report nowhere", "holds no finished result"),
        ("run IN -o OUT --limit 0", "--limit wants a whole number from 1 to 2147483647, not 0"),
        ("run IN -o OUT --log-format jsno", "did you mean 'json'?"),
        ("run IN -o OUT --engine spark --contained 0.9", "--contained is for one machine"),
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
    assert not list((tmp_path / "out").iterdir())
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


@pytest.mark.parametrize("redirect", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_fault(seeds, tmp_path, redirect):
    line = f"{shlex.join([*GHIRBAL, 'run', str(seeds), '-o', str(tmp_path / 'out'), '--verbose'])} {redirect}"
    assert subprocess.run([BASH, "-c", line], check=False, capture_output=True).returncode == 0
    assert pl.read_parquet(tmp_path / "out" / "documents" / "*.parquet").height == 5


def test_clean_rows_are_not_written_to_a_closed_stdout():
    line = f"{shlex.join([*GHIRBAL, 'clean', '-'])} >&-"
    said = subprocess.run([BASH, "-c", line], check=False, capture_output=True, text=True, input='{"text": "a"}\n')
    assert (said.returncode, said.stderr) == (
        2,
        "ghirbal: error: stdout is closed, so the clean rows have nowhere to go\n",
    )


def test_help_that_nobody_reads_ends_quietly():
    line = f"{shlex.join([*GHIRBAL, 'run', '--help'])} | true; exit ${{PIPESTATUS[0]}}"
    said = subprocess.run([BASH, "-c", line], check=False, capture_output=True)
    assert said.returncode in (0, 141)  # the pipe may have held all of it
    assert said.stderr == b""


def test_limit_reads_no_further(archive, tmp_path, contents):
    whole = ["run", str(archive), "-o", str(tmp_path / "out"), "--limit", "10"]
    assert main(whole) == 0
    assert main([*whole[:3], str(tmp_path / "small"), *whole[4:], "--batch-rows", "3"]) == 0
    rows = json.loads((tmp_path / "out" / "run.json").read_text())["counts"]["rows"]
    assert rows["survivors"] + rows["removed"] == 10
    assert rows["in"] == 10 + rows["quarantined"]
    assert contents(tmp_path / "out") == contents(tmp_path / "small")


def test_dry_run_tells_and_does_nothing(archive, tmp_path, capsys):
    call_ = ["run", str(archive), "-o", str(tmp_path / "out"), "--dry-run"]
    assert main(call_) == 0
    said = capsys.readouterr().out
    assert said.startswith("nothing is done: --dry-run\n  would read ")
    assert "template guard on" in said
    assert f"{tmp_path / 'out'} (new)" in said
    assert not (tmp_path / "out").exists()
    assert main(call_[:-1]) == 0
    capsys.readouterr()
    assert main(call_) == 0
    assert "finished: the same job does nothing" in capsys.readouterr().out
    assert main([*call_, "--text", "txet"]) == 2
    assert "the nearest is 'text'" in capsys.readouterr().err


def test_log_is_json_to_the_last_line(archive, tmp_path):
    said = call("run", archive, "-o", tmp_path / "out", "--log-format", "json")
    told = [json.loads(line) for line in said.stderr.splitlines()]
    assert [one["stage"] for one in told if one["event"] == "stage"][-1] == "report"
    assert told[-1]["event"] == "done"
    assert told[-1]["counts"]["rows"]["in"] == 79
    assert any(one["event"] == "note" for one in told)
    assert said.stdout.startswith("79 rows in = ")
    said = call("run", "nowhere", "-o", tmp_path / "out", "--log-format", "json")
    assert json.loads(said.stderr)["error"] == "no such file or folder: nowhere"
    assert said.returncode == 2


def test_colours_are_for_terminals_whose_user_wants_them(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "قــال"}\n')
    plain = call("check", tmp_path / "a.jsonl")
    assert "\x1b" not in plain.stdout
    assert on_terminal("check", tmp_path / "a.jsonl", TERM="xterm") != plain.stdout
    assert "\x1b[31mGH111\x1b[0m" in on_terminal("check", tmp_path / "a.jsonl", TERM="xterm")
    assert "\x1b" not in on_terminal("check", tmp_path / "a.jsonl", TERM="xterm", NO_COLOR="1")
    assert "\x1b[31merror\x1b[0m: no such file" in on_terminal("check", "nowhere", TERM="xterm")


def on_terminal(*arguments, **environment):
    """What a command shows on a terminal."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    process = subprocess.Popen([*GHIRBAL, *map(str, arguments)], stdout=theirs, stderr=theirs, env=kept | environment)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # Linux ends a terminal with an error
        while piece := os.read(ours, 1 << 16):
            shown += piece
    process.wait(60)
    os.close(ours)
    return shown.decode()


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
    assert all(f"\n    {name}" in said.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_parser_of_one_command_is_that_of_all(name):
    one, whole = (
        next(action for action in built._actions if action.dest == "command").choices
        for built in (parser([name, "--help"]), parser())
    )
    assert list(one) == [name]
    assert one[name].format_help() == whole[name].format_help()


def test_every_option_is_a_flag_with_help():
    commands = next(action for action in parser()._actions if action.dest == "command").choices
    flags = {action.dest: action.help for action in commands["run"]._actions}
    for name in (*Options.__dataclass_fields__, *Telling.__dataclass_fields__):
        assert flags[name], name


def test_options_left_alone_follow_the_rules_of_dedup():
    assert article_rule(Options()) == ARTICLES
    assert paragraph_rule(Options()) == PARAGRAPHS
    assert article_rule(Options(shingle=5, threshold=0.8)).words == 5
    assert options.LEAST_THRESHOLD == rule.LEAST_THRESHOLD


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
        (OSError(28, "No space left on device"), "the disk is full\n"),
        (RuntimeError("parquet: No space left on device (os error 28)"), "the disk is full\n"),
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


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"a.jsonl": "[1]\n"},
            "1 row could not be read: a.jsonl, row 1: a list, not an object; WHERE",
        ),
        (
            {"a.jsonl": '{"text": "Rain."}\n{"text": null}\n{\n'},
            "2 rows could not be read, the first is a.jsonl, row 2: text is null; WHERE",
        ),
        (
            {"a.txt": "\udce9"},
            "1 row could not be read: a.txt, row 1: not utf-8: LATER (--encoding NAME, if it is another); WHERE",
        ),
        (
            {"a.jsonl": '{"text": "Rain."}\n', "b.csv": "id,body\n1,Rain.\n2,Sun.\n"},
            "the rest of a file could not be read: b.csv, from byte 0 on: HEADER; WHERE",
        ),
        (
            {"a.csv": "id,body\n1,Rain.\n", "b.jsonl": '{"text": "Rain."}\n[1]\n'},
            "2 rows or rests of files could not be read, the first is a.csv, from byte 0 on: HEADER; WHERE",
        ),
    ],
)
def test_what_could_not_be_read_is_told_with_its_first_error(files, sentence, tmp_path, capsys):
    for name, text in files.items():
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_text(text, encoding="utf-8", errors="surrogateescape")
    out = tmp_path / "out"
    told = sentence.replace("HEADER", "no usable header: no column 'text' among id, body")
    told = told.replace("LATER", "unexpected end of data at byte 0").replace("WHERE", f"see {out}/quarantine.jsonl")
    for _ in range(2):  # also of a result that is finished already
        assert main(["run", str(tmp_path / "in"), "-o", str(out)]) == 0
        assert f"ghirbal: note: {told}\n" in capsys.readouterr().err


FAULTY = """
from dataclasses import dataclass
from cleaners import NEWS, marks


@dataclass(frozen=True)
class DropWeather:
    safety = "chrome"

    def mark(self, page):
        {body}

RECIPE = (*NEWS, DropWeather())
"""


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('return marks(page, self, reason="w", evidence="plaec")', "DropWeather.mark gives the evidence 'plaec': did"),
        ("return page", "DropWeather.mark must return a DataFrame of row: UInt32, cleaner: String"),
        ('raise RuntimeError("no forecast")', "DropWeather.mark failed: RuntimeError: no forecast"),
    ],
)
@pytest.mark.parametrize("command", ["clean IN -o OUT --recipe RECIPE", "check IN --recipe RECIPE"])
def test_a_fault_of_a_cleaner_of_ones_own_is_told_as_its(command, body, sentence, tmp_path, capsys):
    (tmp_path / "recipe.py").write_text(FAULTY.format(body=body))
    (tmp_path / "a.jsonl").write_text('{"text": "Rain fell."}\n')
    places = {"IN": tmp_path / "a.jsonl", "OUT": tmp_path / "out", "RECIPE": tmp_path / "recipe.py"}
    assert main([str(places.get(word, word)) for word in command.split()]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"ghirbal: error: {sentence}")
    assert said.count("\n") == 1


def test_a_command_that_cannot_stop_is_ended():
    stuck = """
import time
from ghirbal import command, stopping

def wait(*_):
    print("waiting", flush=True)
    while True:
        try:
            time.sleep(60)
        except stopping.Stopped:
            pass

stopping.GRACE = 1
command.COMMANDS["cleaners"] = replace(command.COMMANDS["cleaners"], call=wait)
raise SystemExit(command.main(["cleaners"]))
"""
    code = "from dataclasses import replace\n" + stuck
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"waiting\n"
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert said == b"ghirbal: error: stopped\n"  # only a job goes on where it was


def test_ctrl_c_reaches_a_command_that_waits_for_input():
    """Polars has its own handler of SIGINT, which would let the wait go on."""
    with subprocess.Popen([*GHIRBAL, "clean", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        given_up = time.monotonic() + 20
        while "pipe" not in Path(f"/proc/{process.pid}/wchan").read_text() and time.monotonic() < given_up:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == b"ghirbal: error: stopped\n"


def test_what_was_stopped_leaves_no_alarm_behind():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Stopped), stoppable():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGALRM) is before
