"""What every cleaner must keep, by the suite that authors of other cleaners use; the recipes keep it as well."""

from pathlib import Path

from cleaners import NEWS, OPINIONS, PAGES, KeepBody, cleaner_types
from ghirbal.testing import Example, contract, counter_examples
from tests.cleaners.cases import load

ROOT = Path(__file__).resolve().parents[2]
SEEDS = [Example(path.read_text("utf-8"), name=path.name) for path in sorted((ROOT / "seeds").glob("*.txt"))]
GOLD = [Example(path.read_text("utf-8"), name=path.name) for path in sorted((ROOT / "tests/gold/seeds").glob("*.txt"))]
CHROME = [Example(case["text"], case.get("title"), case["id"]) for case in load("chrome_cases")]
EXAMPLES = [*SEEDS, *CHROME]

test_contract = contract(
    *(kind() for kind in cleaner_types().values() if kind is not KeepBody),
    NEWS,
    (*NEWS, *OPINIONS),
    examples=EXAMPLES,
    harmless=[*counter_examples(), *GOLD],
)
# It scores the lines of whole pages, and a poem is none: its own tests say what it must leave alone.
test_contract_of_pages = contract(KeepBody(), PAGES, examples=EXAMPLES, harmless=())
