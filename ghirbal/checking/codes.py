"""The stable codes of findings, one for each family of reasons of a cleaner."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ghirbal.errors import UsageError
from ghirbal.options import nearest


@dataclass(frozen=True, slots=True)
class Code:
    """A code, what it is about, and which cleaner's reasons it stands for.

    Without `reasons` it stands for all reasons of the cleaner that no other code names. `fixed` tells what
    `ghirbal fix` does about it.
    """

    code: str
    about: str
    cleaner: str = ""
    reasons: tuple[str, ...] = ()
    fixed: bool = True


BLANK_LINE: Final = Code("GH211", "a blank line too many once the lines beside it are gone", reasons=("blank_line",))
OTHER: Final = Code("GH401", "what a cleaner that is not ours takes out")
NEAR_DUPLICATE: Final = Code("GH501", "near-duplicate of another document", fixed=False)
IDENTICAL: Final = Code("GH502", "the same words as another document", fixed=False)
UNREADABLE: Final = Code("GH901", "a row that is not what its format asks for", fixed=False)
NO_TEXT: Final = Code("GH902", "a row without a text", fixed=False)
UNDECODABLE: Final = Code("GH903", "bytes that the encoding does not have", fixed=False)
BROKEN: Final = Code("GH904", "the rest of a file cannot be read", fixed=False)
TOO_LARGE: Final = Code("GH905", "a file above --max-size, which was not looked at", fixed=False)
UNWRITABLE: Final = Code("GH906", "a repair that the file cannot hold, so that nothing was changed there", fixed=False)

_STOCK: Final = {
    "advertisement": "mark of an advertisement",
    "app_promotion": "promotion of an app",
    "author_box": "box about the author",
    "backlink": "link back to the source",
    "comment_form": "comment form",
    "comment_notice": "notice about comments",
    "contact_block": "block of contacts",
    "cookie": "cookie notice",
    "copyright": "copyright line",
    "email_mask": "mask of an e-mail address",
    "follow_us": "invitation to follow",
    "gallery_navigation": "navigation of a gallery",
    "go_to_top": "link to the top",
    "image_caption_mark": "mark of an image",
    "more_link": "more-link",
    "newsletter": "newsletter form",
    "pagination": "page numbers",
    "print_email": "print or mail button",
    "reading_time": "reading time",
    "share": "share row",
    "subscription_wall": "subscription wall",
    "tag_list": "list of tags",
    "topic_list": "list of topics",
    "wire_end": "end mark of a wire story",
    "below_stock_phrase": "numbers below a stock phrase",
}

CODES: Final = (
    Code("GH101", "text read in the wrong encoding", "FixEncoding"),
    Code("GH102", "text read in the wrong encoding, and no way back", "FixEncoding", ("encoding not repaired",)),
    Code("GH103", "HTML entity", "DecodeEntities"),
    Code("GH104", "escaped characters", "DecodeEscapes"),
    Code("GH105", "invisible character", "DropInvisible"),
    Code("GH106", "control character", "DropInvisible", ("control character",)),
    Code("GH107", "mark of direction that does nothing", "DropInvisible", ("mark of direction",)),
    Code("GH108", "character that was lost before", "DropInvisible", ("character lost",)),
    Code("GH109", "control character of another encoding", "DropInvisible", ("control of another encoding",)),
    Code("GH110", "presentation forms in place of letters", "FoldPresentationForms"),
    Code("GH111", "tatweel that only stretches a word", "DropTatweel"),
    Code("GH112", "doubled or odd space", "NormalizeSpaces"),
    Code("GH113", "space at the edge of a line", "NormalizeSpaces", ("space at the start", "space at the end")),
    Code("GH114", "line of nothing but spaces", "NormalizeSpaces", ("blank line",)),
    Code("GH201", "script of an e-mail mask", "DropMailScript"),
    Code("GH202", "headline that stands again above the body", "DropRepeatedHeadline"),
    Code("GH203", "source tag below the headline", "DropSourceTag"),
    Code("GH204", "tail of hashtags", "DropHashtagTail"),
    Code("GH205", "breadcrumb", "DropBreadcrumb"),
    Code("GH206", "read-also line", "DropReadAlso"),
    Code("GH207", "block of teasers", "DropTeaserBlock"),
    Code("GH208", "pull-quote that repeats the body", "DropPullQuote"),
    Code("GH209", "residue glued to the last sentence", "CutGluedResidue"),
    Code("GH210", "tracking blob", "DropTrackingBlob"),
    BLANK_LINE,
    Code("GH212", "line that the site repeats", "DropSiteLines"),
    Code("GH213", "line outside the body of a whole page", "KeepBody"),
    Code("GH214", "row of share buttons", "DropShareRow"),
    Code("GH220", "stock phrase", "DropStockPhrases"),
    *(
        Code(f"GH{number}", about, "DropStockPhrases", (reason,))
        for number, (reason, about) in enumerate(_STOCK.items(), 221)
    ),
    Code("GH301", "by-line or agency mark", "DropByline"),
    Code("GH302", "photo credit or caption", "DropImageCaption"),
    Code("GH303", "line of place and source", "DropPlaceAndSource"),
    OTHER,
    NEAR_DUPLICATE,
    IDENTICAL,
    UNREADABLE,
    NO_TEXT,
    UNDECODABLE,
    BROKEN,
    TOO_LARGE,
    UNWRITABLE,
)
"""Every code there is. A code keeps its meaning for ever: new ones take new numbers, and none is used again."""

_BY_REASON: Final = MappingProxyType({(one.cleaner, reason): one for one in CODES for reason in one.reasons or ("",)})


def code_of(cleaner: str, reason: str) -> Code:
    """Return the code for what a cleaner says.

    >>> code_of("DropStockPhrases", "share").code, code_of("DropTatweel", "doubled").code
    ('GH240', 'GH111')
    """
    if reason in BLANK_LINE.reasons:
        return BLANK_LINE
    return _BY_REASON.get((cleaner, reason)) or _BY_REASON.get((cleaner, ""), OTHER)


def codes_of_cleaner(cleaner: str) -> Iterator[Code]:
    """Give the codes under which a cleaner's findings appear, apart from blank lines.

    >>> [one.code for one in codes_of_cleaner("NormalizeSpaces")]
    ['GH112', 'GH113', 'GH114']
    """
    own = [one for one in CODES if one.cleaner == cleaner]
    yield from own or [OTHER]


def leading(codes: Iterable[Code]) -> Code:
    """Return the code that names an edit of several cleaners: what drops lines before what repairs characters.

    >>> leading([code_of("NormalizeSpaces", "blank line"), code_of("DropBreadcrumb", "breadcrumb")]).code
    'GH205'
    """
    return min(codes, key=lambda one: (one is BLANK_LINE, -int(one.code[2]), one.code))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which codes are wanted: those that begin with a selected prefix, save with an ignored one.

    The longer prefix decides, and at equal length the ignored one.

    >>> wanted = Selection(ignore=("GH1",), select=("GH", "GH101"))
    >>> [wanted.takes(code) for code in ("GH101", "GH112", "GH240")]
    [True, False, True]
    """

    select: tuple[str, ...] = ("GH",)
    ignore: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = [one.code for one in CODES]
        for prefix in (*self.select, *self.ignore):
            if not any(code.startswith(prefix) for code in known):
                raise UsageError(f"no code begins with {prefix!r}{nearest(prefix, known)}"[:300])

    def takes(self, code: str) -> bool:
        """Tell whether findings of this code are wanted."""
        return _longest(self.select, code) > _longest(self.ignore, code)


def _longest(prefixes: Sequence[str], code: str) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)
