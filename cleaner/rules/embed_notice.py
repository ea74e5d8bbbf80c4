"""Embed notices: what stands in the place of a video, a map or a post that was not shown."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence, Set

from cleaner.analysis.blocks import BlockIndex
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_STRENGTH

# Longer blocks say more than that something is not shown.
MAX_NOTICE_WORDS, MIN_NOTICE_WORDS = 90, 6
MAX_PHRASE_NOTICE_WORDS = 60
MAX_LABEL_WORDS = 12
QUOTATION_MARKS = frozenset('"“„«「')
IN_ARTICLE_STRENGTH = 0.7

# Of folded text: lower case, plain quotes, Greek without accents, one form of i. What is not shown ...
_EMBED = re.compile(
    r"\b(?:external|third[- ]party|embedded|embed)\b"
    r"|\b(?:video|map|post|tweet|podcast|content|media|graphics?)\b"
    r"|extern\w*|eingebettet\w*|drittanbieter\w*|inhalt\w*|\bkarte\b|beitrag"
    r"|contenus?\b|vidéos?\b|contenido\w*|contenut\w*|conteúdo\w*|inhoud\b|innehåll\w*|innhold\w*"
    r"|indhold\w*"
    r"|treści|materiał\w*|obsah\w*|контент\w*|вміст\w*|περιεχομεν\w*|içeri[kğ]\w*|コンテンツ|内容"
)
# ... for want of what ...
_CONSENT = re.compile(
    r"\bcookies?\b|\bprivacy\b|\bconsent\w*|\btracking\b"
    r"|einwillig\w*|zustimm\w*|datenschutz\w*|privatsphäre"
    r"|consente\w*|confidentialité|vie privée|consentimiento|privacidad\w*|consenso|toestemming|samtyck\w*"
    r"|samtykk?e\w*|zgod\w*|prywatnoś\w*|souhlas\w*|согласи\w*|згод\w*|συγκαταθεσ\w*|onay\w*|gizlilik|同意"
)
_CONSENT_STEMS = (
    "cookie privacy consent tracking einwillig zustimm datenschutz privatsphäre confidentialité vie privée"
    " consenti privacidad toestemming samtyck samtyk zgod prywatno souhlas"
    " соглас згод συγκαταθεσ onay gizlilik 同意"
).split()
# ... and what the reader is to do about it.
_ADDRESS = re.compile(
    r"\byour (?:\w+ )?(?:settings|consent|preferences|choices|cookies?)\b|\bplease\b"
    r"|\byou (?:need|have|must|can|agree)\b"
    r"|\b(?:accept|allow|enable|change|adjust|update|manage) (?:\w+ ){0,3}"
    r"(?:cookies?|settings|preferences|consent)\b"
    r"|\bclick(?:ing)?\b|\bbitte\b|\b(?:ihre[rnm]?|deine[rnm]?) \w+"
    r"|\b(?:sie|du) (?:können|müssen|kannst|musst)\b"
    r"|mit (?:einem )?klick|\bvous (?:devez|pouvez)\b|\bveuillez\b|\bvotre \w+|cliquez"
    r"|\b(?:tu|su)s? \w+ de\b"
    r"|haz clic|acept[ae]\b|(?:debes?|puedes?) |clicca|accetta\w*|\btuo\b|klik|\buw\b|\bje\b|klicka"
    r"|\bdin[ae]?\b"
    r"|klikk|kliknij|\btwoj\w*|klikn\w*|нажмите|ваш\w*|πατηστε|tiklay\w*|クリック"
)
_NOT_SHOWN = re.compile(
    r"not (?:available|shown|displayed|loaded)|cannot be (?:shown|displayed|loaded)|unavailable|blocked"
    r"|disabled"
    r"|\bprevents?\b|\bto (?:view|see|watch|show|display|load|play|listen)\b|\b(?:is|are) hosted\b"
    r"|would like to load"
    r"|nicht (?:verfügbar|angezeigt|geladen)|blockiert|deaktiviert|anzuzeigen|anzeigen"
    r"|zu (?:sehen|laden)|geladen"
    r"|pas disponible|bloqué\w*|désactivé\w*|pour (?:afficher|voir|lire|visionner)|no disponible"
    r"|bloquead\w*"
    r"|para (?:ver|mostrar|visualizar)|non disponibile|bloccat\w*|per (?:vedere|visualizzare)"
    r"|niet (?:beschikbaar"
    r"|getoond)|geblokkeerd|te (?:bekijken|tonen)|för att (?:se|visa)|for å (?:se|vise)|for at (?:se|vise)"
    r"|niedostępn\w*|aby (?:zobaczyć|wyświetlić)|pro zobrazení|недоступ\w*|чтобы (?:увидеть|посмотреть)"
    r"|görüntülemek|δεν (?:ειναι διαθεσιμ|εμφανιζ|προβαλλ)\w*|για να (?:δειτε|προβαλετε)|表示"
)


@rule("chrome", CERTAIN, group="chrome", traits=("trafilatura-often-keeps",))
def embed_notice(blocks: BlockIndex) -> Iterator[Finding]:
    """Notices in the place of what was not shown: a video that failed, a post that waits for consent.

    Drops: lines known to be such notices (`This video has failed to load`); a paragraph that says all of it:
    what is not shown (a video, external content), for want of what (cookies, consent, privacy settings), and
    what the reader may do; in the same box of a page its title (`External content not available`) and its
    button.
    Keeps: an article about cookies, consent or blocked content, a paragraph among others that gives such
    advice once, such words in quotation marks.
    """
    notices = dict.fromkeys(_notices_by_phrase(blocks), 1.0)
    by_content = [i for i in blocks.containing(_CONSENT_STEMS) if i not in notices and _is_notice(blocks, i)]
    if not notices and not by_content:
        return
    prose_boxes = _prose_boxes(blocks, frozenset((*notices, *by_content)))
    notices |= {i: _strength(blocks, i, prose_boxes) for i in by_content}
    for i in sorted(notices):
        yield Finding(i, "a notice in the place of what was not shown", notices[i])
        for k in _box_labels(blocks, i, notices) if _is_box(blocks, i, prose_boxes) else ():
            yield Finding(k, "stands with a notice in the place of what was not shown", notices[i])


def _notices_by_phrase(blocks: BlockIndex) -> Iterator[int]:
    for i in {hit.block for hit in blocks.phrase_hits("embed-notice")}:
        if blocks.words[i] <= MAX_PHRASE_NOTICE_WORDS and not QUOTATION_MARKS.intersection(blocks.texts[i]):
            yield i


def _is_box(blocks: BlockIndex, i: int, prose_boxes: Set[Sequence[str]]) -> bool:
    """Whether a notice stands in an element that holds no paragraph of the article."""
    box = blocks[i].path[:-1]
    return bool(box) and box not in prose_boxes and blocks[i].path not in prose_boxes


def _strength(blocks: BlockIndex, i: int, prose_boxes: Set[Sequence[str]]) -> float:
    """Of a notice that is told by what it says: its box, or that the page says it twice, makes it sure."""
    if _is_box(blocks, i, prose_boxes):
        return 1.0
    is_repeated = blocks.template_counts[blocks.templates[i]] > 1
    return IN_ARTICLE_STRENGTH if is_repeated else NEEDS_CONTEXT_STRENGTH


def _is_notice(blocks: BlockIndex, i: int) -> bool:
    if not MAX_NOTICE_WORDS >= blocks.words[i] >= MIN_NOTICE_WORDS:
        return False
    text = blocks.folded[i]
    return all(pattern.search(text) for pattern in (_CONSENT, _NOT_SHOWN, _ADDRESS, _EMBED))


def _prose_boxes(blocks: BlockIndex, notices: Set[int]) -> frozenset[Sequence[str]]:
    """The paths of all paragraphs but the notices, and of every element around them."""
    paths = {blocks[k].path for k, prose in enumerate(blocks.prose) if prose and k not in notices}
    return frozenset(path[:depth] for path in paths for depth in range(len(path) + 1))


def _box_labels(blocks: BlockIndex, i: int, notices: Container[int]) -> Iterator[int]:
    """The short lines beside a notice in its box: title, button, name of the service."""
    box = blocks[i].path[:-1]
    for step in (-1, 1):
        k = i + step
        while 0 <= k < len(blocks) and blocks[k].path[: len(box)] == box and k not in notices:
            if blocks.words[k] <= MAX_LABEL_WORDS and not blocks.prose[k]:
                yield k
            k += step
