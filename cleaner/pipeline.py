"""The map of the whole: raw document, blocks, marks, verdicts, clean text."""

from __future__ import annotations

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.site_profile import Profile
from cleaner.analysis.trafilatura import run_trafilatura
from cleaner.decide.comments import keep_comment_blocks
from cleaner.decide.judge import is_confident, judge
from cleaner.decide.site_rules import apply_site_rules, rules_for
from cleaner.decide.walls import detect_wall
from cleaner.document import Document, Metadata
from cleaner.garble import detect_spun
from cleaner.metadata.declared import declared_metadata, merge_metadata
from cleaner.metadata.visible import visible_metadata
from cleaner.model.classifier import predict
from cleaner.model.smoothing import smooth_by_dom_class
from cleaner.output.assemble import draft_text, finish
from cleaner.output.cleaned import Cleaned
from cleaner.reading.page import Page, read_document
from cleaner.rules import REFERENCE_RULES, RULE_WEIGHTS, RULES
from cleaner.settings import Settings


def clean(doc: Document, settings: Settings | None = None, profile: Profile | None = None) -> Cleaned:
    """Clean one document. Touches no file, net or chance: the same input gives the same result."""
    settings = settings or Settings()
    page = read_document(doc, keep_structure=settings.markup == "md")  # offsets into raw, text already mended
    declared = declared_metadata(page.head, doc.url)
    site_lines = (
        profile.for_document(doc.id, declared.url) if profile else None
    )  # what recurs there, if that was learned
    blocks = BlockIndex(doc, page.blocks, declared_and_page_titles(page, declared), site=site_lines)
    marks = [mark for rule in RULES for mark in rule(blocks)]  # every rule, every opinion; no early exit
    json_ld_text = page.head.article_body  # a witness: what a page gives to machines as its article
    prediction = predict(blocks, marks, RULE_WEIGHTS, json_ld_text)  # what the fitted model makes of all that
    # where the model is not sure, trafilatura is a further witness
    prediction_suffices = settings.effort == "fast" or is_confident(blocks, prediction)
    reference = (
        run_trafilatura(doc, settings) if not prediction_suffices or settings.metadata == "full" else None
    )
    if reference and not prediction_suffices:
        blocks = blocks.with_reference(reference.text)
        marks += [mark for rule in REFERENCE_RULES for mark in rule(blocks)]
        prediction = predict(blocks, marks, RULE_WEIGHTS, json_ld_text)
    prediction = smooth_by_dom_class(page.blocks, prediction)  # where a block's kind speaks for it
    verdicts = judge(blocks, marks, settings, prediction)
    verdicts = keep_comment_blocks(doc, page.blocks, verdicts, settings)
    wall, verdicts = detect_wall(
        blocks, page.head, verdicts
    )  # a paywall or a consent wall in the article's place
    verdicts = apply_site_rules(
        page.blocks, verdicts, rules_for(settings, doc, page.head)
    )  # the user's own word
    reference_metadata = reference.metadata if reference else None
    metadata = merge_metadata(
        declared, visible_metadata(blocks, declared), reference_metadata
    )  # title, author, date; and who says so
    draft = draft_text(doc, page, verdicts, settings, metadata)  # what spun words are looked for in
    garbled = detect_spun(draft.text, lambda: draft.language)  # None for nearly all
    return finish(draft, garbled, wall)


def declared_and_page_titles(page: Page, declared: Metadata) -> list[str]:
    """What a page calls its title."""
    return [title for title in (declared.title, page.head.title) if title]
