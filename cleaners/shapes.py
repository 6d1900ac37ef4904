"""Stock phrases with a part that changes: a name, a year, the networks that a site is on."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import polars as pl

from cleaners.folding import fold

_SLOTS: Final = MappingProxyType(
    {"…": "zzany", "<name>": "zzname", "<networks>": "zznetworks", "<row>": "zzrow",
     "<": "zzopen", "|": "zzor", ">": "zzclose"}
)  # fmt: skip
"""What the files write, and the words that stand for it in a folded key: any words or none; one to six words; names
of networks and what joins them; two such names or more, side by side; one of several wordings."""
_SPACED: Final = MappingProxyType(
    {" zzany": "(?: [^ ]+)*", " zzname": "(?: [^ ]+){1,6}", "zzopen ": "(?:", " zzor ": "|", " zzclose": ")"}
)
_WIDE: Final = MappingProxyType(
    {"zzany": ".*", "zzname": ".{1,20}", "zzopen": "(?:", "zzor": "|", "zzclose": ")", "zznetworks": " ?zznetworks ?",
     "zzrow": " ?zzrow ?", " ": " ?"}
)  # fmt: skip
"""What slots match; in scripts that write no spaces, any stretch."""
_JOINED: Final = (
    "and|or|the|our|page|pages|channel|channels|account|et|ou|und|oder|y|e|o|ed|и|в|на|та|ve|veya|da|de|ta|te|dan|den|"
    "tan|ten|و|او|على|عبر|اور|i|w|oraz|en|of"
)
"""Words that stand between names of networks, folded."""
_NETWORKS: Final = MappingProxyType(
    {"zznetworks": f"zznet(?: ?[と及和与與や]? ?zznet| (?:{_JOINED}))*", "zzrow": "zznet(?: zznet)+"}
)
"""What matches in a key whose names of networks are `zznet`."""
_CLITIC: Final = "(?:و|וב|ו|ב)?"
"""And, in: written as one with the name."""


def with_slots(phrase: pl.Expr) -> pl.Expr:
    """Write the slots of a phrase as words that folding leaves alone."""
    return phrase.str.replace_many(list(_SLOTS), [f" {word} " for word in _SLOTS.values()], leftmost=True)


def compiled_shapes(shapes: pl.DataFrame, networks: list[str]) -> tuple[pl.DataFrame, str, str]:
    """Make patterns of folded shapes (`key`, `class`).

    Returns `first`, the first character, `head`, the words up to the first slot, `end`, the last word if it is behind
    the last slot, `pattern`, `class` and `match`, `prefix` where any words may end the line; then a pattern of what
    shapes begin with, and one of the names of networks.
    """
    key = pl.col("key")
    spaced = key.str.replace_many(list(_SPACED), list(_SPACED.values()), leftmost=True)
    closed = key.str.replace_all(r" ?(zz(?:any|name|open|or|close|networks|row)) ?", "$1")
    wide = closed.str.replace_many(list(_WIDE), list(_WIDE.values()), leftmost=True)
    pattern = pl.when(_is_wide()).then(wide).otherwise(spaced)
    compiled = shapes.select(
        "class",
        "key",
        head=key.str.extract(r"^(.*?)(?: ?zz|$)", 1),
        end=key.str.extract(r"^.*zz(?:any|name|close|networks|row)(?:.* )?([^ ]*)$", 1).fill_null(""),
        pattern="^" + pattern.str.replace_many(list(_NETWORKS), list(_NETWORKS.values()), leftmost=True) + "$",
    ).with_columns(
        first=pl.col("head").str.head(1),
        # what may go on as it likes only begins with the phrase; notices have their words on the way to the end
        match=pl.when(key.str.ends_with("zzany") & ~pl.col("class").is_in(["cookie", "copyright"]))
        .then(pl.lit("prefix"))
        .otherwise(pl.lit("shape")),
    )
    # Up to their first number, so that keys can be asked before and after their numbers have become 0.
    begun = compiled.filter(pl.col("head") != "")["head"].str.replace(" ?0.*", "").replace("", r"\p{Nd}").unique()
    heads = sorted(begun, key=lambda one: (-len(one), one))
    names = f"{_CLITIC}(?:{'|'.join(sorted(networks, key=lambda one: (-len(one), one)))})"
    return (
        compiled.drop("key"),
        f"^(?:{'|'.join(heads)}|{names}(?:[ \\p{{Han}}\\p{{Hiragana}}\\p{{Katakana}}]|$))",
        names,
    )


def _is_wide() -> pl.Expr:
    return pl.col("key").str.contains(r"[\p{Han}\p{Hiragana}\p{Katakana}]")


def shaped_lines(keyed: pl.DataFrame, shapes: pl.DataFrame, heads: str, names: str) -> pl.DataFrame:
    """Find lines of a shape; `keyed` has `row` and `key`. Returns `row`, `class`, `match`."""
    likely = keyed.select("row", "key").filter(pl.col("key").str.contains(heads))
    if likely.is_empty():
        return NOTHING.to_frame()
    wide, spaced = (
        pl.col("key").str.replace_all(names, "zznet"),
        pl.col("key").str.replace_all(rf"\b{names}\b", "zznet"),
    )
    likely = likely.with_columns(
        first=pl.col("key").str.head(1), named=pl.when(_is_wide()).then(wide).otherwise(spaced)
    )
    begun = likely.filter(pl.col("named").str.starts_with("zznet")).drop("first")
    pairs = (
        pl.concat(
            [
                likely.join(shapes, on="first").filter(pl.col("key").str.starts_with(pl.col("head"))).drop("first"),
                begun.join(shapes.filter(pl.col("head") == "").drop("first"), how="cross"),
            ]
        )
        .filter(pl.col("key").str.ends_with(pl.col("end")))
        .sort("match", "pattern", "row", descending=[True, False, False])
    )
    subject = pl.when(pl.col("pattern").str.contains("zznet", literal=True)).then("named").otherwise("key")
    return pairs.filter(subject.str.contains(pl.col("pattern"))).select("row", "class", "match")


NOTHING: Final = pl.Schema({"row": pl.UInt32(), "class": pl.String(), "match": pl.String()})
_YEAR: Final = r"(?:^|\P{Nd})\p{Nd}{4}(?:\P{Nd}|$)"
_SIGNED: Final = r"^[^.!?؟。]{0,60}(?:[©ⓒ]|\([cC]\)\s*\p{Nd}{4})"
"""The sign stands at the beginning, after the word for it or after a name."""
MARKED: Final = r"\||©|ⓒ|\(c\)|\(C\)"
"""Pattern of what `marked_lines` have."""
_FOOT: Final = (
    "app_promotion", "backlink", "comment_form", "contact_block", "cookie", "copyright", "follow_us", "go_to_top",
    "newsletter", "print_email", "share", "subscription_wall",
)  # fmt: skip
"""Classes of the links at the foot of a page."""


def marked_lines(keyed: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Find notices by their sign of copyright, and rows of links with strokes between them.

    `keyed` has `row`, `text` and `key`; `lines` the `key` and `class` of whole phrases. Returns `row`, `class`,
    `match`: a sign with a year begins a notice (`prefix`), and is one (`shape`) where rights are reserved; a row all of
    whose parts are phrases is one (`shape`).
    """
    likely = keyed.filter(pl.col("text").str.contains(MARKED))
    if likely.is_empty():
        return NOTHING.to_frame()
    return pl.concat([NOTHING.to_frame(), *_notices(likely, lines), *_menus(likely, lines)])


