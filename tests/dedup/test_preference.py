"""The order of preference is total, stable under shuffling, and as asked."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.preference import preference_order

KEYS = pl.DataFrame(
    {
        "date": ["2015-07-22", "Tue, 21 Jul 2015 10:00:00 +0300", "soon", "2015-07-21 08:00", None],
        "length": [10, 5, 99, 7, 1],
        "site": ["b", "a", "c", None, "a"],
        "id": ["1", "2", "3", "4", "5"],
    }
)


def order(**options):
    rank = preference_order(KEYS, **options).tolist()
    return [KEYS["id"][rank.index(place)] for place in range(len(KEYS))]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "24135"[:3] + "35"),
        ({"prefer": ["-date", "id"]}, "14235"),
        ({"prefer": ["-length"]}, "31425"),
        ({"prefer": ["length"]}, "52413"),
        ({"prefer": ["site", "-id"]}, "52134"),
        ({"prefer": ["site", "id"], "site_priority": ["c", "b"]}, "31254"),
        ({"prefer": ["-id"]}, "54321"),
        ({"prefer": []}, "12345"),
    ],
)
def test_orders(options, expected):
    assert "".join(order(**options)) == expected


rows = st.lists(
    st.tuples(st.sampled_from(["2015", "2016", "x", None]), st.integers(0, 2), st.sampled_from(["a", "b"])),
    max_size=12,
)


@given(rows, st.randoms(use_true_random=False))
def test_shuffling_changes_nothing(rows, random):
    keys = [(*row, f"id{i}") for i, row in enumerate(rows)]
    schema = {"date": pl.String, "length": pl.Int64, "site": pl.String, "id": pl.String}
    frame = pl.DataFrame(keys, schema=schema, orient="row")
    rank = dict(zip(frame["id"], preference_order(frame).tolist(), strict=True))
    assert sorted(rank.values()) == list(range(len(rows)))
    random.shuffle(keys)
    shuffled = pl.DataFrame(keys, schema=schema, orient="row")
    assert dict(zip(shuffled["id"], preference_order(shuffled).tolist(), strict=True)) == rank


def test_ties_follow_file_and_row_then_position():
    same = pl.DataFrame({"id": ["x"] * 4, "file": ["b", "a", "a", "a"], "row": [1, 10, 9, 9]})
    assert preference_order(same, prefer=["id"]).tolist() == [3, 2, 0, 1]


def test_a_column_that_is_not_there():
    with pytest.raises(ValueError, match=r"cannot prefer by 'lenght': no such column; is it 'length'\?"):
        preference_order(KEYS, prefer=["-lenght"])


@pytest.mark.parametrize("mistake", [{"prefer": "date"}, {"site_priority": "example.org"}])
def test_one_name_is_no_list_of_letters(mistake):
    ((name, value),) = mistake.items()
    with pytest.raises(TypeError, match=rf"{name} is a list of names, as \['{value}'\] is, not '{value}'"):
        preference_order(KEYS, **mistake)
