"""The report as one HTML page that needs nothing else: no script, no network, every text escaped."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ghirbal.report import Gathered

LONGEST = 240

STYLE = """
:root{color-scheme:light dark;--line:#8886;--soft:#8882}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;padding:1rem}
h1{margin-bottom:0}h2{margin-top:2.5rem}
.numbers{display:flex;flex-wrap:wrap;gap:1rem;padding:0;list-style:none}
.numbers li{flex:1 1 9rem;border:1px solid var(--line);border-radius:.5rem;padding:.5rem .8rem}
.numbers b{display:block;font-size:1.6rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
bdi{white-space:pre-wrap;overflow-wrap:anywhere}
del{background:#d0303033;text-decoration-color:#d03030}ins{background:#2a9d4a33}
code{background:var(--soft);border-radius:.2rem;padding:0 .2rem}
summary{cursor:pointer;padding:.3rem 0}
@media print{details{break-inside:avoid}}
"""

# What would not be seen, or would turn the page round: controls, bidi marks and overrides, invisible spaces.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def shown(text: str) -> str:
    r"""Return a text as safe HTML: shortened, escaped, invisible characters named.

    >>> shown("<b>\u202e")
    '&lt;b&gt;<code>U+202E</code>'
    """
    short = text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    escaped = html.escape(short)
    return _UNSEEN.sub(lambda match: f"<code>U+{ord(match[0]):04X}</code>", escaped)


def render(found: "Gathered") -> str:
    """Return the whole page."""
    run = found.run
    rows = run["counts"]["rows"]
    body = [
        "<h1>What Ghirbal did</h1>",
        f"<p>{html.escape(_sentence(run))}</p>",
        _numbers(
            [
                ("rows came in", rows["in"]),
                ("survive", rows["survivors"]),
                ("were removed", rows["removed"]),
                ("could not be read", rows["quarantined"]),
            ]
        ),
        _cleaning(found),
        _articles(found),
        _paragraphs(found),
        _quarantined(found),
        _settings(run),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Ghirbal: report</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body></html>\n"
    )


def _sentence(run: dict[str, Any]) -> str:
    command = {
        "run": "The texts were cleaned, then near-duplicate articles and paragraphs were taken out.",
        "clean": "The texts were cleaned; nothing was compared.",
        "dedup": "Near-duplicate articles and paragraphs were taken out; the texts were not cleaned before.",
    }
    return command[run["job"]["command"]]


def _numbers(pairs: Iterable[tuple[str, int]]) -> str:
    items = "".join(f"<li><b>{count:,}</b> {html.escape(name)}</li>" for name, count in pairs)
    return f'<ul class="numbers">{items}</ul>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: frozenset[int]) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        marked = (
            f'<{tag} class="n">{cell}</{tag}>' if at in numbers else f"<{tag}>{cell}</{tag}>"
            for at, cell in enumerate(cells)
        )
        return f"<tr>{''.join(marked)}</tr>"

    lines = "\n".join(row(cells, "td") for cells in rows)
    return f'<div class="wide"><table><thead>{row(head, "th")}</thead><tbody>\n{lines}\n</tbody></table></div>'


def _text(text: str, tag: str = "bdi") -> str:
    return f'<{tag} dir="auto">{shown(text)}</{tag}>' if text else ""


def _cleaning(found: "Gathered") -> str:
    if not found.cleaners and not found.flagged:
        return ""
    parts = ["<h2>What the cleaners took</h2>"]
    for cleaner, count in sorted(found.cleaners.items(), key=lambda pair: (-pair[1], pair[0])):
        examples = _table(
            ("where", "before", "after", "why"),
            (
                (
                    html.escape(f"{edit['file']} row {edit['row']}, line {edit['line']}"),
                    "<del>(private, not shown)</del>" if edit["masked"] else _text(edit["before"], "del"),
                    _text(edit["after"], "ins"),
                    html.escape("; ".join(edit["reason"])),
                )
                for edit in found.edits[cleaner]
            ),
            numbers=frozenset(),
        )
        taken = f"{count:,} edits, {found.bytes_taken[cleaner]:,} bytes"
        title = f"<b>{html.escape(cleaner)}</b>: {taken}"
        parts.append(f"<details><summary>{title}</summary>{examples}</details>")
    if found.flagged:
        rows = (
            (html.escape(cleaner), html.escape(reason), f"{count:,}")
            for (cleaner, reason), count in sorted(found.flagged.items())
        )
        parts.append("<h2>Flagged only: one witness, so the text stayed</h2>")
        parts.append(_table(("cleaner", "why", "places"), rows, numbers=frozenset({2})))
    return "\n".join(parts)


def _articles(found: "Gathered") -> str:
    if "articles" not in found.run["counts"]:
        return ""
    reasons = ((html.escape(reason), f"{count:,}") for reason, count in sorted(found.reasons.items()))
    parts = [
        "<h2>What became of the articles</h2>",
        _table(("reason", "articles"), reasons, numbers=frozenset({1})),
    ]
    largest = sorted(found.clusters.items(), key=lambda pair: (-pair[1], pair[0]))[:20]
    if largest:
        rows = ((html.escape(place), f"{count:,}") for place, count in largest)
        parts.append("<h3>Articles that stand for the most others</h3>")
        parts.append(_table(("survivor", "removed for it"), rows, numbers=frozenset({1})))
    if found.closest:
        doubtful = (
            (
                html.escape(f"{row['file']} row {row['row']}"),
                html.escape(f"{row['survivor_file']} row {row['survivor_row']}"),
                f"{row['jaccard']:.3f}",
            )
            for row in found.closest
        )
        parts.append("<h3>The most doubtful removals: the lowest similarities</h3>")
        parts.append(_table(("removed", "survivor", "similarity"), doubtful, numbers=frozenset({2})))
    return "\n".join(parts)


def _paragraphs(found: "Gathered") -> str:
    counted = found.run["counts"].get("paragraphs")
    if not counted:
        return ""
    verb = "removed" if counted["mode"] == "remove" else "reported, not removed"
    rows = (
        (
            html.escape(f"{row['file']} row {row['row']}, line {row['line']}"),
            _text(row["text"]),
            html.escape(f"{row['survivor_file']} row {row['survivor_row']}, line {row['survivor_line']}"),
            f"{row['jaccard']:.3f}",
        )
        for row in found.paragraphs
    )
    table = _table(("where", "text", "it stands in", "similarity"), rows, numbers=frozenset({3}))
    title = f"<h2>Paragraphs that also stand elsewhere: {counted['found']:,} {verb}</h2>"
    return f"{title}\n{table}" if found.paragraphs else title


def _quarantined(found: "Gathered") -> str:
    if not found.quarantined:
        return ""
    rows = (
        (
            html.escape(row["file"]),
            "the rest of the file" if row["row"] is None else f"{row['row']:,}",
            html.escape(row["error"]),
        )
        for row in found.quarantined
    )
    return "<h2>What could not be read</h2>\n" + _table(("file", "row", "why"), rows, numbers=frozenset())


def _settings(run: dict[str, Any]) -> str:
    job = run["job"]
    facts = [(name, str(value)) for name, value in job["options"].items() if value not in (None, [])]
    facts += [(f"version of {name}", value) for name, value in job["versions"].items()]
    facts += [("cleaner", cleaner) for cleaner in job["recipe"]]
    facts += [("input", f"{one['file']} ({one['bytes']:,} bytes)") for one in job["inputs"][:50]]
    rows = ((html.escape(name), html.escape(value)) for name, value in facts)
    return "<h2>Settings and versions</h2>\n" + _table(("what", "value"), rows, numbers=frozenset())
