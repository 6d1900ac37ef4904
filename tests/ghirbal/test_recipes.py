"""Recipes by name and from files, as the command reads them."""

import pytest

from cleaners import ENCODING, NEWS, OPINIONS, clean_text
from ghirbal import job
from ghirbal.catalogue import catalogue
from ghirbal.errors import InputError, UsageError
from ghirbal.options import Options
from ghirbal.recipes import read_recipe

OWN = '''
from dataclasses import dataclass
from typing import ClassVar
import polars as pl
from ghirbal import NEWS, marks

@dataclass(frozen=True, slots=True)
class DropWeather:
    """Drop the line on the weather below an article."""
    safety: ClassVar = "chrome"
    most_words: int = 8
    def mark(self, page):
        found = page.filter(pl.col("key").str.starts_with("weather today"), pl.col("words") <= self.most_words)
        return marks(found, self, reason="weather", evidence="place")

RECIPE = (*NEWS, DropWeather(most_words=6))
'''
BODY = "Rain fell on the city all day and the river rose above its banks."


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(OWN)
    return str(path)


def test_a_cleaner_of_ones_own_in_a_python_recipe(own):
    recipe = read_recipe(own)
    assert repr(recipe[-1]) == "DropWeather(most_words=6)"
    assert clean_text(f"{BODY}\nWeather today: sun", recipe=recipe) == BODY
    assert read_recipe(own, without=["DropWeather"]) == NEWS
    assert read_recipe(own, safety=["repair"]) == ENCODING


def test_the_catalogue_of_a_recipe_shows_its_options(own):
    listed = catalogue(own)
    assert "DropWeather  (chrome)\n    Drop the line on the weather below an article.\n    most_words: 6" in listed


def test_safety_and_without_go_with_presets_and_toml(tmp_path):
    assert read_recipe("news", safety=["repair", "chrome", "opinion"]) == (*NEWS, *OPINIONS)
    path = tmp_path / "mine.toml"
    path.write_text('preset = "news"\nwithout = ["DropPullQuote"]\n')
    assert len(read_recipe(str(path), without=["DropReadAlso"])) == len(NEWS) - 2


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("RECIP = ()", "no RECIPE: did you mean 'RECIP'"),
        ("RECIPE = ()", "must be a tuple of cleaners"),
        ("RECIPE = [", "SyntaxError"),
        ("from ghirbal import NWES", "ImportError"),
        ("RECIPE = NEWS", "NameError"),
        ("RECIPE = (3,)", "3 is no cleaner: it is not a frozen dataclass"),
        ("from ghirbal import DropPullQuote\nRECIPE = (DropPullQuote,)", r"make a cleaner of it: DropPullQuote\(\)"),
        ("from ghirbal import DropPullQuote\nRECIPE = (DropPullQuote(least_words=-1),)", "a number from 0"),
    ],
)
def test_what_is_wrong_with_a_python_recipe_is_said(tmp_path, source, error):
    path = tmp_path / "wrong.py"
    path.write_text(source)
    with pytest.raises(UsageError, match=f"wrong.py: .*{error}"):
        read_recipe(str(path))


def test_a_file_that_is_not_there_is_an_input_error(tmp_path):
    for name in ("none.py", "none.toml"):
        with pytest.raises(InputError, match="No such file"):
            read_recipe(str(tmp_path / name))


def test_a_mistyped_choice_is_wrong_usage():
    with pytest.raises(UsageError, match="did you mean 'opinion'"):
        read_recipe("news", safety=["opinions"])
    with pytest.raises(UsageError, match="did you mean 'DropReadAlso'"):
        read_recipe("news", without=["DropRedAlso"])


def test_other_code_is_another_recipe(archive, tmp_path):
    recipe = tmp_path / "recipe.py"
    recipe.write_text(OWN)
    options = Options(recipe=str(recipe))
    job.clean([archive], tmp_path / "out", options=options)
    recipe.write_text(OWN.replace("weather today", "sun today"))
    with pytest.raises(UsageError, match="with other code in its recipe"):
        job.clean([archive], tmp_path / "out", options=options)


def test_an_error_of_the_users_program_is_told_as_theirs(tmp_path):
    recipe = tmp_path / "mine.py"
    recipe.write_text("a = 1\n1 / 0\n")
    with pytest.raises(UsageError, match=r"mine\.py: line 2: ZeroDivisionError"):
        read_recipe(str(recipe))
