"""Widgets: what players, sliders, polls and reading aids leave in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of, scored_phrase_lines
from cleaner.rules.rule import Finding, form_findings, rule
from cleaner.rules.strengths import CERTAIN

# `[related-posts]`, `[gallery ids="1,2"]`: what publishing systems replace by a widget. Sections of settings
# (`[tool-settings]`) look like them, so only known names count.
SHORTCODE = re.compile(
    r"\[/?(?:(?:wp_)?related[-_]?posts?|related|yarpp|gallery|embed|caption|audio|video|playlist"
    r"|youtube|vimeo|tweet|twitter"
    r"|instagram|facebook|soundcloud|spotify|contact-form(?:-7)?|mc4wp_form|gravityforms?"
    r"|ninja_forms?|wpforms|formidable"
    r"|ad|ads?_?\d{1,3}|ad-?(?:sense|rotate|inserter|block)?|adinserter|adsense|quads|sc_ad"
    r"|newsletter(?:_\w+)?|sharethis"
    r"|addtoany|social_?share|sharedaddy|ssba\w*|vc_\w+|et_pb_\w+|fusion_\w+|elementor\w*|wpdm\w*|toc"
    r"|ez-toc|print-?link"
    r"|wpurp\w*|ultimate-recipe|wprm-\w+|tasty-?recipe|mailpoet\w*|optin\w*|poll|wp-polls|rev_slider"
    r"|slideshow|nggallery"
    r"|powerpress|podcast|divider|spacer|button|read-?more|email-subscribers\w*)(?:[\s=:][^\]\[]{0,300})?\]"
)
MAX_MESSAGE_WORDS = 40


@rule("chrome", CERTAIN, group="chrome")
def widget(blocks: BlockIndex) -> Iterator[Finding]:
    """Labels and messages of players, sliders, polls, font and print buttons, loaders; bare alt texts.

    Drops: lines of such words alone (`Play video`, `Loading…`, `logo`, `0 seconds of 1 minute`), fallback
    messages (`Your browser does not support the video tag.`).
    Keeps: a sentence about a video or a browser, such a word as a heading or a list entry of the article.
    """
    yield from form_findings(blocks, "widget", "what a gallery, player or card says")
    for i, text in enumerate(blocks.folded):
        if text[:1] == "[" and SHORTCODE.fullmatch(text.strip()):
            yield Finding(i, "a shortcode that nothing has filled in", 0.9)
    for i, strength in scored_phrase_lines(blocks, "widget"):
        yield Finding(i, f"a label of a player, poll or picture: “{blocks[i].text}”", strength)
    layout = layout_of(blocks)
    for hit in blocks.phrase_hits("widget", "start"):
        i = hit.block
        if blocks.words[i] <= MAX_MESSAGE_WORDS:
            is_page_line = (
                layout.is_outside_article(i) or not blocks.ends_sentence[i] or layout.is_beside_boilerplate(i)
            )
            inside_strength = 0.25 if layout.is_paragraph[i] else 0.5
            yield Finding(i, "a message or label of a widget", 0.8 if is_page_line else inside_strength)
