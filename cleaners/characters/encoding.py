"""FixEncoding puts right lines that were read in the wrong encoding."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from cleaners.characters import legacy_misread, mojibake, utf8_misread
from cleaners.characters.plausibility import MEASURED, measured
from cleaners.characters.spans import FLAGS, SPANS

# Every accident leaves one of these: a control of Latin-1, a Latin letter beyond ASCII, a Greek or Cyrillic
# one, a box, or a symbol that prose seldom has.
_TRACES: Final = (
    r"[\x{80}-\x{9f}\x{a2}-\x{aa}\x{ac}-\x{b3}\x{b5}\x{b6}\x{b8}-\x{ba}\x{bc}-\x{be}\x{c0}-\x{24f}\x{2c6}-\x{2dd}"
    r"\x{37a}-\x{3ff}\x{400}-\x{4ff}\x{2020}\x{2021}\x{2030}\x{2044}\x{20a7}\x{20ac}\x{2116}\x{2200}-\x{22ff}"
    r"\x{2310}-\x{2321}\x{2500}-\x{25ff}\x{fb01}\x{fb02}\x{fffd}]"
)
# The letter of a lead byte of UTF-8 before what a continuation reads as, where ftfy's pattern does not know it:
# cp1256 and MacArabic (Arabic letters), MacRoman (dashes), cp1251 (Cyrillic letters).
_ARABIC_LEAD_AND_CONTINUATION: Final = (
    r"[\x{622}-\x{64a}][\x{a2}-\x{a9}\x{ac}\x{ae}-\x{b9}\x{bc}-\x{be}\x{c0}-\x{ff}ˆ†‡‰ƒ]"
)
_LEAD_AND_CONTINUATION: Final = (
    rf"{_ARABIC_LEAD_AND_CONTINUATION}|[–—][\x{{a0}}-\x{{ff}}•∂-≥√†™]"
    r"|[А-я][\x{98}\x{a4}\x{a6}\x{a7}\x{a9}\x{ac}\x{ae}\x{b0}\x{b1}\x{b5}-\x{b7}†‡‰€№ЂЃѓЉЊЌЋЏђљњќћџЎўЈҐґЄєЇїІіЅѕј]"
)
_BEYOND_LATIN: Final = r"[^\x{0}-\x{7f}\x{a0}-\x{17f}\x{218}-\x{21b}\x{1a0}-\x{1b0}\x{1ea0}-\x{1ef9}–—‘’“”„…•€™]"
# `«CORREIO DA MANHÃ»`, `“DÜNYÂ”`, `„Â”`, `JOSÉ†`: a capital that ends a word in capitals, or stands by itself, and the
# mark that closes, which is no byte of any letter. Where a letter follows (`KÃ–LN`) it is one.
# A mark of a footnote (`PERCHÉ¹`) closes the word too, and then the capital may be of any alphabet of Latin letters.
_CLOSED_CAPITAL: Final = (
    r"(?:\p{Lu}|[„“”«‘’\"'(\[])(?:[À-ÖØ-Þ](?:[”»’®†°—…](?:\P{L}|$)|—)|[À-ÖØ-ÞĀ-Ž][¹²³†‡®°](?:\P{L}|$))"
)
_OF_TWO_BYTES: Final = "[€ŠšŽžŒœŸ]"
_TIMES: Final = r"(\p{Nd} ?)×"  # `2×łyżka`
_CLOSED_BELOW: Final = "(„[^„“”]*)[À-ÖØ-Þ]“"  # `„CORREIO DA MANHÃ“`
# Letters of two alphabets side by side. Small Greek ones stand in names of science (`IL2Rγ`).
_FOREIGN: Final = r"[\p{L}\p{M}\p{N}&&[\x{250}-\x{2b8}\x{370}-\x{1dff}\x{2c00}-\x{10ffff}]]"
_WITH_LATIN, _WITH_CYRILLIC = rf"[{_FOREIGN}--[α-ω]]", rf"[{_FOREIGN}--\p{{Cyrillic}}]"
_MIXED: Final = "|".join(
    f"{left}{right}"
    for one, other in ((r"[A-Za-zÀ-ɏḀ-ỿ]", _WITH_LATIN), (r"\p{Cyrillic}", _WITH_CYRILLIC))
    for left, right in ((one, other), (other, one))
)
_NO_CHARACTER: Final = r"[\p{Cn}\p{Co}]"
_PROOF: Final = 4
_CERTAIN: Final = 6
_READS_WELL: Final = 0.8
_FLAGGED_PAIRS: Final = 3
_MOST_LAYERS: Final = 4  # of misreadings, one over the other


@dataclass(frozen=True, slots=True)
class FixEncoding:
    """Read lines again, in the right encoding, that were read in the wrong one.

    Whole lines only, and without loss: UTF-8 read as Latin-1, cp1252, cp1254, cp1256, cp1251, cp437, cp850,
    MacRoman or MacArabic, also several times over; Arabic, Cyrillic, Greek, Hebrew, Chinese, Japanese and Korean
    encodings read as Western ones. The result must read better, by the table of frequent pairs of letters. What
    ftfy knows besides it repairs, with nothing but its encoding fixers. What still looks wrong is flagged.

    >>> from cleaners import clean_text
    >>> clean_text("The mayorâ€™s cafÃ©", recipe=(FixEncoding(),))
    'The mayor’s café'
    """

    safety: ClassVar = "repair"
    unusual_only: ClassVar = True

    def gate(self, text: pl.Expr) -> pl.Expr:
        """Select the lines with a character that accidents leave."""
        return text.str.contains(_TRACES)

    def rewrite(self, lines: pl.Series) -> pl.DataFrame:
        """Propose whole lines.

        >>> FixEncoding().rewrite(pl.Series(["ط§ظ„ط¹ظ„ظ…", "été"])).select("at", "after", "reason").rows()
        [(0, 'العلم', 'UTF-8 read as cp1256')]
        """
        before = pl.col("before")
        rows = pl.DataFrame({"before": lines}).with_row_index("at").filter(before.str.contains(_TRACES))
        rows = rows.filter(_is_suspect(_without_lookalikes(before))).select(
            "at", "before", text="before", reason=pl.lit("")
        )
        settled = [rows.clear()]
        for _ in range(_MOST_LAYERS):
            if rows.is_empty():
                break
            read = _read_again(rows)
            settled.append(rows.join(read, on="at", how="anti"))
            suspect = _is_suspect(pl.col("text"))
            settled.append(read.filter(~suspect))
            rows = read.filter(suspect)
        return _as_spans(_left_to_ftfy(pl.concat([*settled, rows])))

    def flag(self, lines: pl.Series) -> pl.DataFrame:
        """Flag lines that look wrong; ask it about the lines that `rewrite` left."""
        text = _without_lookalikes(pl.col("text"))
        pairs = text.str.count_matches(_ARABIC_LEAD_AND_CONTINUATION) >= _FLAGGED_PAIRS
        wrong = mojibake.looks_bad(text, or_has=legacy_misread.WORD) | pairs
        return (
            pl.DataFrame({"text": lines})
            .with_row_index("at")
            .filter(pl.col("text").str.contains(_TRACES))  # few; both sides of an `&` would be asked of all
            .filter(text.str.contains(_TRACES) & wrong)
            .select("at", start=0, end=pl.col("text").str.len_bytes(), reason=pl.lit("encoding not repaired"))
            .cast(FLAGS)
        )


def _without_lookalikes(text: pl.Expr) -> pl.Expr:
    """Leave out what looks like a piece of UTF-8 and is a word's end or a sign of multiplication."""
    return text.str.replace_all(_CLOSED_CAPITAL, "").str.replace_all(_CLOSED_BELOW, "$1").str.replace_all(_TIMES, "$1")


