"""The path to the page: breadcrumbs above an article."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from cleaners.page import MARKS


@dataclass(frozen=True, slots=True)
class DropBreadcrumb:
    """Drop the path of links above an article: `Home » News » Politics`, or its first step alone.

    The line must be, or begin with, a site's word for its first page, and stand before the body; where it only
    begins with it, the marks of a path must follow.
    """

    safety: ClassVar = "chrome"

    most_words: int = 25

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark paths."""
        home = pl.col("classes").list.contains("breadcrumb_home").fill_null(value=False)
        steps = pl.col("begins").list.contains("breadcrumb_home").fill_null(value=False)
        lines = page.with_columns(prose=pl.col("row").filter("sentence").min().over("doc"))
        return (
            lines.filter((home | steps) & (pl.col("row") < pl.col("prose")) & (pl.col("words") <= self.most_words))
            .select("row", cleaner=pl.lit(type(self).__name__), reason=pl.lit("breadcrumb"), evidence=pl.lit("place"))
            .cast(MARKS)  # type: ignore[arg-type]
        )
