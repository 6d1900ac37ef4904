"""The report as one HTML page that needs nothing else: made of report.json alone."""

import base64
import hashlib
import html
from importlib.resources import files
from string import Template
from typing import Any

from ghirbal.options import flag
from ghirbal.report.articles import articles, borderline, clusters, paragraphs
from ghirbal.report.markup import number, section, share, shown, size, table, text
from ghirbal.report.pictures import Branch, flow
from ghirbal.report.texts import cleaning, flagged, lengths, sources
from ghirbal.speech import many

_LEADS = {
    "run": "The texts were cleaned; then near-duplicate articles and paragraphs were taken out.",
    "clean": "The texts were cleaned; nothing was compared.",
    "dedup": "Near-duplicate articles and paragraphs were taken out; the texts were not cleaned before.",
}


def render(told: dict[str, Any]) -> str:
    """Return the whole page."""
    made = [
        ("flow", "The flow", became(told)),
        ("cleaners", "Cleaners", cleaning(told)),
        ("flags", "Flags", flagged(told)),
        ("articles", "Articles", articles(told)),
        ("clusters", "Clusters", clusters(told)),
        ("threshold", "The threshold", borderline(told)),
        ("paragraphs", "Paragraphs", paragraphs(told)),
        ("sources", "Sources and days", sources(told)),
        ("lengths", "Lengths", lengths(told)),
        ("unread", "Not read", quarantined(told)),
        ("settings", "Settings", settings(told)),
    ]
    style, script = _resource("style.css"), _resource("script.js")
    rows = told["run"]["counts"]["rows"]
    return Template(_resource("page.html")).substitute(
        rows=number(rows["in"]),
        lead=_lead(told["run"]),
        numbers=_numbers(rows),
        contents="".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, body in made if body),
        sections="\n".join(body for _, _, body in made if body),
        style=style,
        style_hash=_digest(style),
        script=script,
        script_hash=_digest(script),
        version=shown(told["run"]["job"]["versions"]["ghirbal"]),
    )


def _resource(name: str) -> str:
    return files("ghirbal.report").joinpath(name).read_text(encoding="utf-8")


