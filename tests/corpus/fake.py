"""A stand-in for the core: what happens to a document is written in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cleaner.corpus.discover import FailedInput, File
from cleaner.corpus.readers import ReadOptions
from cleaner.document import Block, Document, Mark, Verdict
from cleaner.output.assemble import draft_text, finish
from cleaner.output.cleaned import Cleaned, Garbled
from cleaner.reading.page import Page
from cleaner.settings import Settings


def clean(doc: Document, settings: Settings | None = None, profile: object = None) -> Cleaned:
    """Lines with AD go, SPUN makes a document garbled, DOUBT its confidence .2, CRASH ends it."""
    if "CRASH" in doc.raw:
        raise ValueError("boom")
    blocks, verdicts = [], []
    for number, match in enumerate(re.finditer(r"[^\n]+", doc.raw)):
        blocks.append(Block(match.start(), match.group()))
        marks = (Mark(number, "interstitial-ad", "ad", 1.0, "said so"),) if "AD" in match.group() else ()
        verdicts.append(Verdict("ad", 5.0, marks) if marks else Verdict("body", -4.0))
    garbled = Garbled(6.8) if "SPUN" in doc.raw else None
    draft = draft_text(doc, Page(tuple(blocks)), tuple(verdicts), settings or Settings())
    return finish(draft, garbled, confidence=0.2 if "DOUBT" in doc.raw else 0.95)


FAKE_FILE = File("in", "in")


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document that need not be read."""

    document: Document
    index_in_file: int = 1
    file: File = FAKE_FILE

    def load(self, options: ReadOptions) -> Document:
        return self.document

    def identity(self, options: ReadOptions) -> tuple[str, dict[str, Any]]:
        return self.document.id, {}


def items(documents: Iterable[Document | FailedInput]) -> Iterator[Any]:
    """What a run is given, for documents at hand."""
    for number, one in enumerate(documents, 1):
        yield one if isinstance(one, FailedInput) else LoadedDocument(one, number)
