"""Menu runs: stretches of short lines that no writer sets in a row."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.analysis.layout import layout, runs

# Outside the article three short lines in a row are a menu more often than not; inside it lists of ten
# entries are common, and a table or a poem runs to dozens.
OUTSIDE = 3
INSIDE = 6
SURE_LINES = 12
# Menus speak in titles: in most of their lines, most words begin with a capital, where the script has them.
MENU_WORDS = 3.5


def menu_run(blocks: BlockIndex) -> Iterator[Finding]:
    """Runs of short lines without punctuation that look like menus, link lists or tag clouds.

    Drops: where a page has other boilerplate, three or more such lines in a row outside the main run of
    prose, or many in a row inside it; more surely the longer the run.
    Keeps: lists, recipes, poems and schedules inside an article, headings before paragraphs, and everything
    on a page that is not one article.
    """
    shape = layout(blocks)
    if not shape.article:
        return
    for run in runs(shape.short):
        inside = run[0] in shape.main
        if len(run) < (INSIDE if inside else OUTSIDE):
            continue
        sure = min(1.0, len(run) / SURE_LINES)
        if inside:
            mean = sum(blocks.words[i] for i in run) / len(run)
            sure *= 0.6 if mean <= MENU_WORDS else 0.3
        else:
            sure = 0.5 + sure / 2
        why = f"one of {len(run)} short lines in a row {'inside' if inside else 'outside'} the article"
        yield from (Finding(i, why, sure) for i in run)
