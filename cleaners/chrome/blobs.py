"""Tracking blobs: encoded notes of a site's software about its reader."""

import base64
import binascii
from dataclasses import dataclass
from typing import ClassVar

import polars as pl
import regex

from cleaners.options import check_options
from cleaners.page import marks

_NOTE = regex.compile(r"(?i)\b(?:ip|uid|sid|session|user|token|ua|ref|utm_\w+)\b\s*[:=]|(?:\d{1,3}\.){3}\d{1,3}")


@dataclass(frozen=True, slots=True)
class DropTrackingBlob:
    r"""Drop a line outside the body that begins with Base64 of somebody's address or session.

    The blob must decode to printable text that holds an IP address or a named identifier; a paper's name may
    follow it. What it decodes to is nobody's business: `--redact` masks it in the ledger too.

    >>> from cleaners import clean_text
    >>> text = "The council met on Monday and talked about the bridge for hours.\naXA6IDE5Mi4wLjIuMSB1aWQ6IDEyMzQ1"
    >>> clean_text(text, recipe=(DropTrackingBlob(),))
    'The council met on Monday and talked about the bridge for hours.'
    """

    safety: ClassVar = "chrome"
    private: ClassVar = True
    """What this cleaner takes out is about a person: it is masked in reports."""

    least_characters: int = 16
    most_words: int = 12

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark lines that begin with a blob."""
        pattern = rf"^\s*([A-Za-z0-9+/_-]{{{self.least_characters},}}={{0,2}})(?:\s|$)"
        short = page.filter(pl.col("words") <= self.most_words)
        found = short.with_columns(blob=pl.col("text").str.extract(pattern)).filter(pl.col("blob").is_not_null())
        notes = pl.Series([_is_note(blob) for blob in found["blob"].to_list()], dtype=pl.Boolean)
        return marks(found.filter(notes), self, reason="tracking_blob", evidence="place")


def _is_note(blob: str) -> bool:
    """Tell whether a blob is Base64 of text about a reader.

    >>> _is_note("aXA6IDE5Mi4wLjIuMQ==")
    True
    """
    bare = blob.rstrip("=")
    try:
        altchars = b"-_" if set("-_") & set(blob) else None
        text = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=altchars, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return text.isprintable() and _NOTE.search(text) is not None
