"""The cases of each rewriter: what it repairs, and what it must leave alone."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleaners.characters import (
    DecodeEntities,
    DecodeEscapes,
    DropInvisible,
    DropTatweel,
    FixEncoding,
    FoldPresentationForms,
    NormalizeSpaces,
)
from cleaners.characters.spans import SPANS, apply_spans

CASES = Path(__file__).parent / "cases"
REWRITERS = {
    "entities": DecodeEntities(),
    "escapes": DecodeEscapes(),
    "invisible": DropInvisible(),
    "presentation": FoldPresentationForms(),
    "spaces": NormalizeSpaces(),
    "tatweel": DropTatweel(),
    "encoding": FixEncoding(),
}


def read(name: str) -> list[dict[str, Any]]:
    with (CASES / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def all_cases() -> list[Any]:
    return [
        pytest.param(
            name,
            case,
            id=f"{name}-{number}",
            marks=[pytest.mark.xfail(reason=case["xfail"])] if "xfail" in case else [],
        )
        for name in REWRITERS
        for number, case in enumerate(read(name), 1)
    ]


def rewritten(rewriter: Any, lines: list[str]) -> list[str]:
    """What the rewriter leaves of the lines that its gate selects."""
    series = pl.Series(lines, dtype=pl.String)
    rows = series.to_frame("line").select(rewriter.gate(pl.col("line")).arg_true()).to_series()
    chosen = series.gather(rows)
    return series.scatter(rows, apply_spans(chosen, rewriter.rewrite(chosen))).to_list()


@pytest.mark.parametrize(("name", "case"), all_cases())
def test_case(name: str, case: dict[str, Any]) -> None:
    assert rewritten(REWRITERS[name], [case["original"]]) == [case["fixed"]], case["reason"]


@pytest.mark.parametrize("name", REWRITERS)
def test_settled(name: str) -> None:
    fixed = [case["fixed"] for case in read(name) if "xfail" not in case]
    assert rewritten(REWRITERS[name], fixed) == fixed


@pytest.mark.parametrize("name", REWRITERS)
def test_spans_are_sorted_apart_and_on_characters(name: str) -> None:
    lines = pl.Series([case["original"] for other in REWRITERS for case in read(other)])
    spans = REWRITERS[name].rewrite(lines)
    assert spans.schema == SPANS
    last = (-1, 0)
    for at, start, end, after, reason in spans.iter_rows():
        source = lines[at].encode()
        assert start < end <= len(source)
        assert (at, start) >= last
        assert source[start:end].decode() != after
        assert reason
        last = (at, end)


@pytest.mark.parametrize("name", REWRITERS)
def test_batch_and_order_do_not_matter(name: str) -> None:
    lines = [case["original"] for other in REWRITERS for case in read(other)]
    together = rewritten(REWRITERS[name], lines)
    assert together == [rewritten(REWRITERS[name], [line])[0] for line in lines]
    assert together == rewritten(REWRITERS[name], lines[::-1])[::-1]


@pytest.mark.parametrize("name", REWRITERS)
def test_nothing_in_nothing_out(name: str) -> None:
    assert REWRITERS[name].rewrite(pl.Series([], dtype=pl.String)).is_empty()
    assert rewritten(REWRITERS[name], [""]) == [""]


def test_seeds(seeds: Path, gold: Path) -> None:
    with (gold / "lines.jsonl").open(encoding="utf-8") as lines:
        kept = [line for line in map(json.loads, lines) if line["action"] in {"keep", "repair"}]
    texts = [line["text"] for line in kept]
    for name in ("encoding", "entities", "escapes", "presentation", "invisible", "spaces", "tatweel"):
        texts = rewritten(REWRITERS[name], texts)
    assert texts == [line["out"] for line in kept]
    assert seeds.is_dir()


def test_flags() -> None:
    lines = pl.Series(["lost \ufffd\ufffd here", "كلمة\u0085", "plain"])
    assert DropInvisible().flag(lines).select("at", "start", "end").rows() == [(0, 5, 11), (1, 8, 10)]
    left = pl.Series(["ط§ظ„طµططظٹططططظٹط©", "été à la plage", "Ã?Â¢ half"])
    assert FixEncoding().flag(left)["at"].to_list() == [0, 2]


@pytest.mark.parametrize("name", REWRITERS)
def test_settled_on_news(name: str, evaluation: Path) -> None:
    lines = pl.read_parquet(evaluation / "saudi_news.parquet")["text"].str.split("\n").explode().unique()
    once = rewritten(REWRITERS[name], lines.to_list())
    assert rewritten(REWRITERS[name], once) == once
