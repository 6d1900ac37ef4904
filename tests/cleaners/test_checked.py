"""Cleaners with a fault: each is named, with what was expected of it."""

from typing import ClassVar

import polars as pl
import pytest
import regex

from cleaners import MARKS, NEWS, PROPOSALS, CleanerError, clean_text, found_spans, marks

TEXT = "Rain fell on the city all day and the river rose above its banks.\nWeather today: كتاب"
"""Two lines; the second has 23 bytes."""


class DropWeather:
    """Mark what the test says."""

    safety: ClassVar = "chrome"

    def __init__(self, answer):
        self.answer = answer

    def mark(self, page):
        return self.answer(page)


class JoinDashes:
    """Propose what the test says."""

    safety: ClassVar = "repair"

    def __init__(self, answer, gate=None, flag=None):
        self.answer, self.own_gate = answer, gate
        if flag is not None:
            self.flag = flag

    def gate(self, text):
        return text.str.contains("Weather") if self.own_gate is None else self.own_gate(text)

    def rewrite(self, lines):
        return self.answer(lines)


def made(row=1, reason="weather", evidence="place", cut=None, schema=MARKS):
    return pl.DataFrame([(row, "DropWeather", reason, evidence, cut)], schema=schema, orient="row")


def change(*spans):
    return lambda _: pl.DataFrame([(*span, "dashes") for span in spans], schema=PROPOSALS, orient="row")


COLUMNS = "must return a DataFrame of row: UInt32, cleaner: String, reason: String, evidence: String, cut: UInt32"
SPANS = "must return a DataFrame of at: UInt32, start: UInt32, end: UInt32, after: String, reason: String"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda _: made(evidence="plaec"), "gives the evidence 'plaec': did you mean 'place'? It is one of proved, pl"),
        (lambda _: made(evidence="xyz"), "gives the evidence 'xyz'. It is one of proved, place, "),
        (lambda _: [1], f"{COLUMNS}; `marks` makes it; it returned list [1]"),
        (lambda _: None, f"{COLUMNS}; `marks` makes it; it returned NoneType None"),
        (lambda _: made().drop("cut"), f"{COLUMNS}; `marks` makes it; it has no 'cut'"),
        (lambda _: made().rename({"reason": "raeson"}), "there is none 'raeson': did you mean 'reason'?"),
        (lambda _: made().with_columns(pl.col("row").cast(pl.Int64)), "its 'row' is Int64"),
        (lambda _: made().select(*reversed(MARKS.names())), "in another order, cut, evidence, reason, cleaner, row"),
        (lambda _: made(reason=None), "leaves 'reason' null in 1 of 1 rows"),
        (lambda _: made(row=7), "speaks of row 7, which the page has not"),
        (lambda _: made(evidence="proved", cut=23), "cuts row 1, 'Weather today: كتاب', at byte 23, but it has 23 b"),
        (lambda _: made(evidence="proved", cut=16), "at byte 16, which is inside a character"),
        (lambda _: made(cut=15), "at byte 15, on the evidence 'place'; a cut needs 'proved'"),
        (lambda page: page["nothing"], "failed: ColumnNotFoundError: "),
        (lambda _: 1 / 0, "failed: ZeroDivisionError: division by zero"),
    ],
)
def test_a_dropper_is_told_what_is_wrong(answer, sentence):
    with pytest.raises(CleanerError) as told:
        clean_text(TEXT, recipe=(*NEWS, DropWeather(answer)))
    assert str(told.value).startswith("DropWeather.mark ")
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda _: "text", f"{SPANS}; `found_spans` makes it; it returned 'text'"),
        (lambda _: pl.DataFrame({"at": [0]}), f"{SPANS}; `found_spans` makes it; it has no 'start'"),
        (lambda _: change((0, 0, 1, "w"))(_).cast({"at": pl.Int64}), "its 'at' is Int64"),
        (change((0, 0, 1, None)), "leaves 'after' null in 1 of 1 rows"),
        (change((1, 0, 1, "w")), "changes line 1, but was given 1, from 0"),
        (change((0, 20, 24, "")), "bytes 20 to 24 of 'Weather today: كتاب', which has 23 bytes"),
        (
            change((0, 3, 3, "x")),
            "bytes 3 to 3 of 'Weather today: كتاب', which has 23 bytes; a change begins before it",
        ),
        (change((0, 5, 3, "x")), "a change begins before it ends"),
        (change((0, 15, 16, "")), "which is inside a character"),
        (change((0, 0, 1, "W")), "bytes 0 to 1 of 'Weather today: كتاب' into what they are"),
        (change((0, 0, 3, "x"), (0, 2, 5, "y")), "changes are in order, and apart"),
        (change((0, 4, 5, "x"), (0, 0, 1, "y")), "changes are in order, and apart"),
        (lambda _: {}["key"], "failed: KeyError: 'key'"),
    ],
)
def test_a_rewriter_is_told_what_is_wrong(answer, sentence):
    with pytest.raises(CleanerError) as told:
        clean_text(TEXT, recipe=(JoinDashes(answer), *NEWS))
    assert str(told.value).startswith("JoinDashes.rewrite ")
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        (
            lambda _: "Weather",
            "must return an expression of the text, as text.str.contains('--', literal=True) is; it r",
        ),
        (lambda text: text.str.contains("("), "failed: ComputeError: "),
        (lambda text: text.str.len_bytes(), "failed: "),
    ],
)
def test_a_gate_is_told_what_is_wrong(gate, sentence):
    with pytest.raises(CleanerError) as told:
        clean_text(TEXT, recipe=(JoinDashes(change(), gate=gate),))
    assert str(told.value).startswith("JoinDashes.gate ")
    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [
        (
            lambda _: pl.DataFrame({"at": [0]}),
            "must return a DataFrame of at: UInt32, reason: String; it has no 'reason'",
        ),
        (
            lambda _: pl.DataFrame({"at": [4], "reason": ["x"]}, schema_overrides={"at": pl.UInt32}),
            "flags line 4, but was given 1, from 0",
        ),
        (lambda _: 1 / 0, "failed: ZeroDivisionError"),
    ],
)
def test_a_flag_is_told_what_is_wrong(flag, sentence):
    with pytest.raises(CleanerError) as told:
        clean_text(TEXT, recipe=(JoinDashes(change(), flag=flag),))
    assert str(told.value).startswith("JoinDashes.flag ")
    assert sentence in str(told.value)


