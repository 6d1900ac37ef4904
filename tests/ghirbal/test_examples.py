"""The examples of docs/examples hold together: they parse, and the commands in them run."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from ghirbal.command import COMMANDS, main

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "docs" / "examples"
DVC = yaml.safe_load((EXAMPLES / "dvc.yaml").read_text())
WORKFLOW = yaml.load((EXAMPLES / "github-actions.yml").read_text(), yaml.BaseLoader)  # noqa: S506 - safe too, and `on` is no Boolean
BODY = "The council met on Monday and talked about the new bridge over the river for hours."


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """A repo with an archive where the examples expect it."""
    for folder in ("data", "data/raw"):
        (tmp_path / folder).mkdir()
    rows = [{"id": f"n{number}", "text": f"On day {number}: {BODY}\nShare this article"} for number in range(4)]
    (tmp_path / "data" / "raw" / "day.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)


def run(line, capsys):
    """Run one shell line of `ghirbal`; give its exit code, with the output where the line sends it."""
    command, _, rest = line.partition(">")
    name, *arguments = shlex.split(command)
    assert name == "ghirbal"
    assert arguments[0] in COMMANDS
    code = main(arguments)
    target = rest.partition("||")[0].strip()
    out = capsys.readouterr().out
    if target:
        Path(target).write_text(out)
    return 0 if "|| true" in rest else code


def test_every_stage_makes_what_it_promises(capsys):
    for stage in DVC["stages"].values():
        assert stage.keys() <= {"cmd", "deps", "outs", "metrics"}
        assert all(Path(needed).exists() for needed in stage["deps"])
        assert run(stage["cmd"], capsys) == 0
        for made in (*stage["outs"], *stage.get("metrics", ())):
            path = Path(made if isinstance(made, str) else next(iter(made)))
            assert path.exists(), path
    for metric in DVC["stages"]["clean"]["metrics"]:
        assert isinstance(json.loads(Path(next(iter(metric))).read_text()), dict)


def test_workflow(capsys):
    assert set(WORKFLOW) == {"name", "on", "permissions", "jobs"}
    (job,) = WORKFLOW["jobs"].values()
    assert all(re.fullmatch(r"[\w./-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)
    codes = [run(step["run"], capsys) for step in job["steps"] if step.get("run", "").startswith("ghirbal")]
    assert codes == [1, 0]
    assert json.loads(Path(job["steps"][-1]["with"]["sarif_file"]).read_text())["version"] == "2.1.0"
