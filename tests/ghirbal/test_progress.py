"""Progress is drawn on a terminal, silent in a pipe, and timed either way."""

import io

from ghirbal.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def stages(stream):
    progress = Progress(stream)
    with progress.stage("clean", size=4_000_000) as stage:
        stage.advance(rows=1000, size=1_000_000)
    return progress.stages


def test_terminal_sees_the_stage_and_is_left_clean():
    terminal = Terminal()
    stages(terminal)
    assert "clean: 25 %, 1,000 rows, 1 MB" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_pipe_stays_quiet_and_times_are_kept():
    pipe = io.StringIO()
    timed = stages(pipe)
    assert pipe.getvalue() == ""
    assert timed["clean"]["rows"] == 1000
    assert timed["clean"]["MB"] == 1.0
    assert timed["clean"]["peak MB so far"] > 1
