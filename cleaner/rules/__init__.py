"""RULES, in order, is the table of contents; then one file a rule.

A rule looks at all blocks and yields findings: opinions, never decisions. Its code is its function's name
with hyphens, and names its file, its case file in `fixtures/rules` and its phrase list in
`cleaner/data/phrases`. Its docstring is its manual page: what it drops, what it keeps.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cleaner.analysis.blocks import BlockIndex, Finding
from cleaner.document import Label, Mark
from cleaner.rules.app_download import app_download
from cleaner.rules.author_note import author_note
from cleaner.rules.byline import byline
from cleaner.rules.caption import caption
from cleaner.rules.codes import NON_RULE_CODES
from cleaner.rules.comments import comments
from cleaner.rules.hidden import hidden
from cleaner.rules.inline_ad import inline_ad
from cleaner.rules.inside_main import inside_main
from cleaner.rules.interstitial_ad import interstitial_ad
from cleaner.rules.legal_line import legal_line
from cleaner.rules.link_list import link_list
from cleaner.rules.menu_run import menu_run
from cleaner.rules.navigation import navigation
from cleaner.rules.outside_main import outside_main
from cleaner.rules.outskirts import outskirts
from cleaner.rules.page_date import page_date
from cleaner.rules.prose import prose
from cleaner.rules.publication_note import publication_note
from cleaner.rules.read_also import read_also
from cleaner.rules.recommendation_widget import recommendation_widget
from cleaner.rules.related_section import related_section
from cleaner.rules.repeated_title import repeated_title
from cleaner.rules.share_bar import share_bar
from cleaner.rules.sign_in import sign_in
from cleaner.rules.site_line import site_line
from cleaner.rules.subscribe import subscribe
from cleaner.rules.teaser_list import teaser_list
from cleaner.rules.timestamp import timestamp
from cleaner.rules.topic_tags import topic_tags
from cleaner.rules.widget import widget

# What a finding of strength 1 is worth, in nats of log-odds that the block is not main content, set by hand.
# The judge starts every block at -4; the fitted model reads all of them.
CERTAIN = 12.0  # decides alone, whatever the page looks like
STRONG = 8.0  # decides alone, unless something speaks for the block
FAIR = 5.0  # left to the model; decides where the model knows little, on a page with certain boilerplate
PRO_BODY = -7.5  # speaks for the block
WEAKLY_PRO_BODY = -3.0  # speaks for the block against opinions that are only fair
REFERENCE_WEIGHT = 7.9  # a whole other extractor's word; a strong rule's reason tells more, and goes first


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the judge knows it. Calling it gives its marks."""

    find: Callable[[BlockIndex], Iterable[Finding]]
    label: Label
    weight: float

    @property
    def code(self) -> str:
        """The reason code, e.g. `share-bar`."""
        return self.find.__name__.replace("_", "-")

    @property
    def manual(self) -> str:
        """The manual page: the rule's docstring."""
        return inspect.cleandoc(self.find.__doc__ or "")

    def __call__(self, blocks: BlockIndex) -> Iterator[Mark]:
        code, label = self.code, self.label
        for block, why, strength, span in self.find(blocks):
            raw_span = blocks[block].to_raw_span(*span) if span else None
            yield Mark(block, code, label, strength, why, raw_span)


# What a witness says, where one was asked.
REFERENCE_RULES: tuple[Rule, ...] = (
    Rule(outside_main, "chrome", REFERENCE_WEIGHT),
    Rule(inside_main, "body", PRO_BODY),
)
RULES: tuple[Rule, ...] = (
    Rule(interstitial_ad, "ad", CERTAIN),
    Rule(inline_ad, "ad", CERTAIN),
    Rule(recommendation_widget, "ad", CERTAIN),
    Rule(navigation, "chrome", CERTAIN),
    Rule(share_bar, "chrome", CERTAIN),
    Rule(sign_in, "chrome", CERTAIN),
    Rule(subscribe, "chrome", CERTAIN),
    Rule(app_download, "chrome", CERTAIN),
    Rule(comments, "chrome", CERTAIN),
    Rule(legal_line, "chrome", CERTAIN),
    Rule(page_date, "chrome", CERTAIN),
    Rule(widget, "chrome", CERTAIN),
    Rule(read_also, "related", CERTAIN),
    Rule(related_section, "related", CERTAIN),
    Rule(teaser_list, "related", FAIR),
    Rule(byline, "meta", FAIR),
    Rule(timestamp, "meta", STRONG),
    Rule(repeated_title, "meta", CERTAIN),
    Rule(caption, "meta", STRONG),
    Rule(author_note, "meta", STRONG),
    Rule(topic_tags, "meta", STRONG),
    Rule(publication_note, "meta", STRONG),
    Rule(link_list, "chrome", CERTAIN),
    Rule(hidden, "chrome", CERTAIN),
    Rule(site_line, "chrome", CERTAIN),
    Rule(menu_run, "chrome", FAIR),
    Rule(outskirts, "chrome", FAIR),
    Rule(prose, "body", WEAKLY_PRO_BODY),
    *REFERENCE_RULES,
)
RULES_BY_CODE = {rule.code: rule for rule in RULES}
RULE_WEIGHTS = {rule.code: rule.weight for rule in RULES}


def manual_page(code: str) -> str:
    """The manual page of any code that an edit, a cut or a failure can carry. KeyError if there is none."""
    return RULES_BY_CODE[code].manual if code in RULES_BY_CODE else NON_RULE_CODES[code].manual


def list_codes() -> list[tuple[str, str, str]]:
    """(label, code, one line) for every code, rules first in their order."""
    rules = [(rule.label, rule.code, first_paragraph(rule.manual)) for rule in RULES]
    return [
        *rules,
        *((other.label, code, first_paragraph(other.manual)) for code, other in NON_RULE_CODES.items()),
    ]


def first_paragraph(text: str) -> str:
    """The first paragraph of a manual page, on one line."""
    return " ".join(text.partition("\n\n")[0].split())
