"""Which column of the input holds what."""

import dataclasses
from dataclasses import dataclass

from ghirbal.errors import UsageError


@dataclass(frozen=True, slots=True)
class Fields:
    """The user's names of the fields; None is the default name, which may be absent.

    >>> Fields(text="body").column("text"), Fields().column("text")
    ('body', 'text')
    """

    id: str | None = None
    text: str | None = None
    title: str | None = None
    url: str | None = None
    site: str | None = None
    date: str | None = None
    lang: str | None = None

    def __post_init__(self) -> None:
        own = [self.column(field) for field in ("id", "text", "site")]
        if len(set(own)) < len(own):
            raise UsageError(f"id, text and site must be three columns, not {', '.join(own)}")

    def column(self, field: str) -> str:
        """Name of the column that holds this field."""
        return getattr(self, field) or field

    def named(self) -> dict[str, str]:
        """Fields that the user named, with their columns."""
        return {field: column for field, column in dataclasses.asdict(self).items() if column is not None}
