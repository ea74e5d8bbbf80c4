"""Lines that head other articles, in the languages we have them for: `Related articles`, `Lesen Sie auch`.

Here are only those that do not head the references, the advice or the recommendations of an article itself:
`read more` is one, `further reading` is not. What stands below decides with them (`leftovers.py`); the
phrases of the rules `read-also` and `related-section` are many more, and are believed on a page.
"""

from __future__ import annotations

import re
from functools import cache

from cleaner.analysis.normalize import fold

# Over a list of titles.
LIST_HEADING = re.compile(
    r"(?:see|read|watch|also) (?:also|read|see|watch)|read (?:more|next|this next)"
    r"|related(?: (?:articles?|stor(?:y|ies)|posts?|news|content|coverage|videos?|reading|topics))?"
    r"|more (?:stories|news|articles|on this (?:story|topic)|like this|from .{2,40}|related (?:news|stories))"
    r"|you (?:may|might) (?:also )?(?:like|enjoy|be interested in)(?: these)?"
    r"|recommended(?: (?:for you|stories|articles"
    r"|reading|videos|by .{2,30}))?|most (?:read|popular|viewed|shared)(?: .{2,20})?"
    r"|trending(?: (?:now|today|stories"
    r"|news|articles))?|editors?'?s?'? picks?|don't miss|must[- ]reads?|top stories|latest (?:news"
    r"|stories|articles)"
    r"|popular (?:stories|posts|articles|now)|what to read next|up next|mehr zum thema|lesen sie auch"
    r"|auch interessant"
    r"|das könnte (?:sie|dich) auch interessieren|meistgelesen|verwandte (?:artikel|themen)|lesetipps?"
    r"|(?:à )?lire (?:aussi|également)|sur le même (?:sujet|thème)|articles (?:liés|similaires)|à voir aussi"
    r"|les plus lus|lee también|lea también|leé también|te puede interesar|también te puede interesar"
    r"|(?:noticias|notas|artículos) relacionad[ao]s|lo más (?:leído|visto)|leggi anche|articoli correlati"
    r"|potrebbe interessarti(?: anche)?|i più letti|leia (?:também|mais)|veja também|(?:notícias"
    r"|artigos) relacionad[ao]s"
    r"|(?:as )?mais lidas|lees ook|meest gelezen|gerelateerde artikelen|czytaj (?:także|też|również)"
    r"|zobacz (?:także|też|również)|polecamy|читайте также|материалы по теме|(?:статьи"
    r"|новости) по теме|похожие статьи"
    r"|(?:смотрите|дивіться) так[жо][еж]|(?:lue|katso) myös|läs även|đọc thêm|baca juga|guarda anche"
    r"|(?:mira|vea) también"
    r"|przeczytaj (?:także|też|również)|lesen sie mehr|voir (?:aussi|également)|à lire également"
    r"|самое читаемое|читайте також|läs också|læs også|les også|lue myös|ilgili haberler|xem thêm"
    r"|tin liên quan"
    r"|関連記事|あわせて読みたい|相关阅读|相关新闻|延伸閱讀|推荐阅读|관련기사"
)
# Of these the ones that a single title follows: they say to read it.
POINTER_HEADING = re.compile(
    r"(?:see|read|watch) also|also (?:read|see|watch)|read (?:this )?next|(?:à )?(?:lire"
    r"|voir) (?:aussi|également)"
    r"|lesen sie (?:auch|mehr)|mehr zum thema|auch interessant|das könnte (?:sie|dich) auch interessieren"
    r"|(?:lee|lea|leé|mira|vea|ver) también|(?:también )?te puede interesar|leggi anche|guarda anche"
    r"|leia (?:também|mais)"
    r"|veja também|lees ook|(?:czytaj|zobacz|przeczytaj) (?:także|też|również)|(?:читайте|смотрите) также"
    r"|(?:читайте|дивіться) також|läs (?:också|även)|læs også|les også|(?:lue|katso) myös|xem thêm"
    r"|đọc thêm|baca juga"
    r"|related (?:story|article|video|coverage)|関連記事|あわせて読みたい|相关阅读|延伸閱讀|관련기사"
)
# The same in languages whose words have no such variants: what leads to one article, what heads several.
POINTERS = """
cs: čtěte také | čtěte též | přečtěte si také | přečtěte si i | mohlo by vás zajímat
sk: čítajte aj | čítajte tiež | prečítajte si aj | mohlo by vás zaujímať
hu: olvassa el ezt is | olvasd el ezt is | ezt is olvassa el | ez is érdekelheti | ezt olvasta már
ro: citește și | citeşte şi | citiți și | citește mai departe și | vezi și | te-ar putea interesa
hr: pročitajte i | pročitajte još | čitajte i
sr: прочитајте и | прочитајте још
bg: прочетете още | вижте още | вижте също
tr: bunu da okuyun | bunları da okuyun | ayrıca okuyun | ilgili haber | bunlar da ilginizi çekebilir
el: διαβάστε επίσης | διαβάστε ακόμη | διαβάστε ακόμα | διαβάστε και | δείτε επίσης
ar: اقرأ أيضا | اقرأ أيضاً | اقرأ أيضًا | اقرا ايضا | شاهد أيضا | شاهد أيضاً | قد يهمك أيضا | قد يهمك أيضاً
fa: بیشتر بخوانید | همچنین بخوانید | این مطلب را هم بخوانید | این خبر را هم بخوانید
he: קראו גם | קרא גם | ראו גם | אולי יעניין אתכם | אולי יעניין אתכם גם | אולי יעניין אותך גם
hi: यह भी पढ़ें | ये भी पढ़ें | इसे भी पढ़ें | यह भी देखें | ये भी देखें
id: baca pula | simak juga | lihat juga | artikel terkait | berita terkait
vi: mời bạn đọc thêm | có thể bạn quan tâm
th: อ่านเพิ่มเติม | อ่านข่าวเพิ่มเติม | อ่านประกอบ
ko: 관련 기사 | 함께 보면 좋은 기사 | 이 기사도 보세요
ja: こちらもおすすめ | 合わせて読みたい | 併せて読みたい
zh: 延伸阅读 | 相關閱讀 | 关联阅读 | 另请阅读
"""
LISTS = """
en: readers also read | people also read | you may have missed
de: meistgelesene artikel | am meisten gelesen | weitere artikel | ähnliche artikel
cs: související články | podobné články | další články | nejčtenější | nejčtenější články
sk: súvisiace články | podobné články | najčítanejšie
hu: kapcsolódó cikkek | kapcsolódó cikk | hasonló cikkek | további cikkek | legolvasottabb | legfrissebb hírek
ro: articole similare | articole recomandate | pe aceeași temă | cele mai citite
hr: povezane vijesti | povezani članci | najčitanije
bg: свързани статии | свързани новини | най-четени
tr: ilgili yazılar | benzer haberler | en çok okunanlar | en çok okunan haberler
el: σχετικά άρθρα | σχετικές ειδήσεις | παρόμοια άρθρα | τα πιο διαβασμένα | δημοφιλέστερα
uk: матеріали за темою | новини за темою | схожі статті | схожі новини | найпопулярніші новини
ar: مقالات ذات صلة | مواضيع ذات صلة | أخبار ذات صلة | الأكثر قراءة | الأكثر مشاهدة
fa: مطالب مرتبط | اخبار مرتبط | خبرهای مرتبط | پربازدیدترین‌ها | پربازدیدترین اخبار
he: כתבות קשורות | כתבות נוספות | כתבות מומלצות | הנקראות ביותר | הכי נקראות
hi: संबंधित खबरें | संबंधित ख़बरें | संबंधित लेख | सबसे ज्यादा पढ़ी गई
id: artikel lainnya | berita lainnya | berita terpopuler | artikel terpopuler | terpopuler
vi: bài liên quan | bài viết liên quan | tin cùng chuyên mục | đọc nhiều | đọc nhiều nhất
th: ข่าวที่เกี่ยวข้อง | บทความที่เกี่ยวข้อง | เรื่องที่เกี่ยวข้อง | ข่าวยอดนิยม
sv: relaterade artiklar | mest läst | mest lästa | fler artiklar
da: relaterede artikler | mest læst | mest læste | flere artikler
no: relaterte saker | relaterte artikler | mest lest | mest leste | flere saker
fi: luetuimmat | luetuimmat jutut | aiheeseen liittyvää | aiheeseen liittyvät jutut
nl: meest gelezen artikelen | gerelateerd nieuws
pl: powiązane artykuły | podobne artykuły | najczęściej czytane
ko: 관련 뉴스 | 관련뉴스 | 많이 본 뉴스 | 많이 본 기사 | 추천 기사
ja: 関連ニュース | 関連リンク | おすすめ記事 | 人気記事 | アクセスランキング
zh: 相关文章 | 相关报道 | 推荐文章 | 热门文章 | 相關文章 | 相關新聞 | 熱門文章 | 大家都在看
"""


@cache
def _phrases(rows: str) -> frozenset[str]:
    """The phrases of rows `language: phrase | phrase`, folded as lines of a document are."""
    lists = (row.split(":", 1)[1].split("|") for row in rows.split("\n") if row)
    return frozenset(fold(phrase.strip()) for phrases in lists for phrase in phrases)


def heads_articles(line: str) -> bool:
    """Whether a line, folded and without the signs at its ends, heads one other article or a list of them."""
    return line in _phrases(LISTS) or line in _phrases(POINTERS) or LIST_HEADING.fullmatch(line) is not None


def leads_to_article(line: str) -> bool:
    """Whether it heads a single one as well: it says to read it."""
    return line in _phrases(POINTERS) or POINTER_HEADING.fullmatch(line) is not None
