"""What a repair would change, as a patch."""

from collections.abc import Iterator
from difflib import unified_diff

from ghirbal.checking.fix import Fixed
from ghirbal.checking.rewriting import new_content
from ghirbal.checking.sheets import Sheet


def differences(fixed: Fixed) -> Iterator[str]:
    """Give the lines of a unified diff of one file; `git apply` and `patch` take it.

    For a compressed file it is of what it unpacks to, for Parquet of the texts, row by row: to read only.
    """
    sheet = fixed.sheet
    if not fixed.records:
        return
    if sheet.file.format == "parquet":
        for number, value in sorted(fixed.records.items()):
            document = sheet.documents[number]
            name = f"{sheet.path} row {document.row}"
            yield from _diff(document.text, value.text, name)
        return
    after = new_content(sheet, fixed.records)
    yield from _diff(_decoded(sheet.content, sheet), _decoded(after, sheet), sheet.path)


def _decoded(content: bytes, sheet: Sheet) -> str:
    return content.decode(sheet.encoding, "backslashreplace")


def _diff(before: str, after: str, name: str) -> Iterator[str]:
    for line in unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Split at line feeds alone: a text may hold other separators."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
