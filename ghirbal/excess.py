"""Says where somebody should look: at most of a site gone, a crowd for one survivor, articles inside longer ones."""

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from ghirbal.finding import CONTAINED_FROM

SITE_SHARE: Final = 0.5
"""Share of a site's documents; more is told. A mirror of another site loses nearly all, rightly; a site whose pages
an extractor left nearly empty, wrongly."""
SITE_DOCUMENTS: Final = 20
"""Sites with fewer are not told: half of three is nothing unusual."""
CROWD: Final = 1000
"""Documents that go for one; more is told. News that is printed so often is a form, a poem or an error page."""
TOLD: Final = 10
"""Sites, and crowds, that are told one by one."""
EXAMPLES: Final = 3


Place = Callable[[int], str]
"""Says where the document of this number stands."""


def excess(sites: pl.DataFrame, gone: pl.DataFrame, place: Place) -> list[str]:
    """Say in sentences what is unusual in who went for whom, with examples; nothing, as a rule.

    `sites` has `site` and how many `documents` it has (in one row or several), `gone` the `number` of each document
    that went, its `site` and the number of its `survivor`.

    >>> sites = pl.DataFrame({"site": ["s"], "documents": [30]})
    >>> gone = pl.DataFrame({"number": range(1, 30), "site": ["s"] * 29, "survivor": [0] * 29})
    >>> excess(sites, gone, lambda number: f"a row {number + 1}")[0]
    'of site s 29 of 30 documents went (97%): a row 2 for a row 1; a row 3 for a row 1; a row 4 for a row 1'
    """
    by_site = (
        sites.group_by("site")
        .agg(pl.col("documents").sum())
        .join(gone.group_by("site").agg(went=pl.len()), on="site", nulls_equal=True)
        .filter((pl.col("documents") >= SITE_DOCUMENTS) & (pl.col("went") > SITE_SHARE * pl.col("documents")))
        .sort(["went", "site"], descending=[True, False])
        .select("site", "documents", "went")
    )
    crowds = (
        gone.group_by("survivor").agg(went=pl.len()).filter(pl.col("went") > CROWD).sort("went", "survivor")
    ).reverse()
    said = []
    for site, documents, went in by_site.head(TOLD).iter_rows():
        own = gone.filter(pl.col("site").eq_missing(site))
        named = f"of site {site}" if site else "of documents without a site"
        said.append(f"{named} {went:,} of {documents:,} documents went ({went / documents:.0%}): {_some(own, place)}")
    for one, went in crowds.iter_rows():
        if len(said) >= 2 * TOLD:
            break
        own = gone.filter(pl.col("survivor") == one)
        said.append(f"{went:,} documents went for one, {place(one)}: {_some(own, place)}")
    untold = by_site.height + crowds.height - len(said)
    return [*said, f"{untold:,} more sites or survivors are like that"] if untold else said


def inside(found: Sequence[Sequence[float]], place: Place) -> list[str]:
    """Say in a sentence which articles stay though they stand in a longer one: (number, number of that, share).

    >>> inside([(1, 0, 0.9375)], ["a row 1", "b row 7"].__getitem__)[0]
    '1 article stands to 90% or more in a longer one, and stays: b row 7 to 94% in a row 1; --contained 0.9 takes out \
all such'
    """
    if not found:
        return []
    some = "; ".join(
        f"{place(int(one))} to {share:.0%} in {place(int(other))}" for one, other, share in found[:EXAMPLES]
    )
    many = "1 article stands" if len(found) == 1 else f"{len(found):,} articles stand"
    stay = "stays" if len(found) == 1 else "stay"
    told = f"{many} to {CONTAINED_FROM:.0%} or more in a longer one, and {stay}: {some}"
    return [f"{told}; --contained {CONTAINED_FROM} takes out all such"]


def _some(gone: pl.DataFrame, place: Place) -> str:
    some = gone.select("number", "survivor").head(EXAMPLES).iter_rows()
    return "; ".join(f"{place(number)} for {place(survivor)}" for number, survivor in some)
