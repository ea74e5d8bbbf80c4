"""Consent dialog: what a site asks about cookies before it shows its page."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.rules.rule import Finding, rule
from cleaner.rules.strengths import CERTAIN

# A dialog that asks for consent says so in several ways: one that only names cookies does something else.
MIN_PHRASES = 2


@rule("chrome", CERTAIN, group=None, traits=("place", "trafilatura-often-keeps"))
def consent_dialog(blocks: BlockIndex) -> Iterator[Finding]:
    """Dialogs of an HTML page (`role=dialog`, `<dialog>`) that ask for consent to cookies.

    Drops: everything in such a dialog where the page has text beside it, be that marked as hidden behind the
    dialog or not.
    Keeps: a page that shows nothing but the dialog (it is noted as `consent`), dialogs about anything else,
    an article about cookies, flattened text.
    """
    in_dialog = {i for i, block in enumerate(blocks) if block.dialog and not block.hidden}
    if not in_dialog or not any(prose and i not in in_dialog for i, prose in enumerate(blocks.prose)):
        return
    phrases = {
        blocks.folded[hit.block][hit.start : hit.end]
        for hit in blocks.phrase_hits("consent-dialog")
        if hit.block in in_dialog
    }
    if len(phrases) >= MIN_PHRASES:
        for i in sorted(in_dialog):
            yield Finding(i, "a dialog that asks for consent, before the page")
