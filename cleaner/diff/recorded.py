"""What a record says was done to a document, as the diff of cleaning it would show it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cleaner.diff.view import GARBLED, DiffBuilder
from cleaner.document import Block, Document, Label, Mark, Verdict
from cleaner.edits import Edit, apply
from cleaner.output.cleaned import Garbled, GarbledSpan

if TYPE_CHECKING:
    from cleaner.diff.alignment import CleanText


def builder_from_record(doc: Document, blocks: Sequence[Block], clean_text: CleanText) -> DiffBuilder | None:
    """Builds the diff from the record's edits; None unless they lead from the document to the clean text.

    Of each cut the record keeps code and label, not the opinions it rests on.
    """
    try:
        edits = [_edit(doc.raw, one) for one in clean_text.edits]
        if not edits or apply(doc.raw, edits) != clean_text.text:
            return None
        parts = _Parts(clean_text.removed)
        verdicts = [parts.verdict_on(number, block) for number, block in enumerate(blocks)]
        return DiffBuilder(doc, blocks, verdicts, edits, _garbled(clean_text.garbled))
    except (ValueError, TypeError, KeyError):  # a record that somebody wrote or changed
        return None


def _edit(raw: str, fields: Sequence[Any]) -> Edit:
    """An edit as a record holds it; a light one holds only how long the old text is."""
    start, old, new, code = fields
    return Edit(start, raw[start : start + old] if isinstance(old, int) else old, new, code)


def _garbled(fields: Mapping[str, Any] | None) -> Garbled | None:
    if fields is None:
        return None
    spans = [
        GarbledSpan(one["start"], one["end"], one["text"], one["instead"], one["gain"])
        for one in fields.get("spans", ())
    ]
    return Garbled(fields["score"], tuple(spans))


class _Parts:
    """What a record says was cut: blocks as a whole, and parts of them."""

    def __init__(self, removed: Sequence[Mapping[str, Any]]) -> None:
        # spun paragraphs are edits of their own
        parts = [cut for cut in removed if cut["code"] != GARBLED]
        self._parts: list[tuple[int, int, str, Label]] = sorted(
            (cut["start"], cut["end"], cut["code"], cut["label"]) for cut in parts
        )
        self._starts = [part[0] for part in self._parts]

    def verdict_on(self, number: int, block: Block) -> Verdict:
        """The verdict on a block, as far as its record knows it."""
        k = max(bisect_right(self._starts, block.start) - 1, 0)
        cuts = list[Mark]()
        while k < len(self._parts) and self._parts[k][0] < block.end:
            start, end, code, label = self._parts[k]
            mark = Mark(number, code, label, 0.0, "", (start, end))
            if start <= block.start and block.end <= end:
                return Verdict(label, 0.0, (mark,))
            if end > block.start:
                cuts.append(mark)
            k += 1
        return Verdict("body", 0.0, (), tuple(cuts))
