"""One document's story for the terminal: what was edited and why, what stands for it, and how they differ."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleaners.ledger import apply_edits, undo_edits
from ghirbal.errors import InputError
from ghirbal.evidence import DECISIONS
from ghirbal.fields import Fields
from ghirbal.inputs import InputFile, find_inputs, fingerprint
from ghirbal.output import check_tables, finished_run
from ghirbal.readers import Reading, read
from ghirbal.removal import cleaning_only
from ghirbal.report.clipping import clipped
from ghirbal.report.difference import difference
from ghirbal.report.evidence import scan, streamed, survivors_here, texts_written
from ghirbal.report.markup import UNSEEN, code_name
from ghirbal.speech import many

MOST: Final = 10
"""Rows of one id, and others in a cluster, that are told; more are only counted."""


def tell_story(out: str | Path, id_: str, *, inputs: Sequence[str | Path] = ()) -> str:
    """Tell what became of the rows with this id (or of one row, named as `file#row`).

    The text of a removed article lies in no result, so its difference is read from the input: from `inputs`, else
    from where the job found it, if it is still the same there.
    """
    folder = Path(out)
    run = finished_run(folder)
    check_tables(folder, run)
    decisions = scan(folder, "decisions").with_row_index("number")
    found = streamed(decisions.filter(pl.col("id") == id_))
    if found.is_empty():
        found = streamed(decisions.filter(pl.format("{}#{}", "file", "row") == id_))
    if found.is_empty():
        raise InputError(f"no row that was read has the id {id_!r}; {folder / 'quarantine.jsonl'} has what was not")
    texts = _Texts(folder, run, tuple(inputs))
    stories = ["\n".join(_tell(row, texts)) for row in islice(found.iter_rows(named=True), MOST)]
    if found.height > MOST:
        stories.append(f"and {found.height - MOST:,} more rows with this id; name one as file#row")
    return "\n\n".join(stories)


def _tell(row: dict[str, Any], texts: "_Texts") -> Iterator[str]:
    out = texts.out
    yield f"{_place(row)}: {'kept' if row['kept'] else 'removed'}, {row['reason']}"
    if row["kept"]:
        yield from _tell_others(row, out)
    else:
        survivor = {"file": row["survivor_file"], "row": row["survivor_row"], "id": row["survivor"]}
        yield f"  {_place(survivor)} stands for it: similarity {row['jaccard']:.3f}"
        yield f"  (shared with the smaller of the two: {row['containment']:.3f})"
    own = (pl.col("file") == row["file"]) & (pl.col("row") == row["row"])
    edits = streamed(scan(out, "edits").filter(own)).sort("start")
    yield from _tell_edits(edits, texts.private)
    for line, cleaner, reason in streamed(scan(out, "flags").filter(own).select("line", "cleaner", "reason")).rows():
        yield f"  flagged only: line {line}, {cleaner} ({reason})"
    for known in streamed(scan(out, "paragraphs").filter(own)).iter_rows(named=True):
        elsewhere = {"file": known["survivor_file"], "row": known["survivor_row"], "id": known["survivor"]}
        yield f"  paragraph in line {known['line']} stands in {_place(elsewhere)}, line {known['survivor_line']}"
        yield f"    similarity {known['jaccard']:.3f}: {_shown(known['text'])}"
    if not row["kept"]:
        yield from _tell_difference(row, edits, texts)


def _tell_others(row: dict[str, Any], out: Path) -> Iterator[str]:
    place = {"survivor_file": row["file"], "survivor_row": row["row"], "survivor": row["id"]}
    # Of a row that is unique here, others may be told that went for one of that place in an earlier batch.
    went = [pl.col(name) == value for name, value in place.items()]
    others = streamed(scan(out, "decisions").filter(row["reason"] != "unique", *went))
    if others.height:
        yield f"  stands for {others.height:,} removed:"
    for other in islice(others.iter_rows(named=True), MOST):
        yield f"    {_place(other)}, {other['reason']}, similarity {other['jaccard']:.3f}"
    if others.height > MOST:
        yield f"    and {others.height - MOST:,} more"


def _tell_edits(edits: pl.DataFrame, private: frozenset[str]) -> Iterator[str]:
    yield f"  {many(edits.height, 'edit')}{':' if edits.height else ''}"
    for edit in edits.iter_rows(named=True):
        why = ", ".join(
            f"{cleaner} ({reason})" for cleaner, reason in zip(edit["cleaner"], edit["reason"], strict=False)
        )
        yield f"    line {edit['line']}, bytes {edit['start']}-{edit['end']}: {why}"
        masked = private.intersection(edit["cleaner"])
        yield f"      - {'(private, not shown)' if masked else _shown(edit['before'])}"
        if edit["after"]:
            yield f"      + {_shown(edit['after'])}"


def _tell_difference(row: dict[str, Any], edits: pl.DataFrame, texts: "_Texts") -> Iterator[str]:
    removed = texts.read_again(row["file"], row["row"], edits)
    if removed is None:
        yield "  the difference: the text of a removed article is only in the input; say where with --input INPUT"
        return
    survivor = texts.survivor(row)
    if survivor is None:
        yield "  the difference: the survivor is not in this result but in the index it was compared with"
        return
    marks = {"-": "[-{}-]", "+": "{{+{}+}}", "=": "{}", "…": "…"}
    told = " ".join(marks[kind].format(_named(words.strip())) for kind, words in difference(removed, survivor))
    yield "  the difference, [-only here-] {+only in the survivor+}:"
    yield f"    {told}"


@dataclass(frozen=True, slots=True)
class _Texts:
    """Where texts can be had: those of survivors in the result, those of removed rows in the input."""

    out: Path
    run: dict[str, Any]
    inputs: tuple[str | Path, ...]

    @property
    def private(self) -> frozenset[str]:
        return frozenset(self.run["private"])

    def survivor(self, removed: dict[str, Any]) -> str | None:
        """Return the survivor's text as it was compared: before paragraphs were taken out of it."""
        file, row = removed["survivor_file"], removed["survivor_row"]
        number = survivors_here(self.out, pl.DataFrame([removed], DECISIONS))[0]
        if number is None:
            return None
        kept = int(streamed(scan(self.out, "decisions").select("kept").head(number))["kept"].sum())
        column = self.run["job"]["options"]["text"] or "text"
        text = texts_written(self.out, column).slice(kept, 1).collect()["text"].fill_null("")
        own = (pl.col("file") == file) & (pl.col("row") == row)
        edits = streamed(scan(self.out, "edits").filter(own)).sort("start").with_columns(doc=pl.lit(0, pl.UInt32))
        if edits.is_empty() or self.run["job"]["options"].get("redact"):
            return str(text[0])
        cleaning = edits.filter(cleaning_only())
        return str(apply_edits(undo_edits(text, edits), cleaning)[0])

    def read_again(self, file: str, row: int, edits: pl.DataFrame) -> str | None:
        """Return the cleaned text of a row from the input, None if that is not at hand any more."""
        found = self._file(file)
        if found is None:
            return None
        options = self.run["job"]["options"]
        names = ("id", "text", "title", "url", "site", "date", "lang")
        fields = Fields(**{name: options.get(name) for name in names})
        for batch in read([found], Reading(fields=fields, encoding=options.get("encoding") or "utf-8")):
            own = batch.rows.filter((pl.col("row") == row) & (pl.col("file") == file))["text"]
            if own.len():
                return str(apply_edits(own.head(1), edits.with_columns(doc=pl.lit(0, pl.UInt32)))[0])
        return None

    def _file(self, name: str) -> InputFile | None:
        known = next(one for one in self.run["job"]["inputs"] if one["file"] == name)
        if self.inputs:
            files = [file for file in find_inputs(self.inputs) if file.name == name]
        else:
            files = [file for folder in _folders(self.out) for file in _below(folder, name)]
        return next(
            (file for file in files if file.size == known["bytes"] and fingerprint(file) == known["sha256"]), None
        )


