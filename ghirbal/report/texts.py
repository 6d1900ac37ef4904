"""The page's parts about the texts: what cleaners took and flagged, sources, days, lengths."""

import html
import re
from typing import Any

from ghirbal.report.markup import fold, number, place, section, share, shown, size, table, text, tools
from ghirbal.report.pictures import Series, bar, columns, figure, legend
from ghirbal.speech import many


def cleaning(told: dict[str, Any]) -> str:
    """Show what each cleaner took, with examples."""
    if not told["cleaners"]:
        return ""
    most = max(one["edits"] for one in told["cleaners"])
    counts = told["run"]["counts"].get("cleaned")
    rows = (
        (
            html.escape(one["cleaner"]),
            number(one["edits"]),
            bar(one["edits"], most, "taken"),
            size(one["bytes"]),
        )
        for one in told["cleaners"]
    )
    lead = (
        ""
        if counts is None
        else f"<p>{many(counts['edits'], 'edit')} in {many(counts['changed'], 'article')}: "
        f"{share(counts['bytes before'] - counts['bytes after'], counts['bytes before'])} of the text. "
        "Examples are drawn evenly from all of them; they stand in the text that was left.</p>"
    )
    folds = "\n".join(_examples(one) for one in told["cleaners"] if one["examples"])
    return section(
        "cleaners",
        "What the cleaners took",
        lead,
        table(("cleaner", "edits", "", "taken out"), rows, numbers=[1, 3]),
        "<h3>Examples</h3>",
        tools("the examples", [one["cleaner"] for one in told["cleaners"] if one["examples"]]),
        folds,
    )


def _examples(one: dict[str, Any]) -> str:
    reasons = ", ".join(f"{html.escape(why)} {number(times)}" for why, times in one["reasons"].items())
    summary = f'<b>{html.escape(one["cleaner"])}</b><span class="soft">{many(one["edits"], "edit")}</span>'
    cards = "\n".join(_example(example, one["cleaner"]) for example in one["examples"])
    return fold(summary, f'<p class="soft">{reasons}</p>{cards}')


def _example(example: dict[str, Any], cleaner: str) -> str:
    gone = (
        "<del>(private, not shown)</del>"
        if example["before"] is None
        else f"<del>{shown(_seen(example['before']))}</del>"
    )
    now = f"<ins>{shown(_seen(example['after']))}</ins>" if example["after"] else ""
    left = f"…{shown(_line(example['left']))}" if example["left"] else ""
    right = f"{shown(_line(example['right']))}…" if example["right"] else ""
    why = html.escape("; ".join(dict.fromkeys(example["reasons"])))
    others = [name for name in example["cleaners"] if name != cleaner]
    why += f" (with {html.escape(', '.join(others))})" if others else ""
    return (
        f'<div class="card item" data-kind="{html.escape(cleaner)}">'
        f'<p class="text" dir="auto">{left}{gone}{now}{right}</p>'
        f'<p class="where">{place(example, example["line"])} · {why}</p></div>'
    )


def _seen(taken: str) -> str:
    """Show white space where it is what was changed, and line ends always: a list of lines would fill the screen."""
    if not taken.strip():
        taken = taken.replace("\t", "⇥").replace("\u00a0", "⍽").replace(" ", "␣").replace("\r", "␍")
    return re.sub(r"\n+", lambda ends: "↵" * len(ends[0]), taken)


def _line(around: str) -> str:
    return re.sub(r"\s*\n\s*", " ↵ ", around)


def flagged(told: dict[str, Any]) -> str:
    """Count what was only flagged."""
    if not told["flags"]:
        return ""
    rows = (
        (html.escape(one["cleaner"]), html.escape(one["reason"]), number(one["places"])) for one in told["flags"][:60]
    )
    return section(
        "flags",
        "Flagged only",
        "<p>One witness, not two, or a damage that cannot be undone: the text stayed as it was.</p>",
        table(("cleaner", "why", "places"), rows, numbers=[2]),
    )


def sources(told: dict[str, Any]) -> str:
    """Show which sites and which days the removed rows came from."""
    known = told["sources"]
    if not known["sites"] and not known["days"]:
        return ""
    sites = (
        (text(site), number(rows), number(removed), bar(removed, rows, "copy"), share(removed, rows))
        for site, rows, removed in known["sites"]
    )
    more = f'<p class="soft">and {many(known["more sites"], "smaller site")}</p>' if known["more sites"] else ""
    return section(
        "sources",
        "Removals by source and by day",
        "<h3>Sources, the largest first</h3>" if known["sites"] else "",
        table(("site", "rows", "removed", "", "share"), sites, numbers=[1, 2, 4]) if known["sites"] else "",
        more,
        "<h3>Days</h3>" if known["days"] else "",
        _days(known["days"], known["undated"]) if known["days"] else "",
    )


def _days(days: list[list[Any]], undated: int) -> str:
    kept = Series("stay", [rows - removed for _, rows, removed in days], "kept")
    gone = Series("removed", [removed for _, _, removed in days], "copy")
    busiest = max(days, key=lambda day: day[2])
    alternative = (
        f"Rows from {days[0][0]} to {days[-1][0]}; most removed on {busiest[0]}: {busiest[2]:,} of {busiest[1]:,}."
    )
    marks = [(0.0, days[0][0]), (1.0, days[-1][0])] if len(days) > 1 else [(0.0, days[0][0])]
    caption = legend([("kept", "stay"), ("copy", "removed")]) + (
        f"{many(undated, 'row')} without a date that can be read." if undated else ""
    )
    rows = ((day, number(seen), number(removed)) for day, seen, removed in days)
    return figure(columns([kept, gone], marks, alternative, stacked=True), caption, ("from", "rows", "removed"), rows)


def lengths(told: dict[str, Any]) -> str:
    """Show how long the texts were and are."""
    known = told["lengths"]
    before, after = dict(known.get("before", [])), dict(known["after"])
    classes = sorted({*before, *after})
    if not classes:
        return ""
    drawn = [Series("after", [after.get(at, 0) for at in classes], "kept")]
    kinds = [("kept", "survivors as they were written")]
    if before:
        drawn.insert(0, Series("before", [before.get(at, 0) for at in classes], "soft"))
        kinds.insert(0, ("soft", "all rows as they were read"))
    marks = [
        ((place + 0.5) / len(classes), number(at))
        for place, at in enumerate(classes)
        if place % max(1, len(classes) // 5) == 0
    ]
    usual = max(classes, key=lambda at: after.get(at, 0))
    alternative = f"Lengths in characters; most survivors have {usual:,} characters or somewhat more."
    rows = ((f"{at:,}", number(before.get(at, 0)), number(after.get(at, 0))) for at in classes)
    return section(
        "lengths",
        "Lengths before and after",
        figure(
            columns(drawn, marks, alternative),
            legend(kinds) + "Characters of a text; each class begins √2 times as high as the one before.",
            ("from characters", "as read", "as written"),
            rows,
        ),
    )
