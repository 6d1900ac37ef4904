import json
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghirbal.columns import (
    JSON,
    NULL,
    documents,
    dump_kinds,
    encode_rows,
    join,
    kind_of,
    kinds_of_frame,
    load_kinds,
    settle,
)
from ghirbal.fields import Fields

FIELDS = Fields()
OWN = dict.fromkeys(("id", "text", "site"), pl.String)


def settled_column(*parts: list[Any]) -> tuple[pl.DataType, list[Any]]:
    """Type and values of a column that the batches `parts` bring."""
    encoded = [encode_rows([{"x": value} for value in values]) for values in parts]
    return through(encoded)


def through(encoded: list[tuple[pl.DataFrame, dict[str, Any]]]) -> tuple[pl.DataType, list[Any]]:
    settled = settle((kinds for _, kinds in encoded), fields=FIELDS)
    tables = []
    for frame, kinds in encoded:
        rows = pl.DataFrame(dict.fromkeys(("id", "text", "site"), ["v"] * frame.height), schema=OWN)
        assert load_kinds(json.loads(json.dumps(dump_kinds(kinds))), frame.schema) == kinds
        tables.append(documents(rows, frame, kinds, settled, fields=FIELDS))
        assert tables[-1].schema == settled.schema
    table = pl.concat(tables)
    return table.schema["x"], table["x"].to_list()


@pytest.mark.parametrize(
    ("parts", "dtype", "values"),
    [
        ([["a", None], ["b"]], pl.String(), ["a", None, "b"]),
        ([[1], [2, None]], pl.Int64(), [1, 2, None]),
        ([[1], [2.5]], pl.Float64(), [1.0, 2.5]),
        ([[1], [True]], pl.String(), ["1", "true"]),
        ([[True, None], [False]], pl.Boolean(), [True, None, False]),
        ([[None], [None]], pl.String(), [None, None]),
        ([[None], [3]], pl.Int64(), [None, 3]),
        ([["a"], [3]], pl.String(), ['"a"', "3"]),
        ([["a", 3], [None]], pl.String(), ['"a"', "3", None]),
        ([[2**53 + 1], [0.5]], pl.String(), ["9007199254740993", "0.5"]),
        ([[2**53], [0.5]], pl.Float64(), [2.0**53, 0.5]),
        ([[2**53 + 1], [1]], pl.Int64(), [2**53 + 1, 1]),
        ([[2**63], [1]], pl.String(), ["9223372036854775808", "1"]),
        ([[["a"]], [[]], [None]], pl.List(pl.String()), [["a"], [], None]),
        ([[[1]], [[0.5, None]]], pl.List(pl.Float64()), [[1.0], [0.5, None]]),
        ([[[1]], [["a"]]], pl.String(), ["[1]", '["a"]']),
        ([[[]], [[]]], pl.List(pl.String()), [[], []]),
        (
            [[{"a": 1}], [{"b": "x", "a": 0.5}]],
            pl.Struct({"a": pl.Float64(), "b": pl.String()}),
            [{"a": 1.0, "b": None}, {"a": 0.5, "b": "x"}],
        ),
        ([[{"a": 1}], [{"a": "x"}]], pl.String(), ['{"a":1}', '{"a":"x"}']),
        ([[{}], [{}]], pl.String(), ["{}", "{}"]),
        (
            [[{"م": [{"k": None}]}]],
            pl.Struct({"م": pl.List(pl.Struct({"k": pl.String()}))}),
            [{"م": [{"k": None}]}],
        ),
    ],
)
def test_settled_types(parts: list[list[Any]], dtype: pl.DataType, values: list[Any]) -> None:
    assert settled_column(*parts) == (dtype, values)
    assert settled_column([value for part in parts for value in part]) == (dtype, values)
    assert settled_column(*([value] for part in parts for value in part)) == (dtype, values)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=4),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abم"), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(values, max_size=5), st.integers(0, 5), st.integers(0, 5))
def test_join_is_associative(found: list[Any], first: int, second: int) -> None:
    low, high = sorted((first, second))
    kinds = [kind_of(value) for value in found]
    parts = [reduce(join, part, NULL) for part in (kinds[:low], kinds[low:high], kinds[high:])]
    assert reduce(join, parts, NULL) == reduce(join, kinds, NULL)
    assert join(parts[0], join(parts[1], parts[2])) == join(join(parts[0], parts[1]), parts[2])


def same(found: Any, value: Any) -> bool:
    """Whether a value came through: numbers by value, absent keys as null."""
    if isinstance(value, dict) and isinstance(found, dict):
        return set(value) <= set(found) and all(same(item, value.get(key)) for key, item in found.items())
    if isinstance(value, list) and isinstance(found, list):
        return len(value) == len(found) and all(map(same, found, value))
    return bool(found == value)


@given(st.lists(values, min_size=1, max_size=6), st.integers(0, 6))
@settings(max_examples=200, deadline=None)
def test_values_come_through_or_become_json_text(found: list[Any], cut: int) -> None:
    dtype, column = settled_column(found[:cut], found[cut:])
    assert (dtype, column) == settled_column(found)
    if same(column, found):
        return
    assert dtype == pl.String
    assert [None if text is None else json.loads(text) for text in column] == found


