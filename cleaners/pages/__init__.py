"""The body of a whole page, told from its text alone."""

from cleaners.pages.keeping import keep_lines
from cleaners.pages.model import PageModel, load_model

__all__ = ["PageModel", "keep_lines", "load_model"]
