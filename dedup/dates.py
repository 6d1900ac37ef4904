"""Dates as newspapers and feeds write them, in UTC."""

from typing import Final

import polars as pl

from cleaners.arguments import check_argument

UTC: Final = pl.Datetime("us", "UTC")

_MONTHS: Final = {
    "كانون الثاني": "Jan", "تشرين الاول": "Oct", "تشرين الثاني": "Nov", "كانون الاول": "Dec",
    "تشرين الأول": "Oct", "كانون الأول": "Dec",
    "يناير": "Jan", "فبراير": "Feb", "مارس": "Mar", "أبريل": "Apr", "ابريل": "Apr", "إبريل": "Apr", "مايو": "May",
    "يونيو": "Jun", "يونيه": "Jun", "يوليو": "Jul", "يوليه": "Jul", "أغسطس": "Aug", "اغسطس": "Aug",
    "سبتمبر": "Sep", "أكتوبر": "Oct", "اكتوبر": "Oct", "نوفمبر": "Nov", "ديسمبر": "Dec",
    "شباط": "Feb", "آذار": "Mar", "نيسان": "Apr", "أيار": "May", "ايار": "May", "حزيران": "Jun", "تموز": "Jul",
    "آب": "Aug", "أيلول": "Sep", "ايلول": "Sep",
}  # fmt: skip

_ZONES: Final = {
    "Z": "+0000", "UT": "+0000", "UTC": "+0000", "GMT": "+0000", "EST": "-0500", "EDT": "-0400", "CST": "-0600",
    "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
}  # fmt: skip
"""The zone names of RFC 2822, and the Z of ISO 8601."""

DAYS: Final = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%Y-%j",
    "%G-W%V-%u",
    "%d %b %Y",
    "%b %d %Y",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
)
"""A day: ISO 8601 (calendar, ordinal, week), RFC 2822, the American order with the month in letters, and day first
in figures. A weekday before it and commas are passed over; Arabic month names and digits are read."""

