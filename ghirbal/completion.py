"""Completion of commands and flags for bash, zsh and fish, written from the parser itself."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ghirbal.errors import UsageError
from ghirbal.options import nearest

FILES: Final = ("FILE", "INPUT", "OUT", "TABLE", "DIR", "NAME|FILE")
"""What a value is called where it names a file or a folder."""


@dataclass(frozen=True, slots=True)
class _Flag:
    names: tuple[str, ...]
    about: str
    takes_value: bool
    values: tuple[str, ...]
    is_file: bool


def completion(shell: str, top: argparse.ArgumentParser) -> str:
    """Return the lines that teach a shell to complete `ghirbal`.

    >>> completion("tcsh", argparse.ArgumentParser())
    Traceback (most recent call last):
        ...
    ghirbal.errors.UsageError: there is no completion for 'tcsh'; it knows bash, zsh, fish
    """
    if shell not in _SHELLS:
        raise UsageError(f"there is no completion for {shell!r}{nearest(shell, _SHELLS)}")
    commands = next((action for action in top._actions if isinstance(action, argparse._SubParsersAction)), None)  # noqa: SLF001 - argparse has no other way to list what a parser takes
    known = {} if commands is None else dict(commands.choices)
    about = {} if commands is None else {one.dest: one.help or "" for one in commands._choices_actions}  # noqa: SLF001 - as above
    return "\n".join(_SHELLS[shell]({name: list(_flags(known[name])) for name in known}, about)) + "\n"


def _flags(parser: argparse.ArgumentParser) -> Iterator[_Flag]:
    for action in parser._actions:  # noqa: SLF001 - as above
        if action.option_strings:
            metavar = action.metavar if isinstance(action.metavar, str) else ""
            values = tuple(metavar.split("|")) if metavar.islower() and "|" in metavar else ()
            yield _Flag(
                tuple(action.option_strings),
                (action.help or "").partition(" (")[0],
                action.nargs != 0,
                values,
                metavar in FILES,
            )


def _bash(commands: dict[str, list[_Flag]], _: dict[str, str]) -> Iterator[str]:
    yield "# ghirbal completion bash"
    yield "_ghirbal() {"
    yield '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" flags=""'
    yield "  if ((COMP_CWORD == 1)); then"
    yield f'    COMPREPLY=($(compgen -W "{" ".join(commands)} --help --version" -- "$word")); return'
    yield "  fi"
    yield '  case "${COMP_WORDS[1]}" in'
    for name, flags in commands.items():
        words = " ".join(one for flag in flags for one in flag.names)
        yield f'    {name}) flags="{words}" ;;'
    yield "  esac"
    yield '  case "${COMP_WORDS[1]} $before" in'
    for name, flags in commands.items():
        for flag in flags:
            if flag.values:
                patterns = "|".join(f'"{name} {one}"' for one in flag.names)
                yield f'    {patterns}) COMPREPLY=($(compgen -W "{" ".join(flag.values)}" -- "$word")); return ;;'
    yield "  esac"
    yield '  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$word")); fi'
    yield "}"
    yield "complete -o default -F _ghirbal ghirbal"


def _zsh(commands: dict[str, list[_Flag]], about: dict[str, str]) -> Iterator[str]:
    yield "#compdef ghirbal"
    yield "_ghirbal() {"
    yield "  local -a commands"
    yield "  commands=("
    yield from (f"    {_quoted(f'{name}:{_bare(about[name])}')}" for name in commands)
    yield "  )"
    yield "  if ((CURRENT == 2)); then _describe command commands; return; fi"
    yield "  local command=$words[2]"
    yield "  shift words; ((CURRENT--))"
    yield "  case $command in"
    for name, flags in commands.items():
        yield f"    {name}) _arguments \\"
        for flag in flags:
            value = (
                f":value:({' '.join(flag.values)})" if flag.values else ":file:_files" if flag.is_file else ":value: "
            )
            about_it = f"[{_bare(flag.about)}]{value if flag.takes_value else ''}"
            yield from (f"      {_quoted(one + about_it)} \\" for one in flag.names)
        yield "      '*:file:_files' ;;"
    yield "  esac"
    yield "}"
    yield "compdef _ghirbal ghirbal"


def _fish(commands: dict[str, list[_Flag]], about: dict[str, str]) -> Iterator[str]:
    yield "# ghirbal completion fish"
    for name in commands:
        yield f"complete -c ghirbal -n __fish_use_subcommand -a {name} -d {_quoted(about[name])}"
    for name, flags in commands.items():
        for flag in flags:
            names = " ".join(f"-l {one[2:]}" if one.startswith("--") else f"-s {one[1:]}" for one in flag.names)
            takes = f" -x -a {_quoted(' '.join(flag.values))}" if flag.values else " -r" if flag.takes_value else ""
            seen = f"'__fish_seen_subcommand_from {name}'"
            yield f"complete -c ghirbal -n {seen} {names}{takes} -d {_quoted(flag.about)}"


def _bare(text: str) -> str:
    """Leave out what zsh reads as its own signs."""
    return "".join(character for character in text if character not in "[]:'\\")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "’") + "'"


_SHELLS: Final = {"bash": _bash, "zsh": _zsh, "fish": _fish}