def test_columns_stand_in_order_of_first_appearance() -> None:
    encoded = [
        encode_rows([{"text": "a", "b": 1}, {"text": "a", "c": 1}]),
        encode_rows([{"d": 1, "text": "a", "b": 2}]),
    ]
    assert settle([kinds for _, kinds in encoded], fields=FIELDS).schema.names() == [
        "text",
        "b",
        "c",
        "d",
        "id",
    ]


def test_made_columns_come_last() -> None:
    kinds = encode_rows([{"url": "u", "text": "a"}])[1]
    assert settle([kinds], fields=FIELDS).schema.names() == ["url", "text", "id", "site"]
    assert settle([kinds], fields=Fields(site="s", id="i")).schema.names() == ["url", "text", "i", "s"]
    kinds = encode_rows([{"id": 5, "site": None, "url": "u", "text": "a"}])[1]
    assert settle([kinds], fields=FIELDS).schema == dict.fromkeys(["id", "site", "url", "text"], pl.String)


def test_the_text_is_there_though_no_row_is() -> None:
    assert settle([], fields=Fields(text="body")).schema == {"body": pl.String(), "id": pl.String()}


def test_disagreement_is_told_once() -> None:
    kinds = [
        encode_rows([{"x": "a", "y": 1}])[1],
        encode_rows([{"x": 1, "y": 2}])[1],
        encode_rows([{"x": 2}])[1],
    ]
    settled = settle(kinds, fields=FIELDS)
    assert settled.kinds["x"] == JSON
    assert settled.notes == ("column 'x' holds values of more than one type; it is written as JSON text",)


TYPED = pl.DataFrame(
    {
        "i32": pl.Series([1, None], dtype=pl.Int32),
        "u64": pl.Series([2**64 - 1, 1], dtype=pl.UInt64),
        "f32": pl.Series([0.5, None], dtype=pl.Float32),
        "day": [date(2020, 1, 1), None],
        "moment": [datetime(2020, 1, 1, tzinfo=UTC), None],
        "money": [Decimal("1.50"), None],
        "blob": [b"\xff", None],
        "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
        "enum": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
        "list": pl.Series([[1], None], dtype=pl.List(pl.Int16)),
        "array": pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int64, 2)),
        "struct": [{"a": 1, "b": [{"c": "x"}]}, {"a": None, "b": []}],
    }
)


@pytest.mark.parametrize("name", TYPED.columns)
def test_typed_columns_stay_as_they_are(name: str) -> None:
    frame = TYPED.select(x=name)
    kinds = kinds_of_frame(frame)
    empty = encode_rows([{"x": None}])
    dtype, values = through([(frame, kinds), (frame, kinds), empty, (frame.clear(), kinds_of_frame(frame.clear()))])
    assert dtype == frame.schema["x"]
    assert values == frame["x"].to_list() * 2 + [None]


@pytest.mark.parametrize("name", TYPED.columns)
def test_typed_columns_that_meet_strings_become_text(name: str) -> None:
    frame = TYPED.select(x=name)
    dtype, values = through([(frame, kinds_of_frame(frame)), encode_rows([{"x": "s"}])])
    assert dtype == pl.String
    assert values[-1] == ("s" if name in ("kind", "enum") else '"s"')


def test_typed_numbers_meet_as_wider_numbers() -> None:
    def typed(values: list[Any], dtype: Any) -> tuple[pl.DataFrame, dict[str, Any]]:
        frame = pl.DataFrame({"x": pl.Series(values, dtype=dtype)})
        return frame, kinds_of_frame(frame)

    assert through([typed([1], pl.Int32), typed([2], pl.Int8)]) == (pl.Int64(), [1, 2])
    assert through([typed([1], pl.Int64), typed([0.5, None], pl.Float64)]) == (pl.Float64(), [1.0, 0.5, None])
    assert through([typed([2**60], pl.Int64), typed([0.5], pl.Float64)]) == (pl.String(), [str(2**60), "0.5"])
    assert through([typed([1], pl.UInt64), encode_rows([{"x": -1}])]) == (pl.Int64(), [1, -1])
    assert through([typed([2**64 - 1], pl.UInt64), encode_rows([{"x": -1}])]) == (
        pl.String(),
        [str(2**64 - 1), "-1"],
    )
    assert through([typed([0.5], pl.Float32), typed([float("nan")], pl.Float64)])[0] == pl.Float64()
    assert through([typed([[1]], pl.List(pl.Int32)), encode_rows([{"x": [2.5]}])]) == (
        pl.List(pl.Float64()),
        [[1.0], [2.5]],
    )
    assert through([typed([True], pl.Boolean), encode_rows([{"x": False}])]) == (pl.Boolean(), [True, False])


def test_a_string_column_of_parquet_is_not_touched() -> None:
    frame = pl.DataFrame({"x": ["a", "b"], "n": [1, 2]})
    kinds = kinds_of_frame(frame)
    settled = settle([kinds], fields=FIELDS)
    rows = pl.DataFrame({"id": ["i", "j"], "text": ["t", "u"], "site": [None, None]})
    table = documents(rows, frame, kinds, settled, fields=FIELDS)
    assert table.columns == ["x", "n", "text", "id"]
    assert table.select("x", "n").equals(frame)


def test_damaged_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="of a kind, not"):
        load_kinds({"x": "int"}, {})
