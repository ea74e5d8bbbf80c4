"""Marks to one verdict a block: the only place that decides.

A strong rule decides alone: the log-odds that a block is not main content start at a prior and move by weight
x strength of every mark on it, the strongest mark of a code counting once. All other blocks are decided by
the fitted model, which has read what the rules said: the blocks are kept whose keeping has the highest
expected word-F1 for the document. Where the model knows little, on short documents and in languages it was
not fitted on, fair rules that agree decide as well, and it must be surer to cut prose. A gate protects texts
that look clean already: there only marks that are sure by themselves are heard, and only lines that the model
finds all but impossible in an article go.

Above a score of 0 a block goes, with the mark that speaks loudest against it as its reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of
from cleaner.document import Block, Kind, Mark, Verdict, tag_of
from cleaner.model.rule_features import CONFIDENT_NATS
from cleaner.rules import CERTAIN, FAIR, RULE_WEIGHTS, STRONG
from cleaner.settings import Settings

if TYPE_CHECKING:
    from cleaner.model.classifier import Prediction

# The code of the model's own mark.
MODEL_CODE = "line-model"
# A page of text kept whole is right more often than a page cut wrong: before any evidence a block is body
# with odds of 50 to 1.
PRIOR = -4.0
# What fair marks can weigh together: less than a vote for the block and the prior.
SHAPE = 8.0
# A text this likely to be clean is not judged as a page if the rules find few kinds of boilerplate in it; one
# that is certainly clean is not whatever they find. How many clean texts and pages of other sites pass each
# level stands in `training/model.md`, as `python -m training.build` prints it.
CLEAN = 0.1
CERTAINLY_CLEAN = 0.9
KINDS = 4
# The least chance of being main content that a line of such a text may have.
FLOOR = 0.003
# What a mark must weigh to be heard on such a text.
SURE = 6.5
# Terms, manuals and pages of help have headings that read like a site’s own links. Above this chance such a
# line of such a text is a heading: chosen on texts written to show it, as the tests of this file are.
HEADINGS = frozenset({"legal-line", "sign-in"})
HEADING = 6  # words, at most
DOUBTED = 0.15
# The fit saw few documents of fewer blocks, and few in which the lexicon knows a smaller share of the words.
# For text chosen on sites that no fit saw, among 60, 40, 25, 15 and 8: at 25 most is gained on short pages,
# flattened or half cleaned; below it pages joined into a few long lines lose more of the article.
MIN_MODEL_BLOCKS: Mapping[Kind, int] = {"text": 25, "html": 15}
FLUENT = 0.6
# Of a page with all that a site puts around an article, whose body the model expects to get at a word-F1 of
# so much, a further witness tells nothing new: three in four of the labelled pages, each judged by a fit that
# did not see its site. Pages without such surroundings it takes for all body too easily.
SURROUNDED = 60  # blocks
SETTLED = 0.85
# What a mark must weigh, by its code or label, to decide beside the model; others must be strong. The word
# `Advertisement` alone on a line needs less. So does, in flattened text, what is told about an article
# (byline, date, tags): labelled pages keep or drop it as they please. In clean texts credits of pictures must
# be strong, as many of them hold some.
IN_PAGES: Mapping[str, float] = {"ad": SURE}
IN_FLATTENED: Mapping[str, float] = {"ad": SURE, "meta": FAIR}
IN_CLEAN: Mapping[str, float] = {"meta": SURE, "ad": SURE, "caption": STRONG}
# What a block of prose inside the article must lie below the level, in nats, for the model to cut it there.
MARGIN = 2.0
# So must it in a text of fewer lines than this: on the same sites the gain stays, and the words that short
# pages lose of their articles are next to none.
SHORT_TEXT_LINES = 60
# Words of the shortest sentence: "She said no."
MIN_SENTENCE_WORDS = 3
# Code speaks of printing, logging in and sharing: on it only the model and opinions on its place are heard.
OF_PLACE = frozenset({"outside-main", "inside-main", "hidden"})
# What trafilatura often takes for part of the article, and its vote is not heard against: a line that is sure
# to be an advertisement's, a caption.
MISTAKEN = frozenset({"ad", "caption"})
# Opinions on what a page calls the place of a block (`nav`, `display:none`), which is wrong of articles that
# a script shows, of tabs, of lists of products. The model has read the place too: a short block that it
# finds, with its kind (`alike`), this likely all the same stays. On 1,100 training pages, with chances from
# fits that saw none of their sites, that helps 23 pages and hurts 5 (best), 15 and 7 (fast); from .6 on it
# helps few more and hurts as many.
NAMED = frozenset({"hidden", "link-list"})
LIKELY = 0.8
# A span goes only when its own mark would convince on its own: nothing around it is asked.
SPAN_STRENGTH = 0.5
# What the rules say of a block on which none has an opinion.
UNMARKED = Verdict("body", PRIOR)


def judge(
    blocks: BlockIndex, marks: Sequence[Mark], settings: Settings, reading: Prediction | None = None
) -> tuple[Verdict, ...]:
    """One verdict a block, in their order. Without a reading (the document is too large for the model) the
    rules decide alone."""
    off = switched_off_codes(settings)
    heard = [mark for mark in marks if mark.code not in off]
    text = blocks.doc.kind == "text"
    sparse = text and boilerplate_kinds(heard) < KINDS
    clean = reading is not None and text and reading.p_already_clean >= (CLEAN if sparse else CERTAINLY_CLEAN)
    if clean or sparse:
        heard = [mark for mark in heard if abs(mark_weight(mark)) >= SURE]
    if clean and reading is not None:
        heard = [
            m for m in heard if not (_may_be_heading(blocks, m) and reading.p_content[m.block] >= DOUBTED)
        ]
    enough = _enough(blocks, reading, clean)
    if enough is not None and reading is not None:
        heard = [mark for mark in heard if not _contradicted_by_model(blocks, mark, reading)]
    spared = {mark.block for mark in marks if mark.code in off and mark.span is None}
    by_block: dict[int, list[Mark]] = defaultdict(list)
    for mark in heard:
        if mark.block not in spared or abs(mark_weight(mark)) >= CERTAIN:
            by_block[mark.block].append(mark)
    for i in _code_blocks(blocks):
        by_block[i] = [mark for mark in by_block[i] if mark.code in OF_PLACE]
    verdicts = [UNMARKED] * len(blocks)
    for i, about in by_block.items():
        verdicts[i] = _by_rules(blocks[i], about, enough)
    if reading is not None:
        against = reading.log_odds_below(FLOOR if clean else reading.keep_threshold).tolist()
        if enough is None or (text and not clean and len(blocks) < SHORT_TEXT_LINES):
            against = [
                nats - MARGIN * body for nats, body in zip(against, _is_article_prose(blocks), strict=True)
            ]
        if enough is None:
            spared |= {i for i, v in enumerate(verdicts) if v.score < 0 and _is_sentence(blocks, i)}
        gone = [i for i, v in enumerate(verdicts) if not v.code and against[i] > 0 and i not in spared]
        for i, mark in zip(gone, _model_marks(verdicts, reading, gone), strict=True):
            verdicts[i] = _by_model(verdicts[i], against[i], mark)
    return tuple(verdicts)


def _may_be_heading(blocks: BlockIndex, mark: Mark) -> bool:
    """Whether a rule goes by words that also head a part of a text: on a line of their own, with prose in one
    of the next two."""
    i = mark.block
    is_own_line = (
        mark.code in HEADINGS and mark.span is None and not layout_of(blocks).is_beside_boilerplate(i)
    )
    return is_own_line and blocks.words[i] <= HEADING and any(blocks.prose[i + 1 : i + 3])


def _contradicted_by_model(blocks: BlockIndex, mark: Mark, reading: Prediction) -> bool:
    """Whether a mark goes by a block's place alone and the model, which knows it, finds the block likely."""
    return (
        mark.code in NAMED and not blocks.prose[mark.block] and float(reading.p_content[mark.block]) >= LIKELY
    )


