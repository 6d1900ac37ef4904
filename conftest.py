"""Loads the packages before pytest does.

Its own import of `cleaners/clean.py`, for the doctests there, would put the module where the function `cleaners.clean`
stands.
"""

import cleaners  # noqa: F401
import dedup  # noqa: F401
