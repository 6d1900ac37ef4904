"""From texts to survivors: sound, complete, and the same whatever the order, batches, threads and memory."""

import io
from fractions import Fraction
from functools import partial

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import duplicates
from dedup.batches import gathered, pieces, sketch_all
from dedup.duplicates import FOUND, find_duplicates
from dedup.guard import differs_like_template
from dedup.rule import SHORT, Rule
from dedup.shingles import shingle_sets
from dedup.sketches import sketch_batch, sketch_schema
from tests.dedup import twin


def find(texts, rule, rank=None, **options):
    texts = pl.Series(texts, dtype=pl.String)
    rank = np.arange(len(texts)) if rank is None else np.asarray(rank)
    return find_duplicates(sketch_batch(texts, rule), rank, lambda n: gathered(texts, n), rule, **options)


def corpus(rng, size, vocabulary, lengths):
    """Texts and edited copies of them: words changed, dropped, added, moved."""
    texts = []
    for _ in range(size):
        if texts and rng.random() < 0.6:
            words = texts[rng.integers(len(texts))].split()
            for _ in range(rng.integers(0, 1 + len(words) // 6)):
                place = rng.integers(len(words) + 1)
                kind = rng.integers(3)
                words[place : place + (kind > 0)] = [] if kind == 2 else [f"w{rng.integers(vocabulary)}"]
        else:
            words = [f"w{rng.integers(vocabulary)}" for _ in range(rng.integers(*lengths))]
        texts.append(" ".join(words))
    return texts


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("rule", [Rule(1, 0.5), Rule(2, 0.6), Rule(3, 0.8), Rule(5, 0.9), Rule(1, 1.0)], ids=str)
def test_short_texts_are_exact(seed, rule):
    """With every set under 32 shingles, the answer is the rule's own, to the last document."""
    rng = np.random.default_rng(seed)
    texts = corpus(rng, 150, 40, (0, 27))
    rank = rng.permutation(len(texts))
    sets = [twin.shingles(text, rule.words) for text in texts]
    assert max(map(len, sets)) < SHORT
    found = find(texts, rule, rank)
    expected = twin.greedy(sets, np.argsort(rank).tolist(), Fraction(str(rule.threshold)))
    assert {i: s for i, s in enumerate(found["survivor"]) if s is not None} == expected


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rule", [Rule(1, 0.5), Rule(2, 0.6), Rule(5, 0.8)], ids=str)
def test_sound_and_complete(seed, rule):
    rng = np.random.default_rng(seed)
    texts = corpus(rng, 250, 3000, (0, 160))
    rank = rng.permutation(len(texts))
    sets = [twin.shingles(text, rule.words) for text in texts]
    found = find(texts, rule, rank)
    survivors = found["survivor"].to_list()
    threshold = Fraction(str(rule.threshold))
    missed = pairs = 0
    for i, survivor in enumerate(survivors):
        if survivor is None:
            for j in range(i):
                if survivors[j] is None and twin.exact(sets[i], sets[j]) >= threshold:
                    missed += 1
                    assert min(len(sets[i]), len(sets[j])) >= 32
            continue
        pairs += 1
        exact = twin.exact(sets[i], sets[survivor])
        assert exact >= threshold
        assert found["jaccard"][i] == float(exact)
        assert found["containment"][i] == len(sets[i] & sets[survivor]) / min(len(sets[i]), len(sets[survivor]))
        assert survivors[survivor] is None
        assert rank[survivor] < rank[i]
        assert found["reason"][i] == ("identical" if exact == 1 else "near-duplicate")
    assert pairs > 25
    assert missed <= 0.01 * pairs


@settings(max_examples=30)
@given(st.lists(st.text(st.sampled_from("ab 漢"), max_size=8), max_size=25), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(texts, random):
    rule = Rule(2, 0.6)
    order = list(range(len(texts)))
    random.shuffle(order)
    found = find(texts, rule).rows()
    shuffled = find([texts[i] for i in order], rule, rank=order)
    back = {place: i for i, place in enumerate(order)}
    for i, (survivor, *rest) in enumerate(found):
        expected = None if survivor is None else back[survivor]
        assert shuffled.row(back[i]) == (expected, *rest)


def test_batches_threads_and_memory_change_nothing():
    texts = pl.Series(corpus(np.random.default_rng(5), 600, 500, (0, 120)))
    rule = Rule(2, 0.6)
    whole = sketch_batch(texts, rule)
    assert sketch_all(pieces(texts, bytes_=1000), rule).equals(whole)
    assert pl.concat([sketch_batch(texts[i : i + 1], rule) for i in range(len(texts))]).equals(whole)
    expected = find(texts, rule)
    rank = np.arange(len(texts))
    assert find_duplicates(whole, rank, lambda n: pieces(texts.gather(n), bytes_=300), rule).equals(expected)
    scratch = io.BytesIO()
    assert find(texts, rule, scratch=scratch, memory=4000).equals(expected)
    assert scratch.tell() > 4000


def test_a_pair_is_short_as_soon_as_one_text_is():
    """A text of 31 shingles against one of 50 that just resembles it: found without luck, every time."""
    rule = Rule(1, 0.6)
    for i in range(60):
        words = [f"{i}w{j}" for j in range(51)]
        found = find([" ".join(words), " ".join(words[:31])], rule)
        assert found["survivor"].to_list() == [None, 0]


@pytest.mark.parametrize("scratch", [False, True])
def test_fingerprints_that_collide_prove_nothing(scratch):
    """Texts whose fingerprints were forged to be equal are compared all the same, and go for what they resemble."""
    texts = pl.Series(["one two three four", "five six seven eight", "five six seven eight", "six seven eight nine"])
    rule = Rule(1, 0.6)
    sketches = sketch_batch(texts, rule).with_columns(fingerprint=pl.lit(7, pl.UInt64))
    found = find_duplicates(
        sketches, np.arange(4), lambda n: gathered(texts, n), rule, scratch=io.BytesIO() if scratch else None
    )
    assert found["survivor"].to_list() == [None, None, 1, 1]
    assert found["reason"].to_list() == ["unique", "survivor", "identical", "near-duplicate"]


FORM = "The King sent a cable to {0} of {1} on its day . He wished {0} and the people of {1} progress and health"


def filled_in(rng, size):
    """Draw congratulations to a few countries, reworded here and there; some are copies of others."""
    texts = []
    for _ in range(size):
        country = rng.integers(6)
        names = [f"{'ABCDEF'[country]}{part}{'xyzuvw'[country] * 4}" for part in ("given", "family", "land", "city")]
        text = FORM.format(" ".join(names[:2]), " ".join(names[2:])).split()
        for _ in range(rng.integers(3)):
            text[rng.integers(len(text))] = f"w{rng.integers(30)}"
        texts.append(" ".join(text))
    return texts


def guarded_greedy(texts, order, rule):
    """Compare everything with everything: J ≥ T, and no finding; texts with one shingle set share their fate."""
    sets = [twin.shingles(text, rule.words) for text in texts]
    stay, survivor, held, first = [], {}, {}, {}
    for i in order:
        known = first.setdefault(frozenset(sets[i]), i)
        if known != i:
            survivor[i] = survivor.get(known, known)
            continue
        for leader in stay:
            similarity = twin.exact(sets[leader], sets[i])
            if similarity < Fraction(str(rule.threshold)):
                continue
            finding = differs_like_template(texts[leader], texts[i])
            if finding is None:
                survivor[i] = leader
                held.pop(i, None)
                break
            if similarity > held.get(i, (0, ""))[0]:
                held[i] = similarity, f"template-{finding.kind}"
        else:
            stay.append(i)
    return survivor, {i: kind for i, (_, kind) in held.items()}


@pytest.mark.parametrize("seed", range(4))
def test_the_guard_holds_pairs_and_the_search_goes_on(seed):
    rng = np.random.default_rng(seed)
    texts = filled_in(rng, 80)
    rank = rng.permutation(len(texts))
    rule = Rule(2, 0.5, template_guard=True)
    found = find(texts, rule, rank)
    survivor, held = guarded_greedy(texts, np.argsort(rank).tolist(), rule)
    assert {i: s for i, s in enumerate(found["survivor"]) if s is not None} == survivor
    reasons = found["reason"].to_list()
    assert {i: why for i, why in enumerate(reasons) if why.startswith("template")} == held
    assert held
    assert found["survivor"].null_count() > find(texts, Rule(2, 0.5), rank)["survivor"].null_count()
    # The same by way of a file, through templates of huge buckets, in other pieces and in another order.
    spilled = io.BytesIO()
    assert find(texts, rule, rank, scratch=spilled, memory=0).equals(found)
    column = pl.Series(texts)
    small = find_duplicates(sketch_batch(column, rule), rank, lambda n: pieces(column.gather(n), bytes_=300), rule)
    assert small.equals(found)
    order = rng.permutation(len(texts))
    shuffled = find([texts[i] for i in order], rule, rank[order])
    assert shuffled["reason"].to_list() == [reasons[i] for i in order]


def test_the_guard_through_templates(monkeypatch):
    """Huge buckets take another road to the same answer."""
    texts = filled_in(np.random.default_rng(9), 150)
    rule = Rule(2, 0.5, template_guard=True)
    plain = find(texts, rule)
    monkeypatch.setattr(duplicates, "cluster", partial(duplicates.cluster, huge=2))
    assert find(texts, rule).equals(plain)


def test_texts_that_do_not_come_back():
    texts = pl.Series(["one two three four"] * 2)
    with pytest.raises(ValueError, match="2 texts were asked for, 1 came"):
        find_duplicates(sketch_batch(texts, Rule()), np.arange(2), lambda _: iter([texts[:1]]), Rule())


@pytest.mark.parametrize("texts", [[], [""], [None, None, " … "], ["x"]])
def test_nothing_to_find(texts):
    rule = Rule()
    assert sketch_batch(pl.Series(texts, dtype=pl.String), rule).schema == sketch_schema(rule)
    found = find(texts, rule)
    assert found.schema == FOUND
    assert found["survivor"].null_count() == len(texts)
    assert set(found["reason"].to_list()) <= {"empty", "unique"}


def test_identical_sets_in_another_order_of_words_are_identical():
    found = find(["a b c a b", "b c a b c"], Rule(2, 0.6))
    sets = shingle_sets(pl.Series(["a b c a b", "b c a b c"]), words=2)
    assert np.array_equal(*sets)
    assert found["reason"].to_list() == ["survivor", "identical"]
