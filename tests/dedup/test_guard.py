"""Templates are held back, edited copies are let go, in any language."""

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.guard import Finding, differs_like_template, template_findings

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "guard_cases" / "written.jsonl").read_text().splitlines()
]
PAIRS = Path(__file__).resolve().parents[2] / "benchmarks" / "pairs" / "articles.jsonl"


def mirrored(finding: Finding | None) -> Finding | None:
    return finding and Finding(finding.kind, finding.right, finding.left)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=f"{case['lang']} {case['name']}",
            marks=[pytest.mark.xfail(reason=case["known_miss"], strict=True)] if "known_miss" in case else [],
        )
        for case in CASES
    ],
)
def test_written_case(case):
    finding = differs_like_template(case["left"], case["right"])
    assert (finding and finding.kind) == case["expect"]
    assert differs_like_template(case["right"], case["left"]) == mirrored(finding)


def test_finding_names_what_differs():
    case = next(c for c in CASES if c["name"] == "market bulletin, another day")
    finding = differs_like_template(case["left"], case["right"])
    assert {"54", "1700"} & set(finding.left)
    assert "83" in finding.right


FEW = settings(max_examples=10, deadline=None)  # folding one text costs as much as folding thousands
texts = st.text(alphabet="اب تجد 12 .aB国", max_size=60)


@FEW
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=3))
def test_batch_is_pair_by_pair_and_symmetric(pairs):
    lefts, rights = (pl.Series(side, dtype=pl.String) for side in zip(*pairs, strict=True))
    findings = template_findings(lefts, rights)
    assert findings == [differs_like_template(left, right) for left, right in pairs]
    assert template_findings(rights, lefts) == [mirrored(finding) for finding in findings]


@FEW
@given(texts, texts)
def test_additions_alone_are_never_a_template(text, addition):
    assert differs_like_template(text, f"{text} {addition}") is None


def test_empty_batch():
    assert template_findings(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String)) == []


def test_judged_pairs(evaluation):
    """A floor under the figures in benchmarks/pairs: copies hardly ever held, most templates are."""
    pairs = pl.read_ndjson(PAIRS).filter(pl.col("j2") >= 0.5)
    text = dict(pl.read_parquet(evaluation / "saudi_news.parquet", columns=["id", "text"]).iter_rows())
    lefts, rights = (pairs[side].replace_strict(text, return_dtype=pl.String) for side in ("a", "b"))
    held = pairs.with_columns(held=pl.Series([f is not None for f in template_findings(lefts, rights)]))
    share = dict(held.group_by("label").agg(pl.col("held").mean()).iter_rows())
    assert share[2] <= 0.01
    assert share[0] >= 0.93
