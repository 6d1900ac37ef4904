"""The command line: flags from `Options`, one function a command, errors as one sentence.

Above 300 lines because every command stands in this one place, where one looks for it.
"""

# ruff: noqa: PLC0415 (a command pays only for the imports it uses)
# ruff: noqa: T201 (a command speaks by printing)

import argparse
import errno
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import Field, dataclass, fields
from functools import partial
from importlib.util import find_spec
from typing import Any, NoReturn

from ghirbal.checking import options as checking
from ghirbal.errors import GhirbalError, UsageError
from ghirbal.options import CLEANING, FINDING, READING, WRITING, Options, flag, nearest

EXAMPLES = """\
examples:
  ghirbal run archive/ -o clean/                       the whole job
  ghirbal run 'news-*.jsonl.gz' -o clean/ --text body  the text stands in the field 'body'
  ghirbal dedup archive/ -o unique/ --threshold 0.8 --shingle 5
  zcat day.jsonl.gz | ghirbal clean - > day.clean.jsonl
"""
BROKEN_PIPE = 141
FAULT = 70


class Stopped(BaseException):
    """Ctrl-C or a request to end; the code is 128 and the number of the signal, as shells have it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are our errors: one sentence, no usage text before it."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


@dataclass(frozen=True, slots=True)
class _Command:
    help: str
    groups: tuple[str, ...]
    call: Callable[[argparse.Namespace, Options], int]
    options: type[Options] | type[checking.CheckOptions] = Options
    output: str = "the folder for the result"


def _job(arguments: argparse.Namespace, options: Options) -> int:
    """`run`, `clean` and `dedup`: the function of that name in `ghirbal.job`."""
    if arguments.command == "clean" and arguments.inputs == ["-"]:
        return _stream(arguments, options)
    if arguments.output is None:
        raise UsageError("say where the result goes: -o OUT")
    from ghirbal.progress import Progress
    from ghirbal.summary import summary

    with _engine(options.engine, arguments.command) as call:
        outcome = call(arguments.inputs, arguments.output, options=options, progress=Progress(sys.stderr))
    for note in outcome.notes:
        print(f"ghirbal: note: {note}", file=sys.stderr)
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

    rejected = clean_stream(STDIN, sys.stdout.buffer, sys.stderr, options=options)
    return int(arguments.strict and rejected > 0)


def _sites(arguments: argparse.Namespace, options: Options) -> int:
    if arguments.output is None:
        raise UsageError("say where the table goes: -o TABLE")
    from pathlib import Path

    from ghirbal.progress import Progress
    from ghirbal.sites_job import sites

    table, rejected = sites(arguments.inputs, Path(arguments.output), options=options, progress=Progress(sys.stderr))
    if rejected:
        print(f"ghirbal: note: {rejected:,} rows could not be read and did not count", file=sys.stderr)
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

    return run(vars(arguments), out=sys.stdout, complaints=sys.stderr)


def _cleaners(arguments: argparse.Namespace, _: Options) -> int:
    from ghirbal.catalogue import catalogue

    print(catalogue(arguments.of))
    return 0


COMMANDS = {
    "run": _Command(
        "clean, then deduplicate articles and paragraphs; write survivors and evidence",
        (READING, CLEANING, FINDING, WRITING),
        _job,
    ),
    "clean": _Command(
        'the first half alone ("-" reads JSONL from stdin and writes JSONL to stdout)',
        (READING, CLEANING, WRITING),
        _job,
    ),
    "dedup": _Command("the second half alone", (READING, FINDING, WRITING), _job),
    "check": _Command(
        "report findings as path:row:col: CODE message; change nothing; exit 1 if any",
        (READING, checking.CLEANING, FINDING, checking.REPORTING, checking.CHECKING),
        _check,
        checking.CheckOptions,
    ),
    "fix": _Command(
        "the same findings, repaired in place; exit 1 if it changed something",
        (READING, checking.CLEANING, FINDING, checking.REPORTING),
        _check,
        checking.CheckOptions,
    ),
    "sites": _Command(
        "learn which lines each site repeats on its pages; with --sites, add them to that table",
        (READING, CLEANING),
        _sites,
        output="the file for the table",
    ),
    "report": _Command("build OUT/report.html again", (), _report),
    "cleaners": _Command("list every cleaner with its options, defaults and safety class", (), _cleaners),
}


def parser() -> argparse.ArgumentParser:
    """Build the parser of the whole command from `COMMANDS` and `Options`."""
    from ghirbal import __version__

    top = _Parser(
        prog="ghirbal",
        description="Clean crawled news text, take out near-duplicates, and show evidence for every change.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"ghirbal {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.help, description=command.help, allow_abbrev=False)
        if command.options is not Options:
            one.add_argument("inputs", nargs="*", metavar="FILE", help="files, folders or globs to look through")
        elif command.groups:
            one.add_argument(
                "inputs", nargs="+", metavar="INPUT", help="a file, a folder or a glob; see the documentation"
            )
            one.add_argument("-o", "--output", metavar="OUT", help=command.output)
            one.add_argument("--strict", action="store_true", help="exit 1 when rows were quarantined")
        elif name == "report":
            one.add_argument("output", metavar="OUT", help="the folder of a finished job")
            one.add_argument("--id", metavar="X", help="tell one document's story instead: its id, or FILE#ROW")
            one.add_argument(
                "--input", metavar="INPUT", nargs="+", default=[], help="where the input lies now (with --id)"
            )
        elif name == "cleaners":
            about = "only those of this recipe, with the options that it sets"
            one.add_argument("--recipe", dest="of", metavar="NAME|FILE", help=about)
        for title in command.groups:
            group = one.add_argument_group(title)
            for declared in fields(command.options):
                if declared.metadata["group"] == title:
                    # what a check's flag stands for when it is not given is pyproject.toml's to say
                    default = declared.default if command.options is Options else argparse.SUPPRESS
                    _add(group, declared, default=default)
    return top


def _add(group: argparse._ArgumentGroup, declared: "Field[Any]", *, default: object) -> None:
    chosen = declared.metadata
    if chosen["read"] is None:
        group.add_argument(flag(declared.name), action="store_true", default=default, help=chosen["help"])
        return
    known: tuple[str, ...] = chosen.get("choices", ())

    def read(text: str) -> object:
        if known and text not in known:
            raise argparse.ArgumentTypeError(f"unknown choice {text!r}{nearest(text, known)}")
        try:
            return chosen["read"](text)
        except ValueError:
            wanted = {int: "a whole number", float: "a number"}.get(chosen["read"], "another value")
            raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}") from None

    group.add_argument(
        flag(declared.name),
        type=read,
        default=default,
        metavar=chosen.get("metavar", "|".join(known)),
        help=chosen["help"],
    )


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    top = parser()
    first = next((argument for argument in arguments if not argument.startswith("-")), None)
    if first is not None and first not in COMMANDS:
        raise UsageError(f"there is no command {first!r}{nearest(first, tuple(COMMANDS))}")
    parsed, unknown = top.parse_known_args(arguments)
    if parsed.command is None and not unknown:
        raise UsageError("say what to do, as in: ghirbal run INPUT -o OUT; ghirbal --help lists the commands")
    if unknown:
        known = {"--help", "--version", "--output", "--strict", "--id", "--input"}
        known |= {flag(declared.name) for declared in (*fields(Options), *fields(checking.CheckOptions))}
        wrong = unknown[0].partition("=")[0]
        meant = nearest(wrong, tuple(sorted(known))) if wrong.startswith("--") else ""
        hint = meant if "did you mean" in meant else f"; see ghirbal {parsed.command or ''} --help"
        raise UsageError(f"{parsed.command or 'ghirbal'} does not take {wrong!r}{hint}")
    return parsed


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; return the exit code: 0 done, 1 findings, 2 wrong usage or input."""
    before = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        parsed = _parse(sys.argv[1:] if arguments is None else arguments)
        names = {declared.name for declared in fields(Options)}
        options = Options(**{name: value for name, value in vars(parsed).items() if name in names})
        code = COMMANDS[parsed.command].call(parsed, options)
        sys.stdout.flush()
    except GhirbalError as error:
        code = _fail(str(error), 2)
    except Stopped as stop:
        code = _fail("stopped; the same command goes on where it stopped", 128 + stop.signal)
    except BrokenPipeError:
        # Nobody reads any more; without this Python complains once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BROKEN_PIPE
    except OSError as error:
        code = _fail(_reason(error), 2)
    except Exception as error:
        # The last door: who runs a job reads a sentence, never a traceback; who mends it asks for one.
        if sys.flags.dev_mode:
            raise
        code = _unforeseen(error)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code


def _stop(number: int, _: object) -> NoReturn:
    raise Stopped(number)


def _reason(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        reason = "the disk is full; with room the same command goes on where it stopped"
    else:
        reason = error.strerror or str(error)
    return f"{reason}: {error.filename}" if error.filename else reason


def _unforeseen(error: Exception) -> int:
    # Polars has one class for all its errors, and tells those of the disk in words.
    told = re.search(r"\(os error (\d+)\)", str(error))
    if told:
        return _fail(_reason(OSError(int(told[1]), os.strerror(int(told[1])))), 2)
    what = f"{type(error).__name__}: {error}"
    return _fail(f"this is a fault of ghirbal ({what}); python -X dev -m ghirbal shows where", FAULT)


def _fail(sentence: str, code: int) -> int:
    print("ghirbal: error: " + " ".join(sentence.split()), file=sys.stderr)
    return code
