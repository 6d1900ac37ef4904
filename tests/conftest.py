"""Fixtures that every test may use."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EVALUATION = ROOT.parent / "shared" / "eval"


@pytest.fixture(scope="session")
def evaluation() -> Path:
    """Folder of the evaluation data, which is not part of the project."""
    if not EVALUATION.is_dir():
        pytest.skip("no evaluation data")
    return EVALUATION


@pytest.fixture(scope="session")
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def gold() -> Path:
    return ROOT / "tests" / "gold" / "seeds"