CLOCKS: Final = ("%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
"""A time of day after it (ISO also without colons), with or without an offset or a zone name.
No offset counts as UTC. A year of two digits is one from 1950 to 2049."""


def parse_dates(dates: pl.Series) -> pl.Series:
    """Instant of each date in UTC, null where it cannot be read.

    Reads strings (see `DAYS` and `CLOCKS`), Polars dates and datetimes (naive ones count as UTC), and numbers as
    Unix seconds, or milliseconds from 100,000,000,000 on; a string of nine digits or more is such a number. A year or
    a month stands for its first day.

    >>> read = parse_dates(pl.Series(["2015-07-21T02:51:32+03:00", "Tue, 21 Jul 2015 02:51:32 GMT", "soon"]))
    >>> read.dt.to_string("%d %H:%M").to_list()
    ['20 23:51', '21 02:51', None]
    """
    check_argument("dates", dates, pl.Series, "a Polars Series")
    kind = dates.dtype
    if kind in (pl.String, pl.Categorical, pl.Enum):
        return _parse_strings(dates.cast(pl.String))
    if isinstance(kind, pl.Datetime):
        aware = dates.dt.convert_time_zone("UTC") if kind.time_zone else dates.dt.replace_time_zone("UTC")
        return aware.cast(UTC)
    if kind == pl.Date:
        return dates.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if kind.is_numeric():
        return dates.to_frame().select(_instant(pl.first().cast(pl.Float64))).to_series()
    return pl.Series(dates.name, [None] * len(dates), dtype=UTC)


def _in_our_time(day: pl.Expr) -> pl.Expr:
    """Read years of two digits as RFC 2822 (4.3) does: up to 49 of this century, from 50 on of the last."""
    year = day.dt.year()
    return (
        pl.when(year >= 1000).then(day)
        .when(year.is_between(50, 99)).then(day.dt.offset_by("1900y"))
        .when(year.is_between(0, 49)).then(day.dt.offset_by("2000y"))
    )  # fmt: skip


def unreadable(dates: pl.Series, parsed: pl.Series) -> int:
    """How many dates were given and could not be read."""
    given = dates.is_not_null()
    if dates.dtype == pl.String:
        given &= dates.str.strip_chars() != ""
    return int((given & parsed.is_null()).sum())


def _instant(number: pl.Expr) -> pl.Expr:
    seconds = pl.when(number.abs() >= 1e11).then(number / 1000).otherwise(number)
    return (seconds * 1e6).round().cast(pl.Int64, strict=False).cast(UTC)


def _parse_strings(dates: pl.Series) -> pl.Series:
    """Bring each string to one form, `day|clock|offset`, then try the forms on what is still unread."""
    clock = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?"
    offset = r"[+-]\d{2}:?\d{2}|[+-]\d{2}|[A-Za-z]{1,3}"
    text = pl.col("date")
    read = (
        pl.DataFrame({"date": dates})
        .with_columns(
            text.str.strip_chars()
            .str.replace_many(list("٠١٢٣٤٥٦٧٨٩"), list("0123456789"))
            .str.replace_many(list(_MONTHS), list(_MONTHS.values()), leftmost=True)
            .str.replace(r"^[\p{L}]+[,،] *", "")
            .str.replace(r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]* ", "")
            .str.replace(r"\b(\pL{3})[a-z]+\b", "$1")  # July: Jul
            .str.replace(r"T(\d{2})(\d{2})(\d{2})?", "T$1:$2:$3")
            .str.replace(r"T(\d{2}:\d{2}):(\D|$)", "T$1$2")
            .str.replace(r"^(\pL+ +\d{1,2}) (\d{2}:\d{2}:\d{2} )(.*?)(\d{4})$", "$1 $4 $2$3")  # ctime
            .str.replace(r"^(\d{4})$", "$1-01-01")
            .str.replace(r"^(\d{4}-\d{2})$", "$1-01")
        )
        .with_columns(
            text.str.extract_groups(
                rf"^(?<day>.*?)(?:(?:\s*[T,،\s]\s*)(?<clock>{clock})\s*(?<offset>{offset})?(?: \(.*\))?)?\s*$"
            )
        )
        .unnest("date")
        .with_columns(
            pl.col("day").str.replace_all(r"[,،]| de | of ", " ").str.replace_all(r"\s+", " ").str.strip_chars(),
            pl.col("clock").fill_null("00:00").str.replace(",", ".").str.replace(r"(\d) ?([AaPp][Mm])$", "$1 $2"),
            pl.col("offset")
            .fill_null("Z")
            .str.to_uppercase()
            .replace(_ZONES)
            .str.replace(r"^([+-]\d{2}):?(\d{2})?$", "$1${2}"),
        )
        .with_columns(pl.col("offset").str.replace(r"^([+-]\d{2})$", "${1}00"))
    )
    written = pl.col("day")
    first = pl.when(written.str.contains(r"^\d{4}")).then(written)  # 21/07/15 is no year 21
    day = pl.coalesce(
        (first if form.startswith(("%Y", "%G")) else written).str.to_date(form, strict=False) for form in DAYS
    )
    day = _in_our_time(day)
    time = pl.coalesce(pl.col("clock").str.to_time(form, strict=False) for form in CLOCKS)
    shift = pl.col("offset").str.extract_groups(r"^(?<sign>[+-])(?<hours>\d{2})(?<minutes>\d{2})$")
    minutes = shift.struct.field("hours").cast(pl.Int64) * 60 + shift.struct.field("minutes").cast(pl.Int64)
    east = pl.when(shift.struct.field("sign") == "-").then(-minutes).otherwise(minutes)
    told = (day.dt.combine(time, time_unit="us") - pl.duration(minutes=east)).dt.replace_time_zone("UTC")
    number = pl.when(dates.str.contains(r"^\s*\d{9,}(?:\.\d+)?\s*$")).then(dates.str.strip_chars())
    counted = pl.select(_instant(number.cast(pl.Float64, strict=False))).to_series()
    return read.select(pl.coalesce(pl.lit(counted), told).alias(dates.name)).to_series()
