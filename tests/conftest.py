"""Fixtures and rules that hold for every test."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EVALUATION = ROOT.parent / "shared" / "eval"
LEGAL_SKIP = "no evaluation data"


@pytest.fixture(scope="session")
def evaluation() -> Path:
    """Folder of the evaluation data, which is not part of the project."""
    if not EVALUATION.is_dir():
        pytest.skip(LEGAL_SKIP)
    return EVALUATION


@pytest.fixture(scope="session")
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def gold() -> Path:
    return ROOT / "tests" / "gold" / "seeds"


def _illegal_skips(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:
        return []
    skipped = reporter.stats.get("skipped", [])
    return [report.nodeid for report in skipped if LEGAL_SKIP not in str(report.longrepr)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped for want of a component is a failure: its set-up must install it."""
    if _illegal_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for nodeid in _illegal_skips(terminalreporter.config):
        terminalreporter.write_line(f"CI: {nodeid} was skipped, and not for want of evaluation data", red=True)
