import pytest

from cleaners import (
    ENCODING,
    NEWS,
    OPINIONS,
    PAGES,
    DropHashtagTail,
    DropPullQuote,
    DropStockPhrases,
    NormalizeSpaces,
    adjusted_recipe,
    clean_text,
    cleaner_types,
    recipe_from_toml,
)
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


def test_a_table_changes_the_cleaner_of_the_preset_in_its_place():
    recipe = recipe_from_toml('preset = "news"\n[[cleaners]]\nname = "DropPullQuote"\nleast_words = 9')
    assert recipe == tuple(DropPullQuote(least_words=9) if one == DropPullQuote() else one for one in NEWS)


def test_safety_classes_are_chosen_in_one_option():
    assert adjusted_recipe(NEWS, safety=["repair"]) == ENCODING
    assert adjusted_recipe(NEWS, safety=["repair", "chrome"]) == NEWS
    assert adjusted_recipe(NEWS, safety=["repair", "chrome", "opinion"]) == (*NEWS, *OPINIONS)
    assert adjusted_recipe(NEWS, safety=["opinion"]) == OPINIONS
    assert adjusted_recipe(ENCODING, safety=["chrome", "repair"]) == NEWS
    assert adjusted_recipe(OPINIONS, safety=["repair"]) == ENCODING
    assert adjusted_recipe(PAGES) == PAGES
    own = (DropPullQuote(least_words=9),)
    assert adjusted_recipe(own, safety=["repair", "chrome"]) == (*ENCODING, *own)
    assert recipe_from_toml('preset = "news"\nsafety = ["repair"]') == ENCODING


@pytest.mark.parametrize("name", [type(one).__name__ for one in (*PAGES, *OPINIONS)])
def test_each_cleaner_can_be_switched_off(name):
    whole = (*PAGES, *OPINIONS)
    left = adjusted_recipe(whole, without=[name])
    assert [type(one).__name__ for one in whole if one not in left] == [name]


def test_credits_are_opinions_and_stay_by_default():
    text = "By Jane Doe\nPARIS (AFP) -\nRain fell on the city all day and the river rose above its banks.\nPhoto: AFP"
    assert clean_text(text) == text
    strict = adjusted_recipe(NEWS, safety=["repair", "chrome", "opinion"])
    assert clean_text(text, recipe=strict) == text.split("\n")[2]


@pytest.mark.parametrize(
    ("chosen", "error"),
    [
        ({"safety": ["chrom"]}, "did you mean 'chrome'"),
        ({"without": ["DropPulQuote"]}, "no cleaner 'DropPulQuote' to leave out: did you mean 'DropPullQuote'"),
        ({"without": ["DropByline"]}, "no cleaner 'DropByline' to leave out"),
        ({"safety": ["repair"], "without": [type(one).__name__ for one in ENCODING]}, "no cleaners left"),
    ],
)
def test_a_wrong_choice_is_said(chosen, error):
    with pytest.raises(ValueError, match=error):
        adjusted_recipe(NEWS, **chosen)


@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        (DropPullQuote, {"least_words": "6"}, "must be like its default, 7"),
        (DropPullQuote, {"least_words": -1}, "a number from 0"),
        (DropHashtagTail, {"headline_share": 1.5}, "a share, from 0 to 1"),
        (DropHashtagTail, {"min_tags": True}, "must be like its default, 3"),
        (DropStockPhrases, {"classes": ("cokie",)}, "unknown class 'cokie': did you mean 'cookie'"),
    ],
)
def test_options_are_checked_when_a_cleaner_is_made(kind, options, error):
    with pytest.raises(ValueError, match=error):
        kind(**options)


def test_a_share_may_be_written_as_a_whole_number():
    assert DropHashtagTail(headline_share=1).headline_share == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("cleaners = 3", "array of tables"),
        ("= 3", "not TOML"),
        ("", "no cleaners"),
        ('preset = "nwes"', "did you mean 'news'"),
        ('presets = "news"', "did you mean 'preset'"),
        ("[[cleaners]]", "has no `name`"),
        ('preset = "news"\nsafety = "repair"', "must be a list of names"),
        ('preset = "news"\nwithuot = []', "did you mean 'without'"),
        ('preset = "news"\nwithout = ["DropByline"]', "no cleaner 'DropByline'"),
        ('[[cleaners]]\nname = "DropHashtagTail"\nheadline_share = 2', "a share, from 0 to 1"),
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