def _notices(likely: pl.DataFrame, lines: pl.DataFrame) -> Iterator[pl.DataFrame]:
    signs = likely.filter(pl.col("text").str.contains(_SIGNED))
    if signs.height:
        rights = lines.filter((pl.col("class") == "copyright") & pl.col("key").str.contains(" "))["key"].to_list()
        reserved, dated = pl.col("key").str.contains_any(rights), pl.col("text").str.contains(_YEAR)
        match = pl.when(reserved).then(pl.lit("shape")).otherwise(pl.lit("prefix"))
        yield signs.filter(reserved | dated).select("row", pl.lit("copyright").alias("class"), match=match)


def _menus(likely: pl.DataFrame, lines: pl.DataFrame) -> Iterator[pl.DataFrame]:
    rows = likely.filter(pl.col("text").str.contains(r"\S\s*\|\s*\S"))
    if rows.height:
        parts = rows.select("row", part=pl.col("text").str.split("|")).explode("part")
        parts = parts.with_columns(key=fold(pl.col("part"))).filter(pl.col("key") != "")
        foot = lines.filter(pl.col("class").is_in(_FOOT)).unique("key", keep="first", maintain_order=True)
        links = parts.join(foot, on="key", how="left", maintain_order="left").group_by("row", maintain_order=True)
        menus = links.agg(pl.col("class").first(), pl.len(), links=pl.col("class").is_not_null().all())
        menus = menus.filter(pl.col("links") & (pl.col("len") > 1))
        yield menus.select("row", "class", match=pl.lit("shape"))
