"""The map of the whole: raw document, blocks, marks, verdicts, clean text."""

from __future__ import annotations

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.site_profile import Profile
from cleaner.analysis.trafilatura import ReferenceResult, run_trafilatura
from cleaner.decide.evidence import gather_evidence
from cleaner.decide.passes import decide
from cleaner.decide.policy import needs_no_reference
from cleaner.document import Document, Metadata
from cleaner.garble import detect_spun
from cleaner.metadata.declared import declared_metadata
from cleaner.metadata.merge import merge_metadata, with_text_source
from cleaner.metadata.visible import visible_metadata, with_shown_title
from cleaner.model.classifier import predict
from cleaner.model.confidence import confidence_of
from cleaner.model.smoothing import smooth_by_dom_class
from cleaner.output.assemble import draft_text, finish
from cleaner.output.cleaned import Cleaned
from cleaner.reading.page import Page, read_document
from cleaner.rules import REFERENCE_RULES, RULE_WEIGHTS, RULES
from cleaner.settings import Settings
from cleaner.user_rules import user_marks


def clean(doc: Document, settings: Settings | None = None, profile: Profile | None = None) -> Cleaned:
    """Clean one document. Touches no file, net or chance: the same input gives the same result."""
    settings = settings or Settings()
    # reading: blocks with offsets into raw, their text already repaired
    page = read_document(doc, keep_structure=settings.markup == "md")
    declared = declared_metadata(page.head, doc.url)
    site_lines = profile.for_document(doc.id, declared.url, declared.site) if profile else None
    blocks = BlockIndex(doc, page.blocks, page_titles(page, declared), site=site_lines)
    # rules: every rule, every opinion; no early exit
    marks = [mark for rule in RULES for mark in rule(blocks)]
    own = user_marks(blocks, settings)
    # model: for each block the probability of being main content
    json_ld_text = page.head.article_body
    prediction = predict(blocks, marks, RULE_WEIGHTS, json_ld_text)
    # trafilatura: a second opinion, where the model is not confident
    is_settled = settings.effort == "fast" or needs_no_reference(blocks, prediction) or bool(page.text_source)
    reference = _reference(doc, settings, is_settled)
    if reference and not is_settled:
        blocks = blocks.with_reference(reference.text)
        marks += [mark for rule in REFERENCE_RULES for mark in rule(blocks)]
        prediction = predict(blocks, marks, RULE_WEIGHTS, json_ld_text)
    prediction = smooth_by_dom_class(page.blocks, prediction)
    # decision: one verdict a block, by the passes of `decide/passes.py`
    decision = decide(gather_evidence(blocks, marks, prediction, settings, page.head, own))
    confidence = confidence_of(blocks, decision.verdicts, prediction)
    # metadata: title, author, date, and who says so
    extracted = reference.metadata if reference else None
    visible = visible_metadata(blocks, declared, marks, decision.verdicts)
    stated = with_shown_title(declared, blocks, page.head.title)
    known = with_text_source(merge_metadata(stated, visible, extracted), page.text_source)
    # output: edits and text; and whether the text is spun
    draft = draft_text(doc, page, decision.verdicts, settings, known)
    garbled = detect_spun(draft.text, lambda: draft.language)
    return finish(draft, garbled, decision.note, confidence)


def _reference(doc: Document, settings: Settings, is_settled: bool) -> ReferenceResult | None:
    """trafilatura's result, where its vote or its metadata are wanted; never with `effort="fast"`."""
    return run_trafilatura(doc, settings) if not is_settled or settings.metadata == "full" else None


def page_titles(page: Page, declared: Metadata) -> list[str]:
    """What a page calls its title."""
    return [title for title in (declared.title, page.head.title) if title]
