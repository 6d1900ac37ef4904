import sys
import unicodedata

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners.folding import EXTENDER, IGNORED, SEPARATOR, SPACELESS, WORD, fold, fold_text, folding_table


def folded(texts):
    return pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)}).select(fold(pl.col("text"))).to_series().to_list()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("مُدَرِّسَةٌ", "مدرسه"),
        ("أحمد إلى آخر ٱلشمس", "احمد الي اخر الشمس"),
        ("مسؤول شيء هيئة", "مسوول شيء هييه"),
        ("قد يُهمك ايضـــــًا :", "قد يهمك ايضا"),
        ("می‌روم کتاب", "ميروم كتاب"),
        ("سنہ ہے ھ", "سنه هي ه"),
        ("Straße STRASSE", "strasse strasse"),
        ("ΟΔΥΣΣΕΥΣ οδυσσεύς", "οδυσσευσ οδυσσευσ"),
        ("İstanbul ISPARTA ısparta", "istanbul isparta isparta"),
        ("café, naïve — Ñandú!", "cafe naive nandu"),
        ("שָׁלוֹם", "שלום"),
        ("हिन्दी की", "हिन्दी की"),
        ("ไทยที่", "ไทยที่"),
        ("か が カﾞ", "か が カ\u3099"),
        ("「你好」，世界。", "你好 世界"),
        ("Ｎｅｗｓ ①", "news 1"),
        ("«…» !؟،", ""),
        ("👨‍👩‍👧 a", "a"),
    ],
)
def test_keys(text, key):
    assert folded([text]) == [key]
    assert fold_text(text) == key


def test_every_character_folds_as_in_the_slow_twin():
    characters = [chr(point) for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF]
    texts = [f"a{character}ب" for character in characters]
    wrong = [
        (hex(ord(character)), fast)
        for character, text, fast in zip(characters, texts, folded(texts), strict=True)
        if fast != fold_text(text)
    ]
    assert wrong == []


@given(st.lists(st.text() | st.text("abAB أإاىي ـً .،«»\u200c\u200f…İé中"), max_size=8))
def test_lines_fold_as_in_the_slow_twin(texts):
    assert folded(texts) == [fold_text(text) for text in texts]


@given(st.text())
def test_folding_a_key_changes_nothing(text):
    assert fold_text(fold_text(text)) == fold_text(text)


def test_nulls_stay_null():
    assert folded([None, "أ", None]) == [None, "ا", None]


def test_the_table_is_sound_and_cannot_be_written():
    table = folding_table()
    assert set(np.unique(table.classes).tolist()) == {SEPARATOR, WORD, SPACELESS, IGNORED, EXTENDER}
    assert int(table.index.max()) < len(table.starts) == len(table.lengths)
    assert not table.index.flags.writeable
    unknown = [p for p in range(sys.maxunicode + 1) if unicodedata.category(chr(p)) == "Cs" and table.classes[p]]
    assert unknown == []
