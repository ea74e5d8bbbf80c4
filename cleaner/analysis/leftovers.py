"""What other tools leave behind in a text that is otherwise clean: lines told by their words and their place.

Nothing here says whether a block is main content; the rules do, each for its own code. All of it asks for an
article around the line: in verse, lists, code and notes nothing is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import pairwise

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import COLONS, layout_of, stop_at_empty_line, true_runs
from cleaner.analysis.line_forms import form_matches, has_article
from cleaner.analysis.line_types import memoized
from cleaner.analysis.list_headings import heads_articles, leads_to_article
from cleaner.analysis.normalize import strip_punctuation
from cleaner.analysis.phrases import codes_with_phrase_trait

# Words at which a paragraph belongs to the article, if it has no form of a leftover.
MIN_PARAGRAPH_WORDS = 12.0
# Such a heading is as good as its titles: two of them, each as long as a headline.
MIN_TITLES, MAX_TITLES = 2, 20
TITLE_WORDS = (4.0, 26.0)
# Without a colon or capitals `Related` may head a list of the article's own; headlines are longer than names.
MIN_MEAN_TITLE_WORDS = 5.0
BULLETS = ("-", "•", "*", "·", "–", "▪", "●", "►", "▶")
MAX_SUBHEADING_WORDS, MIN_SUBHEADINGS = 14, 2
ELLIPSES = ("...", "…", "[...]")
STATEMENT_ENDS = (".", "。", "।", ":", "：", ",", ";", "，")
# A paragraph that asks at its end: `Nobody had seen it. Were they asleep?`; a title has no such stop inside.
STOP_INSIDE = re.compile(r"[^\W\d_]{4}\.[\"'”’»)]*\s+\S|[。।۔]\s*[^\W_]")
REFERENCE = re.compile(r"\b(?:1[5-9]|20)\d\d\)|\bet al\b|\bdoi\b|\bisbn\b|\bpp?\. ?\d|https?://")
# The words of a line with a number or a direction of a carousel, at most.
MAX_PAGING_WORDS = 4.0
COUNTER = re.compile(r"[+(]?\d{1,3}(?: ?(?:/|of|von|de|sur|di|из) ?\d{1,3})?\)?")
PAGED_COUNTER = re.compile(r"(\d{1,3}) ?(?:/|of|von|de|sur|di|из) ?(\d{1,3})")
PAGING_WORD = re.compile(
    r"(?:« ?|‹ ?|< ?|← ?)?(?:(?P<back>previous|prev|zurück|vorherige[rs]?|précédente?|anterior"
    r"|precedente|vorige|poprzedni[ea]?"
    r"|назад|предыдущ\w+|föregående|forrige)|(?P<on>next|weiter|nächste[rs]?|suivante?|siguiente"
    r"|successiv[oa]|próxim[oa]"
    r"|volgende|następn[yae]|далее|вперед|следующ\w+|nästa|næste|neste))(?: ?»| ?›| ?>| ?→)?"
    r"(?: (?:slide|image|photo|picture|item|page))?"
)
PAGING = re.compile(f"{PAGING_WORD.pattern}|{COUNTER.pattern}")
# What asks the reader to do something, or offers it.
PROMOTION = re.compile(
    r"(?:apply|get|talk|call|try|buy|shop|order|book|save|win|discover|learn|find|join|start|sign"
    r"|download|visit"
    r"|click|enter|register|need|want|looking for|ready|free|subscribe|enjoy|claim|compare|switch"
    r"|upgrade|unlock)\b"
    r"|jetzt |hier |sichern sie|entdecken sie|bestellen sie|découvrez|profitez|essayez|descubre"
    r"|consigue|compra"
    r"|prueba|scopri|acquista|prova |descubra|compre|aproveite|ontdek|bestel|odkryj|kup |sprawdź"
    r"|узнайте|купите|machen sie mit|gewinnen sie|melden sie sich|participez|gagnez|inscrivez|participa\b"
    r"|gana\b|partecipa\b|vinci\b|iscriviti|participe\b|ganhe\b|weź udział|wygraj|участвуйте|выиграйте"
    r"|подпишитесь"
)
ADDRESSES_READER = re.compile(
    r"\b(?:you|your|us|our|we|ihr|ihre|sie|dein|deine|uns|unser\w*|votre|vos|nous|notre|nos|tu|tus|su"
    r"|sus|nuestr\w+"
    r"|nosotros|tua|tuo|noi|nostr\w+|você|seu|sua|noss\w+|uw|je|jouw|ons|onze|twój|twoja|nas|nasz\w*"
    r"|ваш\w*|нам\w?"
    r"|quick|simple|taps?|minutes|free|offer|now|today|jetzt|gratis|kostenlos|gratuit\w*)\b"
)
MAX_PROMOTION_WORDS = 18.0
# How far apart two sure lines may be for what is between them to belong to them.
MAX_LINES_BETWEEN = 4
# A newsletter's head: its name in a few words, its number and day in some more.
MAX_MASTHEAD_LINES = 6
MAX_MASTHEAD_WORDS, MAX_MASTHEAD_NUMBER_WORDS = 4.0, 8.0
MAX_MAIL_FOOTER_WORDS = 14.0
NEWSLETTER_BOX_END = re.compile(r"(?:after (?:the )?|end of )newsletter (?:promotion|sign-?up)")
NEWSLETTER_BOX_START = re.compile(
    r"\W*(?:sign up (?:to|for)|skip past newsletter|free (?:daily|weekly|monthly) newsletter)\b"
)
MAX_BOX_LINES, MAX_BOX_START_WORDS = 10, 12
MAIL_HEAD = re.compile(
    r"\b(?:in (?:your|a|je|uw) browser|im browser|dans votre navigateur|en (?:tu|su|el) navegador"
    r"|nel (?:tuo )?browser"
    r"|no (?:seu )?navegador|w przeglądarce|в браузере|on the web|(?:email|e-mail|newsletter) online)\b"
)
MAIL_FOOTER = re.compile(
    r"\b(?:receiv(?:e|ed|ing) this|was sent to|mailing address|unsubscribe|erhalten diese|abmelden"
    r"|vous recevez"
    r"|désabonner|désinscrire|recib\w+ este|darse de baja|ricevi questa|disiscriviti|recebeu este"
    r"|descadastrar"
    r"|ontvangt deze|uitschrijven|afmelden|otrzymuj\w+ tę|wypisz się|отписаться|получ\w+ это письмо)"
)


@memoized
def title_lists(blocks: BlockIndex) -> tuple[range, ...]:
    """Headings over lists of other articles, each with its titles: below a paragraph of the article, and
    above another one, another leftover, or nothing at all."""
    if not has_article(blocks):
        return ()
    found: list[range] = []
    for i in _lines_below_paragraphs(blocks):
        if found and i in found[-1]:
            continue
        if _is_list_heading(blocks, i):
            titles = _titles_below(blocks, i)
            if titles and _is_title_list(blocks, i, titles):
                found.append(range(i, titles.stop))
    return tuple(found)


def _lines_below_paragraphs(blocks: BlockIndex) -> Iterator[int]:
    """The lines below the first prose that have a paragraph of the article close above them, in order."""
    paragraph, start = -MAX_LINES_BETWEEN - 1, blocks.prose_range.start + 1
    for i in range(max(0, start - MAX_LINES_BETWEEN), len(blocks)):
        if i >= start and i - paragraph <= MAX_LINES_BETWEEN:
            yield i
        if is_article_paragraph(blocks, i):
            paragraph = i


def _titles_below(blocks: BlockIndex, i: int) -> range:
    """The lines below a heading that could be titles, as far as they are written alike. Where the article has
    headings of its own, the line right above its next paragraph may be one, and is left out."""
    stop = i + 1
    # on a page the titles of a box stand under the same elements; the article's next heading does not
    limit = min(len(blocks), i + 1 + MAX_TITLES, stop_at_empty_line(blocks, i))
    end = next((k for k in range(i + 2, limit) if blocks[k].path != blocks[i + 1].path), limit)
    while stop < end and (
        (is_headline(blocks, stop) and _has_bullet(blocks, stop) == _has_bullet(blocks, i + 1))
        or stop in paging_lines(blocks)
        or _is_list_heading(blocks, stop)
    ):
        stop += 1
    if stop < len(blocks) and not _has_bullet(blocks, stop - 1) and has_subheadings(blocks):
        stop -= is_article_paragraph(blocks, stop)
    while stop > i + 1 and not is_headline(blocks, stop - 1):
        stop -= 1
    return range(i + 1, max(stop, i + 1))


def _has_bullet(blocks: BlockIndex, k: int) -> bool:
    return blocks[k].text.lstrip().startswith(BULLETS)


@memoized
def has_subheadings(blocks: BlockIndex) -> bool:
    """Whether the article has headings of its own: short lines alone between two paragraphs."""
    found = (
        k
        for k in blocks.prose_range[1:-1]
        if blocks.words[k] <= MAX_SUBHEADING_WORDS
        and not blocks.ends_sentence[k]
        and k not in sure_form_lines(blocks)
        and k not in paging_lines(blocks)
        and not _is_list_heading(blocks, k)
        and is_article_paragraph(blocks, k - 1)
        and is_article_paragraph(blocks, k + 1)
    )
    return sum(1 for _ in found) >= MIN_SUBHEADINGS


def _is_title_list(blocks: BlockIndex, i: int, titles: range) -> bool:
    headlines = [blocks.words[k] for k in titles if is_headline(blocks, k)]
    # `Read more` alone may be the button of what stands above it; a colon leads on.
    is_pointer = leads_to_article(strip_punctuation(blocks.folded[i]))
    has_colon = blocks[i].text.rstrip().endswith(COLONS)
    if len(headlines) < (1 if is_pointer or has_colon else MIN_TITLES):
        return False
    is_marked = has_colon or blocks[i].text.isupper()
    if not is_marked and sum(headlines) / len(headlines) < MIN_MEAN_TITLE_WORDS:
        return False
    below = titles.stop
    return (
        below == len(blocks)
        or below in sure_form_lines(blocks)
        or any(is_article_paragraph(blocks, k) for k in range(below, min(below + 2, len(blocks))))
    )


def _is_list_heading(blocks: BlockIndex, k: int) -> bool:
    return blocks.words[k] <= 8 and heads_articles(strip_punctuation(blocks.folded[k]))


def is_headline(blocks: BlockIndex, k: int) -> bool:
    """Whether block `k` could be the title of an article, also one that a page cut short with an ellipsis."""
    text = blocks[k].text.rstrip(" \"'”’»")
    is_cut = text.endswith(ELLIPSES)
    return (
        TITLE_WORDS[0] <= blocks.words[k] <= TITLE_WORDS[1]
        and (is_cut or not text.endswith(STATEMENT_ENDS))
        and not text[:1].islower()
        and not REFERENCE.search(blocks.folded[k])
        and not (blocks.prose[k] and STOP_INSIDE.search(text))
    )


def is_article_paragraph(blocks: BlockIndex, k: int) -> bool:
    """Whether block `k` is a paragraph, and no leftover by its form."""
    return k in _article_paragraphs(blocks)


@memoized
def _article_paragraphs(blocks: BlockIndex) -> frozenset[int]:
    paragraphs = zip(layout_of(blocks).is_paragraph, blocks.words, strict=True)
    long = (k for k, (piece, words) in enumerate(paragraphs) if piece and words >= MIN_PARAGRAPH_WORDS)
    return frozenset(long) - sure_form_lines(blocks)


@memoized
def sure_form_lines(blocks: BlockIndex) -> frozenset[int]:
    """The blocks that have a form of a leftover where it is believed."""
    return frozenset(match.block for match in form_matches(blocks))


@memoized
def paging_lines(blocks: BlockIndex) -> frozenset[int]:
    """The lines that are a direction or a counter of a carousel and nothing else."""
    return frozenset(
        k
        for k, (text, words) in enumerate(zip(blocks.folded, blocks.words, strict=True))
        if words <= MAX_PAGING_WORDS and PAGING.fullmatch(text.strip())
    )


@memoized
def carousel_lines(blocks: BlockIndex) -> frozenset[int]:
    """Lines of a carousel inside an article: `Previous`, `1`, `2`, `Next` in a row; `1/12` and `2/12`."""
    if not has_article(blocks):
        return frozenset()
    found: set[int] = set()
    article = blocks.prose_range
    paging = paging_lines(blocks)
    for run in true_runs([k in paging for k in range(len(blocks))]):
        matches = [PAGING_WORD.fullmatch(blocks.folded[k].strip()) for k in run]
        if (
            any(m and m["back"] for m in matches)
            and any(m and m["on"] for m in matches)
            and run.start in article
        ):
            found.update(run)
    numbered = [
        (k, int(match[1]), int(match[2]))
        for k in article
        if blocks.words[k] <= 3 and (match := PAGED_COUNTER.fullmatch(blocks.folded[k].strip()))
    ]
    found.update(
        k
        for k, number, total in numbered
        if number <= total > 2
        and _is_surely_counter(blocks, k, number)
        and is_article_paragraph(blocks, k - 1)
        and is_article_paragraph(blocks, k + 1)
    )
    for (k, number, total), (k_next, number_next, total_next) in pairwise(numbered):
        longest_step = 2 if _is_surely_counter(blocks, k, number) else 1
        if total == total_next and number < number_next <= min(number + longest_step, total) and total > 2:
            found.update((k, k_next))
    return frozenset(found)


def _is_surely_counter(blocks: BlockIndex, k: int, number: int) -> bool:
    """`3/12`, `1 of 12`: `5 of 9` alone may be a count of votes, a share, a score."""
    return number == 1 or "/" in blocks.folded[k]


@memoized
def mail_frame(blocks: BlockIndex) -> frozenset[int]:
    """The head and foot of a newsletter around the lines that say it is one: its name, number and day
    above the first paragraph, addresses below the last."""
    forms = sure_form_lines(blocks)
    if not forms or not blocks.prose_range:
        return frozenset()
    paragraphs = [k for k in blocks.prose_range if is_article_paragraph(blocks, k)]
    if not paragraphs:
        return frozenset()
    first, last = paragraphs[0], paragraphs[-1]
    found: set[int] = set()
    head = [k for k in forms if k < first and MAIL_HEAD.search(blocks.folded[k])]
    if head and first <= MAX_MASTHEAD_LINES + len(forms):
        found.update(k for k in range(first) if k not in forms and _is_masthead(blocks, k))
    footer = [k for k in forms if k > last and MAIL_FOOTER.search(blocks.folded[k])]
    if footer:
        found.update(
            k
            for k in range(min(footer), len(blocks))
            if k not in forms and not blocks.prose[k] and blocks.words[k] <= MAX_MAIL_FOOTER_WORDS
        )
    return frozenset(found)


def _is_masthead(blocks: BlockIndex, k: int) -> bool:
    """Whether a line is a newsletter's name, or its number and day; a subject line is longer."""
    limit = MAX_MASTHEAD_NUMBER_WORDS if blocks.has_digit[k] else MAX_MASTHEAD_WORDS
    return blocks.words[k] <= limit and not blocks.ends_sentence[k]


