"""The repo keeps its own rules: pages name what exists, nothing points at a machine, modules are small."""

import ast
import inspect
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import ghirbal

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("cleaners", "dedup", "ghirbal")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LONGEST_MODULE = 300
IMPORTED_AS = {"backports.zstd": "backports"}


def tracked() -> list[Path]:
    """Every file but those that .gitignore leaves out; without git, for a machine may have none."""
    ignored = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line.endswith("/")}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not {".git", *ignored} & set(path.relative_to(ROOT).parts)
        and not any(part.endswith(".egg-info") for part in path.parts)
    ]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_nothing_points_at_a_machine_or_a_registry() -> None:
    folders, hosts = "work|tmp|root|home|opt", "pypi|pythonhosted|npmjs|debian"
    settings = "index-url|extra-index|find-links|trusted-host"
    places = re.compile(rf"(?<![\w.)}}/])/({folders})/|\b({hosts})\.(org|com|net)\b|--({settings})")
    found = []
    for path in tracked():
        if path.suffix in {".npz", ".parquet", ".gz", ".zst", ".pyc", ".whl"}:
            continue
        for number, line in enumerate(path.read_bytes().decode(errors="replace").split("\n"), 1):
            if places.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:100]}")
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_says_in_one_sentence_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, "no docstring"
    first = docstring.split("\n\n")[0]
    assert first.endswith("."), first
    assert not re.search(r"[.!?] [A-Z]", first), f"more than one sentence: {first}"
    lines = path.read_text().count("\n")
    assert lines <= LONGEST_MODULE or "lines" in docstring, f"{lines} lines, and no reason on top"


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_listed_and_exist(package: str) -> None:
    module = import_module(package)
    assert module.__all__
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_every_public_name_has_a_runnable_example() -> None:
    """Doctests run with the tests of each package; constants, which are no functions nor classes, need none."""
    found = {name: getattr(ghirbal, name) for name in ghirbal.__all__}
    spoken = {name: one for name, one in found.items() if inspect.isfunction(one) or inspect.isclass(one)}
    assert len(spoken) > 60
    assert [name for name, one in spoken.items() if ">>>" not in (one.__doc__ or "")] == []


def distribution_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~;\[ ]", requirement)[0].lower() for requirement in requirements}


def test_dependencies_are_those_that_are_imported() -> None:
    declared = distribution_names(PROJECT["project"]["dependencies"])
    imported = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    later = {"compression"}  # of the standard library from Python 3.14 on
    third_party = imported - set(sys.stdlib_module_names) - set(PACKAGES) - later
    extras = PROJECT["project"]["optional-dependencies"]
    optional = {name for extra in extras.keys() - {"dev"} for name in distribution_names(extras[extra])}
    assert third_party - optional == {IMPORTED_AS.get(name, name) for name in declared}


def test_each_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text().lower()
    names = distribution_names(PROJECT["project"]["dependencies"])
    assert [name for name in sorted(names) if f"**{name}**" not in reasons] == []


def test_constraints_pin_names_and_versions_only() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    wanted = distribution_names(PROJECT["project"]["dependencies"])
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted |= distribution_names(extra)
    assert wanted - pinned == set()


def test_documented_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(), flags=re.MULTILINE))
        assert named <= targets, name_of(page)
    assert {"install", "demo", "test", "check", "bench", "clean"} <= targets


def test_documented_paths_exist() -> None:
    link = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
    missing = [
        f"{name_of(page)}: {target}"
        for page in PAGES
        for target in link.findall(page.read_text())
        if not (page.parent / target).exists()
    ]
    assert missing == []


def test_seeds_are_data_only() -> None:
    assert {path.suffix for path in (ROOT / "seeds").iterdir()} == {".txt", ".md"}
    assert len(list((ROOT / "seeds").glob("*.txt"))) == 5


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.document", "--check"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("reason", "code"), [("no evaluation data", 0), ("no server", 1)])
def test_ci_accepts_no_skip_for_want_of_a_component(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str, code: int
) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_skips.py").write_text(
        f"import pytest\n\ndef test_one():\n    pytest.skip({reason!r})\n\ndef test_two():\n    pass\n"
    )
    monkeypatch.setenv("CI", "true")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", tmp_path, tmp_path],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout
    assert "1 passed, 1 skipped" in done.stdout
