"""An index that tells a crawler, one article at a time, whether it is a near-duplicate and of which."""

import json
import zlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any, Final, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleaners.arguments import check_argument
from dedup.articles import ARTICLES
from dedup.guard import TemplateGuard
from dedup.index import mismatch, pins, short_keys
from dedup.proof import least_shared, shared_at_least
from dedup.rule import SHORT, Rule, check_rule
from dedup.shingles import shingle_sets
from dedup.signatures import signatures
from dedup.sketches import SEED

BASENAME: Final = b"ghirbal"
"""What the keys of an index in Redis begin with, unless the storage has a `basename`."""

HELD: Final = 10
"""Seconds after which Redis takes the turn from a process that died in the middle of adding."""


@dataclass(frozen=True, slots=True)
class Match:
    """A stored article that a text resembles.

    `jaccard`: shared shingles over those of either. `containment`: shared shingles over those of the smaller.

    >>> index = OnlineIndex()
    >>> index.add("a", "The cat sat on the mat.")
    >>> index.query("The cat sat, on the mat!")
    [Match(id='a', jaccard=1.0, containment=1.0)]
    """

    id: str
    jaccard: float
    containment: float


class OnlineIndex:
    """Answers for one article at a time whether it is a near-duplicate, and of which.

    Candidates come from datasketch's `MinHashLSH`, with our bands and minima, texts under 32 shingles from an
    exact join; every answer is an exact comparison, and the rule's template guard is asked. So articles added in
    an order of preference are told the same as by `near_duplicates`. `storage` is datasketch's `storage_config`:
    None or `{"type": "dict"}` for memory, `{"type": "redis", "basename": b"news", "redis": {"host": …, "port": …}}`
    for an index that several processes share and that outlives them, as far as the server saves. Everything lies
    in that storage: keys, and the texts themselves, packed. (Shingle sets would take twice the space, 2.4 kB a news
    article against 1.2, and the guard reads texts.)

    >>> index = OnlineIndex()
    >>> index.add("a", "The cat sat on the mat.")
    >>> index.add("b", "The cat sat, on the mat!")
    Match(id='a', jaccard=1.0, containment=1.0)
    >>> index.query("A dog"), "a" in index, "b" in index
    ([], True, False)
    """

    def __init__(self, rule: Rule = ARTICLES, *, storage: Mapping[str, Any] | None = None) -> None:
        check_rule(rule)
        self.rule = rule
        config = {"type": "dict", **(storage or {})}
        base = config.setdefault("basename", BASENAME)
        config["basename"] = base if isinstance(base, bytes) else str(base).encode()
        self._turns = _turns(config)
        from datasketch import MinHashLSH  # noqa: PLC0415 - it brings SciPy, which takes 0.7 s: paid for only here
        from datasketch.storage import ordered_storage, unordered_storage  # noqa: PLC0415 - as above

        # datasketch wants two bands; a threshold at which we have one is found as surely by two of half the rows.
        bands, rows = rule.bands.bands, rule.bands.rows
        self._bands = (bands, rows) if bands > 1 else (2, rows // 2)
        # Ids are stored as bytes: pickled, they would be run by whoever reads the storage.
        self._lsh = MinHashLSH(
            num_perm=rule.bands.permutations, params=self._bands, storage_config=config, prepickle=False
        )
        self._documents = ordered_storage(config, name=config["basename"] + b"_documents")
        self._short = unordered_storage(config, name=config["basename"] + b"_short")
        self._pin(ordered_storage(config, name=config["basename"] + b"_pins"))

    def _pin(self, stored: Any) -> None:
        """Note the rule in a new storage; refuse one that another rule made."""
        wanted = pins(self.rule)
        with self._turns.mine():
            known = stored.get(b"pins")
            if not known:
                stored.insert(b"pins", json.dumps(wanted).encode())
                return
        wrong = mismatch(json.loads(known[0]), wanted)
        if wrong:
            raise ValueError(
                f"the stored index was made with {wrong}; open it with the rule it was made with, or take another "
                "basename for a new one"
            )

    def query(self, text: str) -> list[Match]:
        """All stored articles that resemble this text, in the order in which they were added."""
        return self._matches(_Reading.of(text, self.rule))

    def add(self, id: str, text: str) -> Match | None:  # noqa: A002 - the field's name everywhere
        """Store an article, unless it resembles one that is stored: return the earliest of those.

        Processes take turns, so that of two similar articles that come at once only one stays. To add what is
        stored already, id and text, changes nothing; another text under a stored id is a ValueError.
        """
        check_argument("id", id, str, "a string")
        reading = _Reading.of(text, self.rule)
        key = _key(id)
        with self._turns.mine():
            known = self._known([key])
            if known:
                if known[0].text == text:
                    return None
                raise ValueError(f"an article {id!r} with another text is stored; remove it first")
            matches = self._matches(reading)
            if matches:
                return matches[0]
            if key in self._lsh:
                self._forget(key, ())  # left by a process that died while it added or removed
            if reading.shingles.size >= SHORT:
                self._lsh.insert(key, reading.minhash, check_duplication=False)
            for name in _names(reading, self.rule):
                self._short.insert(name, key)
            # Last: without its text an id in a bucket is nothing, so a kill leaves no half of an article.
            self._documents.insert(key, _packed(self._turns.next(), text))
        return None

    def remove(self, id: str) -> None:  # noqa: A002 - as in `add`
        """Take out a stored article; KeyError if there is none of this id."""
        key = _key(id)
        with self._turns.mine():
            known = self._known([key])
            if not known:
                raise KeyError(id)
            self._documents.remove(key)
            self._forget(key, _names(_Reading.of(known[0].text, self.rule), self.rule))

    def __contains__(self, id: str) -> bool:  # noqa: A002 - as in `add`
        return bool(self._known([_key(id)]))

    def __len__(self) -> int:
        return int(self._documents.size())

    def _forget(self, key: bytes, names: Iterable[bytes]) -> None:
        if key in self._lsh:
            self._lsh.remove(key)
        for name in names:
            self._short.remove_val(name, key)
            if not self._short.get(name):
                self._short.remove(name)

    def _matches(self, reading: "_Reading") -> list[Match]:
        if not reading.shingles.size:
            return []
        keys = set(self._lsh.query(reading.minhash)) if reading.shingles.size >= SHORT else set()
        keys.update(*self._short.getmany(*_names(reading, self.rule)))
        known = sorted(self._known(sorted(keys)), key=lambda document: document.number)
        sets = shingle_sets(pl.Series([document.text for document in known], dtype=pl.String), words=self.rule.words)
        texts = [reading.text, *(document.text for document in known)]
        guard = TemplateGuard(lambda place: texts[place].encode()) if self.rule.template_guard else None
        matches = []
        for place, document in enumerate(known):
            sizes = reading.shingles.size, sets[place].size
            shared = shared_at_least(reading.shingles, sets[place], least_shared(*sizes, *self.rule.ratio))
            same = sizes == (shared, shared)
            if shared > 0 and (same or guard is None or guard.finding(place + 1, 0) is None):
                matches.append(Match(document.id, shared / (sum(sizes) - shared), shared / min(sizes)))
        return matches

    def _known(self, keys: list[bytes]) -> "list[_Document]":
        """Read stored articles; ids that are in buckets without an article are passed over."""
        values = self._documents.getmany(*keys)
        return [_unpacked(key, value[0]) for key, value in zip(keys, values, strict=True) if value]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as the index sees it: itself, its sorted shingles, and its minima as datasketch takes them."""

    text: str
    shingles: NDArray[np.uint64]
    minhash: Any

    @classmethod
    def of(cls, text: str, rule: Rule) -> "_Reading":
        check_argument("text", text, str, "a string")
        one = pl.Series([text], dtype=pl.String)
        minima = signatures(one, words=rule.words, count=rule.bands.permutations, seed=SEED)
        return cls(text, shingle_sets(one, words=rule.words)[0], minima.to_datasketch()[0])


@dataclass(frozen=True, slots=True)
class _Document:
    """A stored article; `number` counts the articles as they were added."""

    number: int
    id: str
    text: str


def _names(reading: _Reading, rule: Rule) -> list[bytes]:
    return [key.tobytes() for key in short_keys(reading.shingles.astype("<u8"), rule)]


def _key(id_: str) -> bytes:
    # Redis knows a table by its name and an entry by name and key together: an empty key would be the table.
    return b":" + id_.encode()


def _packed(number: int, text: str) -> bytes:
    return number.to_bytes(8, "little") + zlib.compress(text.encode())


def _unpacked(key: bytes, value: bytes) -> _Document:
    return _Document(int.from_bytes(value[:8], "little"), key[1:].decode(), zlib.decompress(value[8:]).decode())


class _Turns(Protocol):
    """Lets one writer in at a time, and numbers what is added."""

    def mine(self) -> AbstractContextManager[Any]: ...
    def next(self) -> int: ...


class _ThreadTurns:
    """Turns among the threads of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = count(1)

    def mine(self) -> AbstractContextManager[Any]:
        return self._lock

    def next(self) -> int:
        return next(self._numbers)


class _RedisTurns:
    """Turns among all processes that use one index."""

    def __init__(self, client: Any, basename: bytes) -> None:
        self._client = client
        self._lock = basename + b"_turn"
        self._number = basename + b"_number"

    def mine(self) -> AbstractContextManager[Any]:
        # A plain name: redis-py wants text where the rest of the keys are bytes.
        turn: AbstractContextManager[Any] = self._client.lock(self._lock.decode("latin-1"), timeout=HELD, sleep=0.002)
        return turn

    def next(self) -> int:
        return int(self._client.incr(self._number))


def _turns(config: Mapping[str, Any]) -> _Turns:
    if config["type"] == "dict":
        return _ThreadTurns()
    if config["type"] != "redis":
        raise ValueError(f"a storage is of type 'dict' or 'redis', not {config['type']!r}")
    try:
        from redis import Redis  # noqa: PLC0415 - an extra
    except ImportError:
        raise ImportError("an index in Redis needs its client: pip install 'ghirbal[redis]'") from None
    return _RedisTurns(Redis(**config["redis"]), config["basename"])
