"""Pages that hold no article: robot checks, `enable JavaScript`, no permission, not found, loading, log-in.

Such a page is short, and what stays of it are notices to the reader, with what goes beside them: numbers for
the support, buttons, a way to the home page. What is *about* such pages has sentences of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.notices import Notices, find_notices
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import PRIOR_NATS
from cleaner.document import Mark, Verdict
from cleaner.rules import CERTAIN

NO_ARTICLE_CODE = "no-article"
# The longest such page looked at, a robot check with all that it says about itself, has 110 words.
MAX_PAGE_WORDS = 150
# In notices a phrase of theirs stands every eight words or so, in what is written about them every thirty.
MAX_WORDS_PER_PHRASE = 15
# Prose that was cut in one document: with more there was an article, and the cut was wrong.
MAX_CUT_PROSE_WORDS = 60


def detect_no_article(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, with nothing kept and a note where what stays are notices and no article."""
    blocks, verdicts = evidence.blocks, decision.verdicts
    kept = [i for i, verdict in enumerate(verdicts) if not verdict.code]
    if decision.note not in (None, "large-cut") or not len(blocks):
        return decision
    if blocks.word_count(kept) > MAX_PAGE_WORDS:
        return decision
    if not kept:
        return decision._replace(note="no-article") if _holds_little_prose(blocks) else decision
    is_short = blocks.word_count(blocks.visible) <= MAX_PAGE_WORDS
    if not _holds_notices_only(blocks, kept, find_notices(blocks, blocks.visible if is_short else kept)):
        return decision
    out = list(verdicts)
    for i in kept:
        mark = Mark(i, NO_ARTICLE_CODE, "chrome", 1.0, "the page has no article, only notices to its reader")
        out[i] = Verdict("chrome", CERTAIN + PRIOR_NATS, (mark, *out[i].marks))
    return Decision(tuple(out), "no-article")


def _holds_notices_only(blocks: BlockIndex, kept: Sequence[int], notices: Notices) -> bool:
    """Whether what stays are notices, what goes beside them, and a few words more."""
    notice_words = blocks.word_count(notices.notice_blocks)
    rest = [i for i in kept if i not in notices.notice_blocks and i not in notices.support_blocks]
    own_words = [i for i in rest if not _is_label(blocks, i)]
    support_prose = [i for i in notices.support_blocks if blocks.prose[i]]
    return (
        bool(notices.notice_blocks)
        and not any(blocks.prose[i] for i in rest)
        and blocks.word_count(own_words) <= notice_words
        and blocks.word_count(support_prose) <= notice_words
        and blocks.word_count(kept) <= MAX_WORDS_PER_PHRASE * notices.n_phrases
    )


def _is_label(blocks: BlockIndex, i: int) -> bool:
    """Whether a block is a link, or the title that the page declares: neither is an article."""
    return blocks[i].link_density > 0.5 or blocks.texts[i] in blocks.titles


def _holds_little_prose(blocks: BlockIndex) -> bool:
    return blocks.word_count([i for i, prose in enumerate(blocks.prose) if prose]) <= MAX_CUT_PROSE_WORDS
