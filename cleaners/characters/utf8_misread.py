"""UTF-8 that was read as an encoding of one byte a character."""

from typing import Final

import polars as pl
import regex

from cleaners.characters.codepages import Codepage, named
from cleaners.characters.gates import character_class

WRONG: Final = tuple(
    map(
        named,
        ["latin-1", "cp1252", "cp1254", "cp1256", "cp1251", "cp437", "cp850", "mac_roman", "mac_arabic"],
    )
)

# MacArabic has its punctuation twice, and the lower byte is written. Behind a lead byte, or (brackets) before a
# continuation, only the higher one can have stood there, so nothing is guessed.
_HIDDEN_CONTINUATIONS: Final = regex.compile(
    rb"[\x5b-\x5f][\x80-\xbf]|[\xc2-\xdf][\x20-\x3f]|[\xe0-\xef][\x20-\x3f\x80-\xbf]{2}|[\xf0-\xf4][\x20-\x3f\x80-\xbf]{3}"
)
_HIGHER_BYTES: Final = bytes(byte | 0x80 if 0x20 <= byte < 0x60 else byte for byte in range(256))


def may_be_misread(text: pl.Expr, wrong: Codepage) -> pl.Expr:
    """Whether a text can be UTF-8 that was read in this encoding: no lead byte lacks its continuation."""
    leads = character_class(wrong.characters[0xC2:0xF5])
    continuations = character_class("".join(dict.fromkeys(wrong.characters[0x80:0xC0])))
    return ~text.str.contains(f"{wrong.foreign}|{leads}(?:[^{continuations[1:]}|$)")


def read_as_utf8(lines: pl.Series, wrong: Codepage) -> pl.Series:
    """Write lines of this encoding's characters back, read them as UTF-8; null where they are not UTF-8.

    Strict reading and a table without holes make both ways exact: the accident, repeated, gives the line.

    >>> read_as_utf8(pl.Series(["ط§ظ„ط¹ظ„ظ…", "é"]), named("cp1256")).to_list()
    ['العلم', None]
    """
    written = wrong.encode("\n".join(lines.to_list()))
    if wrong.name == "mac_arabic":
        written = _HIDDEN_CONTINUATIONS.sub(_with_higher_bytes, written)
    whole = _utf8(written)
    texts = whole.split("\n") if whole is not None else [_utf8(line) for line in written.split(b"\n")]
    return pl.Series(lines.name, texts, dtype=pl.String)


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _with_higher_bytes(match: "regex.Match[bytes]") -> bytes:
    return match.group().translate(_HIGHER_BYTES)
