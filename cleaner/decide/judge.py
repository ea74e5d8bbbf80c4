"""Rules and model to one verdict a block: the first two passes.

1. Rules decide: the log-odds that a block is not main content start at a prior and move by weight times
   strength of every mark on it, the strongest mark of a code counting once. Above 0 the block is removed, if
   one of its marks is as strong as the document's policy wants; the mark that weighs most is its reason.
2. The model decides on the blocks that no rule removed: those stay whose keeping has the highest expected
   word-F1 for the document. The model has read what the rules say.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of
from cleaner.analysis.line_types import looks_like_title
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.exceptions import counted_marks
from cleaner.decide.policy import (
    MIN_VOCABULARY_COVERAGE,
    SURE_NATS,
    Doubt,
    Policy,
    mark_weight,
    weight_of_rule,
)
from cleaner.document import Block, Mark, Verdict
from cleaner.model.classifier import Prediction
from cleaner.rules import FAIR, STRONG, TRAFILATURA_OFTEN_KEEPS

# The code of the model's own mark.
MODEL_CODE = "line-model"
# Reasons that go by form and place, and by no word: of a whole row they may be wrong at once.
FORM_AND_PLACE_CODES = frozenset((MODEL_CODE, "outskirts", "menu-run", "teaser-list"))
# A page of text kept whole is right more often than a page cut wrong: before any evidence a block is main
# content with odds of 50 to 1.
PRIOR_NATS = -4.0
# What fair marks can weigh together: less than trafilatura's vote for the block and the prior.
MAX_FAIR_SUM = 8.0
# Words of the shortest sentence: "She said no."
MIN_SENTENCE_WORDS = 3
# A short text whose only title-like line stands above its first paragraph keeps it, as a clean text does, if
# the model finds it this likely; a title has so many words.
MIN_SINGLE_TITLE_P = 0.3
MIN_TITLE_WORDS = 4
# A part of a block is removed only where its own mark would convince alone: nothing around it is asked.
MIN_SPAN_STRENGTH = 0.5
# What the rules say of a block on which none has an opinion.
UNMARKED = Verdict("body", PRIOR_NATS)


def decide_by_rules(evidence: Evidence, decision: Decision) -> Decision:
    """The verdicts of the rules on every block that has marks."""
    marks_by_block: dict[int, list[Mark]] = defaultdict(list)
    for mark in counted_marks(evidence):
        marks_by_block[mark.block].append(mark)
    verdicts = list(decision.verdicts)
    for i, marks in marks_by_block.items():
        verdicts[i] = _rule_verdict(evidence.blocks[i], marks, evidence.policy.rule_weight)
    return decision._replace(verdicts=tuple(verdicts))


def decide_by_model(evidence: Evidence, decision: Decision) -> Decision:
    """The verdicts, with the model's on every block that no rule removed and that it finds unlikely."""
    prediction = evidence.prediction
    if prediction is None:
        return decision
    verdicts = list(decision.verdicts)
    log_odds = _log_odds_against(evidence, decision, prediction)
    removed = [
        i
        for i, verdict in enumerate(verdicts)
        if not verdict.code and log_odds[i] > 0 and not _is_protected(evidence, i, verdict)
    ]
    for i, mark in zip(removed, _model_marks(verdicts, prediction, removed), strict=True):
        verdicts[i] = _model_verdict(verdicts[i], log_odds[i], mark)
    return decision._replace(verdicts=tuple(verdicts))


def _log_odds_against(evidence: Evidence, decision: Decision, prediction: Prediction) -> list[float]:
    """How far each block's log-odds lie below the threshold, in nats; above 0 the model would remove it."""
    policy = evidence.policy
    threshold = favored_threshold(prediction, policy)
    below: list[float] = prediction.log_odds_below(threshold).tolist()
    for i, nats in _user_nats(evidence).items():
        below[i] += nats
    if not policy.prose_margin:
        return below
    in_article = _is_article_prose(evidence.blocks)
    below = [nats - policy.prose_margin * prose for nats, prose in zip(below, in_article, strict=True)]
    title = _single_title(evidence.blocks, decision)
    if title is not None and float(prediction.p_content[title]) >= MIN_SINGLE_TITLE_P:
        below[title] = min(below[title], 0.0)
    return below


