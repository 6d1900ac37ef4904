"""The body of a whole page, told from its text alone."""

from cleaners.pages.body import KeepBody
from cleaners.pages.keeping import keep_lines
from cleaners.pages.model import PageModel, load_model

__all__ = ["KeepBody", "PageModel", "keep_lines", "load_model"]
