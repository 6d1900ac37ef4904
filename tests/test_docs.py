"""The site of docs/ builds strictly, has every page, and its tutorial works as it is typed."""

import re
import shlex
import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import polars as pl
import pytest
import yaml

from ghirbal.command import main
from scripts.before_after import own_cleaners

ROOT = Path(__file__).resolve().parent.parent
BASH = shutil.which("bash") or "bash"
ZENSICAL = Path(sysconfig.get_path("scripts")) / "zensical"


def test_the_site_builds_without_a_broken_link(tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    done = subprocess.run([ZENSICAL, "build", "--strict"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "tutorial.html").is_file()


def test_every_page_is_in_the_contents():
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    named = re.findall(r"[\w-]+\.md", str(nav))
    assert sorted(named) == sorted(page.name for page in (ROOT / "docs").glob("*.md"))


def test_every_cleaner_has_an_example_and_a_section():
    examples = tomllib.loads((ROOT / "docs" / "examples" / "cleaners.toml").read_text())
    assert examples.keys() == own_cleaners().keys()
    page = (ROOT / "docs" / "cleaners.md").read_text()
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL))
    assert sections.keys() == own_cleaners().keys()
    assert all(re.search(r"^```diff\n(.*\n)*?- ", section, flags=re.MULTILINE) for section in sections.values())


def test_the_tutorial_works_as_it_is_typed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "tutorial.md").read_text()
    first, *blocks = re.findall(r"^```sh\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert first == "make demo\n"  # tried by the tests of the Makefile and in the wheel's environment
    assert blocks.pop(0).startswith("source .venv/bin/activate")
    for block in blocks:
        # what a shell does for itself, then a call of ours, in this process: a start takes a second
        for before, call in re.findall(r"((?:^(?!ghirbal ).*\n)*)(^ghirbal .*\n)?", block, flags=re.MULTILINE):
            if before:
                subprocess.run([BASH, "-euc", before], check=True)
            if call:
                _, *words = shlex.split(call, comments=True)
                assert main(words) == (1 if words[0] in ("check", "fix") else 0), (call, capsys.readouterr().err)
    (weather,) = pl.read_parquet(tmp_path / "clean-weather" / "documents" / "*.parquet")["text"]
    (mine,) = pl.read_parquet(tmp_path / "clean-mine" / "documents" / "*.parquet")["text"]
    assert ("Weather today" in weather, "By Jane Doe" in weather) == (False, True)
    assert ("Weather today" in mine, "By Jane Doe" in mine) == (True, False)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "seeds/README.md"])
def test_links_between_the_other_pages_lead_somewhere(name):
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target
