"""The promises that every cleaner keeps, each as one function that raises AssertionError where it is broken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from cleaners import CleanedBatch, Recipe, apply_edits, clean, clean_batch, undo_edits
from cleaners.installed import faults
from cleaners.ledger import EDITS, FLAGS
from cleaners.lines import split_lines
from cleaners.page import EVIDENCE, MARKS, Dropper, make_page
from cleaners.rewriting import PROPOSALS, Rewriter, apply_proposals
from ghirbal.testing.examples import Example


@dataclass(frozen=True, slots=True)
class Trial:
    """A recipe, mostly of one cleaner, and what it is tried on; `harmless` texts must stay as they are."""

    recipe: Recipe
    examples: Sequence[Example]
    harmless: Sequence[Example]

    @property
    def texts(self) -> pl.Series:
        """The texts to try."""
        return pl.Series([one.text for one in self.examples], dtype=pl.String)

    @property
    def titles(self) -> pl.Series:
        """Their titles, null where there is none."""
        return pl.Series([one.title for one in self.examples], dtype=pl.String)

    def cleaned(self) -> CleanedBatch:
        """Clean the texts in one batch."""
        return clean_batch(self.texts, titles=self.titles, recipe=self.recipe)

    def agree(self, expected: pl.Series, found: pl.Series, promise: str) -> None:
        """Raise AssertionError with the first text that differs."""
        for example, one, other in zip(self.examples, expected, found, strict=True):
            assert one == other, f"{promise}: {example.name} was to be\n{one!r}\nand is\n{other!r}"


def is_a_cleaner(trial: Trial) -> None:
    """Ask for a frozen dataclass with a safety class and a docstring, whose `repr` makes it again."""
    for cleaner in trial.recipe:
        kind = type(cleaner)
        for fault in faults(kind):
            raise AssertionError(f"{kind.__name__} is no cleaner: {fault}")
        assert kind.__doc__, f"{kind.__name__} needs a docstring: `ghirbal cleaners` shows its first line"
        again = eval(repr(cleaner), {kind.__name__: kind})  # noqa: S307 (the repr is the cleaner's provenance)
        assert again == cleaner, f"{cleaner!r} makes {again!r}"


def is_null_safe(trial: Trial) -> None:
    """Ask that a null stays null, and that a frame without rows gives the ledger's columns."""
    frame = pl.DataFrame({"id": ["a", "b"], "text": [None, ""]}, schema={"id": pl.String, "text": pl.String})
    assert clean(frame, trial.recipe).documents.equals(frame), "a null or an empty text did not stay as it was"
    empty = clean(frame.clear(), trial.recipe)
    assert empty.documents.is_empty(), "no rows went in, and some came out"
    assert empty.edits.columns == ["row", "id", *EDITS.names()[1:]], "no rows made another table of edits"


def is_pure(trial: Trial) -> None:
    """Ask that the input is not changed, and that the answer is the same twice."""
    texts = trial.texts
    before = texts.clone().to_list()
    first = clean_batch(texts, titles=trial.titles, recipe=trial.recipe)
    trial.agree(pl.Series(before, dtype=pl.String), texts, "the input must not change")
    second = trial.cleaned()
    trial.agree(first.texts, second.texts, "a second call must answer as the first")
    assert first.edits.equals(second.edits), "a second call made other edits"
    assert first.flags.equals(second.flags), "a second call made other flags"


_NEIGHBOURS: Final = ("Related articles\nThe mayor said this:", "#rain #town #bridge\nShare this article")
"""Texts that would change what stands below or above them, were they of the same article."""


def is_blind_to_its_batch(trial: Trial) -> None:
    """Ask that what stands beside a text, before or after it, changes nothing."""
    texts, titles, together = trial.texts, trial.titles, trial.cleaned().texts
    backwards = clean_batch(texts.reverse(), titles=titles.reverse(), recipe=trial.recipe).texts.reverse()
    trial.agree(together, backwards, "another order must not change the answer")
    titled = pl.Series([title for own in titles for title in (None, own)], dtype=pl.String)
    for neighbour in _NEIGHBOURS:
        parted = pl.Series([text for own in texts for text in (neighbour, own)], dtype=pl.String)
        between = clean_batch(parted, titles=titled, recipe=trial.recipe).texts.gather_every(2, 1)
        trial.agree(together, between, "other texts above and below must not change the answer")
    for at in range(0, texts.len(), 23):
        alone = clean_batch(texts[at : at + 1], titles=titles[at : at + 1], recipe=trial.recipe).texts[0]
        name = trial.examples[at].name
        assert alone == together[at], f"{name} alone becomes\n{alone!r}\nand in a batch\n{together[at]!r}"


