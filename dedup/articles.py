"""Near-duplicate articles: which documents stay, and for which of them the others go."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, overload

import numpy as np
import polars as pl

from cleaners.frames import ArrowTable, Frame, as_frame, check_text
from dedup.batches import gathered, pieces, sketch_all
from dedup.duplicates import find_duplicates
from dedup.preference import PREFER, preference_order
from dedup.rule import Rule, check_rule

ARTICLES: Final = Rule(words=2, threshold=0.5, template_guard=True)
"""What counts as a near-duplicate article unless another rule is given; `benchmarks/pairs` says why."""

DECISIONS: Final = pl.Schema(
    {
        "row": pl.UInt64(), "id": pl.String(), "kept": pl.Boolean(), "reason": pl.String(), "cluster": pl.String(),
        "survivor": pl.String(), "survivor_row": pl.UInt64(), "jaccard": pl.Float64(), "containment": pl.Float64(),
    }
)  # fmt: skip
"""One row for each document. `row` counts from 1; `reason` is one of `dedup.duplicates.REASONS`; `cluster` is the id
of the survivor, of a document that stays its own; what follows is null for a document that stays."""


@dataclass(frozen=True, slots=True)
class Verdict(Generic[Frame]):
    """`decisions`: a row for each document (see `DECISIONS`). `survivors`: the documents that stay, as they were.

    >>> verdict = near_duplicates(pl.DataFrame({"text": ["One, two, three!", "one two three"]}))
    >>> verdict.survivors["text"].to_list(), verdict.decisions["jaccard"].to_list()
    (['One, two, three!'], [None, 1.0])
    """

    decisions: Frame
    survivors: Frame


@overload
def near_duplicates(
    docs: Frame,
    *,
    rule: Rule = ARTICLES,
    text: str = "text",
    id: str = "id",
    site: str = "site",
    date: str = "date",
    prefer: Sequence[str] = PREFER,
    site_priority: Sequence[str] = (),
) -> Verdict[Frame]: ...
@overload
def near_duplicates(
    docs: ArrowTable,
    *,
    rule: Rule = ARTICLES,
    text: str = "text",
    id: str = "id",
    site: str = "site",
    date: str = "date",
    prefer: Sequence[str] = PREFER,
    site_priority: Sequence[str] = (),
) -> Verdict[pl.DataFrame]: ...
def near_duplicates(
    docs: pl.DataFrame | pl.LazyFrame | ArrowTable,
    *,
    rule: Rule = ARTICLES,
    text: str = "text",
    id: str = "id",  # noqa: A002 - the field's name everywhere
    site: str = "site",
    date: str = "date",
    prefer: Sequence[str] = PREFER,
    site_priority: Sequence[str] = (),
) -> Any:
    """Find near-duplicate documents; of each group of similar ones, keep those that nothing earlier resembles.

    Every removal is proved by an exact comparison with the survivor that it names. Only `text` must be there;
    a missing id is the row's number. The answer does not depend on the order of rows where ids do not repeat.
    A lazy frame gives lazy results; its text is read once, now.

    >>> docs = pl.DataFrame({"id": ["a", "b", "c"], "text": ["one two three four", "One two three four", "else"]})
    >>> near_duplicates(docs).decisions.select("id", "kept", "reason", "survivor").rows()
    [('a', True, 'survivor', None), ('b', False, 'identical', 'a'), ('c', True, 'unique', None)]
    """
    docs = as_frame(docs)
    check_rule(rule)
    keys = preference_keys(docs, text=text, id=id, site=site, date=date, prefer=prefer)
    texts = keys["text"]
    sketches = sketch_all(pieces(texts), rule)
    keys = keys.drop("text").with_columns(sketches["shingles"].alias("length"))
    rank = preference_order(keys, prefer=prefer, site_priority=site_priority)
    found = find_duplicates(sketches, rank, partial(gathered, texts), rule)
    decisions = decide(found, keys["id"])
    kept = decisions.filter("kept").select("row")
    if isinstance(docs, pl.LazyFrame):
        stay = docs.with_row_index("ghirbal row", 1).join(
            kept.lazy().cast(pl.get_index_type()),
            left_on="ghirbal row",
            right_on="row",
            how="semi",
            maintain_order="left",
        )
        return Verdict(decisions.lazy(), stay.drop("ghirbal row"))
    return Verdict(decisions, docs.filter(decisions["kept"]))


def decide(found: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Name in words what `find_duplicates` found by number; see `DECISIONS`.

    >>> found = {"survivor": [None, 0], "reason": ["survivor", "identical"], "jaccard": [None, 1.0]}
    >>> found = pl.DataFrame(found | {"containment": [None, 1.0]})
    >>> decide(found, pl.Series(["a", "b"])).select("id", "kept", "survivor", "survivor_row").rows()
    [('a', True, None, None), ('b', False, 'a', 1)]
    """
    ids = ids.cast(pl.String).rename("id")
    survivor = found["survivor"]
    names = ids.gather(survivor)
    return pl.DataFrame(
        {
            "row": np.arange(1, len(ids) + 1, dtype=np.uint64),
            "id": ids,
            "kept": survivor.is_null(),
            "reason": found["reason"].cast(pl.String),
            "cluster": names.zip_with(names.is_not_null(), ids),
            "survivor": names,
            "survivor_row": survivor + 1,
            "jaccard": found["jaccard"],
            "containment": found["containment"],
        },
        schema=DECISIONS,
    )


def preference_keys(
    docs: pl.DataFrame | pl.LazyFrame,
    *,
    text: str,
    id: str,  # noqa: A002 - the field's name everywhere
    site: str,
    date: str,
    prefer: Sequence[str],
) -> pl.DataFrame:
    """Read what a decision needs: columns `text`, `id`, `site`, `date` and those that `prefer` names."""
    schema = docs.collect_schema()
    check_text(schema, text)
    wanted = {"text": text, "id": id, "site": site, "date": date}
    for name in ("id", "site"):
        kind = schema.get(wanted[name])
        if kind is not None and (kind.is_nested() or kind == pl.Object):
            raise ValueError(f"the {name} column {wanted[name]!r} must hold strings or numbers, not {kind}")
    present = [pl.col(column).alias(name) for name, column in wanted.items() if column in schema]
    others = {key.removeprefix("-") for key in prefer} - set(wanted) - {"length"}
    present += [pl.col(name) for name in sorted(others) if name in schema]
    keys = docs.lazy().select(present).collect()
    missing = [pl.lit(None, pl.String).alias(name) for name in ("site", "date") if name not in keys.columns]
    row = pl.int_range(1, pl.len() + 1).cast(pl.String)
    return keys.with_columns(
        *missing,
        *([pl.col("site").cast(pl.String)] if "site" in keys.columns else []),
        (pl.coalesce(pl.col("id").cast(pl.String), row) if "id" in keys.columns else row).alias("id"),
    )
