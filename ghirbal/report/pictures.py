"""Pictures as inline SVG, each with a text alternative; no styles inside, so that the page can forbid them."""

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ghirbal.report.markup import fold, table

WIDE: Final = 440
TALL: Final = 210
LEFT: Final = 8
TOP: Final = 14
BASE: Final = 176


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a flow: how much, what it is (HTML), and its colour."""

    amount: int
    told: str
    kind: str


@dataclass(frozen=True, slots=True)
class Series:
    """Values to draw as bars, one for each place on the axis, and their colour."""

    name: str
    values: Sequence[int]
    kind: str


def _picture(body: str, alternative: str, *, box: str, kind: str = "", stretch: bool = False) -> str:
    named = f' class="{kind}"' if kind else ""
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    return (
        f'<svg{named} viewBox="{box}"{ratio} role="img" aria-label="{html.escape(alternative)}">'
        f"<title>{html.escape(alternative)}</title>{body}</svg>"
    )


def flow(source: str, branches: Sequence[Branch], alternative: str) -> str:
    """Draw how one amount parts; thickness is amount, on both sides by the same measure."""
    most = max((branch.amount for branch in branches), default=0) or 1
    thick = [max(36 * branch.amount / most, 0.4 if branch.amount else 0.0) for branch in branches]
    left = (40 * len(branches) - sum(thick)) / 2
    paths = []
    for place, (branch, width) in enumerate(zip(branches, thick, strict=True)):
        right = 40 * place + 20 - width / 2
        paths.append(
            f'<path class="f-{branch.kind}" d="M0 {left:.2f}C50 {left:.2f} 50 {right:.2f} 100 {right:.2f}'
            f'V{right + width:.2f}C50 {right + width:.2f} 50 {left + width:.2f} 0 {left + width:.2f}Z"/>'
        )
        left += width
    drawn = _picture("".join(paths), alternative, box=f"0 0 100 {40 * len(branches)}", stretch=True)
    ends = "".join(f"<li>{branch.told}</li>" for branch in branches)
    return f'<figure class="flow"><div class="from">{source}</div>{drawn}<ul>{ends}</ul></figure>'


def bar(part: int, whole: int, kind: str) -> str:
    """Draw a share as a bar that fills its cell; the number stands beside it, so it needs no words."""
    width = 100 * part / whole if whole else 0
    return (
        '<svg viewBox="0 0 100 7" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="f-{kind}" width="{width:.2f}" height="7"/></svg>'
    )


def columns(
    series: Sequence[Series],
    marks: Sequence[tuple[float, str]],
    alternative: str,
    *,
    stacked: bool = False,
    over: str = "",
) -> str:
    """Draw bars from left to right; `marks` are the words below the axis at places from 0 to 1."""
    places = max((len(one.values) for one in series), default=0) or 1
    step = (WIDE - 2 * LEFT) / places
    tops = [sum(values) if stacked else max(values) for values in zip(*(one.values for one in series), strict=True)]
    highest = max(tops, default=0) or 1
    thin = 1 if stacked else len(series)
    shapes = []
    foot = [0.0] * places
    for number, one in enumerate(series):
        for place, value in enumerate(one.values):
            if not value:
                continue
            height = max((BASE - TOP) * value / highest, 0.8)
            x = LEFT + step * (place + (0 if stacked else number / thin))
            shapes.append(
                f'<rect class="f-{one.kind}" x="{x:.2f}" y="{BASE - foot[place] - height:.2f}" '
                f'width="{max(step / thin * 0.88, 0.5):.2f}" height="{height:.2f}"/>'
            )
            if stacked:
                foot[place] += height
    words = [f'<text x="{LEFT}" y="10">{highest:,}</text>']
    for at, word in marks:
        anchor = "start" if at < 0.05 else "end" if at > 0.95 else "middle"
        x = LEFT + at * (WIDE - 2 * LEFT)
        words.append(f'<text x="{x:.1f}" y="{BASE + 16}" text-anchor="{anchor}">{html.escape(word)}</text>')
    axis = f'<path class="axis" d="M{LEFT} {TOP}H{WIDE - LEFT}M{LEFT} {BASE}H{WIDE - LEFT}"/>'
    body = axis + "".join(shapes) + over + "".join(words)
    return _picture(body, alternative, box=f"0 0 {WIDE} {TALL - 14}", kind="chart")


def curve(of: Callable[[float], float], *, threshold: float) -> str:
    """Draw a chance between 0 and 1 over the same axis, and a mark at the threshold."""
    points = [f"{LEFT + x / 100 * (WIDE - 2 * LEFT):.1f} {BASE - of(x / 100) * (BASE - TOP):.1f}" for x in range(101)]
    at = LEFT + threshold * (WIDE - 2 * LEFT)
    return f'<path class="mark" d="M{at:.1f} {TOP}V{BASE}"/><path class="curve" d="M{"L".join(points)}"/>'


def legend(kinds: Iterable[tuple[str, str]]) -> str:
    """Name the colours of a picture."""
    swatch = '<svg viewBox="0 0 8 8" aria-hidden="true"><rect class="f-{}" width="8" height="8" rx="1.5"/></svg>'
    return f'<ul class="legend">{"".join(f"<li>{swatch.format(kind)}{words}</li>" for kind, words in kinds)}</ul>'


def figure(picture: str, caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Put a picture with its caption and the numbers it was drawn from."""
    numbers = fold("the same in numbers", table(head, rows, numbers=range(1, len(head))), kind="figures")
    return f"<figure>{picture}<figcaption>{caption}</figcaption>{numbers}</figure>"
