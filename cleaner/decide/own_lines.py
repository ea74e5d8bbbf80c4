"""Lines that a text has of its own, although a rule knows their words: labels that stand alone, rows of a
table, entries of a list, lines of code, notices of a licence.

A page has its buttons in rows, above and below the article. In a clean text the same words are a heading
(`Mobile app`), a cell (`Facebook  0.97`), an entry (`- Email copy`), a word of a program (`GROUP BY`).
Marks on such lines count for no kind of boilerplate, and in a text that is no page they are not heard.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import true_runs
from cleaner.analysis.leftovers import (
    between_leftovers,
    carousel_lines,
    mail_frame,
    newsletter_boxes,
    sure_form_lines,
)
from cleaner.analysis.line_forms import has_article
from cleaner.analysis.line_types import memoized
from cleaner.analysis.normalize import NUMBER, count_words
from cleaner.decide.policy import mark_weight
from cleaner.document import Mark
from cleaner.model.rule_features import CONFIDENT_NATS
from cleaner.rules import HEADING_CODES, PLACE_CODES

# A label has a word or two, numbers aside.
MAX_LABEL_WORDS = 2.0
MIN_REPEATED_LABELS = 2
# So many lines of boilerplate in a row are a bar, a form or a menu.
MIN_BAR_LINES = 3
# Rows with as many cells each.
MIN_TABLE_ROWS = 3
TAB, BAR, WIDE_SPACE = "\t", "|", "   "
CELL_SEPARATOR = re.compile(r"\t+|\s\|\s|(?<=\S) {3,}(?=\S)")
# Of a list, so many entries must be of no page; of one that stands between paragraphs, two.
MIN_OWN_ENTRIES, MIN_LIST_LINES = 2, 3
MIN_OWN_SHARE = 0.5
LIST_SIGN = re.compile(r"\s*(?:(?P<sign>[-*•·–▪●‣◦])|\(?\d{1,2}[.)])\s+\S")
# The name of a field or a speaker, so many times, over so many of the lines.
FIELD = re.compile(r"\s*([^\W\d_][^\s:]*(?: [^\s:]+)?):\s")
MIN_RECORDS, MIN_RECORD_SHARE = 3, 0.25
# `[gallery ids="1"]` is the publishing system's, `[Your name]` the writer's.
SHORTCODE = re.compile(r"\s*\[/?[a-z]")
WORD = re.compile(r"[^\W\d_]+")
CODE = re.compile(r"[\w.]+\([^()]{0,80}\):?$|\"[\w-]+\":|[$<`/]|[^{}=]{0,200}(?:[{}=]|\(\))")
# A line of code begins with one of the first, or holds one of the others.
CODE_STARTS, CODE_SIGNS = frozenset('"$<`/'), ("(", "{", "}", "=")
# The words of licences, contracts and notices of rights.
LEGAL_WORD = re.compile(
    r"\b(?:licen[cs]\w+|warrant\w+|liab\w+|hereby|herein|thereof|pursuant|shall|copyright\w*|permission"
    r"|permitted|granted?|provided that|redistribut\w+|derivative works?|contributors?|merchantability"
    r"|restrictions?|may be (?:copied|reproduced|distributed|used)|part(?:y|ies)|clauses?|agreements?"
    r"|provisions?|terms|lizenz\w*|haft\w+|vertrag\w*|gewährleist\w+|bedingungen|garantie\w*|responsab\w+"
    r"|contrat\w*|contrato\w*|licencia\w*|garant[íi]a\w*|licenz\w+|contratt\w+|лицензи\w+|договор\w*"
    r"|гаранти\w+|сторон\w*)\b"
)
MIN_LEGAL_WORDS, MIN_LEGAL_PARAGRAPHS = 2, 2
MIN_LEGAL_SHARE = 0.5
COPYRIGHT = re.compile(r"\(c\)|copyright|©")
# So many notices of rights, each with its own words, and one in so many lines, are those of a list of works.
MIN_NOTICES, MAX_LINES_PER_NOTICE = 3, 10
# A notice goes on within so many lines, where lines are short.
MAX_NOTICE_LINES = 5


class OwnMarks(NamedTuple):
    """The (block, code) of marks on lines that a text has of its own, and whether it has any such line.

    Attributes:
        unheard: marks that do not count in a text that is no page.
        uncounted: those of them that are no sign of a page either: on rows of tables, notices of licences,
            and lines between paragraphs, or in a text without any.
    """

    unheard: frozenset[tuple[int, str]] = frozenset()
    uncounted: frozenset[tuple[int, str]] = frozenset()
    has_own_lines: bool = False


def own_marks(blocks: BlockIndex, marks: Sequence[Mark]) -> OwnMarks:
    """The marks that say nothing against their lines; none on a page of HTML."""
    if blocks.doc.kind != "text":
        return OwnMarks()
    by_words = _marks_by_words(blocks, marks)
    if not by_words:
        return OwnMarks(has_own_lines=is_list_of_records(blocks))
    marked = frozenset(
        mark.block
        for mark in marks
        if mark.label != "body" and mark.span is None and mark_weight(mark) >= CONFIDENT_NATS
    )
    rows, entries = table_rows(blocks) | code_lines(blocks), _list_entries(blocks, marked)
    legal = _legal_marks(blocks, by_words, marked)
    inside = blocks.prose_range or range(len(blocks))

    def belong(labels: AbstractSet[int]) -> frozenset[tuple[int, str]]:
        lines = labels | entries
        return frozenset(
            (mark.block, mark.code)
            for mark in by_words
            if mark.block in rows
            or (mark.label != "meta" and mark.block in lines)
            or (mark.block, mark.code) in legal
        )

    runs = _short_runs(blocks, true_runs([i in marked for i in range(len(blocks))]), MIN_BAR_LINES)
    labels = {i for run in runs for i in run if _is_label(blocks[i].text)}
    uncounted = frozenset(
        (i, code)
        for i, code in belong(_lone_labels(blocks, _short_runs(blocks, runs, 2), labels))
        if i in inside or i in rows or (i, code) in legal
    )
    unheard = belong(_lone_labels(blocks, runs, labels))
    return OwnMarks(unheard, uncounted, bool(uncounted) or is_list_of_records(blocks))


def _marks_by_words(blocks: BlockIndex, marks: Iterable[Mark]) -> list[Mark]:
    """The marks that go by what the whole line says, and by nothing around it."""
    labels = ("chrome", "meta") if blocks.prose_range else ("chrome", "meta", "related")
    shortcodes = (i for i in blocks.containing(("[",)) if SHORTCODE.match(blocks.texts[i]))
    passed_over = _sure_lines(blocks).union(shortcodes)
    return [
        mark
        for mark in marks
        if mark.label in labels
        and mark.span is None
        and mark.block not in passed_over
        and mark.code not in PLACE_CODES
    ]


@memoized
def _sure_lines(blocks: BlockIndex) -> frozenset[int]:
    """The lines that are leftovers by form and place, whatever their words are elsewhere."""
    by_form = sure_form_lines(blocks) | newsletter_boxes(blocks) | mail_frame(blocks)
    return by_form | carousel_lines(blocks) | between_leftovers(blocks)


def _lone_labels(blocks: BlockIndex, runs: Sequence[range], labels: AbstractSet[int]) -> frozenset[int]:
    """Labels in `runs` of marked lines of a text: between paragraphs, or where there is none."""
    inside = blocks.prose_range if has_article(blocks) else range(len(blocks))
    alone = [i for run in runs for i in run if i in labels]
    # What stands over several parts of the text stands over its first and last one as well.
    inside_counts = Counter(blocks.templates[i] for i in alone if i in inside)
    return frozenset(
        i for i in alone if i in inside or inside_counts[blocks.templates[i]] >= MIN_REPEATED_LABELS
    )


def _short_runs(blocks: BlockIndex, runs: Iterable[range], min_bar_lines: int) -> list[range]:
    """The runs of marked lines that are no bar: of fewer different lines."""
    return [run for run in runs if len({blocks.templates[i] for i in run}) < min_bar_lines]


def _is_label(text: str) -> bool:
    """Whether a line has no more than two words: numbers aside, and one said again (`Edit, edit, edit`)."""
    bare = NUMBER.sub(" ", text)
    return count_words(bare) <= MAX_LABEL_WORDS or (
        "," in bare and len(set(WORD.findall(bare.lower()))) <= MAX_LABEL_WORDS
    )


@memoized
def table_rows(blocks: BlockIndex) -> frozenset[int]:
    """The rows of tables: several lines in a row with as many cells, most of which hold a number or more than
    a label."""
    n_cells = [_n_separators(block.raw) for block in blocks]
    found: set[int] = set()
    for run in true_runs([n > 0 for n in n_cells]):
        for rows in _runs_of_same(n_cells, run):
            has_number = sum(bool(blocks.has_digit[i]) for i in rows)
            if len(rows) >= MIN_TABLE_ROWS and 2 * has_number >= len(rows):
                found.update(rows)
    return frozenset(found)


def _n_separators(line: str) -> int:
    """How many separators of cells a line has. Most have none of the characters that those are made of."""
    if not (TAB in line or BAR in line or WIDE_SPACE in line):
        return 0
    return len(CELL_SEPARATOR.findall(line.strip()))


def _runs_of_same(values: Sequence[int], run: range) -> Iterator[range]:
    """Parts of a run in which the values are the same."""
    start = run.start
    for i in range(run.start + 1, run.stop + 1):
        if i == run.stop or values[i] != values[start]:
            yield range(start, i)
            start = i


def _list_entries(blocks: BlockIndex, marked: AbstractSet[int]) -> frozenset[int]:
    """The entries of lists of which the text has some of its own, and numbered headings."""
    signs = [match["sign"] or "1" if (match := LIST_SIGN.match(text)) else "" for text in blocks.texts]
    found: set[int] = set()
    for run in true_runs([bool(sign) for sign in signs]):
        own = sum(i not in marked for i in run)
        is_inside = run.start in blocks.prose_range and run.stop in blocks.prose_range
        if len(run) >= MIN_LIST_LINES and (
            own >= MIN_OWN_SHARE * len(run) or (is_inside and own >= MIN_OWN_ENTRIES)
        ):
            found.update(run)
    numbered = [i for i, sign in enumerate(signs) if sign == "1"]
    if sum(i not in marked for i in numbered) >= MIN_OWN_ENTRIES:
        found.update(numbered)
    return frozenset(found)


@memoized
def is_list_of_records(blocks: BlockIndex) -> bool:
    """Whether a good part of a text's lines begin with one of a few names and a colon: the fields of a list
    (`Files: …`), the speakers of a talk, questions and answers."""
    with_colon = (blocks.folded[i] for i in blocks.containing((":",)))
    fields = Counter(match[1] for text in with_colon if (match := FIELD.match(text)))
    in_records = sum(times for times in fields.values() if times >= MIN_RECORDS)
    return in_records >= MIN_RECORD_SHARE * len(blocks)


@memoized
def code_lines(blocks: BlockIndex) -> frozenset[int]:
    """The lines that are code: `login(user, password)`, `"email": "a@b.example",`."""
    begins_like_code = (i for i, text in enumerate(blocks.texts) if text.lstrip()[:1] in CODE_STARTS)
    candidates = {*blocks.containing(CODE_SIGNS), *begins_like_code}
    return frozenset(i for i in candidates if CODE.match(blocks.texts[i].strip()))


def _legal_marks(blocks: BlockIndex, marks: Sequence[Mark], marked: AbstractSet[int]) -> set[tuple[int, str]]:
    """Marks of notices that are the text's own: in a licence or a contract, in a list of works with theirs,
    above the rest of the notice."""
    legal = [mark for mark in marks if mark.label == "chrome" and mark.code in HEADING_CODES]
    if not legal:
        return set()
    notices = {blocks.folded[mark.block] for mark in legal if COPYRIGHT.search(blocks.folded[mark.block])}
    is_list = len(notices) >= max(MIN_NOTICES, len(blocks) / MAX_LINES_PER_NOTICE)
    is_legal = is_list or is_legal_text(blocks)
    return {
        (mark.block, mark.code)
        for mark in legal
        if is_legal or (blocks.folded[mark.block] in notices and _goes_on(blocks, mark.block, marked))
    }


def _goes_on(blocks: BlockIndex, i: int, marked: AbstractSet[int]) -> bool:
    """Whether lines of the text's own below a notice say what it grants."""
    below = [
        blocks.folded[k] for k in range(i + 1, min(i + 1 + MAX_NOTICE_LINES, len(blocks))) if k not in marked
    ]
    return len(set(LEGAL_WORD.findall(" ".join(below)))) >= MIN_LEGAL_WORDS


@memoized
def is_legal_text(blocks: BlockIndex) -> bool:
    """Whether the paragraphs of a text are those of a licence or a contract."""
    paragraphs = [blocks.folded[i] for i, prose in enumerate(blocks.prose) if prose]
    n_wanted, n_legal = max(MIN_LEGAL_PARAGRAPHS, MIN_LEGAL_SHARE * len(paragraphs)), 0
    for n_left, text in zip(range(len(paragraphs), 0, -1), paragraphs, strict=True):
        if n_legal + n_left < n_wanted:  # of most texts after half of them
            return False
        n_legal += len(set(LEGAL_WORD.findall(text))) >= MIN_LEGAL_WORDS
    return n_legal >= n_wanted