def boilerplate_kinds(marks: Iterable[Mark]) -> int:
    """How many kinds of boilerplate the rules are sure of."""
    return len({mark.code for mark in marks if mark.span is None and mark_weight(mark) >= CONFIDENT_NATS})


def _is_article_prose(blocks: BlockIndex) -> list[bool]:
    """Whether each block is prose inside the run of prose that looks like the article."""
    main = layout_of(blocks).article_range
    return [prose and i in main for i, prose in enumerate(blocks.prose)]


def _is_sentence(blocks: BlockIndex, i: int) -> bool:
    """Whether a block reads like a sentence: the model alone does not cut one where it knows little."""
    return blocks.ends_sentence[i] and blocks.words[i] >= MIN_SENTENCE_WORDS


def _code_blocks(blocks: BlockIndex) -> list[int]:
    """The blocks that are lines of code. Most pages hold none, as the steps of their paths tell."""
    if not any(tag_of(step) == "pre" for step in blocks.path_steps):
        return []
    return [i for i, block in enumerate(blocks) if block.preformatted]


def switched_off_codes(settings: Settings) -> frozenset[str]:
    """The codes that the user's settings switch off."""
    off = {"caption": settings.captions, "comments": settings.comments}
    return frozenset(code for code, choice in off.items() if choice == "keep")


