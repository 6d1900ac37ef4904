"""Progress is drawn on a terminal, silent in a pipe, logged on request, and timed either way."""

import io
import json
import time

import pytest

from ghirbal import progress as progress_module
from ghirbal.options import Telling
from ghirbal.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _tell_at_once(monkeypatch):
    monkeypatch.setattr(progress_module, "SECONDS_APART", {"text": 0.0, "json": 0.0})


def stages(stream, *, telling=None, **total):
    progress = Progress(stream, telling=telling or Telling())
    with progress.stage("clean", **total) as stage:
        time.sleep(0.01)
        stage.advance(rows=1000, size=1_000_000)
    return progress.stages


def test_terminal_sees_the_stage_and_is_left_clean():
    terminal = Terminal()
    stages(terminal, size=4_000_000)
    assert "clean: 25 %, 1,000 rows, 1 MB, " in terminal.getvalue()
    assert " MB/s, 0 s left" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_share_of_rows_will_do():
    terminal = Terminal()
    stages(terminal, rows=2000)
    assert "clean: 50 %, 1,000 rows" in terminal.getvalue()


def test_a_stage_that_cannot_say_how_far_it_is_shows_that_it_lives():
    terminal = Terminal()
    progress = Progress(terminal)
    with progress.stage("find articles", rows=70):
        time.sleep(1.2)
    assert "find articles: 70 rows, 1 s" in terminal.getvalue()


def test_pipe_stays_quiet_and_times_are_kept():
    pipe = io.StringIO()
    timed = stages(pipe, size=4_000_000)
    assert pipe.getvalue() == ""
    assert timed["clean"]["rows"] == 1000
    assert timed["clean"]["MB"] == 1.0
    assert timed["clean"]["peak MB so far"] > 1


def test_verbose_is_a_line_for_each_stage():
    pipe = io.StringIO()
    stages(pipe, telling=Telling(verbose=True), size=4_000_000)
    assert pipe.getvalue().startswith("ghirbal: clean: 25 %, 1,000 rows, 1 MB, ")
    assert pipe.getvalue().count("\n") == 1


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_log_is_json_line_by_line(stream):
    log = stream()
    stages(log, telling=Telling(log_format="json"), size=4_000_000)
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [one["event"] for one in told] == ["progress", "stage"]
    assert told[1]["stage"] == "clean"
    assert told[1]["rows"] == 1000


def test_a_stage_says_what_it_waits_for():
    terminal = Terminal()
    progress = Progress(terminal, telling=Telling(verbose=True))
    with progress.stage("learn sites", rows=5) as stage:
        stage.advance(rows=5, size=10)
        with stage.awaiting("loading the search"):
            time.sleep(1.2)
    assert "learn sites: loading the search, 1 s" in terminal.getvalue()
    assert "ghirbal: learn sites: 100 %, 5 rows, 0 MB" in terminal.getvalue()  # over: nothing is awaited
