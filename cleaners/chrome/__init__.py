"""Droppers of what a site puts around its articles."""

from cleaners.chrome.blobs import DropTrackingBlob
from cleaners.chrome.glued import CutGluedResidue
from cleaners.chrome.headline import DropHashtagTail, DropRepeatedHeadline, DropSourceTag
from cleaners.chrome.masks import DropMailScript
from cleaners.chrome.opinion import DropByline, DropImageCaption, DropPlaceAndSource
from cleaners.chrome.path import DropBreadcrumb
from cleaners.chrome.quotes import DropPullQuote
from cleaners.chrome.shares import DropShareRow
from cleaners.chrome.standing import DropSiteLines
from cleaners.chrome.stock import DropStockPhrases
from cleaners.chrome.teasers import DropReadAlso, DropTeaserBlock

__all__ = [
    "CutGluedResidue",
    "DropBreadcrumb",
    "DropByline",
    "DropHashtagTail",
    "DropImageCaption",
    "DropMailScript",
    "DropPlaceAndSource",
    "DropPullQuote",
    "DropReadAlso",
    "DropRepeatedHeadline",
    "DropShareRow",
    "DropSiteLines",
    "DropSourceTag",
    "DropStockPhrases",
    "DropTeaserBlock",
    "DropTrackingBlob",
]
