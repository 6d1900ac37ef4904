"""The hooks that this repo offers, installed by pre-commit from a clone of it, in a repo with good and bad files.

Installing takes a minute or two, once for all tests here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ghirbal.inputs import COMPRESSIONS, TEXT_FORMATS

ROOT = Path(__file__).resolve().parent.parent.parent
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
GIT = shutil.which("git") or "git"
BODY = "The council met on Monday and talked about the new bridge over the river for hours."
BAD = f"Home » News\n{BODY}\nShare this article"
WHO = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]


def call(*command, cwd, home=None):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))}
    if home is not None:
        environment["PRE_COMMIT_HOME"] = str(home)
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=900,
    )
    done.said = done.stdout + done.stderr
    return done


def git(*arguments, cwd, home=None):
    return call(GIT, *WHO, *arguments, cwd=cwd, home=home)


def write(path, *texts):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """A clone of this repo as it was committed last, and the folder where pre-commit installs it."""
    folder = tmp_path_factory.mktemp("hooks")
    made = call(GIT, "clone", "--quiet", "--no-hardlinks", ROOT, folder / "ghirbal", cwd=folder)
    assert made.returncode == 0, made.said
    return folder / "ghirbal", folder / "home"


@pytest.fixture
def repo(tmp_path, clone):
    """Return a function that makes a repo with the hooks of these names, installed in it."""
    source, home = clone
    rev = git("rev-parse", "HEAD", cwd=source).stdout.strip()

    def make(*hooks):
        git("init", "--quiet", cwd=tmp_path)
        offered = {"repo": str(source), "rev": rev, "hooks": [{"id": hook} for hook in hooks]}
        (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [offered]}))
        write(tmp_path / "data" / "old.jsonl", BODY)
        git("add", ".", cwd=tmp_path)
        git("commit", "--quiet", "-m", "begin", cwd=tmp_path)
        installed = call(sys.executable, "-m", "pre_commit", "install", "--install-hooks", cwd=tmp_path, home=home)
        assert installed.returncode == 0, installed.said
        return tmp_path

    return make


@pytest.fixture
def commit(clone):
    return lambda folder: git("commit", "-m", "more", cwd=folder, home=clone[1])


def test_check_sees_what_is_staged_and_nothing_else(repo, commit):
    folder = repo("ghirbal-check")
    write(folder / "data" / "good.jsonl", BODY)
    write(folder / "data" / "untracked.jsonl", BAD)
    git("add", "data/good.jsonl", cwd=folder)
    write(folder / "data" / "old.jsonl", BODY, BAD)  # not staged
    write(folder / "data" / "good.jsonl", BODY, BAD)  # staged as good, worse by now
    (folder / "notes.md").write_text(BAD)
    git("add", "notes.md", cwd=folder)
    done = commit(folder)
    assert done.returncode == 0, done.said
    assert (folder / "data" / "good.jsonl").read_text().count("Share") == 1
    git("add", "data", cwd=folder)
    done = commit(folder)
    assert done.returncode == 1
    found = re.findall(r"^(\S+:\d+:\d+: GH\d+)", done.said, flags=re.MULTILINE)
    assert {line.split(":")[0] for line in found} == {f"data/{name}.jsonl" for name in ("good", "old", "untracked")}
    assert "data/good.jsonl:2:11: GH205" in found


def test_many_files_are_seen_together(repo, commit):
    folder = repo("ghirbal-check")
    for number in range(60):
        write(folder / "data" / f"{number}.jsonl", BAD)
    git("add", "data", cwd=folder)
    done = commit(folder)
    assert done.returncode == 1
    assert "120 findings, 0 warnings in 60 of 60 files" in done.said


def test_fix_repairs_and_the_next_commit_passes(repo, commit):
    folder = repo("ghirbal-fix", "ghirbal-check")
    write(folder / "data" / "bad.jsonl", BODY, BAD)
    git("add", "data", cwd=folder)
    first = commit(folder)
    assert first.returncode == 1
    assert "data/bad.jsonl:2:11: GH205 fixed: breadcrumb" in first.said
    assert "files were modified by this hook" in first.said
    lines = (folder / "data" / "bad.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == [BODY, BODY]
    git("add", "data", cwd=folder)
    second = commit(folder)
    assert second.returncode == 0, second.said


def test_duplicates_are_looked_for_in_the_whole_data_set(repo, commit):
    folder = repo("ghirbal-duplicates")
    (folder / "pyproject.toml").write_text('[tool.ghirbal]\nfiles = ["data"]\n')
    write(
        folder / "data" / "new.jsonl",
        "The harbour opens again on Monday, and the first ferry leaves at seven in the morning.",
    )
    git("add", ".", cwd=folder)
    done = commit(folder)
    assert done.returncode == 0, done.said
    write(folder / "data" / "copy.jsonl", BODY)
    git("add", ".", cwd=folder)
    done = commit(folder)
    assert done.returncode == 1
    assert "GH502 the same words as another document: data/" in done.said


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_hooks_take_every_format_and_run_once(hook):
    assert hook["require_serial"]
    checked = [suffix for suffix, kind in TEXT_FORMATS.items() if kind != "wet"]  # pages of a crawl, not rows of ours
    names = [f"day/a{suffix}{packed}" for suffix in checked for packed in ("", *COMPRESSIONS)]
    assert all(re.search(hook["files"], name) for name in [*names, "a.parquet"])
    assert not any(re.search(hook["files"], name) for name in ["a.md", "a.json", "a.parquet.gz", "jsonl", "a.jsonl.py"])


def test_every_hook_is_documented():
    page = (ROOT / "docs" / "hook.md").read_text()
    assert [hook["id"] for hook in HOOKS if f"id: {hook['id']}" not in page] == []
