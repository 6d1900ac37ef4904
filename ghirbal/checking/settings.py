"""The table `[tool.ghirbal]` of pyproject.toml."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any

from ghirbal.checking.options import CHECKING, CheckOptions, ignores
from ghirbal.errors import InputError, UsageError
from ghirbal.options import nearest, value_of


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project has written down: `chosen` fields of `CheckOptions`, and `files` for a call that names none.

    `root` is the folder of the pyproject.toml; paths and patterns in it are relative to there.
    """

    root: Path
    chosen: Mapping[str, Any]
    files: tuple[str, ...] = ()


def read_settings(folder: Path) -> Settings:
    """Read the nearest pyproject.toml, of the folder or above; UsageError names what is wrong in it."""
    place = next((above for above in (folder, *folder.parents) if (above / "pyproject.toml").is_file()), None)
    if place is None:
        return Settings(folder, {})
    path = place / "pyproject.toml"
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    table = whole.get("tool", {}).get("ghirbal", {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: ghirbal must be a table: write [tool.ghirbal] above its keys")
    known = {_key(declared): declared for declared in fields(CheckOptions) if declared.metadata["group"] != CHECKING}
    chosen, files = dict[str, Any](), tuple[str, ...]()
    for key, value in table.items():
        if key == "files":
            files = tuple(str(place / one) for one in _strings(key, value))
        elif key in known:
            chosen[known[key].name] = _read(key, value, known[key], place)
        else:
            raise UsageError(f"{path}: [tool.ghirbal] has no {key!r}{nearest(key, [*known, 'files'])}")
    return Settings(place, chosen, files)


def _key(declared: "Field[Any]") -> str:
    return declared.name.replace("_", "-")


def _read(key: str, value: object, declared: "Field[Any]", root: Path) -> object:
    about = declared.metadata
    if about["read"] is None:
        return value if isinstance(value, bool) else _refuse(key, "true or false", value)
    if about["read"] is ignores:
        if not isinstance(value, dict):
            return _refuse(key, "a table of patterns and codes", value)
        return tuple((pattern, _strings(f"{key}.{pattern}", codes)) for pattern, codes in value.items())
    if isinstance(declared.default, tuple):
        return _strings(key, value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return _refuse(key, "a string or a number", value)
    known = about.get("choices", ())
    if known and value not in known:
        raise UsageError(f"pyproject.toml: {key} is {value!r}{nearest(str(value), known)}")
    try:
        read = value_of(str(value), about)
    except ValueError as error:
        raise UsageError(f"pyproject.toml: {key} of [tool.ghirbal]: {error}") from None
    below = root / str(read)
    return str(below) if about.get("path") or (key == "recipe" and below.suffix in (".toml", ".py")) else read


def _strings(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        _refuse(key, "a list of strings", value)
    return tuple(_listed(value))


def _listed(value: Any) -> Iterator[str]:
    yield from value


def _refuse(key: str, wanted: str, value: object) -> Any:
    raise UsageError(f"pyproject.toml: {key} of [tool.ghirbal] must be {wanted}, not {value!r}")