def _is_suspect(text: pl.Expr) -> pl.Expr:
    return mojibake.looks_bad(text, or_has=f"{legacy_misread.RUN}|{_LEAD_AND_CONTINUATION}")


def _read_again(todo: pl.DataFrame) -> pl.DataFrame:
    """Take one layer of misreading off; only the rows where one came off."""
    read = [todo.clear()]
    for wrong in utf8_misread.WRONG:
        rows = todo.filter(utf8_misread.may_be_misread(pl.col("text"), wrong))
        if not rows.is_empty():
            after = utf8_misread.read_as_utf8(rows["text"], wrong)
            read.append(_better(rows.with_columns(after=after, why=pl.lit(f"UTF-8 read as {wrong.name}"))))
            todo = todo.join(read[-1], on="at", how="anti")
    return pl.concat([*read, _read_in_own_encoding(todo)])


def _read_in_own_encoding(todo: pl.DataFrame) -> pl.DataFrame:
    """Of all ways to write a line back, the one whose reading has most frequent pairs; the first, if it is sure."""
    text = pl.col("text")
    todo = todo.filter(legacy_misread.looks_misread(text))
    found = [todo.clear().with_columns(after=pl.lit(""), why=pl.lit(""), share=pl.lit(0.0))]
    for wrong in legacy_misread.WRONG:
        rows = todo.filter(~text.str.contains(wrong.foreign))
        if not rows.is_empty():
            readings = legacy_misread.read_in_own_encoding(rows["text"], wrong)
            why = pl.format("{} read as {}", "encoding", pl.lit(wrong.name))
            found.append(
                pl.concat(
                    [rows[readings["row"]], readings.select("after", why.alias("why"), "share")], how="horizontal"
                )
            )
            # What Latin-1 can write, the others write with the same bytes, or not at all; a few characters beyond it
            # ISO-8859-15 writes with bytes of its own.
            sure = (pl.col("share") >= legacy_misread.SURE) & ~text.str.contains(_OF_TWO_BYTES)
            tried = rows if wrong.name == "latin-1" else found[-1].filter(sure)
            todo = todo.join(tried, on="at", how="anti")
    best = pl.concat(found).sort("share", descending=True, maintain_order=True)
    return _better(best.unique("at", keep="first", maintain_order=True).drop("share"))


