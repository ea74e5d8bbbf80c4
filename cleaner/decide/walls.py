"""Pages that show a paywall or a consent dialog in place of the article: noted, and the wall's words removed.

Only pages are looked at of which a few sentences stay: a whole article may speak of subscribing and of
cookies as it likes, and have a box that asks for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.normalize import UNSPACED_CHAR, fold_variants
from cleaner.decide.evidence import Decision, Evidence, Note
from cleaner.document import Mark, Verdict
from cleaner.metadata.declared import declares_paywall
from cleaner.rules import CERTAIN

WALL_CODES: dict[Note, str] = {"paywall": "paywall", "consent": "consent-wall"}

# What stays of an article before a wall: a heading and one to three paragraphs.
MAX_STUB_WORDS = 150
# Longer blocks are no line of a wall.
MAX_LINE_WORDS = 60
MAX_BUTTON_WORDS = 5
# A wall is within so many blocks after the last that stays. What is further down is the page's footer.
MAX_BLOCKS_BELOW = 12
# Less than this is no text but a heading or what the wall goes on to say.
MIN_TEXT_WORDS = 25
# Share of a page without text that a wall takes; a banner below a list of headlines takes less.
MIN_CONSENT_SHARE = 1 / 4


# A phrase in a script without spaces between words, perhaps with a bracket first: a word may begin anywhere.
UNSPACED = re.compile(rf"[(?:]*{UNSPACED_CHAR.pattern}")


def _any_phrase(phrases: str) -> re.Pattern[str]:
    """Any of the lines, each from the beginning of a word; anywhere in scripts without spaces."""
    lines = [fold_variants(phrase.strip()) for phrase in phrases.strip().splitlines()]
    return re.compile("|".join(f"(?:{line})" if UNSPACED.match(line) else rf"\b(?:{line})" for line in lines))


# Each alone says that the article goes on behind the wall. Folded text: lower case, plain quotes.
_PAYWALL_SURE = _any_phrase(r"""
    (?:to|and) (?:continue|keep|finish) reading\b
    to (?:read|access|unlock|view) (?:the (?:full|rest|whole)|this (?:article|story|content|post))\b
    (?:article|story|content|post|page) is (?:\w+ ){0,3}(?:for|to) (?:\w+ ){0,2}(?:subscribers|members)\b
    (?:for|to) (?:\w+ ){0,2}(?:subscribers|members) only\b
    reached your (?:monthly |weekly )?(?:free )?(?:article )?limit\b
    unlock (?:this|the) (?:full )?(?:article|story)\b
    you(?:'ve| have) read (?:all )?your (?:last )?free article
    jetzt weiterlesen\b
    um (?:den|diesen) (?:ganzen |vollständigen )?artikel (?:zu lesen|weiterzulesen)\b
    (?:artikel|inhalt) ist (?:nur|exklusiv) für abonnent
    pour (?:lire la suite|continuer (?:la|votre) lecture)\b
    réservée? (?:à nos|aux) abonné
    para (?:seguir|continuar) (?:leyendo|a ler|lendo|a leitura)\b
    (?:contenido|artículo) (?:exclusivo |solo |sólo )?para (?:suscriptores|socios)\b
    per continuare a leggere\b
    riservat[oa] agli abbonati\b
    om verder te lezen\b
    (?:alleen|exclusief) voor abonnees\b
    exclusivo para assinantes\b
    会員限定(?:です|の記事|記事|コンテンツ)
    有料会員(?:限定|の方|になると)
    続きを?お読みいただけ
    続きを読むには
    残り ?[\d,]+ ?文字
    (?:订阅|登录|登入|訂閱|開通)[^。]{0,8}(?:后|後|以)?(?:继续阅读|阅读全文|繼續閱讀|閱讀全文)
    (?:付费|会员|會員|订户|訂戶)(?:专享|專享|专属|專屬|独享|獨享)
    (?:유료|구독) ?회원 전용
    회원 전용 (?:기사|콘텐츠)
    чтобы (?:прочитать полностью|читать дальше|продолжить чтение)
    (?:материал|статья|текст) доступ(?:ен|на) (?:только )?(?:для подписчик|подписчик)
    щоб (?:прочитати повністю|читати далі|продовжити читання)
    aby (?:czytać dalej|przeczytać cały)
    (?:dostępn[ey]|tylko) dla (?:subskrybentów|prenumeratorów)
    (?:tento článek|článek) je (?:dostupný )?(?:pouze )?pro předplatitele
    för att (?:läsa vidare|fortsätta läsa)
    (?:artikeln är|endast) för prenumeranter
    for å (?:lese videre|fortsette å lese|lese hele saken)
    for at læse (?:videre|hele artiklen)
    (?:denne saken er|kun) for abonnenter
    tämä (?:juttu|artikkeli) on (?:vain )?tilaajille
    (?:okumaya devam etmek|devamini okumak) için
    bu (?:haber|içerik|yazı) (?:sadece |yalnızca )?(?:abonelere|aboneler)
    για να (?:συνεχισετε την αναγνωση|διαβασετε ολοκληρο)
    (?:μονο|αποκλειστικα) για συνδρομητεσ
    a (?:teljes cikk elolvasásához|cikk folytatásához)
    csak előfizetők(?:nek| számára)
    pentru a (?:citi în continuare|continua lectura)
    untuk (?:melanjutkan membaca|membaca selengkapnya)
    khusus (?:untuk )?pelanggan
    (?:để đọc tiếp|để đọc toàn bộ)
    (?:dành riêng cho|chỉ dành cho) (?:hội viên|thành viên|độc giả trả phí)
    เนื้อหา(?:นี้)?สำหรับสมาชิก
    (?:כתבה זו|הכתבה המלאה|תוכן זה) (?:מיועדת |מיועד )?למנויים
    כדי להמשיך לקרוא
    براي ادامه مطالعه
    आगे पढ़ने के लिए
    (?:هذا المحتوي|المقال) (?:مخصص |متاح )?للمشتركين
    لمتابعة القراءة
    (?:ciąg|część|treść|tekst) (?:\w+ ){0,3}dla (?:\w+ )?(?:subskrybentów|prenumeratorów)
    aby (?:czytać|przeczytać) (?:dalej|cały artykuł|dalszą część)
    (?:чтобы|для того чтобы) (?:читать дальше|прочитать (?:полностью|статью|весь))
    (?:материал|статья|текст)\w* (?:доступ\w+|открыт\w*) только (?:для )?(?:подписчик|по подписке)
    (?:матеріал|стаття|текст)\w* доступ\w+ (?:лише|тільки) (?:для )?(?:передплатник|підписник|за передплатою)
    (?:článek|obsah|text) je (?:dostupný |určen )?(?:jen |pouze )?(?:pro|jen pro) (?:\w+ )?předplatitel
    (?:pro|k) (?:pokračování ve čtení|dočtení článku|odemčení článku)
    (?:articolul|conținutul) este (?:disponibil |destinat )?(?:doar |exclusiv )?(?:pentru )?abonați
    (?:a|az egész|a teljes) (?:cikk|tartalom) (?:\w+ ){0,2}(?:csak )?előfizető
    (?:haberin|yazının|içeriğin) (?:devamını|tamamını) (?:okumak|görmek) için
    (?:bu )?(?:haber|yazı|içerik) (?:sadece |yalnızca )?aboneler
    για να (?:συνεχίσετε|διαβάσετε) (?:την ανάγνωση|το υπόλοιπο|ολόκληρο)
    (?:αποκλειστικά|μόνο) για συνδρομητές
    (?:artikeln|texten|innehållet) är (?:endast |bara |exklusiv\w* )?för (?:\w+ )?prenumeranter
    för att (?:fortsätta läsa|läsa (?:hela|resten|vidare))
    (?:artiklen|indholdet) er (?:kun |forbeholdt )(?:for )?(?:vores )?abonnenter
    for at læse (?:videre|resten|hele)
    (?:saken|artikkelen|innholdet) er (?:kun )?for (?:våre )?abonnenter
    for å lese (?:videre|resten|hele)
    (?:juttu|artikkeli|sisältö) on (?:vain )?tilaajille
    (?:この|本)?(?:記事|コンテンツ)は.{0,8}(?:会員|購読者)(?:限定|専用|のみ)
    続きを(?:お)?読(?:む|み)(?:に|たい|いただけ|になる)
    (?:残り|続き).{0,12}(?:会員|ログイン|登録|購読)
    (?:剩余|剩餘|全文|后续|後續).{0,12}(?:订阅|訂閱|会员|會員|付费|付費)
    (?:本文|此文|该文|文章|内容|內容)(?:仅|僅|只)(?:限|供|对|對).{0,6}(?:会员|會員|订阅|訂閱)
    (?:订阅|訂閱|登录|登錄|登入|付费|付費)(?:后|後)?.{0,4}(?:阅读|閱讀|查看)(?:全文|更多|完整)
    (?:기사|콘텐츠)(?:는|은)? (?:\w+ ){0,2}(?:회원|구독자)\s?전용
    (?:계속|이어서|전문을|전체 기사를) (?:읽으시려면|보시려면|읽으려면|보려면)
    để (?:đọc tiếp|xem tiếp|đọc toàn bộ)
    (?:bài viết|nội dung) (?:này )?(?:chỉ )?dành (?:riêng )?cho (?:thành viên|người đăng ký|độc giả)
    untuk (?:melanjutkan membaca|membaca (?:selengkapnya|artikel lengkap))
    (?:artikel|konten) (?:ini )?(?:khusus|hanya) (?:untuk )?(?:pelanggan|member)
    (?:להמשך קריאה|כדי להמשיך לקרוא|הכתבה) .{0,12}(?:מנוי|הירשמו|התחבר)
    (?:לקריאת|כדי לקרוא) (?:הכתבה המלאה|את הכתבה|את ההמשך)
    (?:لمتابعة|لمواصلة|لإكمال) القراءة
    (?:المقال|المحتوى) .{0,10}للمشتركين
    برای (?:ادامه مطلب|خواندن ادامه|مطالعه کامل)
    (?:पूरा लेख|पूरी खबर|आगे) पढ़ने के लिए
    (?:อ่านต่อ|อ่านเนื้อหาทั้งหมด).{0,10}(?:สมาชิก|เข้าสู่ระบบ)
    (?:บทความ|เนื้อหา)นี้.{0,6}(?:เฉพาะ|สำหรับ)สมาชิก
""")
# These stand in many a head and foot too: they count where the page declares itself locked, or beside one of
# those above.
_PAYWALL_WEAK = _any_phrase(r"""
    already (?:a |an )?(?:subscriber|member|subscribed|registered)\b
    already have an account\b
    (?:sign|log) in to (?:continue|read)\b
    subscribe (?:now|today|for)\b
    become a (?:member|subscriber)\b
    start your (?:free )?trial\b
    (?:bereits abonnent|jetzt abonnieren)
    (?:déjà abonné|abonnez-vous)
    (?:ya (?:eres|es) suscriptor|suscríbete)
    (?:sei già abbonato|abbonati)\b
    (?:al abonnee|word abonnee)\b
    (?:já é assinante|assine)\b
    会員登録
    ログインはこちら
    月額[^。]{0,6}円
    すでに会員の方
    無料会員
    已是(?:会员|會員|订户|訂戶)
    立即(?:订阅|訂閱|登录|登入)
    로그인(?:이 필요|하세요|하기)
    уже (?:подписаны|есть подписка|подписчик)
    (?:оформите|купите) подписку\b
    masz już (?:konto|subskrypcję|prenumeratę)\b
    (?:już subskrybujesz|zaloguj się)\b
    (?:už jste předplatitel|přihlaste se)\b
    (?:redan prenumerant|logga in)\b
    (?:allerede abonnent|logg inn|kjøp abonnement)\b
    (?:allerede kunde|log ind|bliv abonnent)\b
    (?:oletko jo tilaaja|kirjaudu sisään)\b
    (?:zaten abone|giriş yapin|abone olun)\b
    (?:ηδη συνδρομητησ|συνδεθειτε|γινετε συνδρομητησ)
    (?:már előfizető|jelentkezzen be|lépjen be)\b
    (?:ai deja (?:un )?(?:cont|abonament)|autentifică-te)\b
    (?:sudah berlangganan|masuk untuk|berlangganan sekarang)\b
    (?:đăng nhập|đăng ký ngay)\b
    เข้าสู่ระบบ
    สมัครสมาชิก
    (?:כבר מנוי|התחברו|הרשמו)
    (?:وارد شويد|ثبت نام كنيد)
    लॉग ?इन करें
    (?:سجل الدخول|اشترك الان)
    (?:masz już (?:konto|subskrypcję|prenumeratę)|wykup (?:dostęp|subskrypcję)|zaloguj się)
    (?:уже (?:есть подписка|подписаны)|оформите подписку|оформить подписку|войдите)\b
    (?:вже (?:є передплата|передплатник)|оформіть передплату|увійдіть)\b
    (?:již máte předplatné|máte předplatné|předplaťte|přihlaste se)
    (?:ești deja abonat|sunteți deja abonat|abonează-te|abonați-vă)
    (?:már előfizető|előfizetek|előfizetés)
    (?:zaten abone|abone misiniz|abone ol)
    (?:είστε ήδη συνδρομητής|γίνετε συνδρομητής|συνδεθείτε)
    (?:redan prenumerant|bli prenumerant|prenumerera|logga in)\b
    (?:allerede abonnent|bliv abonnent|køb abonnement|log ind)\b
    (?:allerede abonnent|bli abonnent|kjøp abonnement|logg inn)\b
    (?:oletko jo tilaaja|tilaa|kirjaudu sisään)\b
    (?:有料|無料)?会員(?:登録|になると|の方)
    (?:登録すると|ログイン(?:する|して|は)|購読(?:する|申し込み))
    (?:立即|马上|馬上)?(?:订阅|訂閱|登录|登錄|登入|注册|註冊)(?:以|后|後|即可|会员|會員)
    (?:已是|已经是|已經是)(?:会员|會員|订户|訂戶)
    (?:구독하기|구독하시면|이미 (?:회원|구독)|로그인)
    (?:đăng ký|đăng nhập) (?:để|ngay|tài khoản)
    (?:berlangganan|sudah berlangganan|silakan (?:masuk|login))\b
    (?:כבר מנוי|הצטרפו|למנויים|התחברו)
    (?:اشترك الآن|مشترك بالفعل|سجل الدخول|تسجيل الدخول)
    (?:مشترک شوید|وارد شوید|خرید اشتراک)
    (?:सदस्यता लें|सब्सक्राइब करें|लॉग इन करें)
    (?:สมัครสมาชิก|เข้าสู่ระบบ)
""")
_CONSENT = _any_phrase(r"""
    (?:value|respect|care about) your privacy\b
    store and/or access information on (?:a|your) device\b
    uses? (?:\w+ )?cookies\b
    accept (?:all |the )?(?:\w+ )?cookies\b
    consent to (?:the |our )?(?:use of |processing)
    before you continue to\b
    manage (?:my |your )?(?:cookies?|privacy|consent|choices)\b
    withdraw (?:your )?consent\b
    click to consent\b
    with your (?:permission|consent),? we\b
    precise geolocation\b
    legitimate interests?\b
    cookies? (?:policy|settings|preferences)\b
    (?:ihre|deine) (?:privatsphäre|einwilligung)\b
    cookies (?:zu|akzeptieren|zulassen|verwenden)\b
    verwenden (?:wir )?cookies\b
    mit werbung (?:und tracking|lesen|weiterlesen)\b
    votre (?:vie privée|consentement)\b
    (?:utilis\w+|accept\w+) (?:des |les |tous les )cookies\b
    continuer sans accepter\b
    (?:su|tu) privacidad\b
    (?:aceptar|utiliza\w*|usa\w*) (?:todas )?(?:las )?cookies\b
    (?:accetta\w*|utilizz\w+) (?:tutti )?(?:i |dei )?cookie\b
    cookies (?:accepteren|gebruiken)\b
    (?:onze|je|uw) privacy\b
""")
_CONSENT_BUTTON = re.compile(
    r"^(?:i )?(?:accept|agree|reject|decline|allow|consent|got it|manage|alle akzeptieren|akzeptieren"
    r"|zustimmen|einverstanden|ablehnen|(?:tout )?accepter|j'accepte|tout refuser|refuser|aceptar|acepto"
    r"|rechazar|accett[ao]|rifiuta|akkoord|accepteren|weigeren|aceitar|aceito|rejeitar)\b"
)


def detect_wall(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, without the words of a wall where a page shows one in its article's place, and noted.

    A text document says too little to tell a wall.
    """
    blocks, verdicts = evidence.blocks, decision.verdicts
    if blocks.doc.kind != "html":
        return decision
    kept = [i for i, verdict in enumerate(verdicts) if not verdict.code]
    if blocks.word_count(kept) > MAX_STUB_WORDS:
        return decision
    if _asks_consent(blocks, kept):
        # where other rules took all of it, what asks for consent is the wall
        asking = kept or sorted(_consent_phrases(blocks, blocks.visible))
        why = "what stays of the page asks for consent"
        return Decision(_drop_blocks(verdicts, asking, "consent", why), "consent")
    wall_lines = _paywall_lines(blocks, kept, declares_paywall(evidence.head))
    if not wall_lines:
        return decision
    rest = [i for i in kept if i not in wall_lines]
    dropped = kept if _is_only_scraps(blocks, rest) else [i for i in kept if i in wall_lines]
    why = "a wall stands before the rest of the article"
    return Decision(_drop_blocks(verdicts, dropped, "paywall", why), "paywall")


def _paywall_lines(blocks: BlockIndex, kept: Sequence[int], is_declared: bool) -> set[int]:
    """The lines of a wall behind the beginning of what stays; none where that is no wall."""
    first, last = (kept[0], kept[-1]) if kept else (0, len(blocks))
    nearby = [
        i for i in range(first, min(last + 1 + MAX_BLOCKS_BELOW, len(blocks))) if _may_be_wall_line(blocks, i)
    ]
    sure_lines = {i for i in nearby if _PAYWALL_SURE.search(blocks.folded[i])}
    weak_lines = {i for i in nearby if _PAYWALL_WEAK.search(blocks.folded[i])}
    wall_lines = sure_lines | weak_lines
    is_wall = (is_declared and wall_lines) or (sure_lines and len(wall_lines) > 1)
    return wall_lines | _lines_in_same_containers(blocks, wall_lines, nearby, kept) if is_wall else set()


def _lines_in_same_containers(
    blocks: BlockIndex, wall_lines: set[int], nearby: Sequence[int], kept: Sequence[int]
) -> set[int]:
    """The lines that stand with a wall's in elements of their own: prices, plans, what else it asks."""
    containers = {blocks[i].path[:-1] for i in wall_lines}
    for i in kept:
        if blocks.prose[i] and i not in wall_lines:
            containers.difference_update(_ancestor_paths(blocks, i))
    return {i for i in nearby if not containers.isdisjoint(_ancestor_paths(blocks, i))}


def _ancestor_paths(blocks: BlockIndex, i: int) -> Iterator[tuple[str, ...]]:
    """The paths of the elements that a block stands in."""
    path = blocks[i].path
    return (path[:k] for k in range(len(path)))


def _asks_consent(blocks: BlockIndex, kept: Sequence[int]) -> bool:
    """Whether what stays speaks mostly of consent, or nothing stays of a page that does; in several ways, and
    with buttons."""
    phrases = _consent_phrases(blocks, blocks.visible)
    if len(set[str]().union(*phrases.values())) < 2 or not _has_consent_button(blocks, blocks.visible):
        return False
    rest = [i for i in kept if i not in phrases]
    if _is_only_scraps(blocks, rest):
        return blocks.word_count(phrases) >= MIN_CONSENT_SHARE * blocks.word_count(blocks.visible)
    asking = blocks.word_count(sorted(phrases.keys() & set(kept)))
    return asking >= blocks.word_count(rest) and not _has_prose(blocks, rest)


def _consent_phrases(blocks: BlockIndex, indices: Sequence[int]) -> dict[int, set[str]]:
    """The phrases of consent in each of some blocks that holds any."""
    found = ((i, {match[0] for match in _CONSENT.finditer(blocks.folded[i])}) for i in indices)
    return {i: phrases for i, phrases in found if phrases}


def _has_consent_button(blocks: BlockIndex, indices: Sequence[int]) -> bool:
    return any(
        blocks.words[i] <= MAX_BUTTON_WORDS and _CONSENT_BUTTON.search(blocks.folded[i]) for i in indices
    )


def _is_only_scraps(blocks: BlockIndex, indices: Sequence[int]) -> bool:
    """Whether these are a heading and scraps, or less."""
    return blocks.word_count(indices) < MIN_TEXT_WORDS and not _has_prose(blocks, indices)


def _has_prose(blocks: BlockIndex, indices: Sequence[int]) -> bool:
    return any(blocks.prose[i] for i in indices)


def _may_be_wall_line(blocks: BlockIndex, i: int) -> bool:
    return blocks.words[i] <= MAX_LINE_WORDS and not blocks[i].hidden


def _drop_blocks(
    verdicts: tuple[Verdict, ...], dropped: Iterable[int], wall: Note, reason: str
) -> tuple[Verdict, ...]:
    out = list(verdicts)
    for i in dropped:
        mark = Mark(i, WALL_CODES[wall], "chrome", 1.0, reason)
        out[i] = Verdict("chrome", CERTAIN, (mark, *out[i].marks))
    return tuple(out)