def _digest(source: str) -> str:
    """Return how the page's policy names the one style and the one script it allows."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _lead(run: dict[str, Any]) -> str:
    inputs = run["job"]["inputs"]
    were = "was" if inputs["files"] == 1 else "were"
    return f"{many(inputs['files'], 'file')} of {size(inputs['bytes'])} {were} read. {_LEADS[run['job']['command']]}"


def _numbers(rows: dict[str, int]) -> str:
    whole = rows["in"]
    pairs = [
        ("", rows["in"], "rows came in"),
        ("kept", rows["survivors"], f"survive, {share(rows['survivors'], whole)}"),
        ("taken", rows["removed"], f"were removed, {share(rows['removed'], whole)}"),
        ("bad", rows["quarantined"], "could not be read"),
    ]
    items = "".join(f'<li class="{kind}"><b>{number(count)}</b> {words}</li>' for kind, count, words in pairs)
    return f'<ul class="numbers">{items}</ul>'


def became(told: dict[str, Any]) -> str:
    """Show where the rows and where the text went; both sums come out."""
    counts = told["run"]["counts"]
    rows = counts["rows"]
    identical = counts.get("articles", {}).get("identical", 0)
    parts = [
        ("kept", rows["survivors"], "survive"),
        ("copy", rows["removed"] - identical, "removed: similar to one that stays, or inside it"),
        ("same", identical, "removed: the same as one that stays"),
        ("bad", rows["quarantined"], "quarantined: could not be read"),
    ]
    by_row = _branches(parts, rows["in"], number)
    sentence = "; ".join(f"{count:,} {words}" for _, count, words in parts)
    first = flow(f"<b>{number(rows['in'])}</b> rows", by_row, f"Of {rows['in']:,} rows: {sentence}.")
    return section("flow", "What became of the rows and of the text", "<h3>Rows</h3>", first, _text_flow(told))


def _branches(parts: list[tuple[str, int, str]], whole: int, measure: Any) -> list[Branch]:
    return [
        Branch(amount, f"<span><b>{measure(amount)}</b> · {share(amount, whole)}</span>{words}", kind)
        for kind, amount, words in parts
        if amount or kind == "kept"
    ]


def _text_flow(told: dict[str, Any]) -> str:
    lengths, cleaned = told["lengths"], told["run"]["counts"].get("cleaned")
    if "bytes kept" not in lengths or cleaned is None:
        return ""
    before, after = cleaned["bytes before"], cleaned["bytes after"]
    parts = [
        ("kept", lengths["bytes after"], "stands in the output"),
        ("taken", before - after, "taken by cleaners"),
        ("copy", after - lengths["bytes kept"], "went with removed articles"),
        ("same", lengths["bytes kept"] - lengths["bytes after"], "went as paragraphs that stand elsewhere"),
    ]
    parts = [(kind, max(amount, 0), words) for kind, amount, words in parts]
    sentence = "; ".join(f"{size(amount)} {words}" for _, amount, words in parts)
    drawn = flow(f"<b>{size(before)}</b> of text", _branches(parts, before, size), f"Of {size(before)}: {sentence}.")
    return f"<h3>Text</h3>{drawn}"


def quarantined(told: dict[str, Any]) -> str:
    """Show the rows that could not be read, with their places."""
    count = told["run"]["counts"]["rows"]["quarantined"]
    if not count:
        return ""
    rows = (
        (
            text(row["file"]),
            "the rest of the file" if row["row"] is None else number(row["row"]),
            number(row["offset"]) if isinstance(row["offset"], int) else "",
            text(row["error"]),
        )
        for row in told["quarantined"]["rows"]
    )
    reasons = ((text(why), number(times)) for why, times in list(told["quarantined"]["reasons"].items())[:12])
    shown_now = len(told["quarantined"]["rows"])
    return section(
        "unread",
        "What could not be read",
        f"<p>{many(count, 'row')} {'lies' if count == 1 else 'lie'} in <code>quarantine.jsonl</code> as they came.</p>",
        table(("why", "rows"), reasons, numbers=[1]),
        f"<h3>{'All of them' if shown_now == count else f'The first {shown_now}'}</h3>",
        table(("file", "row", "byte", "why"), rows, numbers=[1, 2]),
    )


def settings(told: dict[str, Any]) -> str:
    """Show what the result depends on."""
    job = told["run"]["job"]
    options = [
        (f"<code>{html.escape(flag(name))}</code>", text(_value(value)))
        for name, value in job["options"].items()
        if value not in (None, [])
    ]
    options += [(f"rule for {html.escape(name)}", text(value)) for name, value in job["rules"].items()]
    versions = [(html.escape(name), text(value)) for name, value in job["versions"].items()]
    inputs = [(text(one["file"]), size(one["bytes"]), f"<code>{html.escape(one['sha256'][:16])}…</code>")
              for one in job["inputs"]["first"]]  # fmt: skip
    notes = "".join(f"<li>{text(note)}</li>" for note in told["run"]["notes"][:40])
    more = job["inputs"]["files"] - len(inputs)
    return section(
        "settings",
        "Settings and versions",
        f"<h3>Notes of the run</h3><ul>{notes}</ul>" if notes else "",
        "<h3>Options</h3>",
        table(("option", "value"), options),
        "<h3>Recipe, in order</h3>" if job["recipe"] else "",
        table(("", "cleaner"), ((number(at), text(one)) for at, one in enumerate(job["recipe"], 1)), numbers=[0])
        if job["recipe"]
        else "",
        "<h3>Versions</h3>",
        table(("program", "version"), versions),
        "<h3>Input</h3>",
        table(("file", "size", "sha256"), inputs, numbers=[1]),
        f'<p class="soft">and {many(more, "file")} more, all in <code>run.json</code></p>' if more else "",
    )


def _value(value: object) -> str:
    """Return an option as a person would write it.

    >>> _value(["date", "-length"]), _value(False), _value(0.8)
    ('date, -length', 'off', '0.8')
    """
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
