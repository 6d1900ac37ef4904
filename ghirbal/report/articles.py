"""The page's parts about copies: articles, clusters, the threshold, paragraphs."""

import html
from itertools import takewhile
from typing import Any

from dedup import collision_probability
from ghirbal.report.markup import fold, number, pieces, place, section, share, table, text, tools
from ghirbal.report.pictures import Series, columns, curve, figure, legend
from ghirbal.speech import many

_REASONS = {
    "unique": "kept; nothing resembles it",
    "survivor": "kept; others went for it",
    "near-duplicate": "removed; similar to one that stays",
    "identical": "removed; the same shingles as one that stays",
    "contained": "kept, though its paragraphs stand elsewhere; or removed, for it stands in a longer one",
    "empty": "kept; it has no words",
    "template-numbers": "kept; one template filled in twice, with other numbers",
    "template-names": "kept; one template filled in twice, with other names",
    "template-fillings": "kept; one template filled in twice, at length",
}

_DRAWN = '<p class="soft">Drawn from the candidate pairs of a few bands: not all there are.</p>'
_HELD = (
    '<p class="soft">Drawn too. One template filled in twice, as the template guard sees it; or, rarely, a pair that '
    "no band proposed.</p>"
)


def articles(told: dict[str, Any]) -> str:
    """Count the decisions by their reasons."""
    counts = told["run"]["counts"].get("articles")
    if counts is None:
        return ""
    rows = (
        (html.escape(reason), html.escape(_REASONS.get(reason, "")), number(count), share(count, sum(counts.values())))
        for reason, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    )
    return section(
        "articles", "What was decided on the articles", table(("reason", "", "articles", "share"), rows, numbers=[2, 3])
    )


def clusters(told: dict[str, Any]) -> str:
    """Show how large the clusters are, and the largest."""
    known = told.get("clusters")
    if not known or not known["sizes"]:
        return ""
    steps = (2, 3, 4, 5, 6, 8, 11, 21, 51, 101, 1001)
    names = ["2", "3", "4", "5", "6–7", "8–10", "11–20", "21–50", "51–100", "101–1,000", "over 1,000"]
    bins = [0] * len(steps)
    for size, count in known["sizes"]:
        bins[max(at for at, least in enumerate(steps) if size >= least)] += count
    used = max(at for at, count in enumerate(bins) if count) + 1
    bins, names = bins[:used], names[:used]
    total = sum(bins)
    largest = max(size for size, _ in known["sizes"])
    alternative = f"{total:,} clusters; {bins[0]:,} of two articles; the largest has {largest:,}."
    marks = [((at + 0.5) / used, name) for at, name in enumerate(names) if used < 9 or at % 2 == 0]
    drawn = columns([Series("clusters", bins, "copy")], marks, alternative)
    rows = ((name, number(count)) for name, count in zip(names, bins, strict=True))
    cards = "\n".join(
        _pair(one, f"{many(one['members'], 'article')}, of which one stays; the member least like it")
        for one in known["largest"]
    )
    return section(
        "clusters",
        "Clusters",
        figure(drawn, html.escape(alternative), ("articles", "clusters"), rows),
        "<h3>The largest</h3>",
        tools("the clusters"),
        cards,
    )


def _pair(pair: dict[str, Any], told: str, *, verbs: tuple[str, str] = ("removed", "stays")) -> str:
    body = pieces(pair["difference"]) if pair["difference"] else '<p class="soft">The texts are not at hand.</p>'
    if pair["difference"] and not any(kind in "-+" for kind, _ in pair["difference"]):
        body = f'<p class="soft">No word differs.</p>{body}'
    summary = f'<span class="like">{pair["jaccard"]:.3f}</span> <span class="soft">{told}</span>{_hint(pair)}'
    where = (
        f'<p class="where"><del>{verbs[0]}</del> {place(pair["removed"])}</p>'
        f'<p class="where"><ins>{verbs[1]}</ins> {place(pair["survivor"])}</p>'
    )
    return f'<div class="card item">{fold(summary, where + body)}</div>'


