"""Train the scorer of whole pages (`cleaners/pages/weights.json`) from the labelled pages of `../shared/eval`.

    python -m scripts.train_pages ../shared/eval              cross-validate, print, train on all, write the weights
    python -m scripts.train_pages ../shared/eval --leave-out  also print sets and languages never trained on

What is learnt: a network with one hidden layer that gives each line its chance of being content, and a logistic
regression over pages that tells which page is mostly content. Only numpy is needed; the same data gives the same
bytes on the same machine. Pages of one site (or, without hosts, of one blog's title) never stand on both sides of a
fold. What is printed was kept by `keep_lines`, run again until nothing more goes, as the recipe does.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.pages.blocks import cut_pages, describe_pages, spare_pages
from cleaners.pages.features import Features
from cleaners.pages.keeping import keep_lines
from cleaners.pages.model import WEIGHT_STEPS, Network, PageModel, load_characters, load_words
from cleaners.pages.shape import Flags, Floats
from scripts.labelled_pages import SETS, Labelled, Part, measure, read_pages, training_parts

DATA = Path(__file__).resolve().parent.parent / "cleaners" / "pages"
MOSTLY_WEIGHTS = {"cleaneval_dev": 8.0, "readability": 3.0}
"""What a page weighs in the judge of pages, where it is not 1: most pages of these sets are mostly content."""
FOLDS = 5
NETS, HIDDEN, EPOCHS, BATCH, RATE, DECAY, DROPOUT, RIDGE = 2, 24, 6, 2048, 3e-3, 5e-4, 0.2, 5.0
SAMPLE = 0.5
"""Share of the lines that a network is trained on, the heavy ones first; the others stand for those left out."""


def weigh_pages(labelled: Labelled) -> Floats:
    """Weigh pages for the judge of pages."""
    return np.array([MOSTLY_WEIGHTS.get(name, 1.0) for name in labelled.collection])


Train = Callable[[Labelled], Flags]
"""Which pages may be trained on."""


def fit_lines(parts: Iterable[Part], train: Train) -> Network:
    """Train the line scorer: the mean of `NETS` networks that start from other seeds."""
    names: tuple[str, ...] = ()
    taken = []
    for part in parts:
        rows = train(part.labelled)[part.labelled.pages.page] & (part.weight > 0)
        taken.append((part.values[rows], part.labelled.content[rows], part.weight[rows]))
        names = tuple(part.features)
    values, content, weight = (np.concatenate(column) for column in zip(*taken, strict=True))
    low, high = 1e-9, 1e9
    for _ in range(60):  # bisect for the scale at which the share `SAMPLE` is drawn
        scale = (low * high) ** 0.5
        low, high = (low, scale) if np.minimum(weight * scale, 1).mean() > SAMPLE else (scale, high)
    chance = np.minimum(weight * scale, 1)
    rows = np.random.default_rng(9).random(len(chance)) < chance
    values, content, weight = values[rows], content[rows], weight[rows] / chance[rows]
    mean = values.mean(axis=0, dtype=np.float64).round(5)
    deviation = (values.std(axis=0, dtype=np.float64) + 1e-3).round(5)
    values = np.clip((values - mean.astype(np.float32)) / deviation.astype(np.float32), -4, 4)
    nets = [_descend(values, content, weight / weight.mean(), seed) for seed in range(NETS)]
    inner, shift, outer, bias = (np.concatenate(found, axis=-1) for found in zip(*nets, strict=True))
    layers = ((inner, shift), (outer[:, None] / NETS, bias.mean(keepdims=True)))
    return _whole_numbers(Network(names, mean, deviation, layers))


def _descend(values: NDArray[np.float32], answer: Flags, weight: Floats, seed: int) -> tuple[Any, Any, Any, Any]:
    """Train one hidden layer of rectifiers by Adam (Kingma and Ba 2015), the rate falling as a cosine."""
    random = np.random.default_rng(seed)
    inner = (random.standard_normal((values.shape[1], HIDDEN)) * np.sqrt(2 / values.shape[1])).astype(np.float32)
    outer = (random.standard_normal(HIDDEN) * 0.1 * np.sqrt(2 / HIDDEN)).astype(np.float32)
    parameters = [inner, np.zeros(HIDDEN, np.float32), outer, np.zeros(1, np.float32)]
    first, second = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    weight = weight.astype(np.float32)
    steps, step = EPOCHS * (len(values) // BATCH), 0
    for _ in range(EPOCHS):
        order = random.permutation(len(values))
        for begin in range(0, len(values) - BATCH + 1, BATCH):
            rows = order[begin : begin + BATCH]
            seen = values[rows] * (random.random((BATCH, values.shape[1]), dtype=np.float32) > DROPOUT) / (1 - DROPOUT)
            hidden = np.maximum(seen @ parameters[0] + parameters[1], 0)
            chance = 1 / (1 + np.exp(-(hidden @ parameters[2] + parameters[3])))
            error = (chance - answer[rows]) * weight[rows] / BATCH
            back = error[:, None] * parameters[2] * (hidden > 0)
            slopes = [seen.T @ back + DECAY * parameters[0], back.sum(axis=0),
                      hidden.T @ error + DECAY * parameters[2], error.sum(keepdims=True)]  # fmt: skip
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for at, slope in enumerate(slopes):
                first[at] += 0.1 * (slope - first[at])
                second[at] += 0.001 * (slope * slope - second[at])
                unbiased = np.sqrt(second[at] / (1 - 0.999**step)) + 1e-8
                parameters[at] -= (rate * first[at] / (1 - 0.9**step) / unbiased).astype(np.float32)
    return tuple(parameters)


def fit_pages(described: Features, gain: Floats, weight: Floats) -> Network:
    """Train the judge of pages: a logistic regression, a page weighing what is won or lost by sparing it."""
    values = np.stack(list(described.values()), axis=1)
    mean, scale = values.mean(axis=0).round(5), (values.std(axis=0) + 1e-3).round(5)
    seen = np.c_[np.clip((values - mean) / scale, -4, 4), np.ones(len(values))]
    weights = np.abs(gain) * weight
    ridge = np.diag(np.r_[np.full(values.shape[1], RIDGE), 1e-6])
    slope = np.zeros(seen.shape[1])
    for _ in range(30):  # Newton
        chance = 1 / (1 + np.exp(-seen @ slope))
        curve = (seen * (weights * chance * (1 - chance))[:, None]).T @ seen + ridge
        slope -= np.linalg.solve(curve, seen.T @ (weights * (chance - (gain > 0))) + ridge @ slope)
    return _whole_numbers(Network(tuple(described), mean, scale, ((slope[:-1, None], slope[-1:]),)))


def _whole_numbers(network: Network) -> Network:
    layers = tuple((np.rint(w * WEIGHT_STEPS) / WEIGHT_STEPS, np.rint(b * WEIGHT_STEPS) / WEIGHT_STEPS)
                   for w, b in network.layers)  # fmt: skip
    return Network(network.names, network.mean, network.scale, layers)


Score = Callable[[Part], Floats]
"""Chances of the lines of a part, each by a network that has not seen its page."""


def unseen(networks: list[Network], number: Callable[[Labelled], NDArray[np.int64]]) -> Score:
    """Score each page by the network of its number."""

    def score(part: Part) -> Floats:
        by_line, chances = number(part.labelled)[part.labelled.pages.page], np.zeros(len(part.words))
        for this, network in enumerate(networks):
            rows = by_line == this
            if rows.any():
                chances[rows] = network.chances({name: column[rows] for name, column in part.features.items()})
        return chances

    return score


def fit_judges(originals: Part, bodies: Part, articles: Part, score: Score, trains: list[Train]) -> list[Network]:
    """Train a judge of pages on what each of `trains` allows.

    It sees pages, the same pages cut by the scorer, their bodies alone, and articles: of the last three, what goes
    is lost, and this is what makes a second run find nothing.
    """
    cut = cut_pages(originals.labelled.pages, originals.words, score(originals))
    parts = [originals, measure(originals.labelled.only(cut.kept)), bodies, articles]
    found = [_judged(part, score(part)) for part in parts]
    described = {name: np.concatenate([each[name] for each, _ in found]) for name in found[0][0]}
    gain = np.concatenate([gains for _, gains in found])
    weight = np.concatenate([weigh_pages(part.labelled) for part in parts])
    judges = []
    for train in trains:
        pages = np.concatenate([train(part.labelled) for part in parts])
        chosen = {name: column[pages] for name, column in described.items()}
        judges.append(fit_pages(chosen, gain[pages], weight[pages]))
    return judges


def _judged(part: Part, chances: Floats) -> tuple[Features, Floats]:
    """Describe each page, and say what sparing it would win."""
    pages = part.labelled.pages
    cut = cut_pages(pages, part.words, chances)
    described = describe_pages(pages, part.words, chances, cut, part.features)
    spared = spare_pages(pages, part.words, chances, cut)
    return described, part.labelled.f1(spared) - part.labelled.f1(cut.kept)


def settled(lines: pl.DataFrame, model: PageModel) -> tuple[Flags, Flags]:
    """Tell which lines `keep_lines` keeps at first, and which when it is run until nothing more goes."""
    first = keep_lines(lines, model).to_numpy()
    kept, before = first.copy(), np.ones(len(first), np.bool_)
    while kept.any() and (kept != before).any():
        before = kept.copy()
        kept[before] = keep_lines(lines.filter(pl.Series(before)), model).to_numpy()
    return first, kept


def show(title: str, labelled: Labelled, f1: Floats, among: Flags) -> None:
    """Print mean F1 by set and language, over pages and over sites."""
    print(title)
    for collection in SETS:
        chosen = among & (labelled.collection == collection)
        languages = sorted(set(labelled.language[chosen])) if collection == "daniel" else [""]
        for language in languages:
            rows = chosen & ((labelled.language == language) | (language == ""))
            if rows.any():
                sites = [f1[rows & (labelled.group == group)].mean() for group in set(labelled.group[rows])]
                name = f"{collection} {language}"
                by_site = f"sites {len(sites):5} F1 {np.mean(sites):.4f}"
                print(f"  {name:16} pages {rows.sum():5} F1 {f1[rows].mean():.4f}  {by_site}")
    sys.stdout.flush()


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--leave-out", action="store_true", help="train without each set and language, score on it")
    options = parser.parse_args()
    labelled = read_pages(options.evaluation)
    everywhere = np.ones(len(labelled.group), np.bool_)
    show("everything kept", labelled, labelled.f1(np.ones(len(labelled.labels), np.bool_)), everywhere)
    parts = training_parts(labelled, options.evaluation)
    judging = (measure(labelled), measure(labelled.only(np.isin(labelled.labels, ["c", "t"]))), parts[-1])

    trains = [lambda those, n=n: those.group % FOLDS != n for n in range(FOLDS)]
    networks = [fit_lines(parts, train) for train in trains]
    score = unseen(networks, lambda those: those.group % FOLDS)
    *judges, judge = fit_judges(*judging, score, [*trains, lambda those: np.ones(len(those.group), np.bool_)])
    models = [_model(network, one) for network, one in zip(networks, judges, strict=True)]
    report("cross-validated by site", labelled, models, labelled.group % FOLDS, everywhere)
    spare(parts[-1].labelled, models)
    if options.leave_out:
        leave_out(labelled, parts, judging)

    write_weights(fit_lines(parts, lambda those: np.ones(len(those.group), np.bool_)), judge)


def _model(line: Network, mostly: Network) -> PageModel:
    return PageModel(load_characters(), load_words(), line, mostly)


def report(title: str, labelled: Labelled, models: list[PageModel], number: NDArray[np.int64], among: Flags) -> None:
    """Print what each page's model keeps of it."""
    first, kept = (np.zeros(len(labelled.labels), np.bool_) for _ in range(2))
    for this, model in enumerate(models):
        rows = ((number == this) & among)[labelled.pages.page]
        first[rows], kept[rows] = settled(labelled.lines.filter(pl.Series(rows)), model)
    show(f"{title}, one pass", labelled, labelled.f1(first), among)
    show(title, labelled, labelled.f1(kept), among)
    show(f"{title}, by score.py", labelled, labelled.scored(kept, among), among)


