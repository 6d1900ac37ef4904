"""What an article is about, where a site's notices have the same words."""

from types import MappingProxyType
from typing import Final

import polars as pl

_WORDS: Final = MappingProxyType(
    {
        "cookie": (
            "cookie|privacy|data protection|personal data|consent|كوكيز|تعريف الارتباط|الخصوصية|"
            "بيانات\\w* (?:ال)?شخصي|vie privée|données personnelles|datenschutz|privacidad|datos personales|"
            "куки|персональн|конфиденциальн|çerez|gizlilik|kişisel veri|کوکی|حریم خصوصی|رازداری|עוגי|פרטיות|"
            "クッキー|プライバシー|個人情報|隐私|隱私|个人信息|個資|privacidade|ciasteczk|prywatnoś|쿠키|"
            "개인정보"
        ),
        "copyright": (
            "copyright|©|rights reserved|intellectual property|piracy|plagiar|حقوق النشر|حقوق الطبع|"
            "حقوق المؤلف|الحقوق محفوظة|الملكية الفكرية|droits? d.auteur|droits réservés|"
            "propriété intellectuelle|urheber|rechte vorbehalten|derechos? de autor|derechos reservados|"
            "propiedad intelectual|авторск|права защищены|интеллектуальн|telif|hakları saklıdır|fikri mülkiyet|"
            "کپی.?رایت|حق مؤلف|حقوق مؤلف|مالکیت فکری|کاپی رائٹ|حقوق محفوظ|זכויות יוצרים|הזכויות שמורות|"
            "קניין רוחני|著作権|著作權|版权|版權|知识产权|知識產權|转载|無断転載|저작권|direitos? autora|"
            "diritto d.autore|auteursrecht|praw\\w* autorsk"
        ),
        "network": (
            "facebook|twitter|instagram|whatsapp|telegram|tiktok|youtube|snapchat|linkedin|social media|"
            "social network|\\bapps?\\b|messenger|فيسبوك|فيس بوك|تويتر|انستغرام|إنستغرام|واتساب|تلغرام|تليغرام|"
            "تيك توك|يوتيوب|سناب شات|التواصل الاجتماعي|شبكات|تطبيقات|réseaux? socia|sozialen? (?:medien|netz)|"
            "redes sociales|red social|соцсет|социальн\\w+ сет|мессенджер|вконтакте|одноклассник|телеграм|"
            "sosyal (?:medya|ağ)|شبکه‌?های اجتماعی|فضای مجازی|پیام‌?رسان|تلگرام|اینستاگرام|فیسبوک|واتس‌?اپ|"
            "سوشل میڈیا|فیس بک|ٹویٹر|ٹوئٹر|واٹس ایپ|פייסבוק|טוויטר|וואטסאפ|טלגרם|אינסטגרם|"
            "רשת(?:ות)? (?:ה)?חברתי|微信|微博|抖音|社交|朋友圈|脸书|臉書|推特|ツイッター|フェイスブック|"
            "インスタ|LINE|SNS|페이스북|트위터|카카오|소셜|redes? socia|reti sociali|social netwerk|"
            "media (?:sosial|społecz)|mạng xã hội|सोशल|соціальн\\w+ мереж|соцмереж|κοινωνικ\\w+ δικτύ"
        ),
    }
)
"""Words of a subject, as people write them."""


def speaks_of(page: pl.DataFrame, subject: str) -> pl.Series:
    """Give the documents (`doc`) whose headline, first line or prose speaks of a subject.

    Sentences that are stock phrases themselves say nothing.
    """
    first = pl.col("row") == pl.col("row").min().over("doc")
    begun = (pl.col("begins").list.len().fill_null(0) > 0) & ~pl.col("sentence")
    own = (pl.col("classes").list.len().fill_null(0) > 0) | begun
    words = f"(?i){_WORDS[subject]}"
    told = (first | pl.col("sentence")) & ~own & pl.col("text").str.contains(words)
    titled = pl.col("title").str.contains(words).fill_null(value=False)
    return page.filter(told | titled)["doc"].unique()
