"""Legal lines: copyright, privacy, cookies, terms, and the disclaimers of a site."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import at_article_edge, layout_of, scored_phrase_lines
from cleaner.analysis.line_types import looks_like_names
from cleaner.analysis.phrases import Hit
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_UNCOUNTED_STRENGTH

# Consent walls run to a long paragraph; what is longer and opens like one is an article's own.
MAX_NOTICE_WORDS = 120
MAX_LINE_WORDS = 30
# So many lines below a heading begin what it heads: another heading, a number, the first sentence.
LINES_BELOW_HEADING = 3
OPENING_QUOTES = ("“", '"', "«", "„", "‘", "'")
COPYRIGHT_NOTICE = re.compile(
    r"(?:©|\([cC]\))\s*(?:[Cc]opyright\s*)?[^\W_]"
    r"|[Cc](?:opyright|OPYRIGHT)\s*(?:©|\([cC]\)|(?:19|20)\d\d|by\b)"
    r"|\d{4}\s*©"
)
COPYRIGHT_NEEDLES = ("©", "(c)", "copyright")
# `©1984 stood on the cover`: a sentence goes on after the year.
SENTENCE_AFTER_YEAR = re.compile(r"©\s?\d{4}\s+(?!by |all |copyright |the )[a-z]{2,} [a-z]")
# Openings such as `by clicking` or `we and our partners` begin sentences too: with these they are notices.
LEGAL_TERM = re.compile(
    r"©|ⓒ|\(c\)|cookie|consen[ts]|recaptcha|akismet|wordpress|privac|\bterms\b"
    r"|polic(?:y|ies)\b|\bagree\b|copyright"
    r"|permission|prohibited|reproduced|redistribut|affiliate|commission|respective"
    r"|propert(?:y|ies) of|personal data"
    r"|identifiers|registered (?:in|office|trademark)|technical storage|been moderated"
    r"|in the comments|newsletter"
    r"|einwillig|einverst|zustimm|datenschutz|akzeptier|genehmigung|untersagt"
    r"|privatsphäre|bedingungen|vorbehalten"
    r"|confidentialité|vous acceptez|interdite|autorisation|vie privée|données|conditions d'|tous droits"
    r"|términos|acepta[srn]?\b|prohibid|autorización|protección de datos|accett"
    r"|vietat|autorizzazione|registrata"
    r"|tribunale|termos|aceita|concorda|autorização|proibid|toestemming|voorwaarden"
    r"|akkoord|verveelvoudig|overgenomen"
    r"|zgod[ayęą]\b|prywatno|regulamin|zabronion|danych osobowych|куки|соглашае"
    r"|согласие|конфиденц|персональн|ссылк"
    r"|разрешени|роскомнадзор|фс ?77|зарегистр|регистрации|все права|посиланн|дозвол|згод[уиа]\b|конфіденц"
    r"|samtycke|samtykke|villkor|vilkår|personuppgift|personvern|informasjonskapsler"
    r"|integritetspol|privatliv|evästei"
    r"|souhlas|podmínk|osobních údaj|zakázán|çerez|gizlilik|kvkk"
    r"|(?:yayinlan|yayimlan|kopyalan|alintilan|kullanil)amaz"
    r"|απορρητου|αναδημοσιευ|συναινεσ|interzis|confidenţi|acordul scris|süti|adatvéd|hozzájárul"
    r"|無断|転載|禁じ|著作権|クッキー|スパム|版权|版權|转载|轉載|授权|授權|隐私|隱私|免责|免責"
    r"|쿠키|저작권|무단|등록|제호|발행인|개인정보|ملفات تعريف|الخصوصية|الشروط|توافق|कुकी|गोपनीय"
    r"|privasi|hak cipta|\bizin|ketentuan|menyetujui|bản quyền|giấy phép|điều khoản|quyền riêng tư"
    r"|ลิขสิทธิ์|คุกกี้|ความเป็นส่วนตัว|เงื่อนไข|זכויות|פרטיות|עוגיות|תנאי השימוש|حقوق|حريم خصوصي|كوكي|مجوز"
    r"|tietosuoj|käyttöehdo|suostumu|tekijänoikeu"
)


@rule("chrome", CERTAIN, group="chrome", traits=("heading",))
def legal_line(blocks: BlockIndex) -> Iterator[Finding]:
    """Copyright, privacy, cookie and consent notices, terms, disclaimers of a site.

    Drops: lines of such words alone (`Privacy Policy`, `Accept all cookies`), copyright lines, notices that
    open like a consent wall (`We use cookies …`, `This site is protected by reCAPTCHA …`).
    Keeps: an article about privacy or copyright, its title, the title and the numbered sections of a contract
    or a policy that is the text itself, a sentence that quotes such a notice or begins like one (`By clicking
    on the lock, …`).
    """
    yield from form_findings(blocks, "legal-line", "a copyright line")
    notice_blocks = {hit.block for hit in blocks.phrase_hits("legal-line", "start")}
    for i, line_strength in scored_phrase_lines(blocks, "legal-line"):
        strength = (
            min(line_strength, NEEDS_CONTEXT_UNCOUNTED_STRENGTH)
            if _is_section_heading(blocks, i, notice_blocks)
            else line_strength
        )
        yield Finding(i, f"legal links and nothing else: “{blocks[i].text}”", strength)
    notices = dict(_scored_notices(blocks))
    at_edge = at_article_edge(blocks, set(notices))
    for i in sorted(notices):
        inside_strength = 0.25 if layout_of(blocks).is_paragraph[i] else NEEDS_CONTEXT_UNCOUNTED_STRENGTH
        yield Finding(i, "opens like a legal notice", notices[i] if i in at_edge else inside_strength)
    for i, line_strength in _scored_copyright_lines(blocks):
        yield Finding(i, "a copyright line or a line of legal links", line_strength)


def _is_section_heading(blocks: BlockIndex, i: int, notice_blocks: set[int]) -> bool:
    """Whether the line is a heading: a block below it holds the same words in a sentence, and is none of
    `notice_blocks`, which begin like a notice."""
    below = range(i + 1, min(i + 1 + LINES_BELOW_HEADING, len(blocks)))
    return any(
        blocks.templates[i] in blocks.folded[k] and blocks.ends_sentence[k] and k not in notice_blocks
        for k in below
        if blocks.words[k] > 2 * blocks.words[i]
    )


def _scored_notices(blocks: BlockIndex) -> Iterator[tuple[int, float]]:
    for hit in blocks.phrase_hits("legal-line", "start"):
        is_quoted = blocks[hit.block].text[: hit.start].strip() in OPENING_QUOTES
        if blocks.words[hit.block] <= MAX_NOTICE_WORDS and not is_quoted:
            yield hit.block, 1.0 if _has_legal_term(blocks, hit) else NEEDS_CONTEXT_UNCOUNTED_STRENGTH


def _has_legal_term(blocks: BlockIndex, hit: Hit) -> bool:
    """Whether the block holds a term that no story does, or only names after the phrase."""
    text = blocks[hit.block].text
    if (
        SENTENCE_AFTER_YEAR.match(text) or text[hit.end : hit.end + 1] == ","
    ):  # “We value your privacy, said the innkeeper”
        return False
    folded = blocks.folded[hit.block]
    if folded.startswith("©") and blocks.words[hit.block] > MAX_LINE_WORDS:
        folded = folded[1:]  # a page may set its source's name before the article's first words
    return LEGAL_TERM.search(folded) is not None or looks_like_names(text[hit.end :])


def _scored_copyright_lines(blocks: BlockIndex) -> Iterator[tuple[int, float]]:
    hits_by_block: dict[int, list[Hit]] = defaultdict(list)
    for hit in blocks.phrase_hits("legal-line", "has"):
        if blocks.words[hit.block] <= MAX_LINE_WORDS:
            hits_by_block[hit.block].append(hit)
    with_copyright_sign = {
        i for i in blocks.containing(COPYRIGHT_NEEDLES) if blocks.words[i] <= MAX_LINE_WORDS
    }
    for i in sorted(with_copyright_sign | hits_by_block.keys()):
        if i in with_copyright_sign and COPYRIGHT_NOTICE.search(blocks[i].text):
            yield i, _copyright_strength(blocks, i, i in hits_by_block)
        elif i in hits_by_block:
            yield i, _legal_links_strength(blocks, i, hits_by_block[i])


def _copyright_strength(blocks: BlockIndex, i: int, has_legal_phrase: bool) -> float:
    """How surely a short line with a copyright sign is the site's notice."""
    text = blocks[i].text
    if not layout_of(blocks).is_outside_article(i) and not text.startswith("©"):
        return 0.3
    is_doubtful = SENTENCE_AFTER_YEAR.search(text) or (blocks.prose[i] and not has_legal_phrase)
    return NEEDS_CONTEXT_UNCOUNTED_STRENGTH if is_doubtful else 0.9


def _legal_links_strength(blocks: BlockIndex, i: int, hits: Sequence[Hit]) -> float:
    """How surely a short line with legal phrases is a line of legal links."""
    if not layout_of(blocks).is_outside_article(i):
        return 0.3
    is_mostly_legal = len(hits) > 1 or _covers_most(blocks[i].text, hits[0])
    return 0.9 if is_mostly_legal else NEEDS_CONTEXT_UNCOUNTED_STRENGTH


def _covers_most(text: str, hit: Hit) -> bool:
    """Whether the words of `hit` make up most of the line."""
    return (hit.end - hit.start) * 2 > len(text.strip())
