"""How far rules and model are believed, by the kind of document: one row of `POLICIES` for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.leftovers import lines_told_by_place
from cleaner.document import Kind, Mark
from cleaner.model.rule_features import CONFIDENT_NATS
from cleaner.rules import FAIR, RULE_WEIGHTS, STRONG
from cleaner.settings import Favor

if TYPE_CHECKING:
    from cleaner.decide.own_lines import OwnMarks
    from cleaner.model.classifier import Prediction

# What a mark must weigh, in nats, to be sure by itself: half way between fair and strong.
SURE_NATS = 6.5


@dataclass(frozen=True, slots=True)
class Doubt:
    """A document of which the model expects little is cut less: half an article lost is worse than leftovers.

    Attributes:
        below_f1: the document is one for whose best threshold the model expects a lower word-F1.
        min_words: so many words stay at the least at that threshold. Where fewer do, what lies below it is
            more often what stands beside a short article.
        nats: how far the level at which blocks stay goes down.
    """

    below_f1: float
    min_words: float
    nats: float


@dataclass(frozen=True, slots=True)
class Policy:
    """How far rules and model are believed on one kind of document. Weights and margins are in nats.

    Attributes:
        min_mark_weight: weaker marks do not count.
        rule_weight: what a mark must weigh, by its code or else its label, to decide beside the model; other
            marks must be `STRONG`. None: any mark may decide if the sum of all says so.
        keep_threshold: the model removes blocks whose probability of being main content is lower. None: the
            threshold with the highest expected word-F1 for this document.
        prose_margin: how far below the threshold a paragraph of the article must lie to be removed.
        keeps_sentences: the model alone removes no block that reads like a sentence.
        heading_check: a site's own words (`Privacy`) above prose are a heading if the model allows it.
        trusts_likely_blocks: what the model finds very likely stays, whatever its element is named.
        keeps_own_lines: marks on lines that a text has of its own (`own_lines.py`) do not count.
        favor_nats: how far the user moves the level at which blocks stay: above 0 more of them go.
        doubt: which documents the model doubts, and what then; for `favor="balanced"` where the lexicon knows
            the words.
    """

    min_mark_weight: float = 0.0
    rule_weight: Mapping[str, float] | None = field(default_factory=dict)
    keep_threshold: float | None = None
    prose_margin: float = 0.0
    keeps_sentences: bool = False
    heading_check: bool = False
    trusts_likely_blocks: bool = True
    keeps_own_lines: bool = False
    favor_nats: float = 0.0
    doubt: Doubt | None = None


# Chosen on sites that no fit saw: with this margin short pages lose next to nothing of their articles.
PROSE_MARGIN = 2.0
# The line `Advertisement` needs less than a strong mark. So do, in flattened text, bylines, dates and tags:
# labelled pages keep or drop them as they please.
PAGE_WEIGHTS: Mapping[str, float] = {"ad": SURE_NATS}
FLATTENED_WEIGHTS: Mapping[str, float] = {"ad": SURE_NATS, "meta": FAIR}
# In clean texts credits of pictures must be strong, as many of them hold some.
CLEAN_WEIGHTS: Mapping[str, float] = {"meta": SURE_NATS, "ad": SURE_NATS, "caption": STRONG}
# The lowest probability that a line of a clean text may have: only what is all but impossible goes.
CLEAN_TEXT_THRESHOLD = 0.003

# Chosen by `python -m training.doubt` on labelled pages, each judged with probabilities of a fit without its
# site: of 1,407 pages 103 lost over a fifth of their main content and 82 do, word-F1 .0005 higher; of 2,511
# flattened ones 36 fewer do, word-F1 .0001 lower. With twice the nats a few more are saved, and word-F1 falls
# by .002.
DOUBT_OF_PAGES = Doubt(below_f1=0.9, min_words=150, nats=0.7)
DOUBT_OF_FLATTENED = Doubt(below_f1=0.8, min_words=200, nats=0.4)

POLICIES: Mapping[str, Policy] = {
    "page": Policy(rule_weight=PAGE_WEIGHTS, doubt=DOUBT_OF_PAGES),
    "flattened": Policy(rule_weight=FLATTENED_WEIGHTS, doubt=DOUBT_OF_FLATTENED),
    "flattened, short": Policy(rule_weight=FLATTENED_WEIGHTS, prose_margin=PROSE_MARGIN),
    "clean": Policy(
        min_mark_weight=SURE_NATS,
        rule_weight=CLEAN_WEIGHTS,
        keep_threshold=CLEAN_TEXT_THRESHOLD,
        heading_check=True,
        keeps_own_lines=True,
    ),
    "clean, unknown words": Policy(
        min_mark_weight=SURE_NATS,
        rule_weight=None,
        keep_threshold=CLEAN_TEXT_THRESHOLD,
        prose_margin=PROSE_MARGIN,
        keeps_sentences=True,
        heading_check=True,
        trusts_likely_blocks=False,
        keeps_own_lines=True,
    ),
    "little known": Policy(
        rule_weight=None, prose_margin=PROSE_MARGIN, keeps_sentences=True, trusts_likely_blocks=False
    ),
}

# `--favor`: how far the level at which a block stays is moved; `python -m bench.quality favor` shows what
# each gives. Less towards precision: with 1.5 nats every fifth page loses over a fifth of its article.
FAVOR_NATS: Mapping[Favor, float] = {"precision": 0.8, "balanced": 0.0, "recall": -1.5}

# A text this likely to be clean is not judged as a page if the rules find few kinds of boilerplate in it; one
# that is certainly clean is not whatever they find. How many clean texts and pages of other sites pass each
# level stands in `training/model.md`, as `python -m training.build` prints it.
MIN_P_CLEAN = 0.1
# A short text in which all words of boilerplate stand on lines of its own (`own_lines.py`), as in verse, in a
# list of notices, in a manual. Of 170 half cleaned pages few are such.
MIN_P_CLEAN_OF_OWN_LINES = 0.01
# Where only words on such lines make it as many kinds as a page has.
MIN_P_CLEAN_WITH_LABELS = 0.35
MIN_P_CERTAINLY_CLEAN = 0.9
MIN_BOILERPLATE_KINDS = 4
# The fit saw few documents of fewer blocks. For text chosen on sites that no fit saw, among 60, 40, 25, 15
# and 8: at 25 most is gained on short pages, flattened or half cleaned; below it pages joined into a few long
# lines lose more of the article.
MIN_MODEL_BLOCKS: Mapping[Kind, int] = {"text": 25, "html": 15}
# Where the lexicon knows a smaller share of the words, the model goes by form: it was fitted on documents
# with their words masked as well. There it needs the margin to remove a paragraph, as in a short text.
MIN_VOCABULARY_COVERAGE = 0.6
# In a text of fewer lines than this the model needs the margin to remove a paragraph.
SHORT_TEXT_LINES = 60
# A text of fewer blocks than the model was fitted on, in which rules are sure of few kinds of boilerplate, is
# more often an article with leftovers than a page: the level at which its blocks stay is as much lower. Of
# flattened pages, judged by fits that did not see their site, so short ones gain .006 of word-F1 by it (of 25
# to 60 lines they lose .016), and clean texts that are taken for pages gain recall.
HALF_CLEANED_NATS = -1.5
# Of a page with all that a site puts around an article, for which the model expects so high a word-F1,
# trafilatura says nothing new. Chosen by `python -m training.reference_gate --sample 2`, each page judged by
# fits that did not see its site: 62 of 100 pages are spared it, word-F1 falls by .0002, in no source by more
# than .0009, and no more pages lose over a fifth. From .93 on down some do; with .85 it falls by .0014. How
# many words the lexicon knows does not matter: in other languages than English, of which it knows few, 66 of
# 100 are spared, and word-F1 rises. Smaller pages lose more by it.
MIN_CONFIDENT_BLOCKS = 60
MIN_CONFIDENT_F1 = 0.95


def policy_for(
    blocks: BlockIndex,
    marks: Iterable[Mark],
    prediction: Prediction | None,
    favor: Favor = "balanced",
    own: OwnMarks | None = None,
) -> Policy:
    """The row for a document, of whose marks `marks` are those that the user has not switched off.

    `own` are the marks on lines that a text has of its own.
    """
    kinds = _kinds_of_text(blocks, list(marks), own) if blocks.doc.kind == "text" else None
    row, nats = _row(blocks, prediction, kinds), FAVOR_NATS[favor]
    if kinds is None or kinds.counted >= MIN_BOILERPLATE_KINDS:
        return replace(POLICIES[row], favor_nats=nats)
    nats += HALF_CLEANED_NATS if row == "little known" else 0.0
    return replace(POLICIES[row], favor_nats=nats, min_mark_weight=SURE_NATS, keeps_own_lines=True)


class _Kinds(NamedTuple):
    """How many kinds of boilerplate the rules are sure of: all, and without what is no sign of a page, if
    there is any such."""

    all: int
    counted: int
    has_own_lines: bool


def _kinds_of_text(blocks: BlockIndex, marks: Sequence[Mark], own: OwnMarks | None) -> _Kinds:
    n_all = boilerplate_kinds(blocks, marks)
    if own is None or not own.uncounted:
        return _Kinds(n_all, n_all, own is not None and own.has_own_lines)
    counted = [mark for mark in marks if (mark.block, mark.code) not in own.uncounted]
    return _Kinds(n_all, boilerplate_kinds(blocks, counted), True)


def _min_p_clean(n_blocks: int, kinds: _Kinds) -> float:
    """How likely a text must be clean not to be judged as a page."""
    if kinds.counted >= MIN_BOILERPLATE_KINDS:
        return MIN_P_CERTAINLY_CLEAN
    if kinds.has_own_lines and not kinds.counted and n_blocks < SHORT_TEXT_LINES:
        return MIN_P_CLEAN_OF_OWN_LINES
    return MIN_P_CLEAN_WITH_LABELS if kinds.all >= MIN_BOILERPLATE_KINDS else MIN_P_CLEAN


def _row(blocks: BlockIndex, prediction: Prediction | None, kinds: _Kinds | None) -> str:
    if prediction is None:
        return "little known"
    knows_words = prediction.vocabulary_coverage >= MIN_VOCABULARY_COVERAGE
    if kinds is not None and prediction.p_already_clean >= _min_p_clean(len(blocks), kinds):
        return "clean" if knows_words else "clean, unknown words"
    if len(blocks) < MIN_MODEL_BLOCKS[blocks.doc.kind]:
        return "little known"
    if kinds is None:
        return "page"
    is_careful = len(blocks) < SHORT_TEXT_LINES or not knows_words
    return "flattened, short" if is_careful else "flattened"


def boilerplate_kinds(blocks: BlockIndex, marks: Iterable[Mark]) -> int:
    """How many kinds of boilerplate the rules are sure of.

    Leftovers that are told by their form and place do not count, unless phrases tell them as well: they
    are heard in a clean text too, and so are no proof that a text is a page.
    """
    leftovers = lines_told_by_place(blocks)
    found: set[str] = set()
    phrase_blocks: dict[str, frozenset[int]] = {}
    for mark in marks:
        if mark.code in found or mark.span is not None or mark_weight(mark) < CONFIDENT_NATS:
            continue
        if mark.block in leftovers:
            if mark.code not in phrase_blocks:
                phrase_blocks[mark.code] = frozenset(hit.block for hit in blocks.phrase_hits(mark.code))
            if mark.block not in phrase_blocks[mark.code]:
                continue
        found.add(mark.code)
    return len(found)


def mark_weight(mark: Mark) -> float:
    """What a rule's mark is worth: nats of log-odds that the block is not main content."""
    weight = mark.weight  # not by `weight_of_rule`: a text has hundreds of marks, each asked several times
    return (RULE_WEIGHTS[mark.code] if weight is None else weight) * mark.strength


def weight_of_rule(mark: Mark) -> float:
    """What a mark of strength 1 of the same rule is worth."""
    return RULE_WEIGHTS[mark.code] if mark.weight is None else mark.weight


def needs_no_reference(blocks: BlockIndex, prediction: Prediction | None) -> bool:
    """Whether the model knows a page so well that trafilatura need not be asked."""
    return (
        prediction is not None
        and len(blocks) >= MIN_CONFIDENT_BLOCKS
        and prediction.expected_f1 >= MIN_CONFIDENT_F1
    )