def is_settled(trial: Trial) -> None:
    """Ask that cleaning what was cleaned finds nothing more."""
    first = trial.cleaned().texts
    again = clean_batch(first, titles=trial.titles, recipe=trial.recipe)
    trial.agree(first, again.texts, "a second run must find nothing")
    assert again.edits.is_empty(), "a second run made edits that change nothing"


def is_replayable(trial: Trial) -> None:
    """Ask that edits lead from text to cleaned text and back, and that each says where it stands."""
    texts, batch = trial.texts, trial.cleaned()
    assert batch.edits.schema == EDITS, f"the edits are {batch.edits.schema}"
    assert batch.flags.schema == FLAGS, f"the flags are {batch.flags.schema}"
    trial.agree(batch.texts, apply_edits(texts, batch.edits), "the edits must make the cleaned text")
    trial.agree(texts, undo_edits(batch.texts, batch.edits), "the edits must give the text back")
    encoded = [text.encode() for text in texts]
    for doc, line, start, end, before in batch.edits.select("doc", "line", "start", "end", "before").iter_rows():
        assert start < end, f"an edit of {trial.examples[doc].name} is empty"
        assert encoded[doc][start:end] == before.encode(), f"an edit of {trial.examples[doc].name} misquotes it"
        at = encoded[doc][:start].count(b"\n") + 1
        lines = (at, at + 1) if before.startswith(("\n", "\r\n")) else (at,)  # the terminator above may go with it
        assert line in lines, f"an edit of {trial.examples[doc].name} says line {line} and stands on line {at}"
    for doc, line, start in batch.flags.select("doc", "line", "start").iter_rows():
        assert encoded[doc][:start].count(b"\n") + 1 == line, f"a flag of {trial.examples[doc].name} says line {line}"


def proposes_what_it_may(trial: Trial) -> None:
    """Ask a rewriter for spans in order, a dropper for lines of its page on evidence that there is."""
    lines = split_lines(trial.texts)["text"].unique(maintain_order=True)
    for cleaner in trial.recipe:
        if isinstance(cleaner, Rewriter):
            proposals = cleaner.rewrite(lines.filter(_gate(cleaner, lines)))
            assert proposals.schema == PROPOSALS, f"`rewrite` must return {PROPOSALS}, not {proposals.schema}"
            by_line = pl.col("at") == pl.col("at").shift(1)
            apart = proposals.select((~by_line | (pl.col("start") >= pl.col("end").shift(1))).all()).item()
            assert apart, "spans of a line must be in order and not overlap"
        elif isinstance(cleaner, Dropper):
            table = split_lines(trial.texts).select("doc", "text").with_row_index("row")
            page = make_page(table, trial.titles)
            found = cleaner.mark(page)
            assert found.schema == MARKS, f"`mark` must return {MARKS}, not {found.schema}; `marks` makes it"
            unknown = sorted(set(found["evidence"]) - set(EVIDENCE))
            assert not unknown, f"there is no evidence {unknown}: it is one of {', '.join(EVIDENCE)}"
            assert found["row"].is_in(page["row"].implode()).all(), "`mark` speaks of lines that are not there"


def has_a_gate_that_misses_nothing(trial: Trial) -> None:
    """Ask that what `rewrite` would change passes the gate; droppers have none."""
    lines = split_lines(trial.texts)["text"].unique(maintain_order=True)
    for cleaner in trial.recipe:
        if isinstance(cleaner, Rewriter):
            proposals = cleaner.rewrite(lines)
            changed = apply_proposals(lines, proposals) != lines
            missed = lines.filter(changed & ~_gate(cleaner, lines))
            assert missed.is_empty(), f"the gate keeps from `rewrite` what it would change: {missed[0]!r}"


def leaves_the_harmless_alone(trial: Trial) -> None:
    """Ask that texts which look like residue, and are not, stay byte for byte."""
    texts = pl.Series([one.text for one in trial.harmless], dtype=pl.String)
    titles = pl.Series([one.title for one in trial.harmless], dtype=pl.String)
    edits = clean_batch(texts, titles=titles, recipe=trial.recipe).edits
    for doc, before, cleaner in edits.select("doc", "before", "cleaner").iter_rows():
        raise AssertionError(f"{trial.harmless[doc].name} must stay, and {', '.join(cleaner)} took\n{before!r}")


def _gate(cleaner: Rewriter, lines: pl.Series) -> pl.Series:
    return lines.alias("text").to_frame().select(cleaner.gate(pl.col("text")).fill_null(value=False)).to_series()


PROMISES: Final[tuple[Callable[[Trial], None], ...]] = (
    is_a_cleaner,
    is_null_safe,
    is_pure,
    is_blind_to_its_batch,
    is_settled,
    is_replayable,
    proposes_what_it_may,
    has_a_gate_that_misses_nothing,
    leaves_the_harmless_alone,
)