def _user_nats(evidence: Evidence) -> Mapping[int, float]:
    """What the weaker rules of the user's own say of each block, in nats: the model has not read them."""
    if not any(mark.weight is not None for mark in evidence.marks):
        return {}
    marks_by_block: dict[int, list[Mark]] = defaultdict(list)
    for mark in counted_marks(evidence):
        if mark.weight is not None and mark.span is None:
            marks_by_block[mark.block].append(mark)
    return {i: sum(map(mark_weight, _opinions(marks))) for i, marks in marks_by_block.items()}


def _single_title(blocks: BlockIndex, decision: Decision) -> int | None:
    """The one line above the first paragraph of a text that reads like its title, and that no rule removed.

    None where several do.
    """
    titles = [
        i
        for i in range(layout_of(blocks).article_range.start)
        if not decision.verdicts[i].code
        and looks_like_title(blocks, i)
        and blocks.words[i] >= MIN_TITLE_WORDS
    ]
    return titles[0] if len(titles) == 1 else None


def favored_threshold(prediction: Prediction, policy: Policy) -> float:
    """The lowest probability that stays, moved as the user favours.

    A threshold of the policy's own moves by `favor_nats`. The one with the highest expected word-F1 lies
    somewhere in a gap between probabilities: the level that is moved is half that F1 (Lipton et al. 2014),
    so that a page whose blocks are all sure stays as it is. The likeliest block always stays. Where the user
    favours nothing, it moves down on a document that the model doubts.
    """
    if policy.keep_threshold is not None:
        return _moved(policy.keep_threshold, policy.favor_nats)
    threshold = prediction.keep_threshold
    nats = policy.favor_nats or _doubt_nats(prediction, policy.doubt)
    if not nats:
        return threshold
    moved = _moved(prediction.expected_f1 / 2, nats)
    if nats < 0:
        return min(threshold, moved)
    return max(threshold, min(moved, float(prediction.p_content.max())))


def _doubt_nats(prediction: Prediction, doubt: Doubt | None) -> float:
    """How far the level at which blocks stay moves on a document that the model doubts: 0, or less than 0."""
    if doubt is None or prediction.vocabulary_coverage < MIN_VOCABULARY_COVERAGE:
        return 0.0
    if prediction.expected_f1 >= doubt.below_f1:
        return 0.0
    kept_words = float(prediction.words[prediction.p_content >= prediction.keep_threshold].sum())
    return -doubt.nats if kept_words >= doubt.min_words else 0.0


def _moved(probability: float, nats: float) -> float:
    """A probability with its log-odds moved; as it is where they are not, or where it has none."""
    if not nats or not 0 < probability < 1:
        return probability
    return 1 / (1 + (1 - probability) / probability * math.exp(-nats))


def _is_protected(evidence: Evidence, i: int, verdict: Verdict) -> bool:
    """Whether a block stays whatever the model says of it."""
    if i in evidence.kept_blocks:
        return True
    return evidence.policy.keeps_sentences and verdict.score < 0 and _is_sentence(evidence.blocks, i)


def _is_article_prose(blocks: BlockIndex) -> list[bool]:
    """Whether each block is prose inside the run of prose that looks like the article."""
    article = layout_of(blocks).article_range
    return [prose and i in article for i, prose in enumerate(blocks.prose)]


def _is_sentence(blocks: BlockIndex, i: int) -> bool:
    """Whether a block reads like a sentence."""
    return blocks.ends_sentence[i] and blocks.words[i] >= MIN_SENTENCE_WORDS


def _rule_verdict(
    block: Block, marks: Sequence[Mark], required_weights: Mapping[str, float] | None
) -> Verdict:
    """What the rules say of a block: removed if one of the marks is as strong as required."""
    on_block = _opinions(marks)
    score = PRIOR_NATS + _capped_sum(on_block)
    if score > 0 and (first := _deciding_mark(on_block, required_weights)):
        return Verdict(first.label, score, (first, *(mark for mark in on_block if mark is not first)))
    cuts = tuple([mark for mark in marks if mark.span is not None and mark.strength >= MIN_SPAN_STRENGTH])
    if cuts and nothing_left(block, cuts):
        return Verdict(cuts[0].label, mark_weight(cuts[0]) + PRIOR_NATS, cuts)
    return Verdict("body", min(score, 0.0), tuple(on_block), cuts)


