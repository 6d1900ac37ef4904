"""Frames of documents: those of Polars, and tables of other libraries by the Arrow interchange."""

from typing import Protocol, TypeVar, overload, runtime_checkable

import polars as pl

from cleaners.arguments import check_argument

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


@runtime_checkable
class ArrowTable(Protocol):
    """What exports an Arrow stream: tables of pyarrow, pandas, DuckDB, Hugging Face, and Polars itself.

    >>> isinstance(pl.DataFrame(), ArrowTable)
    True
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the table over (https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html)."""
        ...


@overload
def as_frame(docs: Frame) -> Frame: ...
@overload
def as_frame(docs: ArrowTable) -> pl.DataFrame: ...
def as_frame(docs: pl.DataFrame | pl.LazyFrame | ArrowTable) -> pl.DataFrame | pl.LazyFrame:
    """Return a Polars frame as it is, and any other table as one, without a copy where the types allow.

    >>> as_frame(["a text"])
    Traceback (most recent call last):
        ...
    TypeError: documents must be a Polars frame or a table with __arrow_c_stream__ (pandas, pyarrow …), not list
    """
    if isinstance(docs, pl.DataFrame | pl.LazyFrame):
        return docs
    if isinstance(docs, ArrowTable):
        return pl.DataFrame(docs)
    table = "a Polars frame or a table with __arrow_c_stream__ (pandas, pyarrow …)"
    raise TypeError(f"documents must be {table}, not {type(docs).__name__}")


def check_column(schema: pl.Schema, name: str, *, of: str) -> None:
    """Check that a column is there; ValueError says which are.

    >>> check_column(pl.Schema({"id": pl.String()}), "source", of="site")
    Traceback (most recent call last):
        ...
    ValueError: there is no site column 'source'; the columns are id
    """
    if name not in schema:
        raise ValueError(f"there is no {of} column {name!r}; the columns are {', '.join(schema)}")


def check_text(schema: pl.Schema, text: str) -> None:
    """Check that a column holds text; ValueError says what it holds, or which columns there are.

    >>> check_text(pl.Schema({"id": pl.String()}), "body")
    Traceback (most recent call last):
        ...
    ValueError: the text column 'body' must be String; it is missing; the columns are id
    """
    check_argument("text", text, str, "the name of a column")
    if schema.get(text) != pl.String:
        found = f"of type {schema[text]}" if text in schema else f"missing; the columns are {', '.join(schema)}"
        raise ValueError(f"the text column {text!r} must be String; it is {found}")
