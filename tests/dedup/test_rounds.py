"""Rounds give the answer of the greedy rule, however many there are."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.rounds import settle


def greedy(pairs):
    neighbours = {}
    for before, after in pairs:
        neighbours.setdefault(after, set()).add(before)
    gone = {}
    for document in sorted(neighbours):
        staying = [before for before in neighbours[document] if before not in gone]
        if staying:
            gone[document] = min(staying)
    return gone


def table(pairs):
    return pl.DataFrame(sorted(pairs), schema={"before": pl.Int64, "after": pl.Int64}, orient="row")


graphs = st.sets(st.tuples(st.integers(0, 25), st.integers(0, 25)).filter(lambda p: p[0] < p[1]), max_size=80)


@given(graphs, st.sampled_from([0, 1, 2, 20]))
def test_the_same_as_one_after_the_other(pairs, rounds):
    settled = settle(table(pairs), rounds=rounds)
    assert dict(settled.survivors.rows()) == greedy(pairs)
    assert settled.rounds <= rounds
    assert rounds < 20 or settled.left == 0


@pytest.mark.parametrize(
    ("pairs", "rounds", "left"),
    [
        ([(0, i) for i in range(1, 20_000)], 1, 0),  # a star
        ([(i, j) for i in range(150) for j in range(i + 1, 150)], 1, 0),  # a clique
        ([(i, i + 1) for i in range(100_000)], 20, 100_000 - 2 * 20),  # a chain in order
    ],
    ids=["star", "clique", "chain"],
)
def test_shapes(pairs, rounds, left):
    settled = settle(table(pairs))
    assert (settled.rounds, settled.left) == (rounds, left)
    assert dict(settled.survivors.rows()) == greedy(pairs)
