"""A small archive: edited and identical copies, shared paragraphs, bad rows, other columns."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

WORDS = (
    "river market council harbour teacher winter border minister engine garden summer bridge doctor letter "
    "village station forest island window silver captain morning evening railway theatre library festival "
    "journalist parliament orchestra hospital mountain election festival quarter factory committee"
)

VOCABULARY = sorted(set(WORDS.split(" ")))


def sentence(chance: random.Random, words: int = 26) -> str:
    return " ".join(chance.choice(VOCABULARY) for _ in range(words)).capitalize() + "."


def article(chance: random.Random, paragraphs: int = 4) -> list[str]:
    return [sentence(chance) for _ in range(paragraphs)]


def edited(paragraphs: list[str], chance: random.Random) -> list[str]:
    """Change one word of the first paragraph: still the same article."""
    words = paragraphs[0].split()
    words[chance.randrange(len(words) - 1)] = "altogether"
    return [" ".join(words), *paragraphs[1:]]


def make_rows(seed: int = 1, count: int = 60) -> list[dict[str, object]]:
    """Make `count` rows; one in five is an edited copy of an earlier one, one in ten an identical one."""
    chance = random.Random(seed)  # noqa: S311 (a test wants the same rows each time)
    made: list[dict[str, object]] = []
    texts: list[list[str]] = []
    shared = sentence(chance, 30)
    for number in range(count):
        if texts and number % 5 == 4:
            paragraphs = edited(chance.choice(texts), chance)
        elif texts and number % 10 == 7:
            paragraphs = chance.choice(texts)
        else:
            paragraphs = article(chance)
            if number % 7 == 3:
                paragraphs.insert(2, shared)
        texts.append(paragraphs)
        title = sentence(chance, 6)
        made.append(
            {
                "id": f"n{number}",
                "title": title,
                "date": f"2015-07-{1 + number % 28:02}",
                "url": f"https://site{number % 3}.example/{number}",
                "views": number,
                "text": "\n\n".join([title, *paragraphs, "Share this article"]),
            }
        )
    return made


def write_rows(path: Path, made: list[dict[str, object]], *, bad: bool = False) -> Path:
    lines = [json.dumps(row, ensure_ascii=False) for row in made]
    if bad:
        lines[3:3] = ["{broken", '{"id": "x", "text": null}', "[1]"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def rows() -> Callable[..., list[dict[str, object]]]:
    return make_rows


@pytest.fixture(scope="session")
def write_jsonl() -> Callable[..., Path]:
    return write_rows


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two files of rows, three of which cannot be read."""
    folder = tmp_path / "archive"
    write_rows(folder / "a.jsonl", make_rows(1, 40), bad=True)
    write_rows(folder / "day" / "b.jsonl", make_rows(2, 30) + make_rows(1, 40)[:6])
    return folder


@pytest.fixture
def contents() -> Callable[..., dict[str, bytes]]:
    """Return a function that gives the bytes of every file below a folder, times apart."""

    def read(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if path.name != "timings.json"}

    return read
