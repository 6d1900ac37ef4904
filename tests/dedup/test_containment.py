"""Articles inside longer ones go for them, proved, and take along only what is contained as well."""

import io
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from dedup.articles import ARTICLES
from dedup.batches import gathered, pieces, sketch_all
from dedup.containment import CONTAINED, LEAST, contained_articles, prove_contained, remove_contained
from dedup.duplicates import FOUND, find_duplicates
from dedup.rule import Rule
from dedup.samples import sample_shingles
from dedup.shingles import shingle_sets
from dedup.sketches import sketch_batch
from tests.dedup import twin

RULE = Rule(2, 0.5)


def prose(name, words=25):
    return " ".join(f"{name}{i}" for i in range(words))


ONE, TWO, THREE, FOUR = (prose(name) for name in ("one", "two", "three", "four"))


def find(texts, rank=None, threshold=0.9, **options):
    texts = pl.Series(texts, dtype=pl.String)
    rank = np.arange(len(texts)) if rank is None else np.asarray(rank)
    sketches = sketch_batch(texts, RULE)
    found = find_duplicates(sketches, rank, lambda n: gathered(texts, n), RULE)
    staying = texts.filter(found["survivor"].is_null())
    samples = [sample_shingles(piece, words=2) for piece in pieces(staying, bytes_=300)]
    sizes = sketches["shingles"].cast(pl.Int64).to_numpy()
    given = {"rule": RULE, "threshold": threshold, **options}
    pairs = contained_articles(found, samples, sizes, rank, lambda n: gathered(texts, n), **given)
    return remove_contained(found, pairs, sizes, lambda n: gathered(texts, n), **given)


@pytest.mark.parametrize("rank", [[0, 1], [1, 0]])
def test_the_shorter_goes_whichever_is_preferred(rank):
    found = find([ONE, f"{TWO}\n{ONE}\n{THREE}"], rank)
    assert found.schema == FOUND
    assert found.row(0) == (1, 24 / 74, 1.0, "contained")
    assert found["reason"].to_list() == ["contained", "survivor"]


def test_paragraphs_need_not_be_whole():
    """Broken into other lines, a word changed here and there, in the midst of a longer line: found all the same."""
    wire = f"{ONE}\n{TWO} {THREE}".replace("two7 ", "zwei7 ")
    found = find([wire, f"{FOUR} {ONE} {TWO}\n\n{THREE} {prose('own', 100)}"])
    assert found["survivor"].to_list() == [1, None]
    assert found["containment"][0] == 72 / 74


def test_a_sentence_is_not_looked_for():
    """It stands in many articles by right."""
    assert find([prose("one", LEAST), f"{TWO}\n{ONE}\n{THREE}"])["survivor"].null_count() == 2
    assert find([prose("one", LEAST + 1), f"{TWO}\n{ONE}\n{THREE}"])["survivor"].to_list() == [1, None]


def test_half_is_not_enough():
    texts = [f"{ONE}\n{FOUR}", f"{TWO}\n{ONE}\n{THREE}"]
    assert find(texts)["survivor"].null_count() == 2
    assert find(texts, threshold=0.4)["survivor"].to_list() == [1, None]


def test_what_went_for_the_shorter_goes_for_the_longer():
    found = find([ONE, ONE, f"{TWO}\n{ONE}\n{THREE}"])
    assert found["survivor"].to_list() == [2, 2, None]
    assert set(found["reason"][:2]) == {"contained"}


def test_the_shorter_stays_for_what_went_for_it_and_is_not_contained():
    longer = f"{ONE} {prose('own', 15)}"
    found = find([ONE, longer, f"{TWO}\n{ONE}\n{THREE}"])
    assert found["survivor"].to_list() == [None, 0, None]


def test_a_row_of_ever_longer_articles():
    texts = [
        ONE,
        f"{ONE}\n{TWO}\n{prose('x', 30)}",
        f"{ONE}\n{TWO}\n{prose('x', 30)}\n{THREE}\n{FOUR}\n{prose('y', 90)}",
    ]
    found = find(texts)
    assert found["survivor"].to_list() == [2, 2, None]


