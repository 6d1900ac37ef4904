"""Bands follow from threshold and recall."""

import numpy as np
import pytest

from dedup.bands import bands_for, choose_bands, collision_probability, expected_candidates
from dedup.rule import Rule, ratio_of

THRESHOLDS = [0.3, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 0.99, 1.0]


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("recall", [0.9, 0.995, 0.9999])
def test_the_recall_is_reached_and_not_by_chance(threshold, recall):
    chosen = choose_bands(threshold, recall=recall)
    assert collision_probability(threshold, bands=chosen.bands, rows=chosen.rows) >= recall
    if chosen.bands > 1:
        assert collision_probability(threshold, bands=chosen.bands - 1, rows=chosen.rows) < recall


def test_figures_of_the_literature():
    assert bands_for(0.8, recall=0.995, rows=8).bytes_per_document == 232
    assert bands_for(0.55, recall=0.995, rows=4).bytes_per_document == 448
    assert bands_for(0.55, recall=0.995, rows=5).bytes_per_document == 824


def test_a_document_of_the_scale_test_fits():
    assert Rule(words=5, threshold=0.8).bands.bytes_per_document <= 150


def test_probability_grows_with_similarity():
    curve = [collision_probability(s, bands=18, rows=6) for s in np.linspace(0, 1, 50)]
    assert curve == sorted(curve)
    assert curve[0] == 0
    assert curve[-1] == 1


def test_expected_candidates():
    assert expected_candidates([], bands=3, rows=2) == 0
    assert expected_candidates([1.0, 0.0], bands=3, rows=2) == 1


@pytest.mark.parametrize("wrong", [{"words": 0}, {"threshold": 0}, {"threshold": 1.1}, {"recall": 1}, {"recall": 0}])
def test_rules_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match=r"not (at )?[\d.]"):
        Rule(**wrong)


def test_thresholds_are_exact_fractions():
    assert Rule(threshold=0.8).ratio == (4, 5)
    assert Rule(threshold=0.333).ratio == (333, 1000)
    assert Rule(threshold=1).ratio == (1, 1)


@pytest.mark.parametrize("threshold", [0.7, 2 / 3, 1 / 3, 0.6666667, 0.123456789, 0.01])
def test_a_threshold_is_never_rounded_down(threshold):
    a, b = ratio_of(threshold)
    assert a / b >= threshold
    assert a / b - threshold < 1e-8


def test_a_threshold_that_no_bands_can_serve_is_refused():
    with pytest.raises(ValueError, match=r"from 0\.01 to 1"):
        Rule(threshold=1e-9)
