"""Wrong types in the public functions of `cleaners`: one sentence each."""

import polars as pl
import pytest

import cleaners
from cleaners import NEWS

DOCS = pl.DataFrame({"text": ["Rain fell."]})


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: cleaners.clean_text(None), "text must be a string, not None"),
        (lambda: cleaners.clean_text(5), "text must be a string, not an int"),
        (lambda: cleaners.clean_text(["a"]), "text must be a string, not a list"),
        (lambda: cleaners.clean_text("a", title=5), "title must be a string or None, not an int"),
        (lambda: cleaners.clean_text("a", recipe=None), "a recipe is a tuple of cleaners, as NEWS is and named_recipe"),
        (lambda: cleaners.clean_text("a", recipe="news"), "a recipe is a tuple of cleaners"),
        (lambda: cleaners.clean(DOCS, 5), "a recipe is a tuple of cleaners"),
        (lambda: cleaners.clean(DOCS, cleaners.DropTatweel()), "of one cleaner it is (DropTatweel(),)"),
        (lambda: cleaners.clean("x"), "documents must be a Polars frame or a table with __arrow_c_stream__"),
        (lambda: cleaners.clean(DOCS, text=["text"]), "text must be the name of a column, not a list"),
        (lambda: cleaners.clean(DOCS, title=5), "title must be the name of a column or None, not an int"),
        (lambda: cleaners.clean_batch(["a"], recipe=NEWS), "texts must be a Polars Series of strings, not a list"),
        (
            lambda: cleaners.clean_batch(pl.Series([5]), recipe=NEWS),
            "texts must be a Polars Series of strings, not of In",
        ),
        (lambda: cleaners.fold("a"), "text must be a Polars expression (for a string: fold_text), not a str"),
        (lambda: cleaners.fold_text(None), "text must be a string, not None"),
        (lambda: cleaners.apply_edits("a", DOCS), "texts must be a Polars Series of strings, not a str"),
        (lambda: cleaners.undo_edits(DOCS["text"], None), "edits must be a DataFrame of edits, not None"),
        (lambda: cleaners.named_recipe(5), "name must be a string, not an int"),
        (lambda: cleaners.recipe_from_toml(None), "text must be a string of TOML, not None"),
        (lambda: cleaners.adjusted_recipe(5), "a recipe is a tuple of cleaners"),
        (lambda: cleaners.adjusted_recipe(NEWS, safety="repair"), "safety must be a tuple or list of names, not a str"),
        (lambda: cleaners.site_lines("x"), "docs must be a DataFrame, not a str"),
        (lambda: cleaners.merge_site_lines("x"), "tables must be DataFrames of site_lines, not a str"),
    ],
)
def test_a_wrong_type_is_told_in_a_sentence(call, sentence):
    with pytest.raises(TypeError) as told:
        call()
    assert sentence in str(told.value)
