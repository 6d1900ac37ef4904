"""How the command speaks: counts with their nouns, colours on a terminal, sentences on stderr or lines of JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TextIO

from ghirbal.options import Telling

BOLD: Final = "1"
RED: Final = "31"
YELLOW: Final = "33"


def takes_colours(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether a stream is a terminal whose user has nothing against colours (https://no-color.org).

    >>> import io
    >>> takes_colours(io.StringIO(), {})
    False
    """
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def painted(text: str, colour: str, *, colours: bool = True) -> str:
    r"""Return a text in a colour.

    >>> painted("no", RED), painted("no", RED, colours=False)
    ('\x1b[31mno\x1b[0m', 'no')
    """
    return f"\x1b[{colour}m{text}\x1b[0m" if colours else text


def many(count: int, thing: str) -> str:
    """Return a count with its noun.

    >>> many(1, "row"), many(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


@dataclass(frozen=True, slots=True)
class Speech:
    """Where the command speaks, and how."""

    stream: TextIO
    telling: Telling
    colours: bool

    def note(self, note: str) -> None:
        """Tell what the user should know besides the result."""
        self._say(f"ghirbal: {painted('note', YELLOW, colours=self.colours)}: {note}", "note", note=note)

    def error(self, sentence: str, code: int) -> None:
        """Tell why the command ends with this code."""
        one_line = " ".join(sentence.split())
        said = f"ghirbal: {painted('error', RED, colours=self.colours)}: {one_line}"
        self._say(said, "error", error=one_line, code=code)

    def done(self, **facts: Any) -> None:
        """Log what came of the job; people read the summary."""
        if self.telling.log_format == "json":
            self._say("", "done", **facts)

    def _say(self, sentence: str, event: str, **facts: Any) -> None:
        if self.telling.log_format == "json":
            from ghirbal.progress import log_line  # noqa: PLC0415 - few ask for it

            self.stream.write(log_line(event, **facts))
        else:
            self.stream.write(f"{sentence}\n")
        self.stream.flush()