def _opinions(marks: Sequence[Mark]) -> list[Mark]:
    """The strongest mark of each code on the whole block, the one that weighs most against it first.

    Without trafilatura's vote for the block, where a rule is sure of what it often mistakes.
    """
    if len(marks) == 1:
        return [mark for mark in marks if mark.span is None]
    strongest = _strongest_by_code(mark for mark in marks if mark.span is None)
    if "inside-main" in strongest and any(
        mark.code in TRAFILATURA_OFTEN_KEEPS and mark_weight(mark) >= SURE_NATS for mark in strongest.values()
    ):
        del strongest["inside-main"]
    return sorted(strongest.values(), key=_weightiest_first)


def _strongest_by_code(marks: Iterable[Mark]) -> dict[str, Mark]:
    """The strongest mark of each code, the first of equal ones."""
    strongest: dict[str, Mark] = {}
    for mark in marks:
        other = strongest.setdefault(mark.code, mark)
        if mark.strength > other.strength:
            strongest[mark.code] = mark
    return strongest


def _weightiest_first(mark: Mark) -> tuple[float, str]:
    """What marks are sorted by, so that the one that weighs most against the block comes first."""
    return -mark_weight(mark), mark.code


def _deciding_mark(marks: Sequence[Mark], required_weights: Mapping[str, float] | None) -> Mark | None:
    """The first mark that weighs enough to decide beside the model; any of ours does if none is required.

    The weaker ones of the user's own rules never do: they are added to what others say.
    """
    for mark in marks:
        if mark.weight is not None:
            continue
        if required_weights is None or mark_weight(mark) >= required_weights.get(
            mark.code, required_weights.get(mark.label, STRONG)
        ):
            return mark
    return None


def _model_marks(
    verdicts: Sequence[Verdict], prediction: Prediction, removed: Sequence[int]
) -> Iterator[Mark]:
    """The model's mark on each block it removes; where no rule gives a reason, with its own in words."""
    unexplained = [i for i in removed if not _leading_rule_mark(verdicts[i])]
    reasons = dict(zip(unexplained, prediction.reasons(unexplained), strict=True))
    for i in removed:
        why = reasons.get(i, "the model agrees, from all that is around")
        yield Mark(i, MODEL_CODE, "chrome", prediction.p_boilerplate(i), why)


def _model_verdict(verdict: Verdict, log_odds: float, mark: Mark) -> Verdict:
    """The block is removed; the reason given first is that of a rule that leans the same way."""
    first = _leading_rule_mark(verdict)
    marks = (*first, mark, *verdict.marks[len(first) :])
    return Verdict(marks[0].label, log_odds, marks)


def _leading_rule_mark(verdict: Verdict) -> tuple[Mark, ...]:
    """The rule's mark that weighs most against the block, if any does."""
    return verdict.marks[:1] if verdict.marks and mark_weight(verdict.marks[0]) > 0 else ()


def _capped_sum(marks: Sequence[Mark]) -> float:
    """Nats for and against. Fair rules, which go by form alone, agree so often that their sum is capped."""
    fair, other = 0.0, 0.0
    for mark in marks:
        rule_weight = weight_of_rule(mark)
        if 0 < rule_weight <= FAIR:
            fair += rule_weight * mark.strength
        else:
            other += rule_weight * mark.strength
    return min(fair, MAX_FAIR_SUM) + other


def nothing_left(block: Block, cuts: Sequence[Mark]) -> bool:
    """Whether the cuts take every letter of the block."""
    at = 0
    for start, end in sorted(block.to_text_span(*mark.span) for mark in cuts if mark.span):
        if any(char.isalnum() for char in block.text[at:start]):
            return False
        at = max(at, end)
    return not any(char.isalnum() for char in block.text[at:])
