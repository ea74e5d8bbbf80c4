"""The map of the whole: raw document, blocks, marks, verdicts, clean text."""

from __future__ import annotations

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.site_profile import Profile
from cleaner.analysis.trafilatura import run_trafilatura
from cleaner.decide.comments import spared
from cleaner.decide.judge import judge, known_well
from cleaner.decide.site_rules import overruled, rules_for
from cleaner.decide.walls import behind
from cleaner.document import Document, Metadata
from cleaner.garble import detect_spun
from cleaner.metadata.declared import declared_metadata, merge_metadata
from cleaner.metadata.visible import visible_metadata
from cleaner.model.classifier import opinion
from cleaner.model.smoothing import alike
from cleaner.output.cleaned import Cleaned, with_finding, with_links
from cleaner.reading.page import Page, read
from cleaner.rules import REFERENCE_RULES, RULE_WEIGHTS, RULES
from cleaner.settings import Settings


def clean(doc: Document, settings: Settings | None = None, profile: Profile | None = None) -> Cleaned:
    """Clean one document. Touches no file, net or chance: the same input gives the same result."""
    settings = settings or Settings()
    page = read(doc)  # offsets into raw, text already mended
    declared = declared_metadata(page.head, doc.url)
    site = (
        profile.for_document(doc.id, declared.url) if profile else None
    )  # what recurs there, if that was learned
    blocks = BlockIndex(doc, page.blocks, titles(page, declared), site=site)
    marks = [mark for rule in RULES for mark in rule(blocks)]  # every rule, every opinion; no early exit
    told = page.head.article_body  # a witness: what a page gives to machines as its article
    reading = opinion(blocks, marks, RULE_WEIGHTS, told)  # what the fitted model makes of all that
    # where the model is not sure, trafilatura is a further witness
    sure = settings.effort == "fast" or known_well(blocks, reading)
    testimony = run_trafilatura(doc, settings) if not sure or settings.metadata == "full" else None
    if testimony and not sure:
        blocks = blocks.with_reference(testimony.text)
        marks += [mark for rule in REFERENCE_RULES for mark in rule(blocks)]
        reading = opinion(blocks, marks, RULE_WEIGHTS, told)
    reading = alike(page.blocks, reading)  # where a block's kind speaks for it
    verdicts = judge(blocks, marks, settings, reading)
    verdicts = spared(doc, page.blocks, verdicts, settings)
    wall, verdicts = behind(blocks, page.head, verdicts)  # a paywall or a consent wall in the article's place
    verdicts = overruled(page.blocks, verdicts, rules_for(settings, doc, page.head))  # the user's own word
    said = testimony.metadata if testimony else None
    known = merge_metadata(
        declared, visible_metadata(blocks, declared), said
    )  # title, author, date; and who says so
    done = Cleaned(doc, page.blocks, verdicts, settings, known, note=wall)
    garbled = detect_spun(done.text, lambda: done.language)  # None for nearly all: then `done` is the result
    return with_finding(done, garbled) if garbled else with_links(done)


def titles(page: Page, declared: Metadata) -> list[str]:
    """What a page calls its title."""
    return [title for title in (declared.title, page.head.title) if title]
