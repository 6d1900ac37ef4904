"""The command line: one function a command, errors as one sentence."""

# ruff: noqa: PLC0415 (a command pays only for the imports it uses)
# ruff: noqa: T201 (a command speaks by printing)

import argparse
import errno
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from importlib.util import find_spec
from typing import Any, Final

from ghirbal.arguments import Command, Parser, build_parser, parse
from ghirbal.checking import options as checking
from ghirbal.errors import GhirbalError, UsageError
from ghirbal.options import CLEANING, FINDING, READING, WRITING, Options, Telling
from ghirbal.speech import Speech, many, takes_colours
from ghirbal.stopping import STOPPED, Stopped, heed, stoppable

BROKEN_PIPE = 141
FAULT = 70


def _job(arguments: argparse.Namespace, options: Options) -> int:
    """`run`, `clean` and `dedup`: the function of that name in `ghirbal.job`."""
    if arguments.command == "clean" and arguments.inputs == ["-"]:
        return _stream(arguments, options)
    if not arguments.output:
        raise UsageError("say where the result goes: -o OUT")
    if options.dry_run and options.index is None:
        from ghirbal.preview import preview

        print(preview(arguments.command, arguments.inputs, arguments.output, options))
        return 0
    from ghirbal.progress import Progress
    from ghirbal.summary import summary, unread

    speech = _speech(arguments)
    with _engine(options.engine, arguments.command) as call:
        heed()
        progress = Progress(sys.stderr, telling=speech.telling)
        outcome = call(arguments.inputs, arguments.output, options=options, progress=progress)
    for note in (*outcome.notes, *unread(outcome)):
        speech.note(note)
    speech.done(out=str(outcome.out), counts=outcome.counts, already=outcome.already, resumed=outcome.resumed)
    print(summary(outcome))
    return int(arguments.strict and outcome.counts["rows"]["quarantined"] > 0)


@contextmanager
def _engine(engine: str, command: str) -> Iterator[Callable[..., Any]]:
    """Give the function that does a command on an engine."""
    if engine == "local":
        from ghirbal import job

        yield getattr(job, command)
        return
    if find_spec("pyspark") is None:
        raise UsageError("--engine spark needs more than is installed: pip install 'ghirbal[spark]'")
    from ghirbal import spark

    with spark.own_session() as session:
        yield partial(getattr(spark, command), session)


def _stream(arguments: argparse.Namespace, options: Options) -> int:
    if arguments.output is not None:
        raise UsageError("what comes from stdin goes to stdout: leave out -o, or name a file as INPUT")
    from ghirbal.stream import STDIN, clean_stream

    heed()
    if sys.stdout.name == os.devnull:  # not redirected to it (that is "<stdout>"), but closed: see `main`
        raise UsageError("stdout is closed, so the clean rows have nowhere to go")
    rejected = clean_stream(STDIN, sys.stdout.buffer, sys.stderr, options=options)
    return int(arguments.strict and rejected > 0)


def _sites(arguments: argparse.Namespace, options: Options) -> int:
    if not arguments.output:
        raise UsageError("say where the table goes: -o TABLE")
    from ghirbal.progress import Progress
    from ghirbal.sites_job import sites

    heed()
    speech = _speech(arguments)
    progress = Progress(sys.stderr, telling=speech.telling)
    table, rejected = sites(arguments.inputs, arguments.output, options=options, progress=progress)
    if rejected:
        speech.note(f"{many(rejected, 'row')} could not be read and did not count")
    known = table["key"].is_null().sum()
    print(f"{table.height - known:,} lines of {known:,} sites in {arguments.output}")
    return int(arguments.strict and rejected > 0)


def _report(arguments: argparse.Namespace, _: Options) -> int:
    if arguments.id is not None:
        from ghirbal.story import tell_story

        print(tell_story(arguments.output, arguments.id, inputs=arguments.input))
        return 0
    if arguments.input:
        raise UsageError("--input says where a removed text can be read again: name the document with --id X")
    from ghirbal.report import write_report

    print(write_report(arguments.output))
    return 0


def _check(arguments: argparse.Namespace, _: Options) -> int:
    from ghirbal.checking.command import run

    heed()
    colours = takes_colours(sys.stdout, os.environ)
    return run(vars(arguments), out=sys.stdout, complaints=sys.stderr, colours=colours)


def _cleaners(arguments: argparse.Namespace, _: Options) -> int:
    from ghirbal.catalogue import catalogue

    print(catalogue(arguments.of))
    return 0


def _completion(arguments: argparse.Namespace, _: Options) -> int:
    from ghirbal.completion import completion

    print(completion(arguments.shell, parser()), end="")
    return 0


def _speech(arguments: argparse.Namespace | None) -> Speech:
    told: dict[str, Any] = {one.name: getattr(arguments, one.name, one.default) for one in fields(Telling)}
    return Speech(sys.stderr, Telling(**told), takes_colours(sys.stderr, os.environ))


