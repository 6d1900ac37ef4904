"""The parser of the command: every flag from the dataclass that declares it, examples below each help."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from typing import Any, NoReturn

from ghirbal.checking.options import CheckOptions
from ghirbal.errors import UsageError
from ghirbal.options import TELLING, Options, Telling, flag, nearest, value_of


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are our errors: one sentence, no usage text before it."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong; `ghirbal.command` tells it."""
        raise UsageError(message)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it does, the groups of flags that it takes, and lines that show how it is called."""

    help: str
    groups: tuple[str, ...]
    call: Callable[[argparse.Namespace, Options], int]
    examples: tuple[str, ...] = ()
    options: type[Options] | type[CheckOptions] = Options
    output: str = "the folder for the result"


def build_parser(commands: Mapping[str, Command], *, version: str) -> Parser:
    """Build the parser of the whole command."""
    top = Parser(
        prog="ghirbal",
        description="Clean crawled news text, take out near-duplicates, and show evidence for every change.",
        epilog=shown([command.examples[0] for command in commands.values() if command.examples]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"ghirbal {version}")
    known = top.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in commands.items():
        one = known.add_parser(
            name,
            help=command.help,
            description=command.help,
            epilog=shown(command.examples),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        _add_positions(one, name, command)
        for title in command.groups:
            _add_group(one, title, command.options)
        if command.groups and command.options is Options:
            _add_group(one, TELLING, Telling)
    return top


def shown(examples: Sequence[str]) -> str:
    """Return the end of a help text.

    >>> print(shown(["ghirbal cleaners"]))
    examples:
      ghirbal cleaners
    """
    return "\n".join(["examples:", *(f"  {line}" for line in examples)])


def _add_positions(one: argparse.ArgumentParser, name: str, command: Command) -> None:
    """Add what is not declared by options: files, folders, and the flags of the small commands."""
    if command.options is CheckOptions:
        one.add_argument("inputs", nargs="*", metavar="FILE", help="files, folders or globs to look through")
    elif command.groups:
        one.add_argument("inputs", nargs="+", metavar="INPUT", help="a file, a folder or a glob; see the documentation")
        one.add_argument("-o", "--output", metavar="OUT", help=command.output)
        one.add_argument("--strict", action="store_true", help="exit 1 when rows were quarantined")
    elif name == "report":
        one.add_argument("output", metavar="OUT", help="the folder of a finished job")
        one.add_argument("--id", metavar="X", help="tell one document's story instead: its id, or FILE#ROW")
        one.add_argument("--input", metavar="INPUT", nargs="+", default=[], help="where the input lies now (with --id)")
    elif name == "cleaners":
        about = "only those of this recipe, with the options that it sets"
        one.add_argument("--recipe", dest="of", metavar="NAME|FILE", help=about)
    elif name == "completion":
        one.add_argument("shell", metavar="SHELL", help="bash, zsh or fish")


def _add_group(
    one: argparse.ArgumentParser, title: str, declaring: type[Options] | type[CheckOptions] | type[Telling]
) -> None:
    """Add the flags of one title."""
    group = one.add_argument_group(title)
    for declared in fields(declaring):
        if declared.metadata["group"] == title:
            # what a check's flag stands for when it is not given is pyproject.toml's to say
            _add(group, declared, default=argparse.SUPPRESS if declaring is CheckOptions else declared.default)


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
            return value_of(text, chosen)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    group.add_argument(
        flag(declared.name),
        type=read,
        default=default,
        metavar=chosen.get("metavar", "|".join(known)),
        help=chosen["help"],
    )


def _with_values(arguments: Sequence[str]) -> Iterator[str]:
    """Join `--prefer` to its value, which may begin as a flag does.

    >>> list(_with_values(["run", "--prefer", "-length,date"]))
    ['run', '--prefer=-length,date']
    """
    waiting = iter(arguments)
    for argument in waiting:
        value = next(waiting, None) if argument == "--prefer" else None
        yield argument if value is None else f"{argument}={value}"


def parse(top: Parser, commands: Mapping[str, Command], arguments: Sequence[str]) -> argparse.Namespace:
    """Read the arguments; UsageError says what is wrong, and what was probably meant."""
    arguments = list(_with_values(arguments))
    first = arguments[0] if arguments else ""
    if first.startswith("-") and first not in ("-h", "--help", "--version"):
        raise UsageError(f"name the command before {first!r}, as in: ghirbal run INPUT -o OUT")
    if arguments and not first.startswith("-") and first not in commands:
        raise UsageError(f"there is no command {first!r}{nearest(first, tuple(commands))}")
    parsed, unknown = top.parse_known_args(arguments)
    if parsed.command is None and not unknown:
        raise UsageError("say what to do, as in: ghirbal run INPUT -o OUT; ghirbal --help lists the commands")
    if unknown:
        known = {"--help", "--version", "--output", "--strict", "--id", "--input"}
        known |= {flag(one.name) for declaring in (Options, CheckOptions, Telling) for one in fields(declaring)}
        wrong = unknown[0].partition("=")[0]
        mistyped = wrong.startswith("--") and wrong not in known  # a flag of another command is typed right
        meant = nearest(wrong, tuple(sorted(known))) if mistyped else ""
        hint = meant if "did you mean" in meant else f"; see ghirbal {parsed.command or ''} --help"
        raise UsageError(f"{parsed.command or 'ghirbal'} does not take {wrong!r}{hint}")
    return parsed