def with_places(stages: Mapping[str, Any], files: Sequence[InputFile]) -> dict[str, Any]:
    """Note in a job's timings below which folders its input lay: run.json must not differ from place to place.

    >>> with_places({"read": {"seconds": 1.0}}, [InputFile(Path("/news/day/a.jsonl"), "day/a.jsonl", "jsonl", None, 1)])
    {'read': {'seconds': 1.0, 'below': ['/news']}}
    """
    # Counted, not cut off: a link's target and a name that is not UTF-8 do not end like the name that is told.
    folders = {file.path.parents[file.name.count("/")].as_posix() for file in files}
    told = {name: dict(stage) for name, stage in stages.items()}
    told[next(iter(told))]["below"] = sorted(folders)
    return told


def _folders(out: Path) -> list[str]:
    """Return where the job found its input: timings.json has what may differ between equal runs."""
    path = out / "timings.json"
    if not path.is_file():
        return []
    stages = json.loads(path.read_bytes())
    return [folder for stage in stages.values() for folder in stage.get("below", [])]


def _below(folder: str, name: str) -> Iterator[InputFile]:
    path = Path(folder) / name
    if path.is_file():
        yield replace(find_inputs([path])[0], name=name)


def _place(row: dict[str, Any]) -> str:
    where = f"{row['file']} row {row['row']}"
    return _named(where if row["id"] is None else f"{where} (id {row['id']})")


_clip = partial(clipped, longest=240)


def _shown(text: str) -> str:
    return json.dumps(_named(_clip(text)), ensure_ascii=False)


def _named(text: str) -> str:
    r"""Name what a terminal would obey rather than show.

    >>> _named("a\x1b[2J\u202eb")
    'a⟨U+001B⟩[2J⟨U+202E⟩b'
    """
    return UNSEEN.sub(lambda match: f"⟨{code_name(match[1], len(match[0]))}⟩", text)
