"""The trained numbers of the scorer, read from the package's own data files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from cleaners.pages.features import Features
from cleaners.pages.shape import Floats

_STEPS: Final = 32
WEIGHT_STEPS: Final = 512
"""Inputs and hidden values are rounded to 1/32, weights to 1/512. Sums of products of such numbers are exact in
single precision, in any order, as long as the weights of a unit sum to less than 256 (the widest have some 30): so
a score does not depend on how BLAS cuts a batch into blocks."""
_WIDEST: Final = 4
"""Inputs further than four deviations from their mean are taken as four: a rare shape must not decide alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A logistic regression with at most one hidden layer, over features standardised by `mean` and `scale`."""

    names: tuple[str, ...]
    mean: Floats
    scale: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    """Weights and biases, layer by layer; the last has one output."""

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        rows = table["inputs"]
        layers = [(np.array([row["weights"] for row in rows]), np.array(table["biases"][0]))]
        layers += [(np.array(table["outputs"])[:, None], np.array(table["biases"][1]))] if "outputs" in table else []
        return cls(
            tuple(row["name"] for row in rows),
            np.array([row["mean"] for row in rows]),
            np.array([row["scale"] for row in rows]),
            tuple((weights / WEIGHT_STEPS, biases / WEIGHT_STEPS) for weights, biases in layers),
        )

    def to_json(self) -> dict[str, Any]:
        """Tell one row per input; weights in 1/1024."""
        whole = [(np.rint(w * WEIGHT_STEPS).astype(int), np.rint(b * WEIGHT_STEPS).astype(int)) for w, b in self.layers]
        rows = zip(self.names, self.mean, self.scale, whole[0][0], strict=True)
        table: dict[str, Any] = {
            "inputs": [
                {"name": name, "mean": round(float(mean), 5), "scale": round(float(scale), 5), "weights": w.tolist()}
                for name, mean, scale, w in rows
            ],
            "biases": [biases.tolist() for _, biases in whole],
        }
        return table | ({"outputs": whole[1][0][:, 0].tolist()} if len(whole) == 2 else {})

    def chances(self, features: Features) -> Floats:
        """Chance of each row that the answer is yes."""
        if missing := [name for name in self.names if name not in features]:
            raise ValueError(f"the weights ask for features that are not measured: {', '.join(missing)}")
        values = np.empty((len(self.names), len(features[self.names[0]])), np.float32)
        for row, name, mean, scale in zip(values, self.names, self.mean, self.scale, strict=True):
            row[:] = np.rint(np.clip((features[name] - mean) * (_STEPS / scale), -_WIDEST * _STEPS, _WIDEST * _STEPS))
        *hidden, (weights, biases) = self.layers
        values /= _STEPS
        for inner, shift in hidden:
            values = inner.T.astype(np.float32) @ values + shift.astype(np.float32)[:, None]
            values = np.rint(np.maximum(values, 0) * _STEPS) / _STEPS
        answers: Floats = 1 / (1 + np.exp(-(weights.T @ values + biases[:, None])[0]))
        return answers


@dataclass(frozen=True, slots=True, eq=False)
class PageModel:
    """All that was learnt: the classes of characters, the words of chrome, the scorer, the judge of pages."""

    characters: NDArray[np.uint8]
    """Class of each code point, a number of `shape.CLASSES`."""
    words: Mapping[str, tuple[str, ...]]
    """Words of chrome in short lines, by what they tell of."""
    line: Network
    """Chance of a line to be content."""
    mostly: Network
    """Chance of a page to be mostly content, and better left so."""


def load_model() -> PageModel:
    """Read the model from the package's data; takes some milliseconds, so read it once for many batches.

    >>> model = load_model()
    >>> len(model.line.names) > 100
    True
    """
    weights = _read("weights.json")
    return PageModel(
        load_characters(), load_words(), Network.from_json(weights["line"]), Network.from_json(weights["mostly"])
    )


def load_characters() -> NDArray[np.uint8]:
    """Read the class of every code point, pinned against later versions of Unicode."""
    runs = np.array(_read("characters.json")["runs"])
    return np.repeat(runs[:, 1].astype(np.uint8), runs[:, 0])


def load_words() -> dict[str, tuple[str, ...]]:
    """Read the words of chrome of all languages, by what they tell of."""
    return {name: tuple(words) for name, words in _read("words.json").items()}


def _read(name: str) -> Any:
    return json.loads(files("cleaners.pages").joinpath(name).read_text(encoding="utf-8"))
