"""Texts as they are written: every character has its place, and what is put in reads back."""

import csv
import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghirbal.checking.values import delimited_value, json_value, plain_value

LETTERS = st.one_of(st.sampled_from('aب😀"\\/\n\r\t,;é\u200f\x00'), st.characters(exclude_categories=["Cs"]))
TEXTS = st.text(LETTERS, max_size=30)


@st.composite
def spans(draw, text):
    """Spans that are sorted and do not overlap."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return [(start, end, draw(TEXTS)) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]


def replaced(text, changes):
    pieces, at = [], 0
    for start, end, after in changes:
        pieces += [text[at:start], after]
        at = end
    return "".join([*pieces, text[at:]])


@given(st.data(), TEXTS, st.booleans(), st.sampled_from(["utf-8", "ascii", "cp1256"]))
def test_json(data, text, escaped, encoding):
    row = {"text2": "text", "n": [1, {"text": "no"}], "text": text, "z": "text"}
    raw = json.dumps(row, ensure_ascii=escaped, separators=data.draw(st.sampled_from([(",", ":"), (" , ", " : ")])))
    value = json_value(raw, "text", encoding=encoding)
    assert value.text == text
    places = value.places(range(len(text) + 1))
    assert "".join(json.loads(f'"{raw[a:b]}"') for a, b in pairwise(places)) == text
    changes = data.draw(spans(text))
    new = value.spliced(changes)
    assert json.loads(new) == {**row, "text": replaced(text, changes)}
    assert new.startswith(raw[: value.start])
    assert new.endswith(raw[value.end :])
    for _, _, after in changes:
        value.encode(after).encode(encoding)


@given(st.data(), st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_delimited(data, fields, quoting):
    delimiter = data.draw(st.sampled_from(",\t"))
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerow(fields)
    column = data.draw(st.integers(0, len(fields) - 1))
    value = delimited_value(out.getvalue().removesuffix("\r\n"), column, delimiter=delimiter)
    assert value.text == fields[column]
    changes = data.draw(spans(fields[column]))
    new = value.spliced(changes)
    (read,) = csv.reader(io.StringIO(new, newline=""), delimiter=delimiter, strict=True)
    assert read == [*fields[:column], replaced(fields[column], changes), *fields[column + 1 :]]


@given(st.data(), TEXTS)
def test_plain(data, text):
    changes = data.draw(spans(text))
    assert plain_value(text).spliced(changes) == replaced(text, changes)


@pytest.mark.parametrize(
    ("raw", "column", "text"),
    [("a,", 1, ""), (",", 0, ""), ('a"b,c', 0, 'a"b'), (' "a",c', 0, ' "a"'), ('"",c', 0, ""), ('c,"a\nb"', 1, "a\nb")],
)
def test_fields_as_the_reader_has_them(raw, column, text):
    assert delimited_value(raw, column, delimiter=",").text == text
    assert next(csv.reader(io.StringIO(raw, newline=""), strict=True))[column] == text


def test_only_field_that_becomes_empty_stays_a_record():
    assert delimited_value("ab", 0, delimiter=",").spliced([(0, 2, "")]) == '""'
    assert delimited_value("ab,", 0, delimiter=",").spliced([(0, 2, "")]) == ","
