"""Blocks of a page that another extractor takes for the article too."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.leftovers import sure_form_lines
from cleaner.analysis.overlap import reference_overlap
from cleaner.rules.outside_main import MIN_INSIDE_SHARE
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import PRO_BODY


@rule("body", PRO_BODY, group=None, traits=("reads-reference", "place"))
def inside_main(blocks: BlockIndex) -> Iterator[Finding]:
    """A vote for blocks of an HTML page that trafilatura takes for the article: it protects, it never drops.

    Drops: nothing.
    Keeps: a block of which trafilatura's text holds at least 85%, against rules that are not certain; but no
    line that has the form of a leftover, which trafilatura takes for the article's last sentence.
    """
    leftovers = sure_form_lines(blocks)
    for i, share in enumerate(reference_overlap(blocks) or ()):
        if share >= MIN_INSIDE_SHARE and i not in leftovers:
            yield Finding(i, f"trafilatura's article holds {share:.0%} of the block", share)