@pytest.mark.parametrize("seed", range(4))
def test_every_removal_is_proved_and_order_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    lines = [prose(f"p{i}x", int(rng.integers(20, 40))) for i in range(25)]
    texts = ["\n".join(rng.choice(lines, rng.integers(1, 7), replace=False)) for _ in range(60)]
    sets = [twin.shingles(text, 2) for text in texts]
    rank = rng.permutation(60)
    found = find(texts, rank, threshold=0.8)
    survivors, contained = found["survivor"].to_list(), 0
    for i, (survivor, jaccard, containment, reason) in enumerate(found.rows()):
        if survivor is None:
            continue
        assert survivors[survivor] is None
        assert found["reason"][survivor] == "survivor"
        shared = len(sets[i] & sets[survivor])
        assert jaccard == float(Fraction(shared, len(sets[i] | sets[survivor])))
        assert containment == shared / min(len(sets[i]), len(sets[survivor]))
        if reason == "contained":
            contained += 1
            assert Fraction(shared, len(sets[i])) >= Fraction(4, 5)
        else:
            assert jaccard >= 0.5
    assert contained > 3
    assert find(texts, rank, threshold=0.8, scratch=io.BytesIO(), memory=0).equals(found)
    order = rng.permutation(60)
    back = np.argsort(order).tolist()
    shuffled = find([texts[i] for i in order], rank[order], threshold=0.8)
    again = [None if s is None else order[s] for s in shuffled["survivor"]]
    assert [again[back[i]] for i in range(60)] == survivors


def test_nothing():
    assert find([]).schema == FOUND
    assert find(["", "x"])["survivor"].null_count() == 2


def test_pairs_are_proved_in_either_direction():
    texts = pl.Series([ONE, f"{ONE} {TWO}", FOUR])
    sizes = np.array([24, 49, 24])
    pairs = prove_contained(
        np.array([0, 1, 0]), np.array([1, 0, 2]), sizes, np.arange(3), lambda n: gathered(texts, n),
        rule=RULE, threshold=0.9,
    )  # fmt: skip
    assert pairs.schema == CONTAINED
    assert pairs.rows() == [(0, 1, 24), (0, 1, 24)]


def test_recall_and_precision_on_real_articles(evaluation):
    """Every pair of the articles that stay was compared, by postings of all their shingles: 99 in 100 are found."""
    texts = pl.read_parquet(evaluation / "saudi_news.parquet", columns=["text"])["text"].head(10_000)
    sketches = sketch_all(pieces(texts), ARTICLES)
    found = find_duplicates(sketches, np.arange(len(texts)), lambda n: gathered(texts, n), ARTICLES)
    stays = found["survivor"].is_null().arg_true().to_numpy()
    sets = shingle_sets(texts.gather(stays), words=2)
    sizes = sketches["shingles"].cast(pl.Int64).to_numpy()
    samples = [sample_shingles(piece, words=2) for piece in pieces(texts.gather(stays))]
    answer = contained_articles(
        found, samples, sizes, np.arange(len(texts)), lambda n: gathered(texts, n), rule=ARTICLES, threshold=0.9
    )
    exact = set(every_containment(sets, Fraction(9, 10)))
    told = {tuple(np.searchsorted(stays, pair).tolist()) for pair in answer.select("short", "long").iter_rows()}
    assert told <= exact  # what is told is true
    assert len(exact) > 50
    assert len(told) >= 0.99 * len(exact)


def every_containment(sets, share):
    """All pairs (one, other) of sets of `LEAST` hashes or more of which one stands in the other, larger or earlier."""
    owners = np.repeat(np.arange(len(sets)), np.diff(sets.starts))
    order = np.argsort(sets.hashes, kind="stable")
    hashes, owners = sets.hashes[order], owners[order]
    for one in range(len(sets)):
        size = sets[one].size
        if size < LEAST:
            continue
        bounds = [np.searchsorted(hashes, sets[one], side=side) for side in ("left", "right")]
        if (bounds[1] - bounds[0] == 1).sum() > (1 - share) * size:  # no other has these
            continue
        met = np.bincount(np.concatenate([owners[a:b] for a, b in zip(*bounds, strict=True)]), minlength=len(sets))
        for other in np.flatnonzero(met >= float(share) * size - 1e-9).tolist():
            if (-sets[other].size, other) < (-size, one):
                yield one, other