def spare(articles: Labelled, models: list[PageModel]) -> None:
    """Print how much goes of articles that are no pages, papers of a fold by the model that has not seen them."""
    kept = np.zeros(len(articles.labels), np.bool_)
    for this, model in enumerate(models):
        rows = (articles.group % FOLDS == this)[articles.pages.page]
        kept[rows] = settled(articles.lines.filter(pl.Series(rows)), model)[1] if rows.any() else []
    touched = np.add.reduceat(~kept, articles.pages.starts, dtype=np.int64) > 0
    lost = (articles.tokens * ~kept).sum() / articles.tokens.sum()
    print(f"articles of papers never seen: {touched.mean():.4f} touched, {lost:.5f} of the words lost")


def leave_out(labelled: Labelled, parts: list[Part], judging: tuple[Part, Part, Part]) -> None:
    """Score each set, and each language, by what was learnt from the others alone."""
    for collection, language in [(name, "") for name in SETS] + [("daniel", name) for name in ("el", "pl", "zh")]:

        def out(those: Labelled, collection: str = collection, language: str = language) -> Flags:
            found: Flags = (those.collection == collection) & ((those.language == language) | (language == ""))
            return found

        def half(those: Labelled, odd: int) -> Flags:
            found: Flags = ~out(those) & (those.group % 2 == odd)
            return found

        networks = [fit_lines(parts, lambda those, odd=odd: half(those, 1 - odd)) for odd in (0, 1)]
        score = unseen(networks, lambda those: those.group % 2)
        [judge] = fit_judges(*judging, score, [lambda those: ~out(those)])
        network = fit_lines(parts, lambda those: ~out(those))
        number = np.zeros(len(labelled.group), np.int64)
        title = f"never seen: {collection} {language}".strip()
        report(title, labelled, [_model(network, judge)], number, out(labelled))


def write_weights(line: Network, mostly: Network) -> None:
    """Write the weights, one input a row."""
    parts = []
    for name, network in (("line", line), ("mostly", mostly)):
        table = network.to_json()
        rows = ",\n".join(json.dumps(row) for row in table.pop("inputs"))
        parts.append(f'"{name}": {{"inputs": [\n{rows}\n],\n{json.dumps(table)[1:]}')
    (DATA / "weights.json").write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