COMMANDS: Final = {
    "run": Command(
        "clean, then deduplicate articles and paragraphs; write survivors and evidence",
        (READING, CLEANING, FINDING, WRITING),
        _job,
        (
            "ghirbal run archive/ -o clean/",
            "ghirbal run 'archive/*.jsonl' -o clean-body/ --text body --title headline",
            "ghirbal run archive/ -o tried/ --limit 1000 --verbose",
            "ghirbal run today/ -o clean-today/ --index seen/",
        ),
    ),
    "clean": Command(
        'the first half alone ("-" reads JSONL from stdin and writes JSONL to stdout)',
        (READING, CLEANING, WRITING),
        _job,
        (
            "ghirbal clean archive/ -o only-cleaned/ --recipe encoding",
            "zcat day.jsonl.gz | ghirbal clean - > day.clean.jsonl",
        ),
    ),
    "dedup": Command(
        "the second half alone",
        (READING, FINDING, WRITING),
        _job,
        ("ghirbal dedup archive/ -o only-unique/ --shingle 5 --threshold 0.8",),
    ),
    "check": Command(
        "report findings as path:row:col: CODE message; change nothing; exit 1 if any",
        (READING, checking.CLEANING, FINDING, checking.REPORTING, checking.CHECKING),
        _check,
        (
            "ghirbal check data/",
            "ghirbal check --duplicates --strict data/",
            "ghirbal check --diff data/day.jsonl > day.patch",
            "ghirbal check --output-format sarif data/ > findings.sarif",
        ),
        checking.CheckOptions,
    ),
    "fix": Command(
        "the same findings, repaired in place; exit 1 if it changed something",
        (READING, checking.CLEANING, FINDING, checking.REPORTING),
        _check,
        ("ghirbal fix data/", "ghirbal fix --select GH1 data/day.jsonl"),
        checking.CheckOptions,
    ),
    "sites": Command(
        "learn which lines each site repeats on its pages; with --sites, add them to that table",
        (READING, CLEANING),
        _sites,
        ("ghirbal sites archive/ -o sites.parquet",),
        output="the file for the table",
    ),
    "report": Command(
        "build OUT/report.html again, or tell one document's story",
        (),
        _report,
        ("ghirbal report clean/", "ghirbal report clean/ --id a1"),
    ),
    "cleaners": Command(
        "list every cleaner with its options, defaults and safety class",
        (),
        _cleaners,
        ("ghirbal cleaners", "ghirbal cleaners --recipe pages"),
    ),
    "completion": Command(
        "print what makes a shell complete commands and flags",
        (),
        _completion,
        ("ghirbal completion bash > ghirbal.bash", "ghirbal completion fish > ghirbal.fish"),
    ),
}


def parser(only: Sequence[str] = ()) -> Parser:
    """Build the parser of the whole command, or of the one that is called: flags take a check 30 ms otherwise."""
    from ghirbal import __version__

    return build_parser({name: COMMANDS[name] for name in only if name in COMMANDS} or COMMANDS, version=__version__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; return the exit code: 0 done, 1 findings, 2 wrong usage or input."""
    if sys.stdout is None or sys.stderr is None:  # closed by the caller: what would be said there is not heard
        silence = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as long as the process lives
        sys.stdout, sys.stderr = sys.stdout or silence, sys.stderr or silence
    with stoppable():
        return _call(arguments)


def _call(arguments: Sequence[str] | None) -> int:
    """Do what the arguments say; every error is a sentence and a code."""
    parsed: argparse.Namespace | None = None
    try:
        given = sys.argv[1:] if arguments is None else arguments
        parsed = parse(parser(given[:1]), COMMANDS, given)
        names = {declared.name for declared in fields(Options)}
        options = Options(**{name: value for name, value in vars(parsed).items() if name in names})
        code = COMMANDS[parsed.command].call(parsed, options)
        sys.stdout.flush()
    except GhirbalError as error:
        code = _fail(parsed, str(error), 2)
    except Stopped as stop:
        code = _fail(parsed, STOPPED + _goes_on(parsed), 128 + stop.signal)
    except BrokenPipeError:
        code = _unheard()
    except OSError as error:
        code = _fail(parsed, _reason(error, parsed), 2)
    except SystemExit as end:  # --help and --version have printed, and may not have been heard
        code = _ended(end)
    except Exception as error:
        # The last door: who runs a job reads a sentence, never a traceback; who mends it asks for one.
        if sys.flags.dev_mode:
            raise
        code = _unforeseen(parsed, error)
    return code


def _ended(end: SystemExit) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _unheard()
    return int(end.code or 0)


def _unheard() -> int:
    """Nobody reads any more; without this Python complains once more while it shuts down."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


def _goes_on(parsed: argparse.Namespace | None) -> str:
    """End the sentence on what stopped: only a job goes on where it was."""
    job = parsed is not None and COMMANDS[parsed.command].call is _job and parsed.inputs != ["-"]
    return "; the same command goes on where it stopped" if job else ""


def _reason(error: OSError, parsed: argparse.Namespace | None) -> str:
    full = error.errno == errno.ENOSPC
    reason = f"the disk is full{_goes_on(parsed)}" if full else error.strerror or str(error)
    return f"{reason}: {error.filename}" if error.filename else reason


def _unforeseen(parsed: argparse.Namespace | None, error: Exception) -> int:
    from cleaners import CleanerError

    if isinstance(error, CleanerError):
        return _fail(parsed, str(error), 2)
    # Polars has one class for all its errors, and tells those of the disk in words.
    told = re.search(r"\(os error (\d+)\)", str(error))
    if told:
        return _fail(parsed, _reason(OSError(int(told[1]), os.strerror(int(told[1]))), parsed), 2)
    what = f"{type(error).__name__}: {error}"
    return _fail(parsed, f"this is a fault of ghirbal ({what}); python -X dev -m ghirbal shows where", FAULT)


def _fail(parsed: argparse.Namespace | None, sentence: str, code: int) -> int:
    _speech(parsed).error(sentence, code)
    return code
