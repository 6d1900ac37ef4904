"""Rewriters of the characters within a line."""

from cleaners.characters.encoding import FixEncoding
from cleaners.characters.entities import DecodeEntities
from cleaners.characters.escapes import DecodeEscapes
from cleaners.characters.invisible import DropInvisible
from cleaners.characters.presentation import FoldPresentationForms
from cleaners.characters.spaces import NormalizeSpaces
from cleaners.characters.tatweel import DropTatweel

__all__ = [
    "DecodeEntities",
    "DecodeEscapes",
    "DropInvisible",
    "DropTatweel",
    "FixEncoding",
    "FoldPresentationForms",
    "NormalizeSpaces",
]
