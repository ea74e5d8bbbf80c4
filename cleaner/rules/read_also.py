"""Pointers to other articles, set between paragraphs or into one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter

from cleaner.analysis.blocks import SENTENCE_END, BlockIndex
from cleaner.analysis.layout import true_runs
from cleaner.analysis.leftovers import is_article_paragraph, title_lists
from cleaner.analysis.line_types import is_open_title, looks_like_title
from cleaner.analysis.normalize import UNSPACED_CHAR
from cleaner.analysis.phrases import Hit
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import CERTAIN, NEEDS_CONTEXT_STRENGTH

# `Read also:` and a title; the longest title seen has 30 words.
MAX_POINTER_WORDS = 36
PAGE_OR_YEAR = re.compile(
    r"\b(?:pages?|pp?|seiten?|s|chapter|ch|section|§|fig(?:ure)?"
    r"|table|vol(?:ume)?|kapitel|chapitre|стр|с)\b\.? ?\d"
    r"|\b1[5-9]\d\d\b|\(\d{4}\)",
    re.IGNORECASE,
)
SEE_WORDS = ("see", "siehe", "vgl", "voir", "véase", "ver", "vedi", "zie", "zob", "см", "se også", "se även")
POINTER_SIGN = re.compile(r"\s*(?:[:：|»›>→▶]|-\s|[-–—]{1,2}\s)")
# `Read more` and `watch now` also begin advice.
TITLE_LEADING_SIGNS = frozenset(
    ":：|-–—"
)  # after these a title follows; `Read more »` belongs to what is above it
MAX_AMBIGUOUS_WORDS = 2
AMBIGUOUS_VERBS = frozenset(("read", "see", "watch", "leia", "lees", "lea", "lee"))
TITLE_LABEL = re.compile(
    r"[\[(>»•▶►*\s]{0,4}(?:WATCH|VIDEO|MORE|READ|LISTEN|PHOTOS?|GALLERY|PICTURES|SEE|VIEW|PODCAST"
    r"|RELATED|SLIDESHOW|LIRE"
    r"|VOIR|VIDÉO|LEE|MIRA|LEGGI|GUARDA|LEIA|VEJA|LEES|KIJK|CZYTAJ|ZOBACZ|ЧИТАЙТЕ|СМОТРИТЕ|LESEN"
    r"|Watch|Listen|More|Related|Read)"
    r"(?: (?:NOW|NEXT|THIS|HERE|MORE|ALSO|ON|VIDEO))?\s?[:|>»]\s*[\"“‘«]?[^\W\d_]"
)
LABEL_ENDS = (":", "|", ">", "»")
MIN_LABELLED_WORDS = 4
# A headline in capitals: of its words of four letters and more, most begin with one.
HEADLINE_WORD = re.compile(r"[^\W\d_][^\s\d]*")
MIN_HEADLINE_WORD_CHARS, MIN_HEADLINE_WORDS, MIN_CAPITALS_SHARE = 4, 3, 0.8
# In brackets, up to this many characters: a title and little more.
MAX_TITLE_CHARS = 300
BRACKETS = {"(": ")", "[": "]", "（": "）", "【": "】", "［": "］", "{": "}"}


# `>> Title`, between paragraphs. A list of such lines is a list; one sign quotes mail, three are Python's.
ARROW_POINTER = re.compile(r"\s*(?:>>(?!>)|»»|►►|▶▶)\s*(?=[^\W_]|[\"'“‘«„「『])")
ARROWS = (">>", "»»", "►►", "▶▶")
ARROW_STRENGTH = 0.6
MAX_ARROW_LINES = 2


@rule("related", CERTAIN, group="related")
def read_also(blocks: BlockIndex) -> Iterator[Finding]:
    """One-line pointers to other articles, between paragraphs or in brackets inside one.

    Drops: `Read also: …`, `READ MORE | …`, `Lesen Sie auch …`, `関連記事：…`, a `Read more` that stands
    alone with the title that follows it behind a colon; `>> Title` between two paragraphs; inside a
    paragraph `[Read more: …]` and a pointer behind the last sentence.
    Keeps: advice such as `Read more books and watch less`, sentences that begin so, references in brackets
    without a colon, references to a page or a year.
    """
    yield from form_findings(blocks, "read-also", "a line that leads to other articles")
    findings = _lone_pointers(blocks) | _arrow_pointers(blocks)
    findings |= _labelled_titles(blocks) | _title_lists(blocks)
    span_findings: list[Finding] = []
    for hit in blocks.phrase_hits("read-also", "start", "has"):
        why = f"“{_quoted_phrase(blocks, hit)}” points to another article"
        if hit.mode == "start" and _is_pointer(blocks, hit):
            pointer = Finding(hit.block, why, _pointer_strength(blocks, hit))
            findings[hit.block] = max(findings.get(hit.block, pointer), pointer, key=attrgetter("strength"))
        elif hit.mode == "start" and hit.block not in findings and _leads_to_headline(blocks, hit):
            findings[hit.block] = Finding(hit.block, why)
        elif hit.mode == "has" and (span := _bracketed_span(blocks, hit) or _trailing_span(blocks, hit)):
            span_findings.append(Finding(hit.block, why, 0.9, span))
    yield from (findings[i] for i in sorted(findings))
    yield from (finding for finding in span_findings if finding.block not in findings)


def _title_lists(blocks: BlockIndex) -> dict[int, Finding]:
    """Headings over lists of other articles, with the titles below them."""
    return {
        i: Finding(i, f"other articles, below “{blocks[titles.start].text.strip()}”")
        for titles in title_lists(blocks)
        for i in titles
    }


def _labelled_titles(blocks: BlockIndex) -> dict[int, Finding]:
    """Titles behind a label in capitals, between two paragraphs or below the last: `WATCH: Boiler
    arrives`."""
    return {
        i: Finding(i, f"a label and the title of something else: “{match[0].strip()}”", 0.9)
        for i in blocks.containing(LABEL_ENDS)
        if i
        and MIN_LABELLED_WORDS <= blocks.words[i] <= MAX_POINTER_WORDS
        and not blocks.ends_sentence[i]
        and (match := TITLE_LABEL.match(blocks.texts[i]))
        and is_article_paragraph(blocks, i - 1)
        and (i + 1 == len(blocks) or is_article_paragraph(blocks, i + 1))
    }


def _lone_pointers(blocks: BlockIndex) -> dict[int, Finding]:
    """Lines that are a pointer and nothing else, each with the title below it that it leads to."""
    findings: dict[int, Finding] = {}
    for i in blocks.phrase_only_blocks("read-also"):
        leads_to_title = blocks[i].text.rstrip()[-1:] in TITLE_LEADING_SIGNS
        is_sure = leads_to_title or blocks.words[i] > MAX_AMBIGUOUS_WORDS
        strength = 0.9 if is_sure else NEEDS_CONTEXT_STRENGTH
        findings[i] = Finding(i, "the line points to another article", strength)
        if leads_to_title and i + 1 < len(blocks) and looks_like_title(blocks, i + 1):
            findings.setdefault(i + 1, Finding(i + 1, "a title behind a pointer to another article", 0.7))
    return findings


def _arrow_pointers(blocks: BlockIndex) -> dict[int, Finding]:
    """Titles behind double arrows: one or two lines between paragraphs, or below the last."""
    found: dict[int, Finding] = {}
    why = "a title behind arrows points to another article"
    pointers = {
        i
        for i in blocks.containing(ARROWS)
        if ARROW_POINTER.match(blocks.texts[i]) and is_open_title(blocks, i)
    }
    if not pointers:
        return {}
    for run in true_runs([i in pointers for i in range(len(blocks))]):
        is_below_prose = run.start > 0 and blocks.prose[run.start - 1]
        is_above_prose = run.stop == len(blocks) or blocks.prose[run.stop]
        if len(run) <= MAX_ARROW_LINES and is_below_prose and is_above_prose:
            found.update({i: Finding(i, why, ARROW_STRENGTH) for i in run})
    return found


def _pointer_strength(blocks: BlockIndex, hit: Hit) -> float:
    """Less where the block may be the article's own: `See also: Smith 1911, page 20`, a sentence."""
    is_doubtful = _is_reference(blocks[hit.block].text, hit) or _sentence_continues(blocks, hit)
    return NEEDS_CONTEXT_STRENGTH if is_doubtful else 1.0


