"""Cleaners of one document: what needs no other document to be decided."""

from cleaners.batch import CleanedBatch, clean_batch
from cleaners.characters import (
    DecodeEntities,
    DecodeEscapes,
    DropInvisible,
    DropTatweel,
    FixEncoding,
    FoldPresentationForms,
    NormalizeSpaces,
)
from cleaners.characters.spans import found_spans
from cleaners.checked import CleanerError
from cleaners.chrome import (
    CutGluedResidue,
    DropBreadcrumb,
    DropByline,
    DropHashtagTail,
    DropImageCaption,
    DropMailScript,
    DropPlaceAndSource,
    DropPullQuote,
    DropReadAlso,
    DropRepeatedHeadline,
    DropShareRow,
    DropSiteLines,
    DropSourceTag,
    DropStockPhrases,
    DropTeaserBlock,
    DropTrackingBlob,
)
from cleaners.clean import Cleaned, clean, clean_text
from cleaners.folding import fold, fold_text
from cleaners.frames import ArrowTable
from cleaners.installed import SAFETY, cleaner_types
from cleaners.ledger import apply_edits, undo_edits
from cleaners.page import MARKS, PAGE, Dropper, marks
from cleaners.pages import KeepBody
from cleaners.recipe import ENCODING, NEWS, OPINIONS, PAGES, Recipe, adjusted_recipe, named_recipe, recipe_from_toml
from cleaners.rewriting import PROPOSALS, Rewriter
from cleaners.sites import SITE_LINES, merge_site_lines, site_lines

__all__ = [
    "ENCODING",
    "MARKS",
    "NEWS",
    "OPINIONS",
    "PAGE",
    "PAGES",
    "PROPOSALS",
    "SAFETY",
    "SITE_LINES",
    "ArrowTable",
    "Cleaned",
    "CleanedBatch",
    "CleanerError",
    "CutGluedResidue",
    "DecodeEntities",
    "DecodeEscapes",
    "DropBreadcrumb",
    "DropByline",
    "DropHashtagTail",
    "DropImageCaption",
    "DropInvisible",
    "DropMailScript",
    "DropPlaceAndSource",
    "DropPullQuote",
    "DropReadAlso",
    "DropRepeatedHeadline",
    "DropShareRow",
    "DropSiteLines",
    "DropSourceTag",
    "DropStockPhrases",
    "DropTatweel",
    "DropTeaserBlock",
    "DropTrackingBlob",
    "Dropper",
    "FixEncoding",
    "FoldPresentationForms",
    "KeepBody",
    "NormalizeSpaces",
    "Recipe",
    "Rewriter",
    "adjusted_recipe",
    "apply_edits",
    "clean",
    "clean_batch",
    "clean_text",
    "cleaner_types",
    "fold",
    "fold_text",
    "found_spans",
    "marks",
    "merge_site_lines",
    "named_recipe",
    "recipe_from_toml",
    "site_lines",
    "undo_edits",
]
