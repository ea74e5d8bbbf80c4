"""Embed notices: what stands in the place of a video, a map or a post until a reader agrees to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from cleaner.analysis.blocks import BlockIndex
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_STRENGTH

# Longer blocks say more than that something is not shown.
MAX_NOTICE_WORDS, MIN_NOTICE_WORDS = 90, 6
MAX_LABEL_WORDS = 12
IN_ARTICLE_STRENGTH = 0.7

# Folded text: lower case, plain quotes. What is not shown ...
_EMBED = re.compile(
    r"\b(?:external|third[- ]party|embedded|embed)\b"
    r"|\b(?:video|map|post|tweet|podcast|content|media|graphics?)\b"
    r"|extern\w*|eingebettet\w*|drittanbieter\w*|inhalt\w*|\bkarte\b|beitrag"
    r"|contenus?\b|vidéos?\b|contenido\w*|contenut\w*|conteúdo\w*|inhoud\b|innehåll\w*|innhold\w*"
    r"|indhold\w*"
    r"|treści|materiał\w*|obsah\w*|контент\w*|вміст\w*|περιεχόμεν\w*|içeri[kğ]\w*|コンテンツ|内容"
)
# ... for want of what ...
_CONSENT = re.compile(
    r"\bcookies?\b|\bprivacy\b|\bconsent\w*|\btracking\b"
    r"|einwillig\w*|zustimm\w*|datenschutz\w*|privatsphäre"
    r"|consente\w*|confidentialité|vie privée|consentimiento|privacidad\w*|consenso|toestemming|samtyck\w*"
    r"|samtykk?e\w*|zgod\w*|prywatnoś\w*|souhlas\w*|согласи\w*|згод\w*|συγκατάθεσ\w*|onay\w*|gizlilik|同意"
)
_CONSENT_STEMS = (
    "cookie privacy consent tracking einwillig zustimm datenschutz privatsphäre confidentialité vie privée"
    " consenti privacidad toestemming samtyck samtyk zgod prywatno souhlas"
    " соглас згод συγκατάθεσ onay gizlilik 同意"
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
    r"|klikk|kliknij|\btwoj\w*|klikn\w*|нажмите|ваш\w*|πατήστε|tıklay\w*|クリック"
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
    r"|görüntülemek|表示"
)


@rule("chrome", CERTAIN, group="chrome", traits=("trafilatura-often-keeps",))
def embed_notice(blocks: BlockIndex) -> Iterator[Finding]:
    """What is shown in the place of embedded content until the reader agrees to load it.

    Drops: a paragraph that says all of it: what is not shown (a video, external content), for want of what
    (cookies, consent, privacy settings), and what the reader may do; in the same box of a page its title
    (`External content not available`) and its button.
    Keeps: an article about cookies and consent, a paragraph among others that gives such advice once.
    """
    candidates = blocks.containing(_CONSENT_STEMS)
    notices = [i for i in candidates if _is_notice(blocks, i)]
    prose_boxes = _prose_boxes(blocks, frozenset(notices)) if notices else frozenset()
    for i in notices:
        box = blocks[i].path[:-1]
        is_box = bool(box) and box not in prose_boxes and blocks[i].path not in prose_boxes
        repeated = blocks.template_counts[blocks.templates[i]] > 1
        strength = 1.0 if is_box else IN_ARTICLE_STRENGTH if repeated else NEEDS_CONTEXT_STRENGTH
        yield Finding(i, "stands in the place of embedded content until the reader agrees", strength)
        for k in _box_labels(blocks, i) if is_box else ():
            yield Finding(k, "a label of a notice in the place of embedded content", strength)


def _is_notice(blocks: BlockIndex, i: int) -> bool:
    if not MAX_NOTICE_WORDS >= blocks.words[i] >= MIN_NOTICE_WORDS:
        return False
    text = blocks.folded[i]
    return all(pattern.search(text) for pattern in (_CONSENT, _NOT_SHOWN, _ADDRESS, _EMBED))


def _prose_boxes(blocks: BlockIndex, notices: Set[int]) -> frozenset[Sequence[str]]:
    """The paths of all paragraphs but the notices, and of every element around them."""
    paths = {blocks[k].path for k, prose in enumerate(blocks.prose) if prose and k not in notices}
    return frozenset(path[:depth] for path in paths for depth in range(len(path) + 1))


def _box_labels(blocks: BlockIndex, i: int) -> Iterator[int]:
    """The short lines beside a notice in its box: title, button, name of the service."""
    box = blocks[i].path[:-1]
    for step in (-1, 1):
        k = i + step
        while 0 <= k < len(blocks) and blocks[k].path[: len(box)] == box and not _is_notice(blocks, k):
            if blocks.words[k] <= MAX_LABEL_WORDS and not blocks.prose[k]:
                yield k
            k += step
