"""What the author of a cleaner needs to test it; needs pytest."""

from ghirbal.testing.contract import contract
from ghirbal.testing.examples import HOSTILE, Example, counter_examples
from ghirbal.testing.promises import PROMISES, Trial

__all__ = ["HOSTILE", "PROMISES", "Example", "Trial", "contract", "counter_examples"]
