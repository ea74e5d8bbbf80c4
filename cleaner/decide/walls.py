"""Pages that hold no whole article, for a wall stands before it: told, and the wall's own words taken away.

Only pages are looked at of which a few sentences stay: an article that is all there may speak of subscribing
and of cookies as it likes, and have a box that asks for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from cleaner.analysis.blocks import BlockIndex
from cleaner.document import Mark, Verdict
from cleaner.metadata.declared import declares_paywall
from cleaner.reading.head import Head

Wall = Literal["paywall", "consent"]
CODES: dict[Wall, str] = {"paywall": "paywall", "consent": "consent-wall"}

# What stays of an article before a wall: a heading and one to three paragraphs.
STUB_WORDS = 150
# Longer blocks are no line of a wall.
LINE_WORDS = 60
BUTTON_WORDS = 5
# So many blocks behind the last that stays the wall stands. What is further down is the page's foot.
NEAR = 12
# Less than this is no text but a heading or what the wall goes on to say.
NO_TEXT = 25
# Share of a page without text that a wall takes; a banner below a list of headlines takes less.
PAGE = 1 / 4
# As much as a rule that is certain.
SURE = 12.0


def _any(lines: str) -> re.Pattern[str]:
    """Any of the lines, each from the beginning of a word."""
    return re.compile("|".join(rf"\b(?:{line.strip()})" for line in lines.strip().splitlines()))


# Each alone says that the article goes on behind the wall. Folded text: lower case, plain quotes.
_CLOSED = _any(r"""
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
""")
# These stand in many a head and foot too: they count where the page declares itself locked, or beside one of
# those above.
_ASKING = _any(r"""
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
""")
_CONSENT = _any(r"""
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
_BUTTON = re.compile(
    r"^(?:i )?(?:accept|agree|reject|decline|allow|consent|got it|manage|alle akzeptieren|akzeptieren"
    r"|zustimmen|einverstanden|ablehnen|(?:tout )?accepter|j'accepte|tout refuser|refuser|aceptar|acepto"
    r"|rechazar|accett[ao]|rifiuta|akkoord|accepteren|weigeren|aceitar|aceito|rejeitar)\b"
)


class Told(NamedTuple):
    """The wall that stands before a page's article, if one does, and the verdicts without its words."""

    wall: Wall | None
    verdicts: tuple[Verdict, ...]


def behind(blocks: BlockIndex, head: Head, verdicts: tuple[Verdict, ...]) -> Told:
    """Whether a page shows a wall in its article's place. Text that came as text tells too little."""
    if blocks.doc.kind != "html":
        return Told(None, verdicts)
    kept = [i for i, verdict in enumerate(verdicts) if not verdict.code]
    if _size(blocks, kept) > STUB_WORDS:
        return Told(None, verdicts)
    if _asks_consent(blocks, kept):
        return Told("consent", _without(verdicts, kept, "consent", "what stays of the page asks for consent"))
    lines = _paywall(blocks, kept, declares_paywall(head))
    if not lines:
        return Told(None, verdicts)
    rest = [i for i in kept if i not in lines]
    gone = kept if _nothing(blocks, rest) else [i for i in kept if i in lines]
    return Told(
        "paywall", _without(verdicts, gone, "paywall", "a wall stands before the rest of the article")
    )


def _paywall(blocks: BlockIndex, kept: Sequence[int], declared: bool) -> set[int]:
    """The lines of a wall behind the beginning of what stays; none where that is no wall."""
    first, last = (kept[0], kept[-1]) if kept else (0, len(blocks))
    near = [i for i in range(first, min(last + 1 + NEAR, len(blocks))) if _line(blocks, i)]
    closed = {i for i in near if _CLOSED.search(blocks.folded[i])}
    asking = {i for i in near if _ASKING.search(blocks.folded[i])}
    found = closed | asking
    enough = (declared and found) or (closed and len(found) > 1)
    return found | _beside(blocks, found, near, kept) if enough else set()


def _beside(blocks: BlockIndex, found: set[int], near: Sequence[int], kept: Sequence[int]) -> set[int]:
    """The lines that stand with a wall's in elements of their own: prices, plans, what else it asks."""
    own = {blocks[i].path[:-1] for i in found}
    for i in kept:
        if blocks.prose[i] and i not in found:
            own.difference_update(_around(blocks, i))
    return {i for i in near if not own.isdisjoint(_around(blocks, i))}


def _around(blocks: BlockIndex, i: int) -> Iterator[tuple[str, ...]]:
    """The paths of the elements that a block stands in."""
    path = blocks[i].path
    return (path[:k] for k in range(len(path)))


def _asks_consent(blocks: BlockIndex, kept: Sequence[int]) -> bool:
    """Whether what stays speaks of consent for the most part, or nothing stays of a page that does; in
    several ways, and with buttons."""
    shown = [i for i, block in enumerate(blocks) if not block.hidden]
    found = {i: ways for i in shown if (ways := {m[0] for m in _CONSENT.finditer(blocks.folded[i])})}
    if len(set[str]().union(*found.values())) < 2:
        return False
    if not any(blocks.words[i] <= BUTTON_WORDS and _BUTTON.search(blocks.folded[i]) for i in shown):
        return False
    rest = [i for i in kept if i not in found]
    if _nothing(blocks, rest):
        return _size(blocks, found) >= PAGE * _size(blocks, shown)
    return _size(blocks, (i for i in kept if i in found)) >= _size(blocks, rest) and not _told(blocks, rest)


def _nothing(blocks: BlockIndex, which: Sequence[int]) -> bool:
    """Whether these are a heading and scraps, or less."""
    return _size(blocks, which) < NO_TEXT and not _told(blocks, which)


def _told(blocks: BlockIndex, which: Sequence[int]) -> bool:
    return any(blocks.prose[i] for i in which)


def _size(blocks: BlockIndex, which: Iterable[int]) -> float:
    return sum(blocks.words[i] for i in which)


def _line(blocks: BlockIndex, i: int) -> bool:
    return blocks.words[i] <= LINE_WORDS and not blocks[i].hidden


def _without(verdicts: tuple[Verdict, ...], gone: Iterable[int], wall: Wall, why: str) -> tuple[Verdict, ...]:
    out = list(verdicts)
    for i in gone:
        mark = Mark(i, CODES[wall], "chrome", 1.0, why)
        out[i] = Verdict("chrome", SURE, (mark, *out[i].marks))
    return tuple(out)
