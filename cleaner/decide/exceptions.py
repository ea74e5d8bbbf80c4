"""Marks that do not count: each of `EXCEPTIONS` is one reason to pass over a rule's mark."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import NamedTuple

from cleaner.analysis.layout import layout_of
from cleaner.decide.evidence import Evidence
from cleaner.decide.policy import mark_weight
from cleaner.document import Mark
from cleaner.rules import CERTAIN, HEADING_CODES, NAMED_BY_CLASS, PLACE_CODES

Exemption = Callable[[Evidence, Mark], bool]

# Longest line that may head a section of terms, manuals and pages of help.
MAX_HEADING_WORDS = 6
# Above this probability such a line is a heading: chosen on texts written to show it, as the tests are.
MIN_HEADING_P = 0.15
# Opinions on what a page names the element of a block (`nav`, `display:none`), which is wrong of articles
# that a script shows, of tabs, of lists of products. The model has read the name too: a short block that it
# finds, after smoothing by class, this likely all the same stays. On 1,100 training pages, with
# probabilities from fits that saw none of their sites, that helps 23 pages and hurts 5 (best), 15 and 7
# (fast); from .6 on it helps few more and hurts as many.
MIN_TRUSTED_P = 0.8
# The model has read trafilatura's vote beside all else: a block that it finds this likely stays all the same.
# The vote misses what trafilatura cannot see: a second container of the text, an article of which it took a
# corner, lines of ideographs, poems. It decides alone only where the lexicon knows few words. On 82 pages of
# sites that no fit saw, those on which trafilatura was asked, .5 to .9 were tried; .7 takes word-F1 from .930
# to .939 and recall from .978 to .993.
MIN_P_AGAINST_VOTE = 0.7
# The model has read that a block stands below a heading of other articles: one that it finds this likely
# stays all the same, as where the article goes on below. Of .5, .7 and .8, tried on 3,918 documents of sites
# that no fit saw, .5 gives most: word-F1 rises from .828 to .832 on the 137 of them in which it matters.
MIN_P_IN_SECTION = 0.5
# Shorter lines, a category or a name, tell too little.
MIN_SECTION_LINE_WORDS = 4


def is_switched_off(evidence: Evidence, mark: Mark) -> bool:
    """The user keeps what this rule removes."""
    return mark.code in evidence.switched_off


def is_too_weak(evidence: Evidence, mark: Mark) -> bool:
    """On a text that looks clean only marks count that are sure by themselves."""
    return abs(mark_weight(mark)) < evidence.policy.min_mark_weight


def is_on_kept_block(evidence: Evidence, mark: Mark) -> bool:
    """What the user keeps is removed only for another reason that is certain."""
    return mark.block in evidence.kept_blocks and abs(mark_weight(mark)) < CERTAIN


def is_section_heading(evidence: Evidence, mark: Mark) -> bool:
    """`Privacy` on a line of its own, with prose in one of the next two lines, heads a section."""
    i, blocks, prediction = mark.block, evidence.blocks, evidence.prediction
    if not evidence.policy.heading_check or prediction is None or mark.code not in HEADING_CODES:
        return False
    if mark.span is not None or blocks.words[i] > MAX_HEADING_WORDS or not any(blocks.prose[i + 1 : i + 3]):
        return False
    return bool(prediction.p_content[i] >= MIN_HEADING_P) and not layout_of(blocks).is_beside_boilerplate(i)


def is_on_own_line(evidence: Evidence, mark: Mark) -> bool:
    """In a text that is no page, the words of a button are a label, a cell, an entry of the text's own."""
    return evidence.policy.keeps_own_lines and (mark.block, mark.code) in evidence.own_marks


def is_contradicted_by_model(evidence: Evidence, mark: Mark) -> bool:
    """The rule goes by the name of an element, and the model, which knows it, finds the block very likely."""
    i, prediction = mark.block, evidence.prediction
    if not evidence.policy.trusts_likely_blocks or prediction is None or mark.code not in NAMED_BY_CLASS:
        return False
    return not evidence.blocks.prose[i] and float(prediction.p_content[i]) >= MIN_TRUSTED_P


def is_vote_that_model_overrules(evidence: Evidence, mark: Mark) -> bool:
    """trafilatura left the block out, and the model, which knows it, finds the block likely."""
    i, prediction = mark.block, evidence.prediction
    if prediction is None or mark.code != "outside-main":
        return False
    return not evidence.blocks[i].hidden and float(prediction.p_content[i]) >= MIN_P_AGAINST_VOTE


def is_section_that_model_overrules(evidence: Evidence, mark: Mark) -> bool:
    """The block stands below a heading of other articles, and the model, which knows it, finds it likely.

    Not in a clean text, where the model finds all lines likely.
    """
    i, prediction, policy = mark.block, evidence.prediction, evidence.policy
    if prediction is None or mark.code != "related-section" or policy.keep_threshold is not None:
        return False
    if not policy.trusts_likely_blocks or evidence.blocks.words[i] < MIN_SECTION_LINE_WORDS:
        return False
    return float(prediction.p_content[i]) >= MIN_P_IN_SECTION


def is_about_code(evidence: Evidence, mark: Mark) -> bool:
    """Program code speaks of printing, logging in and sharing: on it only opinions on its place count."""
    return mark.block in evidence.code_blocks and mark.code not in PLACE_CODES


class MarkException(NamedTuple):
    """A reason to pass over marks, and where it need not be asked: most reasons hold in few documents."""

    applies: Exemption
    may_apply: Callable[[Evidence], bool]
    codes: Container[str] | None = None  # of the marks that it is about; None: of all


EXCEPTIONS = (
    MarkException(is_switched_off, lambda evidence: bool(evidence.switched_off)),
    MarkException(is_too_weak, lambda evidence: evidence.policy.min_mark_weight > 0),
    MarkException(is_on_kept_block, lambda evidence: bool(evidence.kept_blocks)),
    MarkException(is_section_heading, lambda evidence: evidence.policy.heading_check, HEADING_CODES),
    MarkException(is_on_own_line, lambda evidence: bool(evidence.own_marks)),
    MarkException(
        is_contradicted_by_model, lambda evidence: evidence.policy.trusts_likely_blocks, NAMED_BY_CLASS
    ),
    MarkException(is_vote_that_model_overrules, lambda evidence: True, ("outside-main",)),
    MarkException(is_section_that_model_overrules, lambda evidence: True, ("related-section",)),
    MarkException(is_about_code, lambda evidence: bool(evidence.code_blocks)),
)


def counted_marks(evidence: Evidence) -> list[Mark]:
    """The marks on which no exception applies, in their order."""
    exceptions = [exception for exception in EXCEPTIONS if exception.may_apply(evidence)]
    exemptions_by_code = {
        code: [one.applies for one in exceptions if one.codes is None or code in one.codes]
        for code in {mark.code for mark in evidence.marks}
    }
    return [
        mark
        for mark in evidence.marks
        if not (exemptions := exemptions_by_code[mark.code])
        or not any(applies(evidence, mark) for applies in exemptions)
    ]
