"""What the README and the pages of docs/ tell people to type works."""

import re
import shlex
from pathlib import Path

import polars as pl
import pytest

from cleaners.recipe import recipe_from_toml
from ghirbal.command import COMMANDS, main, parser

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an `archive/` such as a reader of the page may have."""
    texts = [
        "الرئيسية » أخبار\nقال وزير الخارجية اليوم إن المحادثات استمرت ساعات في العاصمة.",
        "One page of news.",
    ]
    rows = {"id": ["a", "b"], "text": texts, "title": ["x", None]}
    archive = tmp_path / "archive"
    archive.mkdir()
    pl.DataFrame(rows).write_parquet(archive / "one.parquet")
    pl.DataFrame(rows | {"body": texts, "headline": ["x", None]}).write_ndjson(archive / "two.jsonl")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(language: str) -> list[str]:
    fence = re.compile(rf"^```{language}\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
    return [block for page in PAGES for block in fence.findall(page.read_text())]


TYPED = [line for block in blocks("console") for line in block.splitlines() if not line.startswith("$ python -m ")]


@pytest.mark.parametrize("line", TYPED)
def test_command_works(desk: Path, line: str) -> None:
    name, *arguments = shlex.split(line)
    assert name == "ghirbal"
    assert main(arguments) == 0
    assert list(desk.iterdir())


@pytest.mark.parametrize("code", blocks("python"))
def test_snippet_works(desk: Path, code: str) -> None:
    found: dict[str, object] = {}
    exec(compile(code, str(desk), "exec"), found)  # noqa: S102 - the page's own lines
    assert found


def test_recipe_works() -> None:
    written = blocks("toml")
    assert written
    for recipe in written:
        assert recipe_from_toml(recipe)


def test_every_flag_named_exists_and_every_flag_is_named() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    commands = parser()._subparsers._group_actions[0].choices
    known = {flag for one in commands.values() for action in one._actions for flag in action.option_strings}
    ours = re.sub(r"python -m benchmarks[^`\n]*", "", text)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours))
    assert named - known - {"--version"} == set()
    assert {flag for flag in known if flag.startswith("--")} - {"--help"} - named == {"--output"} - named
    assert all(f"`ghirbal {name}" in text for name in COMMANDS)
