"""On which pages trafilatura says nothing new: `python -m training.reference_gate --data DIR --oof DIR`.

Every labelled page is cleaned twice, once without trafilatura's vote and once with it, each time with the
probabilities of fits that did not see its site (`training.out_of_fold`). For some values of the constants
that `cleaner.decide.policy.needs_no_reference` goes by stands which share of the pages is spared the vote,
how far that moves the mean word-F1 and the number of pages that lose more than a fifth of their main content,
and the group that loses most; for the values chosen the same by source, and for English and other languages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from unittest.mock import patch

import numpy as np

from cleaner import pipeline
from cleaner.analysis.blocks import BlockIndex
from cleaner.decide.policy import MIN_CONFIDENT_BLOCKS, MIN_CONFIDENT_F1
from cleaner.document import Document
from cleaner.model.classifier import Prediction
from training import pages
from training.confidence import Judged, Lookup, judge, looked_up, read_command_line
from training.score import MIN_RECALL

MIN_BLOCKS = (15, 30, 60, 90)
MIN_EXPECTED_F1 = (0.8, 0.85, 0.9, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98)
MIN_PAGES_OF_SOURCE = 50  # a source with fewer is not named as the one that loses most


@dataclass(frozen=True, slots=True)
class Measured:
    """A page: what the gate may go by, and recall and word-F1 without trafilatura's vote and with it."""

    source: str
    language: str
    blocks: int
    vocabulary_coverage: float
    expected_f1: float
    recall: tuple[float, float]
    f1: tuple[float, float]


def measure_page(page: pages.Page, lookup: Lookup) -> Measured | None:
    """The page cleaned both ways; None where there are no probabilities of its blocks."""
    asked: list[tuple[BlockIndex, Prediction]] = []

    def judged(answer: bool) -> Judged | None:
        def needs_no_reference(blocks: BlockIndex, prediction: Prediction | None) -> bool:
            if prediction:
                asked.append((blocks, prediction))
            return answer

        with patch.object(pipeline, "needs_no_reference", needs_no_reference):
            return judge(Document("", page.html, "html"), page.text, looked_up(page, "html", lookup))

    alone = judged(True)
    with_vote = judged(False) if alone and asked else None
    if not alone or not with_vote:
        return None
    blocks, prediction = asked[0]
    return Measured(
        page.source,
        page.language,
        len(blocks),
        prediction.vocabulary_coverage,
        prediction.expected_f1,
        (alone.recall, with_vote.recall),
        (alone.f1, with_vote.f1),
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """What a gate does to some pages: how many they are, the share that it spares the vote, the change in the
    mean word-F1 of all, and how many more of them lose over a fifth."""

    pages: int
    spared: float
    f1: float
    lost: int


Gate = Callable[[Measured], bool]


def effect_of(gate: Gate, measured: Sequence[Measured]) -> Effect:
    """The pages with the gate against all of them with the vote."""
    spared = np.array([gate(one) for one in measured])
    alone, with_vote = np.array([one.f1 for one in measured]).T
    lost_alone, lost_with_vote = (np.array([one.recall for one in measured]) < MIN_RECALL).T
    return Effect(
        len(measured),
        float(spared.mean()),
        float(np.where(spared, alone - with_vote, 0.0).mean()),
        int(lost_alone[spared].sum()) - int(lost_with_vote[spared].sum()),
    )


def gate_of(min_blocks: int, min_expected_f1: float) -> Gate:
    """Spares the pages of so many blocks of which the model expects so much."""
    return lambda one: one.blocks >= min_blocks and one.expected_f1 >= min_expected_f1


def groups_of(measured: Sequence[Measured]) -> dict[str, list[Measured]]:
    """The pages by source, and those known to be in other languages than English."""
    groups: dict[str, list[Measured]] = defaultdict(list)
    for one in measured:
        groups[one.source].append(one)
        groups["(other languages)" if one.language not in ("", "en") else "(English)"].append(one)
    return dict(sorted(groups.items()))


def report_lines(measured: Sequence[Measured]) -> Iterator[str]:
    """All values, then the chosen ones by group."""
    groups = groups_of(measured)
    large = [name for name, members in groups.items() if len(members) >= MIN_PAGES_OF_SOURCE]
    yield f"{len(measured)} pages: share spared, F1 gained, how many more lose over a fifth, worst group"
    for min_blocks, min_f1 in product(MIN_BLOCKS, MIN_EXPECTED_F1):
        gate = gate_of(min_blocks, min_f1)
        worst = min(large, key=lambda name: effect_of(gate, groups[name]).f1, default="")
        by = f"  {worst} {effect_of(gate, groups[worst]).f1:+.4f}" if worst else ""
        yield f"{min_blocks:3} blocks, expected {min_f1:.2f}: {_effect_text(effect_of(gate, measured))}{by}"
    gate = gate_of(MIN_CONFIDENT_BLOCKS, MIN_CONFIDENT_F1)
    yield f"chosen: {MIN_CONFIDENT_BLOCKS} blocks, expected {MIN_CONFIDENT_F1}"
    for name, members in {"all": list(measured), **groups}.items():
        effect = effect_of(gate, members)
        yield f"  {name:18} {effect.pages:5} pages: {_effect_text(effect)}"


def _effect_text(effect: Effect) -> str:
    return f"spared {effect.spared:.3f}  F1 {effect.f1:+.5f}  lost {effect.lost:+d}"


def main() -> None:
    """Parse, measure, print."""
    labelled, lookup = read_command_line(__doc__)
    measured = [found for page in labelled if (found := measure_page(page, lookup))]
    print("\n".join(report_lines(measured)))


if __name__ == "__main__":
    main()
