"""The shape of lines, against a slow twin and on written lines of several scripts."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners.pages.features import count_words
from cleaners.pages.model import load_characters
from cleaners.pages.shape import CLASSES, Shapes, measure_shapes

CHARACTERS = load_characters()
WORDS = {"lower", "upper", "letter", "digit"}


def shapes_of(*lines: str) -> Shapes:
    return measure_shapes(pl.Series(lines), CHARACTERS)


def kinds(line: str) -> list[str]:
    return [CLASSES[CHARACTERS[ord(character)]] for character in line]


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="aBж的ก9 .,!|»-…\"'أ،؟。😀\u200d", min_size=1).filter(str.strip), min_size=1, max_size=5)
)
def test_counts_equal_those_of_a_slow_twin(lines: list[str]) -> None:
    shapes = shapes_of(*lines)
    for row, line in enumerate(lines):
        classes = kinds(line.strip())
        assert shapes.characters[row].tolist() == [classes.count(name) for name in CLASSES]
        opening = [
            c for before, c in zip(["space", *classes], classes, strict=False) if c in WORDS and before not in WORDS
        ]
        assert shapes.starts[row].tolist() == [opening.count(name) for name in CLASSES]
        following = [*classes[1:], "space"]
        ends = [c for c, after in zip(classes, following, strict=True) if c == "stop" and after not in {*WORDS, "stop"}]
        assert shapes.stops[row] == len(ends)


@pytest.mark.parametrize(
    ("line", "words", "stops"),
    [
        ("The council met on Monday. It rained.", 7, 2),
        ("اجتمع المجلس يوم الاثنين. هل حضر الوزير؟", 7, 2),
        ("Заседание прошло в среду!", 4, 1),
        ("会议昨天在北京举行。", 5.4, 1),
        ("बैठक कल दिल्ली में हुई।", 5, 1),
        ("Version 2.0.1 of example.org", 7, 0),
        ("Wait... what?!", 2, 2),
    ],
)
def test_words_and_ends_of_sentences(line: str, words: float, stops: int) -> None:
    shapes = shapes_of(line)
    assert count_words(shapes)[0] == pytest.approx(words)
    assert shapes.stops[0] == stops


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("He said: “We left.”", "stop"),
        ("(كما قال.)", "stop"),
        ("« Nous partons. »", "space"),
        ("Read on...", "ellipsis"),
        ("続きを読む…", "ellipsis"),
        ("Tags:", "colon"),
        ("Home >", "separator"),
        ("”", "quote"),
    ],
)
def test_ends_look_through_closing_quotes(line: str, end: str) -> None:
    assert shapes_of(line).closes(end)[0]


def test_edge_spaces_do_not_count() -> None:
    assert shapes_of("  Home ").characters.tolist() == shapes_of("Home").characters.tolist()
