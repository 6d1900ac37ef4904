"""Cleans crawled news, takes out near-duplicate articles and paragraphs, shows evidence for every change.

The public names of `cleaners` and `dedup` are handed on here, and loaded when
they are first used: `ghirbal --help` pays for none of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaners import *  # noqa: F403  (what is public is listed there alone)
    from dedup import *  # noqa: F403  (as above)
    from ghirbal.errors import GhirbalError as GhirbalError
    from ghirbal.errors import InputError as InputError
    from ghirbal.errors import UsageError as UsageError
    from ghirbal.options import Options as Options
    from ghirbal.summary import Outcome as Outcome

__version__ = "0.1.0"

_OWN = {
    "GhirbalError": "ghirbal.errors",
    "InputError": "ghirbal.errors",
    "Options": "ghirbal.options",
    "Outcome": "ghirbal.summary",
    "UsageError": "ghirbal.errors",
}
_BELOW = ("cleaners", "dedup")


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for.

    >>> import ghirbal
    >>> ghirbal.clean_text("Rain fell. ")
    'Rain fell.'
    """
    if name == "__all__":
        return sorted({*_OWN, *(public for below in _BELOW for public in import_module(below).__all__)})
    if name in _OWN:
        return getattr(import_module(_OWN[name]), name)
    if not name.startswith("_"):
        for below in _BELOW:
            package = import_module(below)
            if name in package.__all__:
                return getattr(package, name)
    raise AttributeError(f"module 'ghirbal' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__getattr__("__all__")]
