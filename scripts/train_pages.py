"""Train the scorer of whole pages (`cleaners/pages/weights.json`) from the labelled pages of `../shared/eval`.

    python scripts/train_pages.py ../shared/eval              cross-validate, print, train on all, write the weights
    python scripts/train_pages.py ../shared/eval --leave-out  also print sets and languages never trained on
    python scripts/train_pages.py --characters                write `cleaners/pages/characters.json` again

What is learnt: a network with one hidden layer that gives each line its chance of being content, and a logistic
regression over pages that tells which page is better left whole. Only numpy is needed; the same data gives the
same bytes on the same machine. Pages of one site (or, without hosts, of one blog's title) never stand on both sides
of a fold.

Three kinds of copies are trained on as well, so that the scorer does not lean on what other languages lack: pages
with capitals made invisible, pages whose words of chrome are unknown, pages without a title.
"""

import argparse
import importlib.util
import json
import sys
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.pages.around import Pages
from cleaners.pages.blocks import cut_pages, describe_pages
from cleaners.pages.features import Features, measure_lines
from cleaners.pages.model import WEIGHT_STEPS, Network, load_characters, load_words
from cleaners.pages.shape import CLASSES, Flags, Floats

DATA = Path(__file__).resolve().parent.parent / "cleaners" / "pages"
SETS = {"dragnet_en": 1.0, "daniel": 1.5, "cleaneval_dev": 4.0, "readability": 2.5}
"""The sets and what a page of each weighs in the line scorer: the two small ones are other kinds of pages."""
WHOLE_WEIGHTS = {"dragnet_en": 1.0, "daniel": 1.0, "cleaneval_dev": 8.0, "readability": 3.0}
FOLDS = 5
NETS, HIDDEN, EPOCHS, BATCH, RATE, DECAY, DROPOUT = 2, 24, 6, 2048, 3e-3, 1e-4, 0.1
CASELESS, WORDLESS, UNTITLED = 0.4, 0.16, 0.35
"""Shares of the pages that are copied without case, among them those without words, and trained without titles."""
IGNORED = "tdmx?"


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """All labelled pages, one row a line."""

    score: ModuleType
    lines: pl.DataFrame
    labels: NDArray[np.str_]
    pages: Pages
    tokens: Floats
    content: Flags
    ignored: Flags
    collection: NDArray[np.str_]
    language: NDArray[np.str_]
    group: NDArray[np.int64]

    def f1(self, kept: Flags) -> Floats:
        """Token F1 of each page, at a hundred times the speed of `score.py`.

        That one aligns texts, and takes a body that stands twice on its page for the ignored copy (six pages of one
        Polish site: 0 instead of 1, which costs Polish 0.02).
        """
        starts, weight = self.pages.starts, self.tokens * ~self.ignored
        both: Floats = np.add.reduceat(weight * (kept & self.content), starts)
        found, wanted = np.add.reduceat(weight * kept, starts), np.add.reduceat(weight * self.content, starts)
        precision = np.where(found > 0, both / np.maximum(found, 1), 1.0)
        recall = np.where(wanted > 0, both / np.maximum(wanted, 1), 1.0)
        f1: Floats = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
        return f1

    def scored(self, kept: Flags) -> Floats:
        """Token F1 of each page by `score.py`."""
        begin, text = self.pages.starts, self.lines["text"].to_numpy()
        found = []
        for rows in map(slice, begin, np.r_[begin[1:], len(text)]):
            page = {"text": "\n".join(text[rows]), "labels": "".join(self.labels[rows])}
            found.append(self.score.score_page(page, "\n".join(text[rows][kept[rows]]))["f1"])
        return np.array(found)


