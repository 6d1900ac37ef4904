"""Articles inside longer ones go for them, proved, and take along only what is contained as well."""

import io
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from dedup.batches import gathered
from dedup.containment import find_contained_articles, standing_paragraphs
from dedup.duplicates import FOUND, find_duplicates
from dedup.rule import Rule
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
    kept = found["survivor"].is_null().arg_true().cast(pl.Int64).to_numpy()
    return find_contained_articles(
        found,
        standing_paragraphs(texts.gather(kept), kept, RULE, min_words=20),
        sketches["shingles"].cast(pl.Int64).to_numpy(),
        rank,
        lambda n: gathered(texts, n),
        rule=RULE,
        threshold=threshold,
        **options,
    )


@pytest.mark.parametrize("rank", [[0, 1], [1, 0]])
def test_the_shorter_goes_whichever_is_preferred(rank):
    found = find([ONE, f"{TWO}\n{ONE}\n{THREE}"], rank)
    assert found.schema == FOUND
    assert found.row(0) == (1, 24 / 74, 1.0, "contained")
    assert found["reason"].to_list() == ["contained", "survivor"]


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
