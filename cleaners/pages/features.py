"""What the scorer looks at: a table of numbers for each line, from its shape, its neighbours and its page."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.pages.around import FAR, Pages
from cleaners.pages.shape import Flags, Floats, Shapes, measure_shapes

Features = dict[str, Floats]

STOCK_LINE: Final = 12
"""Words of chrome are looked for in lines of at most so many words: in a sentence they mean nothing."""
_STOCK_CHARACTERS: Final = 200
_SENTENCE_WORDS: Final = 8
_LONG_SENTENCE_WORDS: Final = 25
_CASED_WORD: Final = 5.0
"""Letters of a word, where the script does not say."""

_NOTICE_BYTES: Final = 1000
"""Notices of law and of the house are looked for in lines of at most so many bytes: a sentence, or a few."""
_STEM: Final = 5
"""Letters by which a word is known in another form of it."""
_FEW_STEMS: Final = 3
_STAMP: Final = r"\d[:.]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}|\b(?:19|20)\d\d\b|[٠-٩۰-۹][:/][٠-٩۰-۹]|\d[年月日]"


def measure_lines(
    lines: pl.DataFrame, characters: NDArray[np.uint8], words: Mapping[str, tuple[str, ...]]
) -> tuple[Floats, Features]:
    """Measure the lines of whole pages: the words of each line, and the features by name.

    `lines` has `doc`, `text` and optionally `title`, rows in order, none of them blank. `characters` gives each
    code point's class, `words` the words of chrome by what they tell of. Only shares, logarithms and marks that
    every script has are used, so that what was learnt from one language holds for others.
    """
    pages = Pages.of(lines["doc"].to_numpy())
    shapes = measure_shapes(lines["text"], characters)
    n = count_words(shapes)
    prose = np.where((shapes.stops > 0) & (n >= _SENTENCE_WORDS), n, 0.0)
    features = _of_the_line(lines, shapes, n, prose)
    features |= _of_the_page(pages, n, prose)
    features |= _of_neighbours(pages, features)
    features |= _of_the_block(pages, n, prose)
    features |= _of_stock_words(pages, lines["text"], n, words)
    features |= _of_the_title(pages, lines)
    features |= _of_title_words(pages, lines, n)
    features |= _of_stamps(pages, lines["text"], n, shapes.count("digit") > 0)
    return n, features


def count_words(shapes: Shapes) -> Floats:
    """Words of each line; an ideograph counts as 0.6 of a word, a Thai letter as a quarter."""
    words = shapes.words_from("lower", "upper", "letter", "digit")
    return words + 0.6 * shapes.count("ideograph") + 0.25 * shapes.count("spaceless")


def _of_the_line(lines: pl.DataFrame, shapes: Shapes, n: Floats, prose: Floats) -> Features:
    spaced = np.maximum(shapes.words_from("lower", "upper", "letter", "digit"), 1)
    any_words = np.maximum(n, 1)
    letters = shapes.count("lower", "upper", "letter")
    unspaced = shapes.count("ideograph", "spaceless")
    marks = shapes.count("symbol", "stop", "comma", "colon", "separator", "guillemet", "quote", "bracket", "dash")
    marks += shapes.count("sign", "ellipsis")
    text = pl.col("text").str.strip_chars()
    repeats = lines.select(
        line=pl.len().over("doc", text.str.to_lowercase()),
        opening=pl.len().over("doc", text.str.extract(r"^(\S+)")),
        ending=pl.len().over("doc", text.str.extract(r"(\S+)$")),
    )
    return {
        "words": np.log1p(n),
        "prose": np.log1p(prose),
        "stops": np.minimum(shapes.stops, 10),
        "letters_of_a_word": np.where(unspaced * 2 > letters, _CASED_WORD, np.minimum(letters / spaced, 15)),
        "lower": shapes.words_from("lower") / spaced,
        "upper": shapes.words_from("upper") / spaced,
        "capitals": shapes.capitals / spaced,
        "digits": shapes.words_from("digit") / any_words,
        "marks": np.minimum(marks / any_words, 3),
        "comma_share": shapes.count("comma") / any_words,
        "commas": np.minimum(shapes.count("comma"), 10),
        "colons": np.minimum(shapes.count("colon"), 3),
        "separator_share": np.minimum(shapes.count("separator") / any_words, 3),
        "separators": np.minimum(shapes.count("separator"), 8),
        "quotes": np.minimum(shapes.count("guillemet", "quote"), 6),
        "bracket_share": np.minimum(shapes.count("bracket") / any_words, 3),
        "dash_share": np.minimum(shapes.count("dash") / any_words, 3),
        "signs": np.minimum(shapes.count("sign"), 3),
        "ends_stop": shapes.closes("stop").astype(float),
        "ends_colon": shapes.closes("colon").astype(float),
        "ends_ellipsis": shapes.closes("ellipsis").astype(float),
        "ends_word": shapes.closes("lower", "upper", "letter", "ideograph", "digit", "spaceless").astype(float),
        "begins_lower": shapes.begins("lower").astype(float),
        "begins_upper": shapes.begins("upper").astype(float),
        "begins_digit": shapes.begins("digit").astype(float),
        "begins_dash": shapes.begins("dash", "separator").astype(float),
        "begins_quote": shapes.begins("guillemet", "quote").astype(float),
        "repeats": np.minimum(np.log(repeats["line"].to_numpy()), 3),
        "same_opening": np.log(repeats["opening"].to_numpy()),
        "same_ending": np.log(repeats["ending"].to_numpy()),
    }


def _of_the_page(pages: Pages, n: Floats, prose: Floats) -> Features:
    words, all_prose = pages.total(n), pages.total(prose)
    sentences = pages.total(prose > 0)
    longest = pages.greatest(n)
    return {
        "page_lines": np.log(pages.size),
        "page_words": np.log1p(words),
        "page_mean": words / pages.size,
        "page_prose": np.log1p(all_prose),
        "page_prose_share": all_prose / np.maximum(words, 1),
        "page_sentence_share": sentences / pages.size,
        "page_longest": np.log1p(longest),
        "to_longest": np.log1p(n) - np.log1p(longest),
        "to_mean_sentence": np.log1p(n) - np.log1p(all_prose / np.maximum(sentences, 1)),
        "place": pages.place / pages.size,
        "lines_above": np.log1p(pages.place),
        "lines_below": np.log1p(pages.size - 1 - pages.place),
        "words_above": pages.before(n) / np.maximum(words, 1),
        "prose_above": pages.before(prose) / np.maximum(all_prose, 1),
        "prose_below": pages.after(prose) / np.maximum(all_prose, 1),
    }


def _of_neighbours(pages: Pages, own: Features) -> Features:
    features: Features = {}
    for places in (-3, -2, -1, 1, 2, 3):
        for name in ("words", "ends_stop"):
            features[f"{name}{places:+}"] = pages.shifted(own[name], places)
    for places in (-1, 1):
        for name in ("upper", "digits", "ends_colon", "ends_word", "begins_dash", "repeats", "separator_share",
                     "prose", "letters_of_a_word"):  # fmt: skip
            features[f"{name}{places:+}"] = pages.shifted(own[name], places)
    prose = np.expm1(own["prose"])
    for reach in (2, 5, 10, 25, 60):
        for low, high, side in ((-reach, -1, "above"), (1, reach, "below")):
            features[f"prose_{reach}_{side}"] = np.log1p(pages.mean(prose, low, high))
            features[f"words_{reach}_{side}"] = pages.mean(own["words"], low, high)
    for reach in (4, 12, 40):
        for name in ("ends_stop", "repeats", "digits", "upper", "begins_lower", "same_opening", "same_ending",
                     "separators"):  # fmt: skip
            features[f"{name}_{reach}_around"] = pages.mean(own[name], -reach, reach)
    return features


def _of_the_block(pages: Pages, n: Floats, prose: Floats) -> Features:
    features: Features = {}
    long_lines = {
        "sentence": prose > 0,
        "long_sentence": prose >= _LONG_SENTENCE_WORDS,
        "half_longest": prose >= pages.greatest(n) / 2,
    }
    for name, flags in long_lines.items():
        features[f"from_{name}"] = np.log(pages.lines_since(flags, own=False))
        features[f"to_{name}"] = np.log(pages.lines_until(flags, own=False))
    # A line that is no sentence costs a block eight words (or three, for a loose block), and a part of its own.
    rows = np.arange(len(n))
    for cost, name in ((8.0, "block"), (3.0, "loose_block")):
        first, last = pages.best_block(np.where(prose > 0, prose, -cost - 0.3 * n))
        inside = (rows >= first) & (rows <= last)
        features[f"in_{name}"] = inside.astype(float)
        features[f"from_{name}"] = _signed_logarithm(rows - first)
        features[f"to_{name}"] = _signed_logarithm(last - rows)
        features[f"{name}_share"] = pages.total(np.where(inside, prose, 0.0)) / np.maximum(pages.total(prose), 1)
    return features


def _of_stock_words(pages: Pages, text: pl.Series, n: Floats, words: Mapping[str, tuple[str, ...]]) -> Features:
    features: Features = {}
    size = text.str.len_bytes().to_numpy()
    short = np.flatnonzero((n <= STOCK_LINE) & (size <= _STOCK_CHARACTERS))
    longer = np.flatnonzero((n > STOCK_LINE) & (size <= _NOTICE_BYTES))
    bare = text.gather(short).str.to_lowercase().str.replace_all(r"[\s.,:;()|\[\]{}!?]+", " ")
    said = _said(" " + bare + " ", words)
    notices = text.gather(longer).str.to_lowercase().str.contains_any(list(words["notice"])).to_numpy()
    for name in words:
        flags = np.zeros(len(n), np.bool_)
        flags[short] = said[name]
        if name == "notice":
            flags[longer] = notices
        features[f"says_{name}"] = flags.astype(float)
        features[f"{name}_5_around"] = pages.mean(flags, -5, 5)
        features[f"{name}_20_around"] = pages.mean(flags, -20, 20)
        features[f"from_{name}"] = np.log1p(pages.lines_since(flags, own=True))
        features[f"to_{name}"] = np.log1p(pages.lines_until(flags, own=True))
    comments, replies = features["says_comment"], features["says_reply"]
    features["comments_so_far"] = np.log1p(pages.before(comments) + comments)
    features["page_replies"] = np.log1p(pages.total(replies))
    return features


def _said(text: pl.Series, words: Mapping[str, tuple[str, ...]]) -> dict[str, Flags]:
    """Tell which texts say a word of each kind; all kinds are looked for in one pass."""
    kinds: dict[str, int] = {}
    for number, stock in enumerate(words.values()):
        for word in stock:
            kinds[word] = kinds.get(word, 0) | 1 << number
    found = text.alias("word").to_frame().with_row_index("row")
    found = found.with_columns(pl.col("word").str.extract_many(list(kinds), overlapping=True)).explode("word")
    found = found.drop_nulls().with_columns(pl.col("word").replace_strict(kinds, return_dtype=pl.Int64))
    said = np.zeros(len(text), np.int64)
    np.bitwise_or.at(said, found["row"].to_numpy(), found["word"].to_numpy())
    return {name: said >> number & 1 == 1 for number, name in enumerate(words)}


def _of_the_title(pages: Pages, lines: pl.DataFrame) -> Features:
    flags = _title_flags(lines)
    count, above = pages.total(flags), pages.before(flags)
    return {
        "is_title": flags.astype(float),
        "from_title": np.log1p(pages.lines_since(flags, own=True)),
        "to_title": np.log1p(pages.lines_until(flags, own=True)),
        "titles_above": np.log1p(above),
        "titles_below": np.log1p(count - above),
        "title_share_above": above / np.maximum(count, 1),
        "has_title": np.minimum(count, 1),
    }


def _of_title_words(pages: Pages, lines: pl.DataFrame, n: Floats) -> Features:
    """Tell how much of the title each longer line says: the story does, the teasers of other stories do not."""
    share = _title_share(lines, n)
    greatest = pages.greatest(share)
    return {
        "title_words": share,
        "title_words_to_most": share / np.maximum(greatest, 0.1),
        "title_words_most": greatest,
        "title_words_2_around": pages.mean(share, -2, 2),
        "title_words_8_around": pages.mean(share, -8, 8),
        "title_words_above": np.log1p(pages.before(share)),
        "title_words_below": np.log1p(pages.after(share)),
    }


def _title_share(lines: pl.DataFrame, n: Floats) -> Floats:
    found = np.zeros(len(lines))
    if "title" not in lines.columns:
        return found
    stem = pl.col("stem").str.slice(0, _STEM)
    first = lines.select("doc", "title").gather(Pages.of(lines["doc"].to_numpy()).starts)
    titles = first.select("doc", stem=_stems(pl.col("title"))).explode("stem").with_columns(stem).unique().drop_nulls()
    longer = lines.with_row_index("row").select("row", "doc", "text").filter(pl.lit(pl.Series(n)) >= _SENTENCE_WORDS)
    said = (
        longer.select("row", "doc", stem=_stems(pl.col("text"))).explode("stem").with_columns(stem)
        .join(titles, on=["doc", "stem"], how="semi").unique().group_by("row", "doc").len("said")
        .join(titles.group_by("doc").len("all"), on="doc")
    )  # fmt: skip
    found[said["row"].to_numpy()] = said["said"].to_numpy() / np.maximum(said["all"].to_numpy(), _FEW_STEMS)
    return found


def _stems(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.extract_all(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|\p{L}{4,}")


def _of_stamps(pages: Pages, text: pl.Series, n: Floats, digits: Flags) -> Features:
    """Tell of short lines with a date or a time: they head stories and teasers, and each comment."""
    size = text.str.len_bytes().to_numpy()
    rows = np.flatnonzero(digits & (n <= STOCK_LINE) & (size <= _STOCK_CHARACTERS))
    flags = np.zeros(len(n), np.bool_)
    flags[rows] = text.gather(rows).str.contains(_STAMP).to_numpy()
    return {
        "stamp": flags.astype(float),
        "stamps_3_around": pages.mean(flags, -3, 3),
        "stamps_12_around": pages.mean(flags, -12, 12),
        "stamps_above": np.log1p(pages.before(flags)),
        "stamps_below": np.log1p(pages.after(flags)),
        "from_stamp": np.log1p(pages.lines_since(flags, own=True)),
        "to_stamp": np.log1p(pages.lines_until(flags, own=True)),
    }


def _title_flags(lines: pl.DataFrame) -> Flags:
    """Find the lines that are the title or a good part of it; titles often carry the site's name too."""
    if "title" not in lines.columns:
        return np.zeros(len(lines), np.bool_)
    line, title = pl.col("line"), pl.col("title")
    of_line, of_title = line.str.len_chars(), title.str.len_chars()
    part = (of_line >= 8) & (of_line * 4 >= of_title) & (of_line <= of_title)
    whole = (of_title >= 12) & (of_line > of_title) & (of_line <= of_title * 2)
    near = (
        lines.select("title", line=pl.col("text").str.strip_chars())
        .with_row_index("row")
        .filter(part | whole)
        .with_columns(line.str.to_lowercase(), title.str.to_lowercase())
        .filter(title.str.contains(line, literal=True) | line.str.contains(title, literal=True))
    )
    flags = np.zeros(len(lines), np.bool_)
    flags[near["row"].to_numpy()] = True
    return flags


def _signed_logarithm(lines: NDArray[np.int64]) -> Floats:
    return np.sign(lines) * np.log1p(np.minimum(np.abs(lines), FAR))
