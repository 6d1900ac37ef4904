"""The screen lets through every pair in which the guard finds something, and folds as the cleaners do."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners.folding import fold_text
from dedup.guard import _BLANKS, TemplateGuard, _compare, _read
from dedup.screen import may_be_filled_in
from dedup.words import folded_words


def words(text):
    return folded_words([text.encode()])[0].split()


@settings(max_examples=300)
@given(st.text(st.sampled_from("aB ébßﷺ١٢3,.’\u00a0کيىـًــZ\u200cе\u0301\n"), max_size=60))
def test_words_are_the_folded_words(text):
    """Apart from grouped numbers, which are one word."""
    if not any(sign in text for sign in ",.’\u00a0"):
        assert words(text) == fold_text(text).split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,700,000.5", ["1700000", "5"]),
        ("12,34 1,2345 ,123 9,12", ["12", "34", "1", "2345", "123", "9", "12"]),
        ("٣٬٤٥٦ ٥’٠٠٠", ["٣٤٥٦", "٥٠٠٠"]),
        ("漢字 ab", ["漢", "字", "ab"]),
        ("", []),
        ("﷽" * 40, (fold_text("﷽") + " ") * 40),
    ],
)
def test_words(text, expected):
    assert words(text) == (expected if isinstance(expected, list) else expected.split())


def test_several_texts_are_folded_each_by_itself():
    texts = ["", "1,7", "00", "漢", "a漢", "﷽", ""]
    folded = folded_words([text.encode() for text in texts])
    assert [folded[i] for i in range(len(texts))] == [" ".join(words(text)) for text in texts]


pieces = st.lists(
    st.sampled_from(
        [*"abcdefgh", "xx", "yy", "zz", "ww", "abcdefgh", "abcdefg", "xxyy", "bcdef", "17", "23", "5000", "5"]
    ),
    max_size=30,
)


@settings(max_examples=2000)
@given(pieces, pieces)
def test_nothing_is_missed(left, right):
    texts = folded_words([" ".join(text).encode() for text in (left, right)])
    if _compare(_read(left), _read(right)):
        assert may_be_filled_in(texts, np.array([0, 1]), np.array([1, 0]), _BLANKS).all()


def test_the_last_word_is_read_whole():
    left, right = b"a b w2 and xx", b"a b yy and w21"
    found = TemplateGuard([left, right].__getitem__).finding(0, 1)
    assert found is not None
    assert found.kind == "numbers"


def test_nothing_is_missed_on_real_pairs(evaluation):
    """Every pair of the evaluation data with a Jaccard similarity of 0.3: with the screen as without."""
    pairs = pl.read_parquet(evaluation / "saudi_pairs.parquet").filter(pl.col("jaccard") >= 0.3).sample(1500, seed=3)
    text = dict(pl.read_parquet(evaluation / "saudi_news.parquet", columns=["id", "text"]).iter_rows())
    names = sorted({*pairs["a"], *pairs["b"]})
    guard = TemplateGuard(lambda place: text[names[place]].encode())
    readings = {name: _read(words(text[name])) for name in names}
    findings = [_compare(readings[a], readings[b]) for a, b in pairs.select("a", "b").iter_rows()]
    left, right = (np.array([names.index(name) for name in pairs[side]]) for side in ("a", "b"))
    assert guard.findings(left, right) == findings
    assert sum(finding is not None for finding in findings) > 50
