"""Menu runs: stretches of short lines that no writer sets in a row."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of, true_runs
from cleaner.analysis.running_heads import running_heads
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import FAIR

# Outside the article three short lines in a row are a menu more often than not; inside it lists of ten
# entries are common, and a table or a poem runs to dozens.
MIN_LINES_OUTSIDE = 3
MIN_LINES_INSIDE = 6
FULL_STRENGTH_LINES = 12
# Menus speak in titles: in most of their lines, most words begin with a capital, where the script has them.
MAX_MEAN_MENU_WORDS = 3.5


@rule("chrome", FAIR, group="links")
def menu_run(blocks: BlockIndex) -> Iterator[Finding]:
    """Runs of short lines without punctuation that look like menus, link lists or tag clouds.

    Drops: where a page has other boilerplate, three or more such lines in a row outside the main run of
    prose, or many in a row inside it; more surely the longer the run.
    Keeps: lists, recipes, poems and schedules inside an article, headings before paragraphs, and everything
    on a page that is not one article, or of a printed document with running heads.
    """
    layout = layout_of(blocks)
    if not layout.is_single_article or running_heads(blocks):
        return
    for run in true_runs(layout.is_menu_like):
        is_inside = run[0] in layout.article_range
        if len(run) < (MIN_LINES_INSIDE if is_inside else MIN_LINES_OUTSIDE):
            continue
        strength = min(1.0, len(run) / FULL_STRENGTH_LINES)
        if is_inside:
            mean_words = blocks.word_count(run) / len(run)
            strength *= 0.6 if mean_words <= MAX_MEAN_MENU_WORDS else 0.3
        else:
            strength = 0.5 + strength / 2
        why = f"one of {len(run)} short lines in a row {'inside' if is_inside else 'outside'} the article"
        yield from (Finding(i, why, strength) for i in run)
