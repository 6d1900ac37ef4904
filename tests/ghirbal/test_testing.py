"""The contract suite as the author of another package uses it: it passes what is right, and catches each fault."""

import subprocess
import sys
from dataclasses import dataclass
from inspect import getsource
from itertools import count
from typing import ClassVar

import polars as pl
import pytest
import regex

from cleaners import CleanerError, cleaner_types, found_spans, marks
from ghirbal.testing import HOSTILE, PROMISES, Example, Trial

EXAMPLES = [Example(text, name=repr(text)) for text in HOSTILE]
BODY = "Rain fell on the city all day and the river rose above its banks."


@dataclass(frozen=True, slots=True)
class DropWeather:
    """Drop the line on the weather below an article."""

    safety: ClassVar = "chrome"
    most_words: int = 8

    def mark(self, page):
        found = page.filter(pl.col("key").str.starts_with("weather today"), pl.col("words") <= self.most_words)
        return marks(found, self, reason="weather", evidence="place")


@dataclass(frozen=True, slots=True)
class JoinDashes:
    """Write one dash for two."""

    safety: ClassVar = "repair"

    def gate(self, text):
        return text.str.contains("--", literal=True)

    def rewrite(self, lines):
        return found_spans(lines, regex.compile("--+"), lambda _: ("–", "dashes"))


class GateWithAHole(JoinDashes):
    def gate(self, text):
        return text.str.starts_with("--")


class NeverSettled(JoinDashes):
    exposes: ClassVar = False

    def rewrite(self, lines):
        return found_spans(lines, regex.compile("--"), lambda _: ("-", "dashes"))


class Counting(JoinDashes):
    numbers: ClassVar = count()

    def rewrite(self, lines):
        return found_spans(lines, regex.compile("--+"), lambda _: (str(next(self.numbers)), "dashes"))


class BlindToDocuments(DropWeather):
    def mark(self, page):
        return marks(page.filter(pl.col("row") == pl.col("row").max()), self, reason="last", evidence="proved")


class TakesTooMuch(DropWeather):
    def mark(self, page):
        return marks(page.filter(pl.col("words") < 3), self, reason="short", evidence="proved")


class OnWhatEvidence(DropWeather):
    def mark(self, page):
        return marks(page, self, reason="any", evidence="certain")


class NotACleaner:
    safety = "chrome"


def broken(cleaner, texts):
    examples = [*EXAMPLES, *(Example(text, name=text) for text in texts)]
    trial = Trial((cleaner,), examples, [Example("A poem\nof two lines.", name="poem")])
    found = set()
    for promise in PROMISES:
        try:
            promise(trial)
        except (AssertionError, CleanerError):  # what a cleaner may not say ends every cleaning
            found.add(promise.__name__)
    return found


@pytest.mark.parametrize("cleaner", [DropWeather(), DropWeather(most_words=3), JoinDashes()])
def test_a_good_cleaner_keeps_every_promise(cleaner):
    assert broken(cleaner, [f"{BODY}\nWeather today: sun", "a--b -- c"]) == set()


@pytest.mark.parametrize(
    ("cleaner", "promise"),
    [
        (GateWithAHole(), "has_a_gate_that_misses_nothing"),
        (NeverSettled(), "is_settled"),
        (Counting(), "is_pure"),
        (BlindToDocuments(), "is_blind_to_its_batch"),
        (TakesTooMuch(), "leaves_the_harmless_alone"),
        (OnWhatEvidence(), "proposes_what_it_may"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_fault_is_caught_by_its_promise(cleaner, promise):
    assert promise in broken(cleaner, ["a--b", "---- and ---"])


def test_what_is_no_cleaner_is_said():
    with pytest.raises(AssertionError, match="it is not a frozen dataclass"):
        PROMISES[0](Trial((NotACleaner(),), EXAMPLES, []))


MODULE = f"""
from dataclasses import dataclass
from typing import ClassVar
import polars as pl
from ghirbal import marks

{getsource(DropWeather)}
"""


@pytest.fixture
def installed(tmp_path):
    """A package beside ours, as pip leaves one: a module, and its entry points in a dist-info."""
    (tmp_path / "weather.py").write_text(MODULE)
    info = tmp_path / "weather-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: weather\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[ghirbal.cleaners]\nDropWeather = weather:DropWeather\n")
    return tmp_path


def called(arguments, *, beside, **more):
    """Run a program with the folder on its path, as if what is in it were installed."""
    root = str(beside.parent) if beside.suffix else str(beside)
    path = [root, *(one for one in sys.path if one)]
    env = {"PYTHONPATH": ":".join(path), "PATH": "", "HOME": root}
    return subprocess.run(
        [sys.executable, *arguments], check=False, capture_output=True, text=True, cwd=root, env=env, **more
    )


def test_an_installed_cleaner_is_equal_to_ours(installed):
    row = f'{{"text": "{BODY}\\nWeather today: twenty degrees and sun"}}\n'
    (installed / "recipe.toml").write_text(
        'preset = "news"\nwithout = ["DropPullQuote"]\n[[cleaners]]\nname = "DropWeather"\nmost_words = 6\n'
    )
    (installed / "rows.jsonl").write_text(row)
    listed = called(["-m", "ghirbal", "cleaners"], beside=installed)
    assert "DropWeather  (chrome)  in no preset" in listed.stdout, listed.stderr
    assert "most_words: default 8" in listed.stdout
    checked = called(["-m", "ghirbal", "check", "--recipe", "recipe.toml", "rows.jsonl"], beside=installed)
    assert checked.returncode == 1, checked.stderr
    assert "GH401" in checked.stdout
    (installed / "recipe.toml").write_text('[[cleaners]]\nname = "DropWeather"\nmost_wods = 6\n')
    wrong = called(["-m", "ghirbal", "check", "--recipe", "recipe.toml", "rows.jsonl"], beside=installed)
    assert wrong.returncode == 2
    assert "did you mean 'most_words'?" in wrong.stderr


def test_its_author_needs_two_lines(installed):
    (installed / "test_weather.py").write_text(
        "from ghirbal.testing import contract\nfrom weather import DropWeather\n\n"
        f"test_contract = contract(DropWeather(), examples=[{f'{BODY}' + chr(92) + 'nWeather today: sun'!r}])\n"
    )
    told = called(["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_weather.py"], beside=installed)
    assert told.returncode == 0, told.stdout
    assert f"{len(PROMISES)} passed" in told.stdout


@pytest.mark.parametrize(
    ("point", "error"),
    [
        ("DropWeather = weather:DropWather", "cannot be loaded"),
        ("DropWeather = weatherr:DropWeather", "cannot be loaded: No module named"),
        ("DropRain = weather:DropWeather", "its name must be that of the class, DropWeather"),
        ("DropPullQuote = weather:DropWeather", "there is a cleaner of that name already|its name must be"),
        ("marks = weather:marks", "is no cleaner: it is not a frozen dataclass"),
    ],
)
def test_a_faulty_entry_point_is_named(installed, point, error, monkeypatch):
    (installed / "weather-1.dist-info" / "entry_points.txt").write_text(f"[ghirbal.cleaners]\n{point}\n")
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.delitem(sys.modules, "weather", raising=False)
    with pytest.raises(ValueError, match=error):
        cleaner_types()
