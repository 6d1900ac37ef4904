"""Dates as they are written, in UTC."""

import datetime as dt
import json
from email.utils import format_datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.dates import UTC, parse_dates, unreadable

CASES = [json.loads(line) for line in Path(__file__).with_name("dates.jsonl").read_text("utf-8").splitlines()]


def as_text(instants):
    return [instant and instant.replace(tzinfo=None).isoformat(" ") for instant in instants]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["date"]))
def test_one_date(case):
    assert as_text(parse_dates(pl.Series([case["date"]], dtype=pl.String))) == [case["utc"]]


def test_all_at_once_and_what_could_not_be_read():
    dates = pl.Series("date", [case["date"] for case in CASES])
    parsed = parse_dates(dates)
    assert parsed.dtype == UTC
    assert as_text(parsed) == [case["utc"] for case in CASES]
    assert unreadable(dates, parsed) == sum(case["utc"] is None and bool(case["date"]) for case in CASES)


instants = st.datetimes(
    dt.datetime(1970, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zones
    dt.datetime(2100, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.timezones() | st.just(dt.UTC),
).filter(lambda d: d.utcoffset().total_seconds() % 60 == 0)


@given(instants)
def test_whatever_python_writes_is_read(instant):
    utc = instant.astimezone(dt.UTC)
    whole = utc.replace(microsecond=0)
    texts = [instant.isoformat(), instant.isoformat(" "), format_datetime(instant)]
    assert parse_dates(pl.Series(texts)).to_list() == [utc, utc, whole]


def test_other_types():
    moment = dt.datetime(2015, 7, 21, 2, 51, 32, tzinfo=dt.UTC)
    for dates in (
        pl.Series([1437447092]),
        pl.Series([1437447092000.0]),
        pl.Series([moment.replace(tzinfo=None)]),
        pl.Series([moment]).dt.convert_time_zone("Asia/Riyadh").cast(pl.Datetime("ms", "Asia/Riyadh")),
    ):
        assert parse_dates(dates).to_list() == [moment]
    assert parse_dates(pl.Series([dt.date(2015, 7, 21)])).to_list() == [moment.replace(hour=0, minute=0, second=0)]
    assert parse_dates(pl.Series([[1]])).to_list() == [None]
    assert parse_dates(pl.Series([], dtype=pl.String)).dtype == UTC
