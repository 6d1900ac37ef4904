"""Polars functions over Spark's frames, with checkpoints between them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType

Function = Callable[[pl.DataFrame], pl.DataFrame]
Pieces = Callable[[pl.DataFrame], Iterator[pl.DataFrame]]
Texts = Callable[[pl.DataFrame], pl.Series]
Stream = Callable[[Iterator[pl.DataFrame]], Iterator[pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A session, and the folder that all of its machines see, where tables between the stages lie."""

    session: SparkSession
    folder: Path

    def keep(self, frame: DataFrame, name: str) -> DataFrame:
        """Write a table as Parquet and read it from there: what comes after never makes it again."""
        path = (self.folder / name).as_uri()
        frame.write.mode("overwrite").parquet(path)
        return self.session.read.schema(frame.schema).parquet(path)

    def frame(self, table: pl.DataFrame) -> DataFrame:
        """Hand a small table to the session."""
        return self.session.createDataFrame(table.rows(), spark_schema(table.schema))


def mapped(frame: DataFrame, function: Stream, schema: pl.Schema) -> DataFrame:
    """Call a function over the batches of each partition."""
    return frame.mapInArrow(partial(_over_batches, function, _arrow(schema)), from_arrow_schema(_arrow(schema)))


def grouped(frame: DataFrame, by: list[str], function: Function, schema: pl.Schema) -> DataFrame:
    """Call a function on each group; only for groups that have a bound, for one is held in memory."""
    types = _arrow(schema)

    def within(table: pa.Table) -> pa.Table:  # Spark reads the hints
        return _written(function(_read(table)), types)

    return frame.groupBy(*by).applyInArrow(within, from_arrow_schema(types))


def streamed(frame: DataFrame, by: list[str], function: Pieces, schema: pl.Schema) -> DataFrame:
    """Call a function on each group, as `grouped` does, whose answer comes in pieces: it has no bound."""
    types = _arrow(schema)

    def within(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:  # Spark reads the hints
        for made in function(_read(pa.Table.from_batches(batches))):
            yield from _written(made, types).to_batches()

    return frame.groupBy(*by).applyInArrow(within, from_arrow_schema(types))


def cogrouped(
    left: DataFrame,
    right: DataFrame,
    by: str,
    function: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame],
    schema: pl.Schema,
) -> DataFrame:
    """Call a function on what two frames have of each group; see `grouped`."""
    types = _arrow(schema)

    def within(left: pa.Table, right: pa.Table) -> pa.Table:
        return _written(function(_read(left), _read(right)), types)

    other = right.toDF(*right.columns)  # columns of its own, where both came from one frame
    return left.groupBy(by).cogroup(other.groupBy(by)).applyInArrow(within, from_arrow_schema(types))


def spark_schema(schema: pl.Schema) -> StructType:
    """Return the same columns as Spark knows them."""
    return from_arrow_schema(schema.to_frame().to_arrow().schema)


def _arrow(schema: pl.Schema) -> pa.Schema:
    """Give Arrow's types as Spark knows them: none of the large ones."""
    return to_arrow_schema(spark_schema(schema))


def _over_batches(function: Stream, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for made in function(map(_read, batches)):
        yield from _written(made, schema).to_batches()


def _read(table: Any) -> pl.DataFrame:
    made = pl.from_arrow(table)
    if not isinstance(made, pl.DataFrame):
        raise TypeError(f"expected a table from Spark, not {type(made).__name__}")
    return made


def _written(made: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    return made.to_arrow().cast(schema)
