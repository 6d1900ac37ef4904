"""Small pieces of HTML; every text of the input goes through `shown`."""

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

DEAREST: Final = 3000
"""Characters of HTML that one text may take: a text of nothing but invisible characters is mostly their names."""

# What would not be seen, or would turn the page round: controls, bidi marks and overrides, invisible spaces.
UNSEEN = re.compile(
    "([\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef"
    "\ufeff\ufff9-\uffff\U000e0000-\U000e007f])\\1*"
)


def shown(text: str) -> str:
    r"""Return a text as safe HTML: escaped, invisible characters named, never much longer than it should be.

    >>> shown("<b>\u202e\u202e")
    '&lt;b&gt;<code>U+202E×2</code>'
    """
    pieces, at, cost = [], 0, 0
    for match in UNSEEN.finditer(text):
        times = len(match[0])
        # A joiner between two letters is spelling (Persian, Indic, emoji), not a trick.
        if times == 1 and match[1] in "\u200c\u200d" and text[match.end() : match.end() + 1].strip():
            continue
        pieces += [_escaped(text[at : match.start()]), f"<code>{code_name(match[1], times)}</code>"]
        at = match.end()
        cost += len(pieces[-1]) + len(pieces[-2])
        if cost > DEAREST:
            return "".join(pieces) + "…"
    return "".join(pieces) + _escaped(text[at:])


def _escaped(text: str) -> str:
    safe = html.escape(text)
    return safe if len(safe) <= DEAREST else html.escape(text[: DEAREST // 6]) + "…"


def code_name(character: str, times: int = 1) -> str:
    """Name a character that would not be seen.

    >>> code_name("\u200b", 3)
    'U+200B×3'
    """
    return f"U+{ord(character):04X}" + (f"×{times}" if times > 1 else "")


def text(value: str, tag: str = "bdi", *, kind: str = "") -> str:
    """Return a text of the input as an element that takes the direction of its own letters."""
    named = f' class="{kind}"' if kind else ""
    return f'<{tag}{named} dir="auto">{shown(value)}</{tag}>'


def place(named: dict[str, Any], line: int | None = None) -> str:
    """Name a document: its file, its row, its line if one is meant, and its id where that says more.

    >>> place({"file": "a.jsonl", "row": 3, "id": "x"}, 7)
    '<bdi dir="auto">a.jsonl</bdi> row 3, line 7 · <bdi dir="auto">x</bdi>'
    """
    where = f"{text(named['file'])} row {number(named['row'])}"
    where += "" if line is None else f", line {number(line)}"
    told = named["id"] not in {named["file"], f"{named['file']}#{named['row']}"}
    return where + (f" · {text(named['id'])}" if told else "")


def number(value: int) -> str:
    """Return a whole number for people."""
    return f"{value:,}"


def share(part: int, whole: int) -> str:
    """Return a part as a percentage.

    >>> share(1, 8), share(0, 0), share(1, 100_000)
    ('12.5 %', '0 %', '< 0.1 %')
    """
    if not whole or not part:
        return "0 %"
    percent = 100 * part / whole
    return "< 0.1 %" if percent < 0.1 else f"{percent:.1f} %"


def size(bytes_: int) -> str:
    """Return an amount of text.

    >>> size(900), size(84_672_751), size(-1200)
    ('900 bytes', '84.7 MB', '-1.2 kB')
    """
    for unit, worth in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if abs(bytes_) >= worth:
            return f"{bytes_ / worth:,.1f} {unit}"
    return f"{bytes_} byte" if abs(bytes_) == 1 else f"{bytes_} bytes"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Iterable[int] = ()) -> str:
    """Return a table of cells that are HTML already; the columns in `numbers` are set as numbers."""
    cells = list(rows)
    kinds = dict.fromkeys(numbers, ' class="n"')
    kinds |= {at: ' class="bar"' for row in cells[:1] for at, cell in enumerate(row) if cell.startswith("<svg")}

    def line(row: Sequence[str], tag: str) -> str:
        marked = (f"<{tag}{kinds.get(at, '')}>{cell}</{tag}>" for at, cell in enumerate(row))
        return f"<tr>{''.join(marked)}</tr>"

    body = "\n".join(line(row, "td") for row in cells)
    return f'<div class="wide"><table><thead>{line(head, "th")}</thead><tbody>\n{body}\n</tbody></table></div>'


def fold(summary: str, body: str, *, kind: str = "", opened: bool = False) -> str:
    """Return something that opens and closes."""
    named = f' class="{kind}"' if kind else ""
    return f"<details{named}{' open' if opened else ''}><summary>{summary}</summary>{body}</details>"


def section(name: str, title: str, *parts: str) -> str:
    """Return a part of the page with its heading."""
    return f'<section id="{name}"><h2>{title}</h2>\n' + "\n".join(part for part in parts if part) + "\n</section>"


def tools(of: str, kinds: Sequence[str] = ()) -> str:
    """Return the filters of a section; the script shows them."""
    options = "".join(f'<option value="{html.escape(kind)}">{html.escape(kind)}</option>' for kind in kinds)
    chooser = f'<select aria-label="Only of"><option value="">all</option>{options}</select>' if kinds else ""
    return (
        f'<div class="tools" hidden><input type="search" placeholder="Filter {of}" aria-label="Filter {of}">{chooser}'
        '<button type="button">Open all</button><output class="soft" aria-live="polite"></output></div>'
    )


def pieces(told: Iterable[Sequence[str]]) -> str:
    """Return a difference, word by word.

    >>> pieces([("=", "the "), ("-", "old "), ("+", "new ")])
    '<p class="text diff" dir="auto">the <del>old</del> <ins>new</ins> </p>'
    """
    tags = {"-": "del", "+": "ins"}
    made = []
    for kind, words in told:
        if kind == "…":
            made.append('<span class="gap">… </span>')
        elif kind in tags:
            made.append(f"<{tags[kind]}>{shown(words.rstrip())}</{tags[kind]}> ")
        else:
            made.append(shown(words))
    return f'<p class="text diff" dir="auto">{"".join(made)}</p>'
