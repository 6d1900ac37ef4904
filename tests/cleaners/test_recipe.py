import pytest

from cleaners import ENCODING, NEWS, DropPullQuote, DropStockPhrases, NormalizeSpaces, cleaner_types, recipe_from_toml
from cleaners.recipe import named_recipe


def test_presets_hold_no_opinion_and_begin_with_the_repairs():
    assert NEWS[: len(ENCODING)] == ENCODING
    assert {cleaner.safety for cleaner in NEWS} == {"repair", "chrome"}
    assert {cleaner.safety for cleaner in ENCODING} == {"repair"}


def test_a_recipe_from_toml_is_the_one_written_by_hand():
    text = """
    preset = "encoding"
    [[cleaners]]
    name = "DropPullQuote"
    least_words = 9
    [[cleaners]]
    name = "DropStockPhrases"
    classes = ["share"]
    """
    assert recipe_from_toml(text) == (*ENCODING, DropPullQuote(least_words=9), DropStockPhrases(classes=("share",)))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("cleaners = 3", "array of tables"),
        ("= 3", "not TOML"),
        ("", "no cleaners"),
        ('preset = "nwes"', "did you mean 'news'"),
        ('presets = "news"', "did you mean 'preset'"),
        ("[[cleaners]]", "has no `name`"),
        ('[[cleaners]]\nname = "DropPulQuote"', "did you mean 'DropPullQuote'"),
        ('[[cleaners]]\nname = "DropPullQuote"\nleast_word = 3', "did you mean 'least_words'"),
        ('[[cleaners]]\nname = "DropPullQuote"\nleast_words = "3"', "must be like its default, 7"),
        ('[[cleaners]]\nname = "DropStockPhrases"\nclasses = ["shares"]', "unknown class 'shares'"),
    ],
)
def test_what_is_wrong_is_said(text, error):
    with pytest.raises(ValueError, match=error):
        recipe_from_toml(text)


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'encoding'"):
        named_recipe("encodings")


def test_every_cleaner_is_listed_by_its_own_name():
    types = cleaner_types()
    assert types["NormalizeSpaces"] is NormalizeSpaces
    assert all(kind.__name__ == name for name, kind in types.items())
