"""Words of a text one by one: the table of digits is that of Unicode."""

import numpy as np

from dedup.words import number_signs


def test_every_decimal_digit_is_one():
    digits = [point for point in range(0x110000) if chr(point).isdecimal()]
    assert len(digits) > 600
    assert np.flatnonzero(number_signs() == 1).tolist() == digits