def _quoted_phrase(blocks: BlockIndex, hit: Hit) -> str:
    return blocks[hit.block].text[hit.start : hit.end].strip()


def _is_pointer(blocks: BlockIndex, hit: Hit) -> bool:
    """Whether the block is the phrase and a title: what follows a sign, or has no full stop at its end."""
    i, text = hit.block, blocks[hit.block].text
    if blocks.words[i] > MAX_POINTER_WORDS:
        return False
    if POINTER_SIGN.match(text, hit.end):
        return True
    rest = text[hit.end :].lstrip(" \"'“‘«「『《")
    return (
        _is_unambiguous(text[hit.start : hit.end])
        and bool(rest)
        and not rest[0].islower()
        and not blocks.ends_sentence[i]
    )


def _leads_to_headline(blocks: BlockIndex, hit: Hit) -> bool:
    """Whether a headline in capitals follows a phrase that is not written like one, between two paragraphs or
    below the last: `Read more Harbour Office Forms Choir`, not the heading `Read More Books This Winter`."""
    i, text = hit.block, blocks[hit.block].text
    phrase, rest = text[hit.start : hit.end], text[hit.end :].strip(" \"'“”‘’")
    later_words = phrase.split()[1:]
    if not later_words or not (phrase.isupper() or all(word.islower() for word in later_words)):
        return False
    long_words = [word for word in HEADLINE_WORD.findall(rest) if len(word) >= MIN_HEADLINE_WORD_CHARS]
    capitals = sum(word[0].isupper() for word in long_words)
    return (
        not rest.isupper()
        and len(long_words) >= MIN_HEADLINE_WORDS
        and capitals >= MIN_CAPITALS_SHARE * len(long_words)
        and not blocks.ends_sentence[i]
        and blocks.words[i] <= MAX_POINTER_WORDS
        and (is_article_paragraph(blocks, i - 1) if i else False)
        and (i + 1 == len(blocks) or is_article_paragraph(blocks, i + 1))
    )


