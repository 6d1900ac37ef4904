"""Every example in the package's docstrings is true."""

import doctest
import importlib
import pkgutil

import pytest

import dedup

MODULES = [module.name for module in pkgutil.iter_modules(dedup.__path__, "dedup.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_public_names():
    assert dedup.__all__ == sorted(dedup.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name))
    assert all(hasattr(dedup, name) for name in dedup.__all__)
