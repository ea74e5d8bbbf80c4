"""Pages that show several articles, as those do that go on without end: one stays, the others go.

The one that stays is named by the page's address or title (its head, its JSON-LD), or is the first where the
page declares that it is one article. A page of posts names none of them, and keeps all.
"""

from __future__ import annotations

from collections.abc import Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.normalize import fold, line_template
from cleaner.analysis.resumption import topic_terms
from cleaner.decide.comments import REASONS_BY_POSITION
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.judge import PRIOR_NATS
from cleaner.decide.live_blog import is_live_blog
from cleaner.decide.own_address import addressed_unit
from cleaner.decide.repeated_elements import Unit, article_units, repeated_units
from cleaner.document import Mark, Verdict
from cleaner.rules import CERTAIN

RELATED_CODE, TITLE_CODE = "related-section", "repeated-title"
# What an article is, at the least: shorter ones are teasers.
MIN_ARTICLE_WORDS, MIN_ARTICLE_PARAGRAPHS = 60, 2
# A heading is the title if it makes up so much of it: the rest is the site's name.
MIN_TITLE_SHARE = 0.5
# What holds so many of the long words of the article's heading is about the same.
MIN_TOPIC_SHARE = 0.5


def keep_one_article(evidence: Evidence, decision: Decision) -> Decision:
    """The decision, without the other articles of a page that shows several and says which one it is."""
    blocks = evidence.blocks
    if blocks.doc.kind != "html" or is_live_blog(evidence):
        return decision
    for units in (*repeated_units(blocks, (1, 2)), *article_units(blocks)):
        articles = [unit for unit in units if _is_article(blocks, unit)]
        if len(articles) < 2:
            continue
        addressed = addressed_unit(blocks, evidence.head, articles)
        main = addressed or _main_article(evidence, articles)
        others = [one for one in articles if one is not main]
        if main is not None and (addressed or not _are_parts(blocks, main, others)):
            return _with_one_article(blocks, decision, main, others)
    return decision


def _are_parts(blocks: BlockIndex, main: Unit, others: Sequence[Unit]) -> bool:
    """Whether most of the others speak of what the main one's heading names: all are parts of one article."""
    topic = topic_terms(blocks.folded[main.heading])
    spoken_of = (topic_terms(" ".join(blocks.folded[i] for i in one.blocks)) for one in others)
    n_same = sum(len(topic & terms) >= MIN_TOPIC_SHARE * len(topic) for terms in spoken_of)
    return bool(topic) and 2 * n_same > len(others)


def _is_article(blocks: BlockIndex, unit: Unit) -> bool:
    paragraphs = _paragraphs(blocks, unit)
    return len(paragraphs) >= MIN_ARTICLE_PARAGRAPHS and blocks.word_count(paragraphs) >= MIN_ARTICLE_WORDS


def _paragraphs(blocks: BlockIndex, unit: Unit) -> list[int]:
    return [i for i in unit.blocks if blocks.prose[i] and not blocks[i].hidden]


def _main_article(evidence: Evidence, articles: Sequence[Unit]) -> Unit | None:
    """The article under the page's title; the first where none is and the page says that it is one.

    Under a title that stands elsewhere they are parts of one article, as sections always are. Elements of
    other names hold articles only where the page declares one.
    """
    blocks, tag = evidence.blocks, articles[0].tag
    if tag == "section" or (tag != "article" and not evidence.head.declares_article):
        return None
    named = [unit for unit in articles if _is_title(blocks, unit.heading)]
    if named:
        return named[0]
    has_title_elsewhere = any(block.heading and _is_title(blocks, i) for i, block in enumerate(blocks))
    is_list = tag == "article" and blocks[articles[0].heading].heading == 1
    is_one_of_them = is_list and not has_title_elsewhere and evidence.head.declares_article
    return articles[0] if is_one_of_them else None


def _is_title(blocks: BlockIndex, i: int) -> bool:
    """Whether a heading is what the page calls its title, the site's name aside."""
    heading = blocks.templates[i]
    titles = (line_template(fold(title)) for title in blocks.titles)
    return bool(heading) and any(
        heading in title and len(heading) >= MIN_TITLE_SHARE * len(title) for title in titles
    )


def _with_one_article(blocks: BlockIndex, decision: Decision, main: Unit, others: Sequence[Unit]) -> Decision:
    """The decision without the blocks of the others. What only its place took from the main one comes back,
    where nothing else of it stays."""
    out = list(decision.verdicts)
    kept_others = [i for unit in others for i in unit.blocks if not out[i].code]
    for i in kept_others:
        why = f"another article on the page, “{blocks.texts[main.heading][:60]}” being the page's own"
        out[i] = Verdict("related", CERTAIN + PRIOR_NATS, (Mark(i, RELATED_CODE, "related", 1.0, why),))
    if not out[main.heading].code and _is_title(blocks, main.heading):  # below others, no rule took it for it
        mark = Mark(main.heading, TITLE_CODE, "meta", 1.0, "the article's title")
        out[main.heading] = Verdict("meta", CERTAIN + PRIOR_NATS, (mark,))
    if not any(blocks.prose[i] and not out[i].code for i in main.blocks):
        for i in main.blocks:
            if out[i].code in REASONS_BY_POSITION and blocks.prose[i]:
                out[i] = out[i].kept()
    is_noted = any(blocks.prose[i] for i in kept_others)
    return Decision(tuple(out), "several-articles" if is_noted else decision.note)
