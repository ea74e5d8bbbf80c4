"""PASSES, in order, decide a document: each pass takes the decision so far and gives the next one."""

from __future__ import annotations

from collections.abc import Callable

from cleaner.decide.code_listings import keep_code_listings
from cleaner.decide.comments import keep_comment_blocks
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.folded_parts import keep_folded_parts
from cleaner.decide.guard import look_at_large_cuts
from cleaner.decide.inner_lists import keep_inner_lists
from cleaner.decide.judge import UNMARKED, decide_by_model, decide_by_rules
from cleaner.decide.live_blog import keep_live_entries
from cleaner.decide.markdown_tables import keep_markdown_tables
from cleaner.decide.no_article import detect_no_article
from cleaner.decide.resumed import keep_resumed_article
from cleaner.decide.several_articles import keep_one_article
from cleaner.decide.site_rules import apply_site_rules
from cleaner.decide.table_heads import keep_table_heads
from cleaner.decide.tail import cut_tail
from cleaner.decide.user_rules import apply_user_rules
from cleaner.decide.walls import detect_wall

Pass = Callable[[Evidence, Decision], Decision]

PASSES: tuple[Pass, ...] = (
    decide_by_rules,  # marks that are strong enough
    decide_by_model,  # blocks that no rule removed
    cut_tail,  # what is left below a clean text, among lines that are sure to go
    keep_code_listings,  # code between paragraphs that stay
    keep_table_heads,  # a table of data that stays keeps its heads
    keep_markdown_tables,  # a table written in Markdown between paragraphs that stay
    keep_folded_parts,  # what the page folds: answers, tabs, the rest below `Read more`
    keep_inner_lists,  # ingredients, and rows of figures between paragraphs that stay
    keep_resumed_article,  # the article goes on below a box in it
    look_at_large_cuts,  # what was cut of the article's own prose comes back, and it is said
    keep_comment_blocks,  # --comments keep: what the model removed of a page's comments comes back
    keep_live_entries,  # the entries of a live blog look like several articles
    keep_one_article,  # of several articles on a page the one that is its own
    detect_wall,  # a paywall or a consent dialog in the article's place
    detect_no_article,  # a robot check, a log-in, an error: notices and no article
    apply_user_rules,  # what the user's own rules are sure of
    apply_site_rules,  # the user's own selectors have the last word
)


def decide(evidence: Evidence) -> Decision:
    """One verdict a block, in their order, and a note on the document."""
    decision = Decision((UNMARKED,) * len(evidence.blocks))
    for apply in PASSES:
        decision = apply(evidence, decision)
    return decision
