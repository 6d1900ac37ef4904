"""Completion: what the shells are told is what the parser takes, and the shells take it."""

import shutil
import subprocess

import pytest

from ghirbal.command import COMMANDS, main, parser

SHELLS = ("bash", "zsh", "fish")
BASH = shutil.which("bash") or "bash"


def script(capsys, shell):
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


def completed(lines, *words):
    """What bash offers for these words, of which the last is the one under the cursor."""
    listed = " ".join(f"'{word}'" for word in words)
    ask = f"{lines}\nCOMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}; _ghirbal; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run([BASH, "-euo", "pipefail", "-c", ask], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_bash_offers_commands_flags_and_values(capsys):
    lines = script(capsys, "bash")
    assert completed(lines, "ghirbal", "cl") == ["clean", "cleaners"]
    assert set(COMMANDS) < set(completed(lines, "ghirbal", ""))
    assert completed(lines, "ghirbal", "run", "--paragraph-") == ["--paragraph-threshold", "--paragraph-words"]
    assert completed(lines, "ghirbal", "run", "--paragraphs", "re") == ["remove", "report"]
    assert completed(lines, "ghirbal", "check", "--output-format", "s") == ["sarif"]
    assert completed(lines, "ghirbal", "run", "arch") == []  # bash goes on with files


@pytest.mark.parametrize("shell", SHELLS)
def test_every_flag_of_every_command_is_there(shell, capsys):
    lines = script(capsys, shell)
    for name, one in parser()._subparsers._group_actions[0].choices.items():
        assert name in lines
        for action in one._actions:
            for option in action.option_strings:
                assert (f"-l {option[2:]} " if shell == "fish" and option.startswith("--") else option[1:]) in lines


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_itself_can_read_it(shell, capsys, tmp_path):
    (tmp_path / "script").write_text(script(capsys, shell))
    if program := shutil.which(shell):  # zsh and fish where they are installed, bash everywhere
        done = subprocess.run([program, "-n", tmp_path / "script"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert shell != "bash"


def test_another_shell_is_told(capsys):
    assert main(["completion", "zhs"]) == 2
    assert "did you mean 'zsh'?" in capsys.readouterr().err