@memoized
def newsletter_boxes(blocks: BlockIndex) -> frozenset[int]:
    """The boxes that end in `after newsletter promotion`, from the line that offers the newsletter."""
    found: set[int] = set()
    for end in sure_form_lines(blocks):
        if NEWSLETTER_BOX_END.fullmatch(strip_punctuation(blocks.folded[end])):
            above = range(max(0, end - MAX_BOX_LINES), end)
            starts = [
                k
                for k in above
                if blocks.words[k] <= MAX_BOX_START_WORDS and NEWSLETTER_BOX_START.match(blocks.folded[k])
            ]
            found.update(range(starts[0], end) if starts else ())
    return frozenset(found)


@memoized
def sure_leftovers(blocks: BlockIndex) -> frozenset[int]:
    """All lines that are leftovers by their own words and place."""
    lists = (k for titles in title_lists(blocks) for k in titles)
    found = sure_form_lines(blocks) | frozenset(lists) | carousel_lines(blocks)
    return found | newsletter_boxes(blocks) | _sure_phrase_lines(blocks)


@memoized
def lines_told_by_place(blocks: BlockIndex) -> frozenset[int]:
    """All lines that rules take for leftovers by their form and place, those around them included."""
    return sure_leftovers(blocks) | between_leftovers(blocks) | mail_frame(blocks)