def mark_weight(mark: Mark) -> float:
    """What a rule's mark is worth: nats of log-odds that the block is not main content."""
    return RULE_WEIGHTS[mark.code] * mark.strength


def is_confident(blocks: BlockIndex, reading: Prediction | None) -> bool:
    """Whether the model knows a page so well that no further witness need be asked."""
    if reading is None or reading.vocabulary_coverage < FLUENT or len(blocks) < SURROUNDED:
        return False
    return reading.expected_f1 >= SETTLED


def _enough(blocks: BlockIndex, reading: Prediction | None, clean: bool) -> Mapping[str, float] | None:
    """What a mark must weigh to decide beside the model; None where the model knows little."""
    kind = blocks.doc.kind
    if (
        reading is None
        or reading.vocabulary_coverage < FLUENT
        or (len(blocks) < MIN_MODEL_BLOCKS[kind] and not clean)
    ):
        return None
    return IN_CLEAN if clean else IN_FLATTENED if kind == "text" else IN_PAGES


def _by_rules(block: Block, marks: Sequence[Mark], enough: Mapping[str, float] | None) -> Verdict:
    """What the rules say, if one of them is as strong as it takes."""
    whole = _strongest_per_code([mark for mark in marks if mark.span is None])
    if any(mark_weight(mark) >= SURE for mark in whole if mark.label in MISTAKEN or mark.code in MISTAKEN):
        whole = [mark for mark in whole if mark.code != "inside-main"]
    score = PRIOR + _capped_sum(whole)
    if score > 0 and (first := _deciding_mark(whole, enough)):
        return Verdict(first.label, score, (first, *(mark for mark in whole if mark is not first)))
    cuts = tuple([mark for mark in marks if mark.span is not None and mark.strength >= SPAN_STRENGTH])
    if cuts and _nothing_left(block, cuts):
        return Verdict(cuts[0].label, mark_weight(cuts[0]) + PRIOR, cuts)
    return Verdict("body", min(score, 0.0), tuple(whole), cuts)


def _deciding_mark(marks: Sequence[Mark], enough: Mapping[str, float] | None) -> Mark | None:
    """The first mark that weighs enough to decide beside the model; any does where `enough` is None."""
    for mark in marks:
        if enough is None or mark_weight(mark) >= enough.get(mark.code, enough.get(mark.label, STRONG)):
            return mark
    return None


def _model_marks(verdicts: Sequence[Verdict], reading: Prediction, gone: Sequence[int]) -> Iterator[Mark]:
    """The model's mark on each block it takes away; where no rule gives a reason, with its own in words."""
    alone = [i for i in gone if not _leading_rule_mark(verdicts[i])]
    why = dict(zip(alone, reading.reasons(alone), strict=True))
    for i in gone:
        yield Mark(
            i,
            MODEL_CODE,
            "chrome",
            reading.p_boilerplate(i),
            why.get(i, "the model agrees, from all that is around"),
        )


def _by_model(verdict: Verdict, against: float, mark: Mark) -> Verdict:
    """The block goes; the reason a reader is told first is that of a rule that leans the same way."""
    first = _leading_rule_mark(verdict)
    marks = (*first, mark, *verdict.marks[len(first) :])
    return Verdict(marks[0].label, against, marks)


def _leading_rule_mark(verdict: Verdict) -> tuple[Mark, ...]:
    """The rule's mark that speaks loudest against the block, if any does."""
    return verdict.marks[:1] if verdict.marks and mark_weight(verdict.marks[0]) > 0 else ()


def _capped_sum(marks: Sequence[Mark]) -> float:
    """Nats for and against; opinions on shape alone agree so often that together they are capped."""
    capped, other = 0.0, 0.0
    for mark in marks:
        rule_weight = RULE_WEIGHTS[mark.code]
        if 0 < rule_weight <= FAIR:
            capped += rule_weight * mark.strength
        else:
            other += rule_weight * mark.strength
    return min(capped, SHAPE) + other


def _strongest_per_code(marks: Sequence[Mark]) -> list[Mark]:
    """The strongest mark of each code, the one that speaks loudest against the block first."""
    if len(marks) < 2:
        return list(marks)
    best: dict[str, Mark] = {}
    for mark in marks:
        if mark.code not in best or mark.strength > best[mark.code].strength:
            best[mark.code] = mark
    return sorted(best.values(), key=lambda mark: (-mark_weight(mark), mark.code))


def _nothing_left(block: Block, cuts: Sequence[Mark]) -> bool:
    """Whether the cuts take every letter of the block."""
    at = 0
    for start, end in sorted(block.to_text_span(*mark.span) for mark in cuts if mark.span):
        if any(char.isalnum() for char in block.text[at:start]):
            return False
        at = max(at, end)
    return not any(char.isalnum() for char in block.text[at:])
