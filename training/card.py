"""The data card: what the model was fitted on, under which licences, and how well it does on sites it did not
see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from cleaner.model.threshold import SHARED_UNCERTAINTY, max_expected_f1_set
from training.examples import Example
from training.fit import Fitted
from training.gather import Data
from training.lexicon import VOTING_VARIANTS
from training.pages import WEAK_SOURCES
from training.score import MIN_RECALL, bag_of_words, word_f1

GATE_LEVELS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7)
KNOWN_FAILURES = """## Where it fails
Pages whose main content is a small part of a long page (a photo with a caption above a thousand comments),
product and listing pages (what is main content there is a matter of taste), several posts on one page,
teasers that read as paragraphs, comments as good as the article, captions inside the text.
"""
Score = tuple[float, float, float]


def render_card(data: Data, parts: Mapping[str, Fitted], credits: Sequence[Mapping[str, str]]) -> str:
    """The card as Markdown."""
    everything = data.texts + data.pages
    used = Counter((ex.source, ex.variant) for ex in everything)
    left_out = "; ".join(f"{n} {why}" for why, n in sorted(data.left_out.items()) if n)
    sections = [
        "# model.npz: data card",
        "Built by `python -m training.build`. Pages named in valid.txt never take part.",
        _table("source | by | licence", [(s["name"], s["by"], s["licence"]) for s in credits]),
        "## Documents",
        _table("source | read as | documents", [(s, h, str(n)) for (s, h), n in sorted(used.items())]),
        f"Left out: {left_out}.",
        "## Figures on sites not in the fit: the block model alone, no gate, no rule deciding",
        _figures_table(data.texts, data.gold, parts["text"], SHARED_UNCERTAINTY["text"]),
        _figures_table(data.pages, data.gold, parts["html"], SHARED_UNCERTAINTY["html"]),
        "## The gate for clean text, by level",
        _gate_table(data.texts, parts["text"]),
        KNOWN_FAILURES,
    ]
    return "\n\n".join(sections)


def _table(head: str, rows: Sequence[Sequence[str]]) -> str:
    rule = "|".join("---" for _ in head.split("|"))
    return "\n".join([f"| {head} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows)])


def _word_f1_of(ex: Example, keep: np.ndarray, gold: str) -> Score:
    """Of a page against its gold text, of a document made from one against its own labels."""
    predicted = bag_of_words(line for line, k in zip(ex.lines, keep, strict=True) if k)
    if _is_real_page(ex):
        return word_f1(predicted, bag_of_words([gold]))
    return word_f1(
        predicted, bag_of_words(line for line, s in zip(ex.lines, ex.share, strict=True) if s > 0.5)
    )


def _figures_table(
    examples: Sequence[Example], gold: Mapping[str, str], part: Fitted, shared_uncertainty: float
) -> str:
    scores_by_kind: dict[tuple[str, str, str, str], list[Score]] = defaultdict(list)
    start = 0
    for ex in examples:
        p = part.p_content[start : start + len(ex.lines)]
        start += len(ex.lines)
        if ex.source in WEAK_SOURCES:
            continue
        keep = max_expected_f1_set(p, ex.word_counts.astype(np.float64), shared_uncertainty)[0]
        scores_by_kind[_figures_row(ex)].append(_word_f1_of(ex, keep, gold[ex.page]))
    rows = []
    for key, scores in sorted(scores_by_kind.items()):
        mean = np.mean(np.array(scores), axis=0)
        loses_fifth = np.mean([recall < MIN_RECALL for _, recall, _ in scores])
        rows.append((*key, str(len(scores)), *(f"{m:.4f}" for m in mean), f"{loses_fifth:.1%}"))
    return _table(
        "source | language | page type | read as | n | P | R | F1 | over a fifth lost",
        rows,
    )


def _figures_row(ex: Example) -> tuple[str, str, str, str]:
    """The row of the table that a document counts in: made ones by how they were made, pages by source."""
    if not _is_real_page(ex):
        return "made", "", "", ex.variant
    language = "" if not ex.language else "English" if ex.language == "en" else "others"
    return ex.source, language, ex.page_type, ex.variant


def _is_real_page(ex: Example) -> bool:
    return ex.variant in VOTING_VARIANTS or ex.variant == "html fast"


def _gate_table(examples: Sequence[Example], part: Fitted) -> str:
    """By level: the share of clean texts and of pages that are taken for clean."""
    assert part.p_already_clean is not None
    is_clean_text = np.array([ex.variant.startswith("clean") for ex in examples])
    is_page = np.array([_is_real_page(ex) for ex in examples])
    rows = [
        (
            str(level),
            f"{(part.p_already_clean[is_clean_text] >= level).mean():.2%}",
            f"{(part.p_already_clean[is_page] >= level).mean():.2%}",
        )
        for level in GATE_LEVELS
    ]
    return _table("level | clean texts called clean | pages called clean", rows)
