"""What cutting less gives where the model doubts a document: `python -m training.doubt --data DIR --oof DIR`.

Every labelled page, as HTML and flattened, is judged with the probabilities of fits that did not see its site
(`training.out_of_fold`), and decided once with each of some values of `cleaner.decide.policy.Doubt`. For each
stands how many documents lose more than a fifth of their main content, their mean word-F1, and by source how
far that differs from the word-F1 without doubt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from unittest.mock import patch

from cleaner import pipeline
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.passes import decide
from cleaner.decide.policy import DOUBT_OF_FLATTENED, DOUBT_OF_PAGES, Doubt
from cleaner.document import Document, Kind
from training import pages
from training.confidence import Lookup, judge, looked_up, read_command_line
from training.flatten import FLATTENERS, flatten
from training.score import MIN_RECALL, bag_of_words, word_f1

Result = tuple[float, float]  # recall and F1
Results = Mapping[str, Result]  # by candidate


def candidates(chosen: Doubt) -> dict[str, Doubt | None]:
    """The value chosen, none, and those beside it."""
    return {
        "no doubt": None,
        "chosen": chosen,
        "half the nats": replace(chosen, nats=chosen.nats / 2),
        "twice the nats": replace(chosen, nats=chosen.nats * 2),
        "below F1 - .1": replace(chosen, below_f1=chosen.below_f1 - 0.1),
        "below F1 + .05": replace(chosen, below_f1=chosen.below_f1 + 0.05),
        "any length": replace(chosen, min_words=0),
        "twice the words": replace(chosen, min_words=chosen.min_words * 2),
    }


CANDIDATES: Mapping[Kind, Mapping[str, Doubt | None]] = {
    "html": candidates(DOUBT_OF_PAGES),
    "text": candidates(DOUBT_OF_FLATTENED),
}


def judge_page(page: pages.Page, lookup: Lookup) -> Iterator[tuple[Kind, Results]]:
    """The results of a page with each candidate, as HTML and as flattened where there are probabilities."""
    if not page.text:
        return
    documents = [("html", Document("", page.html, "html"))]
    documents += [
        (name, Document("", "\n".join(flatten(page.html, name))))
        for name in FLATTENERS
        if (page.id, name) in lookup
    ]
    for variant, doc in documents:
        results: dict[str, Result] = {}

        def decided(evidence: Evidence, results: dict[str, Result] = results) -> Decision:
            results.update(_results(evidence, page.text))
            return decide(evidence)

        with patch.object(pipeline, "decide", decided):
            judged = judge(doc, page.text, looked_up(page, variant, lookup))
        if judged:
            yield doc.kind, results


def _results(evidence: Evidence, gold: str) -> Iterator[tuple[str, Result]]:
    """What is kept with each candidate, held against the gold text."""
    known: dict[Doubt | None, Result] = {}
    for name, doubt in CANDIDATES[evidence.blocks.doc.kind].items():
        used = doubt if evidence.policy.doubt else None
        if used not in known:
            decision = decide(replace(evidence, policy=replace(evidence.policy, doubt=used)))
            kept = zip(evidence.blocks.texts, decision.verdicts, strict=True)
            words = bag_of_words(text for text, verdict in kept if not verdict.code)
            known[used] = word_f1(words, bag_of_words([gold]))[1:]
        yield name, known[used]


def report_lines(results: Sequence[tuple[str, Results]]) -> Iterator[str]:
    """For each candidate how many documents lose over a fifth, mean F1, and how it differs by source."""
    names = list(results[0][1])
    base = names[0]
    for name in names:
        by_source: dict[str, list[float]] = defaultdict(list)
        for source, found in results:
            by_source[source].append(found[name][1] - found[base][1])
        lost = sum(found[name][0] < MIN_RECALL for _, found in results)
        f1 = sum(found[name][1] for _, found in results) / len(results)
        sources = " ".join(f"{source} {sum(d) / len(d):+.4f}" for source, d in sorted(by_source.items()))
        yield f"  {name:16} lost over a fifth {lost:4}  word-F1 {f1:.4f}  {sources}"


def main() -> None:
    """Parse, judge, print."""
    labelled, lookup = read_command_line(__doc__)
    results: dict[Kind, list[tuple[str, Results]]] = defaultdict(list)
    for page in labelled:
        for kind, found in judge_page(page, lookup):
            results[kind].append((page.source, found))
    for kind, of_kind in sorted(results.items()):
        print(f"{kind}: {len(of_kind)} documents, {CANDIDATES[kind]['chosen']}")
        print("\n".join(report_lines(of_kind)))


if __name__ == "__main__":
    main()
