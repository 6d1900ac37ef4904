"""Vocabularies and site residue of the languages that the generated news is written in."""

from dataclasses import dataclass
from itertools import product

import numpy as np

ARABIC_COMMON = (
    "في من على أن إلى التي عن مع هذا الذي كما ما لا بعد كان بين هذه قال ذلك لم هو قبل كل حتى إن منذ "
    "خلال أو وقد أكد وأضاف حيث عام العام يوم غير أمس أي هناك عدد وزير الرئيس الدولة مدينة وزارة رئيس "
    "مجلس الدولي عبد محمد بن أحمد لكن ثم هي وقال إنه أنه اليوم الماضي نحو عند الأول مليون المنطقة "
    "الحكومة شركة السوق الأمن القوات"
)
ARABIC_PATTERNS = (
    "ال{0}{1}{2} {0}ا{1}{2} م{0}{1}و{2} ا{0}ت{1}ا{2} ت{0}{1}ي{2} ي{0}{1}{2}ون وال{0}{1}ا{2}ة "
    "بال{0}{1}{2} {0}{1}{2}ها است{0}{1}ا{2} ال{0}ا{1}{2}ين م{0}ا{1}{2}ة لل{0}{1}ي{2} {0}{1}{2}ت "
    "وت{0}{1}{2}"
)
ENGLISH_COMMON = (
    "the of and to in a that is for on was with as he it by at from his be has have an had are said not"
    " this who they but which were will their after would been its more when also about two one up out "
    "new last year people government there first over than president could police other into company "
    "minister city market officials between court"
)
ENGLISH_ONSETS = "b br c ch cl d dr f fl g gr h j k l m n p pl pr r s sh st str t th tr v w"
ENGLISH_RIMES = "ab act ade ain all an and ap ar ast ate el en ent er est ice in ing ion ist ite ob on or ound um ure"
ENGLISH_ENDINGS = " s ed ing er ly al"
CHINESE_CHARACTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而"
    "方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好"
    "应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向"
    "道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特"
    "件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队"
    "南给色光门即保治北造百规热领七海口东导器压志世金"
)

RESIDUE = {
    "ar": {
        "head": ("الرئيسية » أخبار » محلية", "{site} :", "{title}", "كتب : محرر {site}", "صورة أرشيفية"),
        "inside": ("اقرأ أيضا : {teaser1}", "{title}"),
        "tail": (
            "{tags}",
            "أخبار ذات صلة\n{teaser1}…\n{teaser2}…\n{teaser3}",
            "اترك تعليقاً\nلن يتم نشر عنوان بريدك الإلكتروني",
            "زر الذهاب إلى الأعلى",
            "{site}",
            "شارك هذا الموضوع",
        ),
    },
    "en": {
        "head": ("Home » News » World", "{site}:", "{title}", "By our correspondent", "File photo"),
        "inside": ("Read also: {teaser1}", "{title}"),
        "tail": (
            "{tags}",
            "Related stories\n{teaser1}…\n{teaser2}…\n{teaser3}",
            "Leave a comment\nYour email address will not be published.",
            "Back to top",
            "{site}",
            "Share this article",
        ),
    },
    "zh": {
        "head": ("首页 > 新闻 > 国际", "来源：{site}", "{title}", "记者 报道", "资料图"),
        "inside": ("相关阅读：{teaser1}", "{title}"),
        "tail": (
            "{tags}",
            "相关新闻\n{teaser1}…\n{teaser2}…\n{teaser3}",
            "发表评论",
            "返回顶部",
            "责任编辑：本网",
            "分享到",
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Language:
    """Words from the most frequent to the rarest, and the four things that may follow one of them."""

    code: str
    words: tuple[str, ...]
    after: tuple[str, str, str, str]  # nothing special, comma, end of sentence, end of paragraph
    median_words: int


def _mixed(common: str | list[str], made: list[str], size: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Common words first; then made ones and stock phrases in any order, so that rank is not form."""
    heads = common.split() if isinstance(common, str) else common
    tail = [made[place] for place in rng.choice(len(made), size, replace=False)]
    return tuple(dict.fromkeys([*heads, *tail]))


def _stock_phrases(words: tuple[str, ...], joint: str, rng: np.random.Generator) -> tuple[str, ...]:
    """Each thirtieth rank becomes a set phrase of several words, so that strangers share some shingles."""
    ranks = np.minimum(rng.zipf(1.3, (len(words) // 30 + 1, 5)), len(words)) - 1
    phrases = (joint.join(words[rank] for rank in row) for row in ranks)
    return tuple(next(phrases) if place % 30 == 29 else word for place, word in enumerate(words))


def arabic() -> Language:
    rng = np.random.default_rng(1)
    letters = "بتجحدرسشصطعفقكلمنهوي"
    roots = ["".join(root) for root in product(letters, repeat=3) if len(set(root)) == 3]
    made = [pattern.format(*root) for root in roots for pattern in ARABIC_PATTERNS.split()]
    words = _mixed(ARABIC_COMMON, list(dict.fromkeys(made)), 60_000, rng)
    return Language("ar", _stock_phrases(words, " ", rng), (" ", "، ", ". ", ".\n"), 210)


def english() -> Language:
    rng = np.random.default_rng(2)
    syllables = [onset + rime for onset in ENGLISH_ONSETS.split() for rime in ENGLISH_RIMES.split()]
    stems = [
        *syllables,
        *(
            first + second
            for first, second in zip(syllables * 60, rng.choice(syllables, 60 * len(syllables)), strict=True)
        ),
    ]
    made = [stem + ending for stem in stems for ending in ENGLISH_ENDINGS.split(" ")]
    words = _mixed(ENGLISH_COMMON, list(dict.fromkeys(made)), 40_000, rng)
    return Language("en", _stock_phrases(words, " ", rng), (" ", ", ", ". ", ".\n"), 240)


def chinese() -> Language:
    rng = np.random.default_rng(3)
    made = ["".join(pair) for pair in product(CHINESE_CHARACTERS, repeat=2)]
    words = _mixed(list(CHINESE_CHARACTERS), list(dict.fromkeys(made)), 30_000, rng)
    return Language("zh", _stock_phrases(words, "", rng), ("", "，", "。", "。\n"), 260)


LANGUAGES = {"ar": arabic, "en": english, "zh": chinese}
