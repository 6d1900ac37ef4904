"""Single-byte encodings as tables without holes, the way that browsers read them."""

import codecs
from dataclasses import dataclass

from cleaners.characters.gates import character_class

_UNDEFINED = "\ufffe"  # what `codecs` takes for a byte without a character


@dataclass(frozen=True, slots=True)
class Codepage:
    """An encoding of one byte a character.

    `characters` are the 256 characters by their bytes. A byte that the encoding leaves open reads as the
    control of that number. Where two bytes read as one character (MacArabic has its punctuation twice, for
    each direction), the lower byte is written.

    >>> named("cp1252").decode("café".encode("cp1252"))
    'café'
    """

    name: str
    characters: str

    def decode(self, text: bytes) -> str:
        """Read bytes."""
        return codecs.charmap_decode(text, "strict", self.characters)[0]

    def encode(self, text: str) -> bytes:
        """Write text of these characters alone."""
        return codecs.charmap_encode(text, "strict", codecs.charmap_build(_once(self.characters)))[0]

    @property
    def foreign(self) -> str:
        """Rust regex class of the characters that this encoding cannot write."""
        return f"[^{character_class(self.characters)[1:]}"


def named(name: str) -> Codepage:
    """Make the table of an encoding that Python knows."""
    characters = bytes(range(256)).decode(name, "replace")
    return Codepage(name, "".join(chr(byte) if c == "\ufffd" else c for byte, c in enumerate(characters)))


def _once(characters: str) -> str:
    return "".join(_UNDEFINED if characters.index(c) < byte else c for byte, c in enumerate(characters))
