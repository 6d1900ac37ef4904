"""DecodeEscapes reads words that were left in the escapes of mail, addresses and programs."""

import binascii
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import unquote_to_bytes

import polars as pl
import regex

from cleaners.characters.spans import found_spans

# A word between spaces, of escapes and letters alone, with punctuation around it. What stands in an address or in
# code has other signs beside it, and is no match.
_BEFORE: Final = r"(?<![^\s\"'“‘«(\[،؛])"
_AFTER: Final = r"(?![^\s\"'”’»)\]،؛,;:.!?؟…])"
_WORDS: Final = rf"""
    {_BEFORE} (?:
        (?<percent> (?:%[0-9A-Fa-f]{{2}}|[\w-])*? (?:%[0-9A-Fa-f]{{2}}){{2}} (?:%[0-9A-Fa-f]{{2}}|[\w-])*+ )
      | (?<quoted> (?:=[0-9A-F]{{2}}|[\w,-])*? (?:=[0-9A-F]{{2}}){{2}} (?:=[0-9A-F]{{2}}|[\w,-])*+ )
      | (?<unicode> (?:\\u[0-9A-Fa-f]{{4}}|[\w-])*? (?:\\u[0-9A-Fa-f]{{4}}){{2}} (?:\\u[0-9A-Fa-f]{{4}}|[\w-])*+ )
      | (?<utf_7> \+ [A-Za-z0-9/]{{5,}} -? )
    ) {_AFTER}
    """
_UNICODE: Final = regex.compile(r"(?:\\u[0-9A-Fa-f]{4})+")
_QUOTED: Final = regex.compile(rb"=([0-9A-F]{2})")
# What a word may be made of, to be more than bytes that happen to decode.
_WORD: Final = (
    r"(?:[\p{Arabic}\p{M}]|[\p{Cyrillic}]|[\p{Greek}]|[\p{Hebrew}\p{M}]|[\p{Han}\p{Hiragana}\p{Katakana}]|\p{Hangul}|"
    r"\p{Thai}|\p{Devanagari}|\p{Latin}|[\p{N}\p{P}\s\u200c\u200d\u0640])+"
)
_SCRIPTS: Final = (
    r"\p{Arabic}", r"\p{Cyrillic}", r"\p{Greek}", r"\p{Hebrew}", r"\p{Han}\p{Hiragana}\p{Katakana}",
    r"\p{Hangul}", r"\p{Thai}", r"\p{Devanagari}", r"\p{Latin}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DecodeEscapes:
    r"""Decode words in percent, quoted-printable, `\u` or UTF-7 escapes.

    Only whole words that become words of one script, with letters beyond ASCII. Addresses and code stay as they
    are, and so does a `\u` escape alone, of which the sentence may speak.

    >>> from cleaners import clean_text
    >>> clean_text("See %D9%85%D8%B5%D8%B1 today", recipe=(DecodeEscapes(),))
    'See مصر today'
    """

    safety: ClassVar = "repair"
    unusual_only: ClassVar = True

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Select the lines with something like two escapes in a row."""
        return text.str.contains(r"%[0-9A-Fa-f]{2}%|=[0-9A-F]{2}=|\\u[0-9A-Fa-f]{4}\\u|\+[A-Za-z0-9/]{5}")

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        """Propose the words that the escapes stand for.

        >>> DecodeEscapes().rewrite(pl.Series(["%D9%85%D9%86 هنا"])).select("start", "end", "after").rows()
        [(0, 12, 'من')]
        """
        # Compiled here (and kept by `regex`), as few texts need it and a check pays for each import.
        return found_spans(lines, regex.compile(_WORDS, regex.VERBOSE), _decoded)


def _decoded(match: "regex.Match[str]") -> tuple[str, str] | None:
    if match.string[max(match.start() - 2, 0) : match.start()] in _OPENS_A_VALUE:
        return None
    kind = str(match.lastgroup)
    try:
        after = _DECODERS[kind](match.group())
    except (UnicodeError, binascii.Error):
        return None
    beyond = sum(ord(c) > 0x7F and c.isalpha() for c in after)
    return (after, "escape") if beyond >= _LEAST_LETTERS[kind] and _is_of_one_script(after) else None


def _is_of_one_script(after: str) -> bool:
    scripts = sum(bool(regex.search(f"[{script}]", after)) for script in _SCRIPTS)
    return regex.fullmatch(_WORD, after) is not None and scripts == 1


def _from_percent(word: str) -> str:
    return unquote_to_bytes(word).decode()


def _from_quoted_printable(word: str) -> str:
    return _QUOTED.sub(lambda byte: binascii.unhexlify(byte[1]), word.encode()).decode()


def _from_unicode(word: str) -> str:
    return _UNICODE.sub(lambda run: binascii.unhexlify(run.group().replace("\\u", "")).decode("utf-16-be"), word)


def _from_utf_7(word: str) -> str:
    after = word.encode().decode("utf-7")
    if after.encode("utf-7").rstrip(b"-") != word.encode().rstrip(b"-"):
        raise UnicodeDecodeError("utf-7", word.encode(), 0, len(word), "not what UTF-7 would write")
    return after


_LEAST_LETTERS: Final = {"percent": 1, "quoted": 1, "unicode": 2, "utf_7": 2}
_OPENS_A_VALUE: Final = (':"', '="', '("', ',"', '["', ":'", "='", "('")
_DECODERS: Final = {
    "percent": _from_percent,
    "quoted": _from_quoted_printable,
    "unicode": _from_unicode,
    "utf_7": _from_utf_7,
}
