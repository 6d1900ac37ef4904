"""Every line that `--help` shows as an example is typed, and works."""

import gzip
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ghirbal.command import COMMANDS, main, parser

BASH = shutil.which("bash") or "bash"
ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    {"id": "a1", "text": f"قــال الوزير إن {'المحادثات استمرت ساعات ' * 9}.", "title": "x"},
    {"id": "a2", "text": "One page of news, and nothing wrong with it.", "title": None},
]


@pytest.fixture(autouse=True)
def _desk(tmp_path, monkeypatch):
    """Files such as someone may have who reads the help."""
    monkeypatch.chdir(tmp_path)
    rows = [row | {"body": row["text"], "headline": row["title"]} for row in ROWS]
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    for name in ("archive", "today", "data"):
        Path(name).mkdir()
        Path(name, "day.jsonl").write_text(content)
    Path("day.jsonl.gz").write_bytes(gzip.compress(content.encode()))


@pytest.mark.parametrize("line", [line for command in COMMANDS.values() for line in command.examples])
def test_example_works(line, monkeypatch):
    if "--id" in line or line == "ghirbal report clean/":
        assert main(["run", "archive/", "-o", "clean/"]) == 0
    if "|" in line:
        typed = line.replace("ghirbal", shlex.join([sys.executable, "-m", "ghirbal"]))
        done = subprocess.run([BASH, "-c", typed], env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, check=False)
        assert done.returncode == 0
        assert Path("day.clean.jsonl").read_text().count("\n") == len(ROWS)
        return
    call, _, target = line.partition(" > ")
    if target:
        with Path(target).open("w") as out:
            monkeypatch.setattr(sys, "stdout", out)
            code = main(shlex.split(call)[1:])
        assert Path(target).stat().st_size
    else:
        code = main(shlex.split(call)[1:])
    # the desk has one stretched word, which a check finds and a repair mends
    assert code == (1 if shlex.split(call)[1] in ("check", "fix") else 0)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example(name, capsys):
    assert main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"examples:\n  {COMMANDS[name].examples[0]}\n" in said
    assert all(f"ghirbal {name}" in line for line in COMMANDS[name].examples)


def test_the_whole_help_shows_one_of_each():
    said = parser().format_help()
    assert all(command.examples[0] in said for command in COMMANDS.values())