def test_a_rewriter_that_never_ends_is_named():
    def longer(lines):
        return pl.DataFrame(
            [(at, 0, 7, "Weather Weather", "again") for at in range(lines.len())], schema=PROPOSALS, orient="row"
        )

    with pytest.raises(CleanerError, match="JoinDashes still changes what it left after 100 passes"):
        clean_text(TEXT, recipe=(JoinDashes(longer),))


def test_a_right_answer_is_taken():
    def weather(page):
        return marks(page.filter(pl.col("key").str.starts_with("weather")), dropper, reason="w", evidence="place")

    dropper = DropWeather(weather)
    assert (
        clean_text(
            TEXT,
            recipe=(
                JoinDashes(lambda lines: found_spans(lines, regex.compile("oday:"), lambda _: ("!", "w"))),
                dropper,
            ),
        )
        == TEXT.partition("\n")[0]
    )


def test_our_own_errors_stay_what_they_are(monkeypatch):
    monkeypatch.setattr("cleaners.DropTatweel.rewrite", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        clean_text("كتـــاب", recipe=NEWS)


def test_what_grew_may_change_inside():
    """The second change begins before the place that the first would move it to."""
    shorter = JoinDashes(
        lambda lines: found_spans(lines, regex.compile("inside"), lambda _: ("in", "w")),
        gate=lambda text: text.str.contains("inside"),
    )
    longer = JoinDashes(
        lambda lines: found_spans(lines, regex.compile("^Weather"), lambda _: ("Sun and rain inside", "w"))
    )
    assert clean_text(TEXT, recipe=(longer, shorter)).endswith("\nSun and rain in today: كتاب")
