"""The schemes beside `affine32` are what they say: unbiased, with the variance that their papers give."""

import pytest

from benchmarks.sketches import affine32, circulant, errors, fast_similarity, one_permutation


@pytest.mark.parametrize(
    ("sign", "size", "least", "most"),
    [
        (affine32, 10, 0.85, 1.15),
        (affine32, 300, 0.85, 1.15),
        (fast_similarity, 10, 0.35, 0.65),
        (fast_similarity, 300, 0.6, 0.95),
        (one_permutation, 10, 1.15, 1.7),
        (one_permutation, 300, 0.6, 0.95),
        (circulant, 10, 0.8, 1.15),
    ],
)
def test_bias_and_variance(sign, size, least, most):
    bias, error, variance = errors(sign, size, 1000)
    assert abs(bias) < 4 * error
    assert least < variance < most


def test_a_small_table_makes_large_sets_look_alike():
    """Why C-MinHash is no candidate, so far as it is to be fast."""
    bias, error, _ = errors(circulant, 1000, 500)
    assert bias > 2 * error
