"""RULES, in order, is the table of contents; then one file a rule.

A rule looks at all blocks and yields findings: opinions, never decisions. Its code is its function's name
with hyphens, and names its file, its case file in `fixtures/rules` and its phrase list in
`cleaner/data/phrases`. All that a rule is stands in its file: label, weight, the model's group and traits on
the function (`rule.py` says what they mean), and as its docstring the manual page: what it drops, what it
keeps.
"""

from __future__ import annotations

from cleaner.rules.app_download import app_download
from cleaner.rules.author_note import author_note
from cleaner.rules.between_leftovers import between_leftovers
from cleaner.rules.byline import byline
from cleaner.rules.caption import caption
from cleaner.rules.codes import NON_RULE_CODES
from cleaner.rules.comments import comments
from cleaner.rules.consent_dialog import consent_dialog
from cleaner.rules.embed_notice import embed_notice
from cleaner.rules.excerpt_list import excerpt_list
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
from cleaner.rules.repeated_label import repeated_label
from cleaner.rules.repeated_title import repeated_title
from cleaner.rules.rule import Finding, Rule, Trait
from cleaner.rules.running_head import running_head
from cleaner.rules.share_bar import share_bar
from cleaner.rules.sign_in import sign_in
from cleaner.rules.site_line import site_line
from cleaner.rules.strengths import CERTAIN, FAIR, STRONG
from cleaner.rules.subscribe import subscribe
from cleaner.rules.teaser_list import teaser_list
from cleaner.rules.timestamp import timestamp
from cleaner.rules.topic_tags import topic_tags
from cleaner.rules.widget import widget

__all__ = [
    "CERTAIN",
    "FAIR",
    "HEADING_CODES",
    "NAMED_BY_CLASS",
    "PLACE_CODES",
    "POSITION_ONLY_CODES",
    "REFERENCE_RULES",
    "RULES",
    "RULES_BY_CODE",
    "RULE_WEIGHTS",
    "STRONG",
    "TRAFILATURA_OFTEN_KEEPS",
    "Finding",
    "Rule",
    "codes_with",
    "first_paragraph",
    "list_codes",
    "manual_page",
]

# In this order marks are made and codes are listed.
RULES: tuple[Rule, ...] = (
    interstitial_ad,
    inline_ad,
    recommendation_widget,
    navigation,
    share_bar,
    sign_in,
    subscribe,
    app_download,
    comments,
    legal_line,
    page_date,
    widget,
    embed_notice,
    consent_dialog,
    repeated_label,
    read_also,
    related_section,
    teaser_list,
    excerpt_list,
    byline,
    timestamp,
    repeated_title,
    caption,
    author_note,
    topic_tags,
    publication_note,
    running_head,
    between_leftovers,
    link_list,
    hidden,
    site_line,
    menu_run,
    outskirts,
    prose,
    outside_main,
    inside_main,
)
RULES_BY_CODE = {rule.code: rule for rule in RULES}
RULE_WEIGHTS = {rule.code: rule.weight for rule in RULES}


def codes_with(trait: Trait) -> frozenset[str]:
    """The codes of the rules that have a trait."""
    return frozenset(rule.code for rule in RULES if trait in rule.traits)


# The rules that are applied once more when trafilatura was run. Before that they find nothing.
REFERENCE_RULES = tuple(rule for rule in RULES if "reads-reference" in rule.traits)
TRAFILATURA_OFTEN_KEEPS = codes_with("trafilatura-often-keeps")
NAMED_BY_CLASS = codes_with("named-by-class")
PLACE_CODES = codes_with("place")
POSITION_ONLY_CODES = codes_with("position-only")
HEADING_CODES = codes_with("heading")


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