def _better(proposed: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows whose new text reads better than the old one."""
    proposed = proposed.filter(pl.col("after").is_not_null())
    old, new = (measured(proposed[text].str.head(MEASURED).to_list()) for text in ("text", "after"))
    frequent = pl.Series(new.frequent > old.frequent)
    # A few accented letters: nothing but Latin words may come out, whole ones where broken ones were.
    latin = pl.Series(new.broken < old.broken) & ~proposed["after"].str.contains(_BEYOND_LATIN)
    # Four or more sequences of UTF-8 without a fault are a proof, be it that another layer lies below; but Ukrainian
    # words in capitals are such (`МІЛІЦІЯ“`).
    shorter = proposed["text"].str.len_chars().cast(pl.Int64) - proposed["after"].str.len_chars()
    reads_well = pl.Series((old.share >= _READS_WELL) & (old.telling >= _PROOF))
    sure = frequent | latin
    rest = proposed.with_columns(proof=(shorter >= _PROOF) & ~reads_well, certain=shorter >= _CERTAIN).filter(~sure)
    rest = rest.with_columns(worded=~_makes_no_words())
    proved, worded = pl.col("proof") & (pl.col("worded") | pl.col("certain")), pl.col("worded")
    rest = rest.filter(proved | (worded & mojibake.looks_bad(pl.col("text"))))
    return pl.concat([proposed.filter(sure), rest.select(proposed.columns)]).select(
        "at",
        "before",
        text="after",
        reason=pl.when(pl.col("reason") == "").then("why").otherwise(pl.format("{}; {}", "reason", "why")),
    )


def _makes_no_words() -> pl.Expr:
    """Tell rows whose new text, `after`, has foreign letters and each of them glued to a word, or what is no character.

    Closing quotation marks, marks of footnotes and signs read as pieces of UTF-8 too: `2×žloutek`, `«libertà»”`,
    `«революции»¹`. What comes of them stands in the middle of a word.
    """
    mixed, foreign, none = (
        pl.col("after").str.count_matches(kind).cast(pl.Int64) - pl.col("text").str.count_matches(kind)
        for kind in (_MIXED, _FOREIGN, _NO_CHARACTER)
    )
    return ((mixed > 0) & (mixed >= foreign)) | (none > 0)


def _left_to_ftfy(rows: pl.DataFrame) -> pl.DataFrame:
    """Let ftfy repair what it calls bad, but not where it would find pieces of UTF-8 in another encoding."""
    text = pl.col("text")
    bad = mojibake.looks_bad(text)
    other = legacy_misread.looks_misread(text) & ~mojibake.is_of_sequences(text)
    left = rows.filter(bad).filter(~other)
    repaired = pl.Series([mojibake.repaired(line) for line in left["text"].to_list()], dtype=pl.String)
    left = left.with_columns(after=repaired).filter(~_makes_no_words())
    left = left.with_columns(text="after", reason=pl.lit("mojibake")).drop("after").filter(~other)
    return pl.concat([rows.filter(~bad), left])


def _as_spans(rows: pl.DataFrame) -> pl.DataFrame:
    changed = rows.filter(pl.col("text") != pl.col("before")).sort("at")
    size = pl.col("before").str.len_bytes()
    return changed.select("at", start=pl.lit(0), end=size, after="text", reason="reason").cast(SPANS)