def read_pages(folder: Path) -> Labelled:
    """Read the four sets."""
    specification = importlib.util.spec_from_file_location("score", folder / "score.py")
    assert specification  # noqa: S101
    assert specification.loader  # noqa: S101
    score = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(score)
    columns = ["id", "host", "lang", "title", "text", "labels"]
    frames = [
        pl.read_parquet(folder / f"pages_{name}.parquet").select(
            pl.col(columns).cast(pl.String), collection=pl.lit(name)
        )
        for name in SETS
    ]
    docs = pl.concat(frames).with_row_index("doc")
    blog = pl.col("title").str.split(" | ").list.last().str.split(": ").list.first()
    names = docs.select(pl.coalesce("host", pl.concat_str("collection", blog), "id")).to_series()
    lines = (
        docs.select("doc", "title", pl.col("text").str.split("\n"), pl.col("labels").str.split(""))
        .explode("text", "labels")
        .filter(pl.col("text").str.contains(r"\S"))
    )
    labels = lines["labels"].to_numpy()
    return Labelled(
        score,
        lines.drop("labels"),
        labels,
        Pages.of(lines["doc"].to_numpy()),
        np.array([len(score.toks(text)) for text in lines["text"]], np.float64),
        labels == "c",
        np.isin(labels, list(IGNORED)),
        docs["collection"].to_numpy(),
        docs["lang"].to_numpy(),
        np.array([zlib.crc32(name.encode()) for name in names]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The features of all lines, as they are and without case; columns of words and titles when there are none."""

    words: Floats
    features: Features
    plain: NDArray[np.float32]
    caseless: NDArray[np.float32]
    wordless: NDArray[np.float32]
    untitled: NDArray[np.float32]


def measure(labelled: Labelled) -> Measured:
    """Measure all lines, thrice."""
    characters, stock = load_characters(), load_words()
    cased = np.isin(np.arange(len(CLASSES)), [CLASSES.index("lower"), CLASSES.index("upper")])
    hidden = np.where(cased[characters], CLASSES.index("letter"), characters).astype(np.uint8)
    words, features = measure_lines(labelled.lines, characters, stock)
    _, caseless = measure_lines(labelled.lines, hidden, stock)
    _, wordless = measure_lines(labelled.lines, hidden, dict.fromkeys(stock, ("\0",)))
    _, untitled = measure_lines(labelled.lines.drop("title"), characters, stock)
    return Measured(words, features, *(_table(each) for each in (features, caseless, wordless, untitled)))


def _table(features: Features) -> NDArray[np.float32]:
    return np.stack([column.astype(np.float32) for column in features.values()], axis=1)


def weigh(labelled: Labelled) -> Floats:
    """Weigh lines by their tokens, so that the loss of a page is close to its F1; each page weighs about the same."""
    weight = np.where(labelled.ignored, 0.0, labelled.tokens + 0.5) ** 0.7
    pages = labelled.pages
    size = (pages.total(weight) + pages.total(weight * labelled.content)) / 2 + 50**0.7
    of_set = np.array([SETS[name] for name in labelled.collection])[pages.page]
    weighed: Floats = weight / size * of_set
    return weighed


def weigh_pages(labelled: Labelled) -> Floats:
    """Weigh pages for the judge of whole pages."""
    return np.array([WHOLE_WEIGHTS[name] for name in labelled.collection])


def fit_lines(labelled: Labelled, measured: Measured, weight: Floats, train: Flags) -> Network:
    """Train the line scorer on the lines `train`: the mean of `NETS` networks that start from other seeds."""
    page = labelled.pages.page
    drawn = np.random.default_rng(5).random((2, page[-1] + 1))[:, page]
    lines = train & (weight > 0)
    plain = np.where((drawn[1] < UNTITLED)[:, None], measured.untitled, measured.plain)[lines]
    copies = lines & (drawn[0] < CASELESS)
    other = np.where((drawn[0] < WORDLESS)[:, None], measured.wordless, measured.caseless)[copies]
    values = np.concatenate([plain, other])
    content = np.concatenate([labelled.content[lines], labelled.content[copies]])
    weights = np.concatenate([weight[lines], 0.7 * weight[copies]])
    mean, scale = values.mean(axis=0).round(5), (values.std(axis=0) + 1e-3).round(5)
    values = np.clip((values - mean) / scale, -4, 4)
    nets = [_descend(values, content, weights / weights.mean(), seed) for seed in range(NETS)]
    inner, shift, outer, bias = (np.concatenate(parts, axis=-1) for parts in zip(*nets, strict=True))
    layers = ((inner, shift), (outer[:, None] / NETS, bias.mean(keepdims=True)))
    return _whole_numbers(Network(tuple(measured.features), mean.astype(float), scale.astype(float), layers))


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
    """Train the judge of whole pages: a logistic regression, a page weighing what is won or lost by keeping all."""
    values = np.stack(list(described.values()), axis=1)
    mean, scale = values.mean(axis=0).round(5), (values.std(axis=0) + 1e-3).round(5)
    seen = np.c_[np.clip((values - mean) / scale, -4, 4), np.ones(len(values))]
    weights = np.abs(gain) * weight
    ridge = np.diag(np.r_[np.full(values.shape[1], 3.0), 1e-6])
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


def chances_of(
    labelled: Labelled, measured: Measured, weight: Floats, test: Callable[[int], Flags], count: int
) -> Floats:
    """Score every line by a network that has not seen its page (nor a page of its site)."""
    chances = np.zeros(len(weight))
    for fold in range(count):
        lines = test(fold)[labelled.pages.page]
        network = fit_lines(labelled, measured, weight, ~lines)
        chances[lines] = network.chances({name: column[lines] for name, column in measured.features.items()})
    return chances


def judge(labelled: Labelled, measured: Measured, chances: Floats) -> tuple[Flags, Features, Floats]:
    """Cut the pages; describe each, and say what keeping all of it would win."""
    pages = labelled.pages
    cut = cut_pages(pages, measured.words, chances)
    described = describe_pages(pages, measured.words, chances, cut, measured.features)
    return cut.kept, described, labelled.f1(np.ones(len(chances), np.bool_)) - labelled.f1(cut.kept)


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
    parser.add_argument("evaluation", type=Path, nargs="?")
    parser.add_argument("--leave-out", action="store_true", help="train without each set and language, score on it")
    parser.add_argument("--characters", action="store_true", help="write the table of characters and stop")
    options = parser.parse_args()
    if options.characters:
        write_characters()
        return
    if options.evaluation is None:
        parser.error("give the folder of the evaluation data")
    labelled = read_pages(options.evaluation)
    measured = measure(labelled)
    weight = weigh(labelled)
    everywhere = np.ones(len(labelled.group), np.bool_)
    show("everything kept", labelled, labelled.f1(np.ones(len(weight), np.bool_)), everywhere)

    fold = labelled.group % FOLDS
    chances = chances_of(labelled, measured, weight, lambda n: fold == n, FOLDS)
    kept, described, gain = judge(labelled, measured, chances)
    show("cross-validated by site: lines alone", labelled, labelled.f1(kept), everywhere)
    page_weight = weigh_pages(labelled)
    whole = np.zeros(len(gain))
    for n in range(FOLDS):
        model = fit_pages({k: v[fold != n] for k, v in described.items()}, gain[fold != n], page_weight[fold != n])
        whole[fold == n] = model.chances({k: v[fold == n] for k, v in described.items()})
    kept = kept | (whole > 0.5)[labelled.pages.page]
    show("cross-validated by site", labelled, labelled.f1(kept), everywhere)
    show("cross-validated by site, by score.py", labelled, labelled.scored(kept), everywhere)
    if options.leave_out:
        leave_out(labelled, measured, weight, described, gain)

    line = fit_lines(labelled, measured, weight, np.ones(len(weight), np.bool_))
    write_weights(line, fit_pages(described, gain, page_weight))


def leave_out(labelled: Labelled, measured: Measured, weight: Floats, described: Features, gain: Floats) -> None:
    """Score each set, and each language, by what was learnt from the others alone."""
    page_weight = weigh_pages(labelled)
    for collection, language in [(name, "") for name in SETS] + [("daniel", name) for name in ("el", "pl", "zh")]:
        out = (labelled.collection == collection) & ((labelled.language == language) | (language == ""))
        chances = chances_of(labelled, measured, weight, lambda _, out=out: out, 1)  # type: ignore[misc]
        kept, here, _ = judge(labelled, measured, chances)
        model = fit_pages({k: v[~out] for k, v in described.items()}, gain[~out], page_weight[~out])
        whole = model.chances(here) > 0.5
        show(f"never seen: {collection} {language}", labelled, labelled.f1(kept | whole[labelled.pages.page]), out)


def write_weights(line: Network, whole: Network) -> None:
    """Write the weights, one input a row."""
    parts = []
    for name, network in (("line", line), ("whole", whole)):
        table = network.to_json()
        rows = ",\n".join(json.dumps(row) for row in table.pop("inputs"))
        parts.append(f'"{name}": {{"inputs": [\n{rows}\n],\n{json.dumps(table)[1:]}')
    (DATA / "weights.json").write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


def write_characters() -> None:
    """Write the class of every code point as runs of equal classes."""
    kinds = np.array([_kind(chr(point)) for point in range(0x110000)])
    begin = np.flatnonzero(np.r_[True, kinds[1:] != kinds[:-1]])
    runs = np.c_[np.diff(np.r_[begin, len(kinds)]), kinds[begin]]
    table = json.dumps({"classes": list(CLASSES), "unicode": unicodedata.unidata_version, "runs": runs.tolist()})
    (DATA / "characters.json").write_text(table.replace(" ", "") + "\n", encoding="utf-8")


_MARKS = {
    "stop": ".!?。！？؟।॥۔።፧．｡‼",
    "comma": ",、，،፣､",
    "colon": ":;：；؛︰",
    "separator": "|/·•▸►▪■□●○★☆→←↑↓<>~_\\*+=›‹※◆◇｜／＞＜・▲▼",
    "guillemet": "«»",
    "quote": "\"'“”‘’„‚「」『』《》〈〉`´",
    "bracket": "()[]{}（）【】〔〕［］",
    "dash": "-–—―‐−",
    "sign": "@#©®&™",
    "ellipsis": "…",
}
_IDEOGRAPHS = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0x20000, 0x323AF))
"""Kana, Han, and Hangul syllables: a token each, as in `score.py`."""
_SPACELESS = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17D2))
"""Thai, Lao, Burmese, Khmer."""
_BY_CATEGORY = {"Lu": "upper", "Lt": "upper", "Ll": "lower", "L": "letter", "M": "letter", "N": "digit",
                "Zs": "space", "Zl": "space", "Zp": "space", "Cc": "space"}  # fmt: skip


def _kind(character: str) -> int:
    for name, marks in _MARKS.items():
        if character in marks:
            return CLASSES.index(name)
    for name, ranges in (("ideograph", _IDEOGRAPHS), ("spaceless", _SPACELESS)):
        if any(low <= ord(character) <= high for low, high in ranges):
            return CLASSES.index(name)
    category = unicodedata.category(character)
    return CLASSES.index(_BY_CATEGORY.get(category, _BY_CATEGORY.get(category[0], "symbol")))


if __name__ == "__main__":
    main()
