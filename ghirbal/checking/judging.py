"""What the cleaners say of documents, as findings with their places."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import polars as pl

from cleaners import Recipe, clean_batch
from ghirbal.checking.codes import BLANK_LINE, CODES, Code, Selection, code_of, codes_of_cleaner, leading
from ghirbal.checking.findings import Finding, document_key, key_of, message_of
from ghirbal.checking.sheets import Document, Sheet
from ghirbal.checking.values import Value
from ghirbal.fields import Fields


@dataclass(frozen=True, slots=True)
class Remark:
    """An edit or a flag of one document, in characters of its text; `after` is None for a flag."""

    start: int
    end: int
    after: str | None
    codes: tuple[Code, ...]
    cleaners: tuple[str, ...]
    reasons: tuple[str, ...]


def chosen(recipe: Recipe, selection: Selection) -> Recipe:
    """Leave out cleaners whose every code is ignored, so that their edits never mix with wanted ones."""
    return tuple(
        cleaner
        for cleaner in recipe
        if any(selection.takes(code.code) for code in codes_of_cleaner(type(cleaner).__name__))
    )


def remarks(
    texts: pl.Series, about: pl.DataFrame, recipe: Recipe, selection: Selection, *, table: pl.DataFrame | None = None
) -> dict[int, list[Remark]]:
    """Clean texts and return what was wanted of it, by position.

    An edit of several cleaners needs all its codes; one that takes lines out only the code that it stands under: what
    was to be mended in these lines goes with them.

    `about` has the `title` and the `site` of each; `table` counts lines of sites.
    """
    if not recipe:
        return {}
    batch = clean_batch(texts, titles=about["title"], sites=about["site"], table=table, recipe=recipe)
    edits = batch.edits.select("doc", "start", "end", "after", "cleaner", "reason").iter_rows()
    flags = batch.flags.select(
        "doc",
        "start",
        "end",
        after=pl.lit(None, pl.String),
        cleaner=pl.concat_list("cleaner"),
        reason=pl.concat_list("reason"),
    ).iter_rows()
    wanted = frozenset(one.code for one in CODES if selection.takes(one.code))
    found: dict[int, list[Remark]] = {}
    for doc, own in groupby(sorted([*edits, *flags], key=itemgetter(0, 1, 2)), key=itemgetter(0)):
        characters = _Characters(texts[doc])
        for _, start, end, after, cleaners, reasons in own:
            codes = tuple(code_of(*pair) for pair in zip(cleaners, reasons, strict=True))
            first = leading(codes)
            decisive = (first,) if after == "" and _takes_out(first) else codes
            if all(one.code in wanted for one in decisive):
                span = characters.at(start), characters.at(end)
                found.setdefault(doc, []).append(Remark(*span, after, codes, tuple(cleaners), tuple(reasons)))
    return found


class _Characters:
    """Characters of a text by their bytes, asked for mostly in rising order."""

    def __init__(self, text: str) -> None:
        self.source = b"" if text.isascii() else text.encode()
        self.known = (0, 0)

    def at(self, byte: int) -> int:
        if not self.source:
            return byte
        before, characters = self.known if self.known[0] <= byte else (0, 0)
        characters += len(self.source[before:byte].decode())
        self.known = (byte, characters)
        return characters


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding in a document, with the remark that it came from."""

    finding: Finding
    remark: Remark


def judge(
    sheet: Sheet,
    document: Document,
    value: Value,
    found: Sequence[Remark],
    *,
    fields: Fields,
    old: Collection[str],
    private: Collection[str],
) -> list[Judged]:
    """Make findings of a document's remarks; those whose keys are in `old` are left out.

    `value` is the text that the remarks speak of, as it is written. Equal findings of a document have keys of
    their own, so that one more of them is new.
    """
    seen: Counter[str] = Counter()
    name = document_key(document, fields)
    text = value.text
    # A dropped line may begin with the line feed of the one above; what is wrong stands after it.
    starts = [remark.start + _line_feeds(text[remark.start : remark.end]) for remark in found]
    made = []
    for remark, start, at in zip(found, starts, value.places(starts), strict=True):
        code = leading(remark.codes)
        before = text[remark.start : remark.end]
        line = text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0]
        content = key_of(code.code, name, line, before, remark.after or "")
        seen[content] += 1
        key = key_of(content, str(seen[content])) if seen[content] > 1 else content
        if key in old:
            continue
        finding = Finding(
            path=sheet.path,
            place=sheet.place(document, value, at),
            code=code.code,
            level="warning" if remark.after is None else "error",
            message=message_of(code, before, remark.after, private=bool(set(remark.cleaners) & set(private))),
            key=key,
            cleaners=tuple(dict.fromkeys(remark.cleaners)),
            reasons=tuple(dict.fromkeys(remark.reasons)),
        )
        made.append(Judged(finding, remark))
    return list(_without_lone_gaps(made, text))


def _line_feeds(before: str) -> int:
    return len(before) - len(before.lstrip("\r\n")) if before.strip() else 0


def _without_lone_gaps(made: Sequence[Judged], text: str) -> Iterator[Judged]:
    """Leave out blank lines that would close a gap beside lines which stay: those are ignored, or old findings.

    A gap and what opened it have nothing but blank lines between them.
    """
    run: list[Judged] = []
    for one in (*made, None):
        if one is not None and one.remark.after is None:
            yield one
            continue
        if run and (one is None or text[run[-1].remark.end : one.remark.start].strip()):
            opened = any(_drops(judged.remark) for judged in run)
            yield from (judged for judged in run if opened or not _is_gap(judged.remark))
            run = []
        if one is not None:
            run.append(one)


def _drops(remark: Remark) -> bool:
    return not _is_gap(remark) and _takes_out(leading(remark.codes))


def _takes_out(code: Code) -> bool:
    """Tell what takes lines out from what repairs characters."""
    return not code.code.startswith("GH1")


def _is_gap(remark: Remark) -> bool:
    return all(code is BLANK_LINE for code in remark.codes)