def _hint(pair: dict[str, Any]) -> str:
    """Give the words with which the survivor begins, so that one knows which story it is before opening it."""
    known = takewhile(lambda piece: piece[0] != "…", pair["difference"])
    words = "".join(words for kind, words in known if kind in "=+")
    return f'<span class="soft"> · </span>{text(words[:60] + ("…" if len(words) > 60 else ""))}' if words else ""


def borderline(told: dict[str, Any]) -> str:
    """Show the pairs near the threshold, on both sides, and the chance with which pairs are found."""
    known = told.get("pairs")
    if not known:
        return ""
    above = "\n".join(_pair(pair, "removed") for pair in known["above"])
    below = "\n".join(_pair(pair, "both stay", verbs=("one", "other")) for pair in known["below"])
    held = "\n".join(_pair(pair, "both stay", verbs=("one", "other")) for pair in known["held"])
    return section(
        "threshold",
        "Around the threshold",
        f"<p>Similarity is the Jaccard similarity of word {number(known['words'])}-shingles; from "
        f"{known['threshold']:g} on an article goes. Every removed article's similarity was computed exactly.</p>",
        _s_curve(known),
        tools("the pairs"),
        "<h3>Just above: the most doubtful removals, one of a cluster</h3>" if above else "",
        above,
        "<h3>Just below: pairs that both stay</h3>" + _DRAWN if below else "",
        below,
        "<h3>As similar, and yet both stay</h3>" + _HELD if held else "",
        held,
    )


def _s_curve(known: dict[str, Any]) -> str:
    proved, drawn = known["proved"], known["drawn"]
    bins = len(proved)
    # Drawn pairs are a sample: they are raised to the height of the proved ones, and the caption says so.
    scale = max(*proved, 1) / max(*drawn, 1)
    raised = [round(count * scale) for count in drawn]

    def chance(similarity: float) -> float:
        return collision_probability(similarity, bands=known["bands"], rows=known["rows"])

    threshold = known["threshold"]
    alternative = (
        f"The chance that a pair is found rises from {chance(threshold / 2):.0%} at similarity {threshold / 2:.2g} to "
        f"{chance(threshold):.1%} at the threshold {threshold:g}; {sum(proved):,} removed pairs lie above it."
    )
    picture = columns(
        [Series("proved", proved, "copy"), Series("drawn", raised, "soft")],
        [(0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")],
        alternative,
        stacked=True,
        over=curve(chance, threshold=threshold),
    )
    kinds = [("copy", "removed articles, by similarity with their survivor")]
    if any(drawn):
        kinds.append(("soft", "pairs that both stay (drawn; on another scale)"))
    caption = legend(kinds) + (
        f"The line is the chance, from 0 to 1, that {known['bands']} bands of {known['rows']} rows propose a pair; "
        f"the dashed line is the threshold {threshold:g}."
    )
    rows = (
        (f"{at / bins:.3f}", number(proved[at]), number(drawn[at]), f"{chance((at + 0.5) / bins):.4f}")
        for at in range(bins)
    )
    return figure(picture, caption, ("similarity from", "removed", "drawn below", "chance"), rows)


def paragraphs(told: dict[str, Any]) -> str:
    """Show the paragraphs that stand elsewhere too."""
    counted = told["run"]["counts"].get("paragraphs")
    known = told.get("paragraphs")
    if not counted or not known or not known["drawn"]:
        return ""
    verb = "removed" if counted["mode"] == "remove" else "reported, not removed"
    often = "\n".join(
        _paragraph(one, f"<b>{many(one['times'], 'time')}</b> elsewhere, first in ") for one in known["often"]
    )
    drawn = "\n".join(_paragraph(one, "") for one in known["drawn"])
    return section(
        "paragraphs",
        "Paragraphs that stand elsewhere too",
        f"<p>{many(counted['found'], 'paragraph')} {verb}.</p>",
        tools("the paragraphs"),
        fold("<b>The most repeated</b>", often),
        fold("<b>Drawn from all</b>", drawn),
    )


def _paragraph(one: dict[str, Any], told: str) -> str:
    return (
        f'<div class="card item">{text(one["text"], "p", kind="text")}<p class="where">{told}{place(one, one["line"])}'
        f" · stands in {place(one['survivor'], one['survivor line'])}, similarity {one['jaccard']:.3f}</p></div>"
    )
