"""The contract of cleaners as one test of pytest."""

from collections.abc import Callable, Iterable

import pytest

from cleaners.installed import Cleaner
from ghirbal.testing.examples import HOSTILE, Example, counter_examples, named
from ghirbal.testing.promises import PROMISES, Trial


def contract(
    *recipes: Cleaner | tuple[Cleaner, ...],
    examples: Iterable[str | Example] = (),
    harmless: Iterable[str | Example] | None = None,
) -> Callable[..., None]:
    """Make the test that every cleaner given keeps every promise; a recipe is tried as a whole.

    `examples` are texts to try besides ours: those that the cleaner was made for. `harmless` texts must stay byte
    for byte; without them ours must (`counter_examples`).

    >>> from cleaners import DropTatweel
    >>> test_contract = contract(DropTatweel(), examples=["كتـــاب"])
    """
    spared = counter_examples() if harmless is None else list(harmless)
    tried = named([*HOSTILE, *counter_examples(), *examples])
    trials = [
        pytest.param(Trial(one if isinstance(one, tuple) else (one,), tried, named(spared)), id=_name(one))
        for one in recipes
    ]

    @pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
    @pytest.mark.parametrize("trial", trials)
    def test_contract(trial: Trial, promise: Callable[[Trial], None]) -> None:
        promise(trial)

    return test_contract


def _name(recipe: Cleaner | tuple[Cleaner, ...]) -> str:
    cleaners = recipe if isinstance(recipe, tuple) else (recipe,)
    return "-".join(type(cleaner).__name__ for cleaner in cleaners[-2:])