@memoized
def phrase_lines(blocks: BlockIndex) -> frozenset[int]:
    """The lines that consist of phrases of boilerplate."""
    return frozenset(
        k for code in codes_with_phrase_trait("boilerplate") for k in blocks.phrase_only_blocks(code)
    )


def _sure_phrase_lines(blocks: BlockIndex) -> frozenset[int]:
    return frozenset(k for k in phrase_lines(blocks) if blocks.words[k] >= 3)


@memoized
def between_leftovers(blocks: BlockIndex) -> frozenset[int]:
    """Lines that are told by the sure leftovers around them: buttons and counters beside one, promotions
    with one above and one below."""
    sure = sure_leftovers(blocks)
    anchors = sure - _sure_phrase_lines(blocks)
    if not anchors or not has_article(blocks):
        return frozenset()
    found: set[int] = set()
    known = set(anchors)  # with what was found above: one promotion may lead to the next
    of_phrases, of_paging = phrase_lines(blocks), paging_lines(blocks)
    for k in range(blocks.prose_range.start, len(blocks)):
        if k in sure:
            continue
        is_small = (k in of_phrases and not blocks.has_digit[k]) or k in of_paging
        if not is_small and not is_promotion(blocks, k):
            continue
        above, below = _nearest(blocks, known, k, -1), _nearest(blocks, anchors, k, 1)
        if (above and below) or (is_small and (above == 1 or below == 1)):
            found.add(k)
            known.add(k)
    return frozenset(found)


def _nearest(blocks: BlockIndex, sure: Set[int], k: int, step: int) -> int:
    """How many lines away the next sure line is in a direction, with nothing but short lines between; 0 for
    none within reach."""
    for distance in range(1, MAX_LINES_BETWEEN + 1):
        at = k + step * distance
        if not 0 <= at < len(blocks):
            return 0
        if at in sure:
            return distance
        if blocks.prose[at] and not is_promotion(blocks, at):
            return 0
    return 0


def is_promotion(blocks: BlockIndex, k: int) -> bool:
    """Whether a short line asks the reader to do something, or offers it."""
    if blocks.words[k] > MAX_PROMOTION_WORDS:
        return False
    text = blocks.folded[k].lstrip(" \"'“‘«-•*>")
    return PROMOTION.match(text) is not None and ADDRESSES_READER.search(text) is not None
