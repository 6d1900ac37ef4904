"""What every cleaner must keep: null-safe, pure, blind to its batch, settled, replayable, harmless to the gold."""

import polars as pl
import pytest

from cleaners import NEWS, KeepBody, apply_edits, clean, clean_batch, cleaner_types, undo_edits
from cleaners.ledger import EDITS, FLAGS
from tests.cleaners.cases import load

CLEANERS = sorted(cleaner_types())
CHROME, COUNTER = load("chrome_cases"), load("counter_examples")
CASES = [*CHROME, *COUNTER]
HOSTILE = [
    "", "\n", "\n\n\n", " ", "\r\n", "a", "\u0640", "a\r\nb\r\n", "a\n\r\nb", "\x00", "\ufffd\n\ufeff",
    "#\n##\n#a #b #c", "a\n\u200f\u202b \nb", "\u200f \u200f\n", "\u2028a\u2028",
    "&amp;amp;lt;\n&#x110000; &#0;", "» « »\n| | |", "share\nshare\nshare", "ـ" * 50, "\u202e\u2066abc", " \n \n ",
    "Home » News", "اقرأ أيضا:", "اقرأ أيضا:\n" * 5, "aXA6IDEuMi4zLjQ=", "a" * 5000 + "\n" + "b " * 3000,
]  # fmt: skip


@pytest.fixture(scope="module")
def texts(seeds):
    return pl.Series(
        [*HOSTILE, *(path.read_text("utf-8") for path in sorted(seeds.glob("*.txt"))), *(c["text"] for c in CASES)]
    )


@pytest.fixture(scope="module")
def titles(texts):
    given = [case.get("title") for case in CASES]
    return pl.Series([*[None] * (texts.len() - len(given)), *given], dtype=pl.String)


@pytest.fixture(params=[*CLEANERS, "NEWS"])
def recipe(request):
    return NEWS if request.param == "NEWS" else (cleaner_types()[request.param](),)


def test_edits_replay_and_a_second_run_finds_nothing(texts, titles, recipe):
    batch = clean_batch(texts, titles=titles, recipe=recipe)
    assert batch.edits.schema == EDITS
    assert batch.flags.schema == FLAGS
    assert apply_edits(texts, batch.edits).equals(batch.texts)
    assert undo_edits(batch.texts, batch.edits).equals(texts)
    assert (batch.edits["start"] < batch.edits["end"]).all()
    assert clean_batch(batch.texts, titles=titles, recipe=recipe).edits.is_empty()


def test_positions_are_lines_and_bytes_of_the_original(texts, titles, recipe):
    batch = clean_batch(texts, titles=titles, recipe=recipe)
    encoded = [text.encode() for text in texts]
    for doc, line, start, end, before in batch.edits.select("doc", "line", "start", "end", "before").iter_rows():
        assert encoded[doc][start:end] == before.encode()
        at = encoded[doc][:start].count(b"\n") + 1
        takes_the_terminator_before = before.startswith(("\n", "\r\n"))
        assert line in ((at, at + 1) if takes_the_terminator_before else (at,))
    for doc, line, start in batch.flags.select("doc", "line", "start").iter_rows():
        assert encoded[doc][:start].count(b"\n") + 1 == line


def test_neighbours_in_the_batch_and_order_change_nothing(texts, titles, recipe):
    together = clean_batch(texts, titles=titles, recipe=recipe).texts.to_list()
    backwards = clean_batch(texts.reverse(), titles=titles.reverse(), recipe=recipe).texts.to_list()
    assert backwards[::-1] == together
    alone = [
        clean_batch(texts[i : i + 1], titles=titles[i : i + 1], recipe=recipe).texts[0]
        for i in range(0, texts.len(), 23)
    ]
    assert alone == together[::23]


def test_the_input_is_not_changed_and_the_answer_is_the_same_twice(texts, titles, recipe):
    before = texts.to_list()
    first = clean_batch(texts, titles=titles, recipe=recipe)
    second = clean_batch(texts, titles=titles, recipe=recipe)
    assert texts.to_list() == before
    assert first.texts.equals(second.texts)
    assert first.edits.equals(second.edits)
    assert first.flags.equals(second.flags)


def test_nulls_and_nothing_are_safe(recipe):
    frame = pl.DataFrame({"id": ["a", "b"], "text": [None, "Rain fell."]})
    assert clean(frame, recipe).documents.equals(frame)
    empty = clean(frame.clear(), recipe)
    assert empty.documents.is_empty()
    assert empty.edits.columns == ["row", "id", *EDITS.names()[1:]]


def test_gold_is_left_alone(gold, recipe):
    if recipe == (KeepBody(),):
        recipe = NEWS  # it scores lines of whole pages: an extracted text is not for it
    texts = pl.Series([path.read_text("utf-8") for path in sorted(gold.glob("*.txt"))])
    assert clean_batch(texts, recipe=recipe).edits.is_empty()


def test_a_cleaner_is_frozen_and_its_repr_makes_it_again():
    for name, cleaner in cleaner_types().items():
        assert eval(repr(cleaner()), {name: cleaner}) == cleaner()  # noqa: S307 (our own repr)
        assert cleaner.safety in ("repair", "chrome", "opinion")
        assert cleaner.__doc__
