"""Residue glued to the last sentence of an article: end marks, share rows, permalinks."""

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.folding import fold
from cleaners.options import check_options
from cleaners.page import MARKS
from cleaners.phrasebook import phrase_classes

_CLASSES: Final = (
    "backlink", "more_link", "wire_end", "share", "follow_us", "read_also", "copyright", "newsletter", "app_promotion",
    "tag_list", "print_email", "contact_block",
)  # fmt: skip
_END: Final = r"(?:[.!?؟…。۔]+[\"”’»›)\]]*|[”»][.!?؟…。۔]*)"
_ENDS: Final = '.!?؟…。۔"”’»›)]'
_SENTENCES_LOOKED_BACK: Final = 3
_MARK: Final = "[:：|©]"
_LONGEST_BUTTON: Final = 160
"""Bytes of the longest phrase that is looked for without a mark of a label."""
_LONGEST_TAIL: Final = 200
"""Characters of the longest tail. The pattern does not count them: counted repeats took four times as long."""
_LOOKED_BACK: Final = 240
"""Characters at the end of a line that are searched: a pattern that ends with `$` reads all it is given."""


@dataclass(frozen=True, slots=True)
class CutGluedResidue:
    r"""Cut a stock phrase, with what follows it, from the end of the last line of a text, or of its prose.

    The phrase must follow the end of a sentence, and be all that follows, or begin it and be marked as a label
    (`رابط الخبر: …`, `Tags: …`); a word or two with a full stop is a sentence and stays. At least `least_characters`
    must be left. An ellipsis goes with the link to the rest.

    >>> from cleaners import clean_text
    >>> text = "The council met on Monday.\nNobody was hurt, said the mayor of the town on Tuesday.Share on Facebook"
    >>> clean_text(text, recipe=(CutGluedResidue(),))
    'The council met on Monday.\nNobody was hurt, said the mayor of the town on Tuesday.'
    """

    safety: ClassVar = "chrome"

    least_characters: int = 30
    most_words: int = 30

    def __post_init__(self) -> None:
        check_options(self)

    def mark(self, page: pl.DataFrame) -> pl.DataFrame:
        """Mark the ends of last lines."""
        phrase = pl.col("classes").list.len().fill_null(0) > 0  # all of such a line stays or goes
        last = page[_ends(page)].filter(~phrase).select("row", "text", end=pl.col("text").str.tail(_LOOKED_BACK))
        is_labelled = pl.col("end").str.contains(_MARK)
        labelled = last.filter(is_labelled)
        short = last.filter(is_labelled | (_bytes_after_sentence() <= _LONGEST_BUTTON))
        tails = pl.concat(
            lines.with_columns(tail=pl.col("end").str.extract(_after_sentence(back)))
            for back, lines in enumerate([short, *[labelled] * (_SENTENCES_LOOKED_BACK - 1)])
        )
        phrase_like = (pl.col("tail").str.len_bytes() <= _LONGEST_BUTTON) | pl.col("tail").str.contains(_MARK)
        tails = tails.filter(phrase_like & (pl.col("tail").str.len_chars() <= _LONGEST_TAIL))
        before = (
            pl.col("text").cast(pl.Binary).bin.slice(0, pl.col("text").str.len_bytes() - pl.col("tail").str.len_bytes())
        )
        tails = tails.filter(before.cast(pl.String).str.len_chars() >= self.least_characters).with_row_index("at")
        if tails.is_empty():
            return MARKS.to_frame()
        keyed = tails.select("at", text="tail", key=fold(pl.col("tail"))).rename({"at": "row"})
        phrases = phrase_classes(keyed).filter(pl.col("class").is_in(_CLASSES))
        if phrases.is_empty():
            return MARKS.to_frame()
        found = (
            phrases.join(keyed.filter(pl.col("key").str.count_matches(" ") < self.most_words), on="row")
            .filter((pl.col("match") == "line") | pl.col("text").str.contains(r"^[^:：|©]{1,60}[:：|©]"))
            .filter(~_is_sentence())
            .sort("row", "class")
            .group_by("row", maintain_order=True)
            .first()
            .join(tails, left_on="row", right_on="at", suffix="_of_line")
        )
        ellipsis = pl.col("text_of_line").str.extract(r"(\s*(?:\.{2,}|…)[^.…]*)$")
        goes = pl.when(pl.col("class") == "more_link").then(pl.coalesce(ellipsis, "tail")).otherwise("tail")
        cut = (pl.col("text_of_line").str.len_bytes() - goes.str.len_bytes()).cast(pl.UInt32)
        return (
            found.with_columns(cut=cut)
            .group_by("row_of_line", maintain_order=True)
            .agg(pl.all().sort_by("cut").first())
            .select(
                row="row_of_line",
                cleaner=pl.lit(type(self).__name__),
                reason="class",
                evidence=pl.lit("proved"),
                cut="cut",
            )
        )


def _ends(page: pl.DataFrame) -> NDArray[np.int64]:
    """Places of the last line of each text, and of its last line of prose."""
    doc = page["doc"].to_numpy()
    prose = page["sentence"].arg_true().to_numpy()
    is_last, is_last_prose = (
        np.append(of[1:] != of[:-1], np.ones(min(len(of), 1), np.bool_)) for of in (doc, doc[prose])
    )
    return np.union1d(np.flatnonzero(is_last), prose[is_last_prose])


def _is_sentence() -> pl.Expr:
    """Tell a word or two with a full stop, which somebody wrote (`One thing was left. More.`), from a button."""
    short = pl.col("key").str.count_matches(" ") <= 1
    stopped = pl.col("text").str.contains(r"[\p{L}\p{M}]\s*[.!?؟。۔]\s*$")
    return short & stopped & ~pl.col("class").is_in(["wire_end", "copyright"])


def _bytes_after_sentence() -> pl.Expr:
    """Bytes behind the last sentence, or fewer: to find its end takes a third of the time of taking what follows."""
    rest = pl.col("end").cast(pl.Binary).bin.slice(pl.col("end").str.find(_after_sentence(0))).cast(pl.String)
    return rest.str.strip_chars_start(_ENDS).str.len_bytes()


def _after_sentence(back: int) -> str:
    """Pattern of what follows the end of the last sentence but `back`, with the space before it."""
    return rf"{_END}(\s*(?:[^.!?؟…。۔]+[.!?؟…。۔]+){{{back}}}[^.!?؟…。۔”»]+[.!؟?。۔]?\s*)$"
