"""Widgets: what players, sliders, polls and reading aids leave in the text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import layout_of, scored_phrase_lines
from cleaner.analysis.media_boxes import player_lines
from cleaner.rules.repeated_label import may_repeat_as_furniture
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
# What a player has played of its length: `0:00 / 6:41`.
PLAYER_CLOCK = re.compile(r"\s*(?:\d{1,2}:)?\d{1,2}:\d\d\s*/\s*(?:\d{1,2}:)?\d{1,2}:\d\d\s*")
MAX_MESSAGE_WORDS = 40
# An element with a name of its own that says the same each time, so often, is a label or a stand-in.
MIN_REPEATS = 3


@rule("chrome", CERTAIN, group="chrome", traits=("trafilatura-often-keeps",))
def widget(blocks: BlockIndex) -> Iterator[Finding]:
    """Labels and messages of players, sliders, polls, font and print buttons, loaders; bare alt texts.

    Drops: lines of such words alone (`Play video`, `Loading…`, `logo`, `0 seconds of 1 minute`), how far a
    player is (`0:00 / 6:41`), fallback messages (`Your browser does not support the video tag.`), in
    flattened text a player between two paragraphs (its length, `Video`, the title twice, a credit), on a page
    elements with a class of their own that say the same every time between the paragraphs (`External content
    not available`).
    Keeps: a sentence about a video or a browser, such a word as a heading or a list entry of the article;
    speakers who take turns, and headings, however often.
    """
    yield from form_findings(blocks, "widget", "what a gallery, player or card says")
    for i in blocks.containing(("[",)):
        text = blocks.folded[i]
        if text[:1] == "[" and SHORTCODE.fullmatch(text.strip()):
            yield Finding(i, "a shortcode that nothing has filled in", 0.9)
    for i in blocks.containing(("/",)):
        if blocks.has_digit[i] and PLAYER_CLOCK.fullmatch(blocks.folded[i]):
            yield Finding(i, "how much of a recording was played", 0.9)
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
    yield from (Finding(i, "the same words wherever this element stands") for i in _repeated_boxes(blocks))
    yield from (
        Finding(i, "a line of a player between two paragraphs", 0.9) for i in sorted(player_lines(blocks))
    )


def _repeated_boxes(blocks: BlockIndex) -> list[int]:
    """The blocks in elements named by a class of their own that hold the same few texts each time.

    The rule `repeated_label` finds labels without a class, and needs other signs for them.
    """
    if not blocks.path_steps:
        return []
    blocks_by_step: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, block in enumerate(blocks):
        for depth in range(max(1, len(block.path) - 1), len(block.path) + 1):
            if "." in block.path[depth - 1]:
                blocks_by_step[block.path[:depth]].append(i)
    found: set[int] = set()
    for members in blocks_by_step.values():
        if len(members) < MIN_REPEATS:
            continue
        counts = Counter(blocks.folded[i] for i in members)
        n_repeats = min(counts.values())
        is_apart = members[-1] - members[0] >= len(members) + n_repeats - 2  # other text between them
        has_words = all(any(map(str.isalpha, text)) for text in counts)
        if (
            is_apart
            and has_words
            and n_repeats >= MIN_REPEATS
            and all(may_repeat_as_furniture(blocks, i) for i in members)
            and (len(counts) == 1 or _stand_together(members))
        ):
            found.update(members)
    return sorted(found) if found and not all(i in found for i in _prose(blocks)) else []


def _stand_together(members: list[int]) -> bool:
    """Whether each of some blocks stands beside another of them, as lines of a box do and speakers do not."""
    known = set(members)
    return all(i - 1 in known or i + 1 in known for i in members)


def _prose(blocks: BlockIndex) -> list[int]:
    return [i for i, prose in enumerate(blocks.prose) if prose]
