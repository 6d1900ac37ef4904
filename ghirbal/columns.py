"""Settle the types of carried columns over the whole input.

A column's type is the least one that holds every value of the whole input:

    null < int < long < json      int: exact as a 64-bit float; long: not
           int < float < json
    null < bool, string, list(kind), struct(kinds) < json

and `json` is JSON text, which holds everything. Joining kinds is associative,
so neither batches nor files change what comes out. Until the type is settled,
a column of a text format travels as it can lose nothing: strings as they are,
anything else as JSON text. Columns of Parquet travel and arrive as they are,
unless another file disagrees.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain

import polars as pl
from polars.datatypes import DataTypeClass

from ghirbal.fields import Fields

EXACT_IN_FLOAT = 1 << 53
LARGEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column is made of.

    `inner` are the fields of a struct, or the items of a list under the name
    "". `dtype` is a type that only Parquet can bring (Int32, Date, …); it stays
    as long as every file brings the same.
    """

    name: str
    inner: tuple[tuple[str, "Kind"], ...] = ()
    dtype: pl.DataType | None = None


NULL, BOOL, INT, LONG, FLOAT, STRING, JSON = map(Kind, ("null", "bool", "int", "long", "float", "string", "json"))
_SCALARS = {type(None): NULL, bool: BOOL, float: FLOAT, str: STRING}
_ABOVE = {("int", "long"): LONG, ("int", "float"): FLOAT}
_PLAIN: dict[str, pl.DataType] = {
    "null": pl.String(),
    "bool": pl.Boolean(),
    "int": pl.Int64(),
    "long": pl.Int64(),
    "float": pl.Float64(),
    "string": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Settled:
    """The columns of the output in their order, with a sentence for each that became JSON text."""

    kinds: dict[str, Kind]
    schema: pl.Schema
    notes: tuple[str, ...]


def join(first: Kind, second: Kind) -> Kind:
    """Least kind that holds both.

    >>> join(INT, FLOAT).name, join(LONG, FLOAT).name, join(STRING, NULL).name
    ('float', 'json', 'string')
    """
    if first == second:
        return first
    if NULL in (first, second):
        return second if first == NULL else first
    dtype = first.dtype if first.dtype == second.dtype else None
    if first.name == second.name:
        inner = dict(first.inner)
        for name, kind in second.inner:
            inner[name] = join(inner.get(name, NULL), kind)
        return Kind(first.name, tuple(inner.items()), dtype)
    above = _ABOVE.get((first.name, second.name)) or _ABOVE.get((second.name, first.name)) or JSON
    return Kind(above.name, dtype=dtype)


def kind_of(value: object) -> Kind:
    """Kind of one JSON value.

    >>> kind_of({"a": [1, 2.5]}).inner[0][1].inner[0][1].name
    'float'
    """
    scalar = _SCALARS.get(type(value))
    if scalar is not None:
        return scalar
    match value:
        case int():
            return INT if abs(value) <= EXACT_IN_FLOAT else LONG if -LARGEST <= value <= LARGEST else JSON
        case list():
            return Kind("list", (("", reduce(join, map(kind_of, value), NULL)),))
        case dict():
            return Kind("struct", tuple((name, kind_of(item)) for name, item in value.items()))
        case _:
            return JSON


def encode_rows(rows: Sequence[Mapping[str, object]]) -> tuple[pl.DataFrame, dict[str, Kind]]:
    """Columns of parsed rows in order of first appearance, as strings or JSON text, with their kinds.

    >>> frame, kinds = encode_rows([{"a": "x"}, {"b": 1}])
    >>> frame.rows(), [kind.name for kind in kinds.values()]
    ([('x', None), (None, '1')], ['string', 'int'])
    """
    names = list(dict.fromkeys(chain.from_iterable(rows)))
    if all(list(row) == names for row in rows):
        columns: Iterable[Sequence[object]] = zip(*(row.values() for row in rows), strict=True)
    else:
        columns = ([row.get(name) for row in rows] for name in names)
    encoded, kinds = [], {}
    for name, values in zip(names, columns, strict=True):
        if set(map(type, values)) <= {str, type(None)}:
            kinds[name] = STRING if any(value is not None for value in values) else NULL
            encoded.append(pl.Series(name, values, dtype=pl.String))
        else:
            # Distinct kinds in order: few, where joining value by value took half of the reading.
            kinds[name] = reduce(join, dict.fromkeys(map(kind_of, values)), NULL)
            encoded.append(pl.Series(name, json_texts(values), dtype=pl.String))
    return pl.DataFrame(dict(zip(names, encoded, strict=True)), height=len(rows)), kinds


def kinds_of_frame(frame: pl.DataFrame) -> dict[str, Kind]:
    """Kinds of typed columns; reads values only to see whether 64-bit integers fit a float."""
    return {column.name: _kind_of_column(column) for column in frame.iter_columns()}


def settle(kinds: Iterable[Mapping[str, Kind]], *, fields: Fields) -> Settled:
    """Types and order of the output's columns, from the kinds of all batches in input order.

    Columns stand in order of first appearance. The text is there though no row could
    be read. An id that no input has comes last, then the site where there is a url to
    make it of.
    """
    joined: dict[str, Kind] = {}
    for batch in kinds:
        for name, kind in batch.items():
            joined[name] = join(joined.get(name, NULL), kind)
    made = [fields.column("text"), fields.column("id")] + [fields.column("site")] * (fields.column("url") in joined)
    joined |= {name: STRING for name in made if name not in joined}
    joined |= {fields.column(name): STRING for name in ("id", "text", "site") if fields.column(name) in joined}
    settled = {name: JSON if _dtype(kind) is None else kind for name, kind in joined.items()}
    notes = tuple(
        f"column {name!r} holds values of more than one type; it is written as JSON text"
        for name, kind in settled.items()
        if kind == JSON
    )
    return Settled(settled, pl.Schema({name: _dtype(kind) or pl.String() for name, kind in settled.items()}), notes)


def json_texts(values: Iterable[object]) -> list[str | None]:
    """Values as JSON text, keys in the order that they came in; null stays null, bytes become base64.

    >>> json_texts([{"b": 1, "a": "م"}, None, b"x"])
    ['{"b":1,"a":"م"}', None, '"eA=="']
    """
    return [None if value is None else _ENCODER.encode(value) for value in values]


def documents(
    rows: pl.DataFrame, carried: pl.DataFrame, kinds: Mapping[str, Kind], settled: Settled, *, fields: Fields
) -> pl.DataFrame:
    """Return the output's columns: id, text and site from `rows`, the others decoded from `carried`."""
    own = {fields.column(name): name for name in ("id", "text", "site")}
    columns = {}
    for name, kind in settled.kinds.items():
        if name in own:
            column = rows[own[name]]
        elif name in carried.columns:
            column = _decode(carried[name], kinds[name], kind)
        else:
            column = pl.Series(name, [None], dtype=settled.schema[name]).new_from_index(0, rows.height)
        columns[name] = column
    return pl.DataFrame(columns, height=rows.height)  # of a mapping: a list of columns renames one that is called ""


def dump_kinds(kinds: Mapping[str, Kind]) -> dict[str, object]:
    """Kinds as JSON values; a type that only Parquet can bring is named, and stays in the schema."""
    return {name: _dump(kind) for name, kind in kinds.items()}


def load_kinds(dumped: Mapping[str, object], schema: Mapping[str, pl.DataType]) -> dict[str, Kind]:
    """Kinds from what `dump_kinds` gave and the schema of the frame that they speak of."""
    return {name: _load(kind, schema.get(name)) for name, kind in dumped.items()}


def _dump(kind: Kind) -> list[object]:
    return [kind.name, {name: _dump(item) for name, item in kind.inner}, kind.dtype is not None]


def _load(dumped: object, dtype: pl.DataType | DataTypeClass | None) -> Kind:
    if not (isinstance(dumped, list) and len(dumped) == 3 and isinstance(dumped[1], dict)):
        raise ValueError(f"expected [name, inner, native] of a kind, not {dumped!r}")
    name, items, native = dumped
    inside: dict[str, pl.DataType | DataTypeClass] = {}
    if isinstance(dtype, pl.List):
        inside = {"": dtype.inner}
    elif isinstance(dtype, pl.Struct):
        inside = {field.name: field.dtype for field in dtype.fields}
    inner = tuple((key, _load(item, inside.get(key))) for key, item in items.items())
    return Kind(name, inner, _instance(dtype) if native and dtype is not None else None)


def _instance(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    return dtype() if isinstance(dtype, DataTypeClass) else dtype


def _dtype(kind: Kind) -> pl.DataType | None:
    """Type that the kind is written as; None: only JSON text holds it."""
    if kind.dtype is not None:
        return kind.dtype
    if kind.name == "list":
        item = _dtype(kind.inner[0][1])
        return None if item is None else pl.List(item)
    if kind.name == "struct":
        items = {name: _dtype(item) for name, item in kind.inner}
        known = [pl.Field(name, item) for name, item in items.items() if item is not None]
        return pl.Struct(known) if known and len(known) == len(items) else None
    return _PLAIN.get(kind.name)


def _kind_of_column(column: pl.Series) -> Kind:
    dtype = column.dtype
    kind = _kind_of_dtype(dtype)
    if dtype.is_integer() and kind.name != "int":
        # Compare in Python: no Polars integer type holds both a UInt64 and its negative.
        furthest = max(abs(int(bound or 0)) for bound in (column.min(), column.max()))  # type: ignore[arg-type]  # of a column of integers
        kind = Kind(kind_of(furthest).name, dtype=kind.dtype)
    return kind


def _kind_of_dtype(type_: pl.DataType | DataTypeClass) -> Kind:
    """Kind of a type, all 64-bit integers taken for long."""
    dtype = _instance(type_)
    if dtype.is_integer():
        narrow = dtype in (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)
        kind = INT if narrow else LONG if dtype == pl.Int64 else JSON
    elif isinstance(dtype, pl.List):
        kind = Kind("list", (("", _kind_of_dtype(dtype.inner)),))
    elif isinstance(dtype, pl.Struct):
        kind = Kind("struct", tuple((field.name, _kind_of_dtype(field.dtype)) for field in dtype.fields))
    elif dtype in (pl.String, pl.Categorical, pl.Enum):
        kind = STRING
    else:
        kind = BOOL if dtype == pl.Boolean else FLOAT if dtype.is_float() else NULL if dtype == pl.Null else JSON
    return kind if _dtype(kind) == dtype or kind == NULL else Kind(kind.name, kind.inner, dtype)


def _decode(column: pl.Series, kind: Kind, settled: Kind) -> pl.Series:
    dtype = _dtype(settled) or pl.String()
    if kind == NULL or (column.dtype == dtype and _is_text(kind) == _is_text(settled)):
        return column.cast(dtype)
    if kind.name == settled.name == "string":
        return column.cast(pl.String)
    encoded = column.dtype == pl.String and not _is_text(kind)
    texts = column if encoded else pl.Series(column.name, json_texts(column.to_list()), dtype=pl.String)
    if settled == JSON:
        return texts
    if isinstance(dtype, pl.List | pl.Struct):
        return texts.str.json_decode(dtype)
    return texts == "true" if dtype == pl.Boolean else texts.cast(dtype)


def _is_text(kind: Kind) -> bool:
    return kind.name == "string"


def _spelled(value: object) -> str:
    return b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_spelled)