def _sentence_continues(blocks: BlockIndex, hit: Hit) -> bool:
    """Whether what follows is the rest of a sentence: in small letters, with a full stop at its end."""
    rest = blocks[hit.block].text[hit.end :].lstrip(" :：|-–—\"'“‘«")
    return rest[:1].islower() and rest.endswith((".", "!"))


def _is_reference(text: str, hit: Hit) -> bool:
    """Whether `see also` names one word, or a page or a year, as in notes and glossaries."""
    rest = text[hit.end :]
    starts_with_see = text[hit.start : hit.end].lower().startswith(SEE_WORDS)
    return PAGE_OR_YEAR.search(rest) is not None or (starts_with_see and len(rest.split()) < 4)


def _is_unambiguous(phrase: str) -> bool:
    """Whether the phrase is long enough to be no mere verb: `lesen Sie auch`, not `read more`."""
    words = phrase.lower().split()
    if len(words) == 1:
        return UNSPACED_CHAR.match(phrase) is not None and len(phrase) > 3
    return len(words) > 2 or words[0] not in AMBIGUOUS_VERBS


def _bracketed_span(blocks: BlockIndex, hit: Hit) -> tuple[int, int] | None:
    """The brackets around the phrase, where it opens them and a sign follows it."""
    text = blocks[hit.block].text
    start = hit.start - 2 if text[hit.start - 1 : hit.start].isspace() else hit.start - 1
    if start < 0 or text[start] not in BRACKETS:
        return None
    end = text.find(BRACKETS[text[start]], hit.end, hit.end + MAX_TITLE_CHARS)
    if end < 0 or not (POINTER_SIGN.match(text, hit.end) or (text[start] in "[【" and end - hit.end < 40)):
        return None
    return start, end + 1


def _trailing_span(blocks: BlockIndex, hit: Hit) -> tuple[int, int] | None:
    """From a phrase with a sign, after the end of a sentence, to the block's end, if that is a title."""
    text = blocks[hit.block].text
    before = text[max(0, hit.start - 20) : hit.start]
    if not before.strip() or not SENTENCE_END.search(before) or not POINTER_SIGN.match(text, hit.end):
        return None
    if (
        len(text) - hit.end > MAX_TITLE_CHARS
        or blocks.ends_sentence[hit.block]
        or len(text[hit.end :].split()) < 2
    ):
        return None
    return hit.start, len(text)
