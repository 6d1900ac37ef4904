"""Cleaners of one document: what needs no other document to be decided."""

from cleaners.batch import CleanedBatch, clean_batch
from cleaners.characters import *  # noqa: F403 (the subpackages' lists are the public names)
from cleaners.chrome import *  # noqa: F403
from cleaners.clean import Cleaned, clean, clean_text
from cleaners.folding import fold, fold_text
from cleaners.ledger import apply_edits, undo_edits
from cleaners.recipe import ENCODING, NEWS, Recipe, cleaner_types, named_recipe, recipe_from_toml
from cleaners.sites import SITE_LINES, merge_site_lines, site_lines
