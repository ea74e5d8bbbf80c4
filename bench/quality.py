"""Quality on held-out pages: `python -m bench.quality text|html|clean|favor|speed --data DIR`.

Scores the pages of valid.txt (training never saw them) in this process: word-F1 by source, page type
and flattener, and by language where the source gives it,
beside C4's line rules and trafilatura, with an ablation (rules alone, model alone, both,
without the gate), a paired interval against trafilatura, and the worst pages by kind of error.
"""

from __future__ import annotations

import argparse
import html
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np

from bench import c4
from cleaner.analysis.blocks import BlockIndex
from cleaner.decide.evidence import gather_evidence
from cleaner.decide.passes import decide
from cleaner.document import Document
from cleaner.model.classifier import Prediction, predict
from cleaner.model.threshold import max_expected_f1_set
from cleaner.output.assemble import draft_text
from cleaner.pipeline import clean
from cleaner.reading.page import read_document
from cleaner.rules import RULE_WEIGHTS, RULES
from cleaner.settings import Favor, Settings
from training.align import tokens
from training.flatten import FLATTENERS, flatten, lines_of
from training.pages import SOURCES, Page, held_out_ids
from training.pages import read_labelled as read_pages
from training.score import MIN_RECALL, bag_of_words, word_f1

Score = tuple[float, float, float]
Scores = dict[tuple[str, str], dict[str, list[Score]]]
OURS = "cleaner"
BOOTSTRAP_RESAMPLES = 2000
FAVORS: tuple[Favor, ...] = get_args(Favor)
# What is main content of such pages is a matter of taste: their texts are counted apart.
LISTING_TYPES = ("service", "listing", "product", "collection")


def trafilatura_on_lines(lines: Sequence[str]) -> list[str]:
    """What trafilatura keeps of the lines as paragraphs."""
    import trafilatura

    page = "<html><body>" + "".join(f"<p>{html.escape(line)}</p>" for line in lines) + "</body></html>"
    return lines_of(trafilatura.extract(page, include_comments=False) or "")


def trafilatura_on_page(page: str) -> list[str]:
    """What trafilatura keeps of a page."""
    import trafilatura

    return lines_of(trafilatura.extract(page, include_comments=False) or "")


def kept_of_lines(lines: Sequence[str], peers: bool) -> dict[str, list[str]]:
    """What each way keeps of a flattened page."""
    doc = Document("", "\n".join(lines))
    settings = Settings()
    page = read_document(doc)
    blocks = BlockIndex(doc, page.blocks)
    marks = [mark for rule in RULES for mark in rule(blocks)]
    prediction = predict(blocks, marks, RULE_WEIGHTS)

    def judged(used_prediction: Prediction | None) -> list[str]:
        decided = decide(gather_evidence(blocks, marks, used_prediction, settings)).verdicts
        return lines_of(draft_text(doc, page, decided, settings).text)

    kept = {
        OURS: judged(prediction),
        "rules alone": judged(None),
        "keep everything": list(lines),
        "C4 line rules": c4.kept_lines(lines),
    }
    if prediction:
        kept["without the gate"] = judged(replace(prediction, p_already_clean=0.0))
        model_keeps = max_expected_f1_set(prediction.p_content, prediction.words)[0]
        kept["model alone"] = [block.text for block, k in zip(blocks, model_keeps, strict=True) if k]
    if peers:
        kept["trafilatura on <p>"] = trafilatura_on_lines(lines)
    return kept


def kept_of_page(page: Page, peers: bool) -> dict[str, list[str]]:
    """What each way keeps of a page."""
    doc = Document("", page.html, "html")
    kept = {
        OURS: lines_of(clean(doc).text),
        "cleaner --effort fast": lines_of(clean(doc, Settings(effort="fast")).text),
    }
    if peers:
        kept["trafilatura"] = trafilatura_on_page(page.html)
    return kept


def table_groups(page: Page) -> list[str]:
    """The rows of the table that a page counts in; the first ones of all pages have no page in common."""
    if page.source == "wcxb":
        return ["wcxb: all", f"wcxb: {page.page_type}"]
    if not page.language:
        return ["news: all", f"news: {page.source}"]
    language = "English" if page.language == "en" else "other languages"
    return [f"new sets: {language}", f"new sets: {page.source}, {language}", f"language: {page.language}"]


def score_texts(pages: Sequence[Page], peers: bool) -> Scores:
    """By (group, flattener) and way; the flattener `mean` is the mean of all four of a page."""
    scores: Scores = defaultdict(lambda: defaultdict(list))
    for page in pages:
        gold = bag_of_words([page.text])
        scores_by_name: dict[str, list[Score]] = defaultdict(list)
        for flattener in FLATTENERS:
            if lines := flatten(page.html, flattener):
                for name, kept in kept_of_lines(lines, peers).items():
                    scores_by_name[name].append(word_f1(bag_of_words(kept), gold))
                    for group in table_groups(page):
                        scores[group, flattener][name].append(scores_by_name[name][-1])
        for name, page_scores in scores_by_name.items():
            p, r, f = np.mean(np.array(page_scores), axis=0).tolist()
            for group in table_groups(page):
                scores[group, "mean"][name].append((p, r, f))
    return scores


def score_pages(pages: Sequence[Page], peers: bool) -> Scores:
    """By (group, `page`) and way."""
    scores: Scores = defaultdict(lambda: defaultdict(list))
    for page in pages:
        gold = bag_of_words([page.text])
        for name, kept in kept_of_page(page, peers).items():
            for group in table_groups(page):
                scores[group, "page"][name].append(word_f1(bag_of_words(kept), gold))
    return scores


def bootstrap_interval(ours: Sequence[Score], theirs: Sequence[Score]) -> tuple[float, float]:
    """95% of the mean difference in F1, by bootstrap over pages."""
    differences = np.array([a[2] - b[2] for a, b in zip(ours, theirs, strict=True)])
    rng = np.random.default_rng(7)
    means = differences[rng.integers(0, len(differences), (BOOTSTRAP_RESAMPLES, len(differences)))].mean(
        axis=1
    )
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def print_scores(scores: Scores) -> None:
    """A line a group, flattener and way: precision, recall, F1, and the interval against trafilatura."""
    for (group, flattener), scores_by_name in sorted(scores.items()):
        print(f"{group}, {flattener} (n={len(scores_by_name[OURS])})")
        peer = next((name for name in scores_by_name if name.startswith("trafilatura")), None)
        for name, name_scores in scores_by_name.items():
            p, r, f = np.mean(np.array(name_scores), axis=0)
            n_losing = np.mean([recall < MIN_RECALL for _, recall, _ in name_scores])
            line = f"   {name:24} P {p:.4f}  R {r:.4f}  F1 {f:.4f}  over a fifth lost {n_losing:.1%}"
            if peer and name.startswith(OURS) and len(name_scores) == len(scores_by_name[peer]):
                low, high = bootstrap_interval(name_scores, scores_by_name[peer])
                line += f"   against {peer}: {low:+.4f} to {high:+.4f}"
            print(line)


def error_kind(score: Score) -> str:
    """What went wrong on a page."""
    precision, recall, _ = score
    if max(precision, recall) < 0.3:
        return "another part of the page taken for the main content"
    if recall < 0.7:
        return "main content cut" if precision > 0.7 else "main content cut and other text kept"
    return "other text kept"


def print_worst(pages: Sequence[Page], scores: Scores, flattener: str, limit: int) -> None:
    """The worst pages, counted by fault and type, then one a line."""
    position: Counter[str] = Counter()
    scored_pages = []
    for page in pages:
        group = table_groups(page)[0]
        group_scores = scores[group, flattener][OURS]
        if position[group] < len(group_scores):
            scored_pages.append((group_scores[position[group]], page))
        position[group] += 1
    worst = sorted(scored_pages, key=lambda one: one[0][2])[:limit]
    print(f"\nthe {len(worst)} worst pages")
    for (description, kind), n in Counter(
        (error_kind(s), f"{p.source} {p.page_type}") for s, p in worst
    ).most_common():
        print(f"  {n:3} {kind:24} {description}")
    for (p, r, f), page in worst:
        description = f"{page.source} {page.page_type}: {error_kind((p, r, f))}"
        print(f"      {page.id:20} P {p:.3f} R {r:.3f} F1 {f:.3f}  {description}")


def print_clean_kept(pages: Sequence[Page]) -> None:
    """How much of clean gold text of over 100 words survives, and what takes the rest."""
    kept_by_source: dict[str, list[tuple[float, int]]] = defaultdict(list)
    cuts: Counter[str] = Counter()
    for page in pages:
        if (size := len(tokens(page.text))) <= 100:
            continue
        done = clean(Document("", page.text))
        is_listing = page.page_type in LISTING_TYPES
        kept_by_source[f"{page.source}, lists" if is_listing else page.source].append(
            (word_f1(bag_of_words([done.text]), bag_of_words([page.text]))[1], size)
        )
        for cut in done.removed:
            cuts[cut.code] += len(tokens(page.text[cut.start : cut.end]))
    for source, kept in kept_by_source.items():
        total = sum(size for _, size in kept)
        share = sum(k * size for k, size in kept) / total
        untouched_share = sum(k > 0.9999 for k, _ in kept) / len(kept)
        n_damaged = sum(k < 0.9 for k, _ in kept)
        print(
            f"{source:18} n={len(kept):4}  words kept {share:.4%}"
            f"  untouched {untouched_share:.1%}  over a tenth lost {n_damaged}"
        )
    print("words cut, by code:", dict(cuts.most_common(12)))


def print_favor(pages: Sequence[Page]) -> None:
    """What each value of `--favor` gives: precision, recall and F1 of pages, as HTML and flattened, and of
    their gold texts as they are; and how many lose more than a fifth of their article."""
    print("| read as | favor | n | P | R | F1 | lose over a fifth |")
    print("|---|---|---|---|---|---|---|")
    scores: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for number, page in enumerate(pages):
        flattener = list(FLATTENERS)[number % len(FLATTENERS)]
        documents = {
            "html": Document("", page.html, "html"),
            "flattened": Document("", "\n".join(flatten(page.html, flattener))),
            "clean text": Document("", page.text),
        }
        gold = bag_of_words([page.text])
        for read_as, doc in documents.items():
            for favor in FAVORS:
                kept = clean(doc, Settings(favor=favor, garbled="keep")).text
                scores[read_as, favor].append(word_f1(bag_of_words([kept]), gold))
    for (read_as, favored), page_scores in scores.items():
        p, r, f = np.mean(np.array(page_scores), axis=0)
        lost = sum(recall < MIN_RECALL for _, recall, _ in page_scores) / len(page_scores)
        print(f"| {read_as} | {favored} | {len(page_scores)} | {p:.4f} | {r:.4f} | {f:.4f} | {lost:.1%} |")


def print_speed(pages: Iterable[Page]) -> None:
    """Lines a second of CPU time: features and model alone, and the whole cleaning."""
    docs = [Document("", "\n".join(lines)) for p in pages if (lines := flatten(p.html, "html_text"))]
    prepared = []
    for doc in docs:
        blocks = BlockIndex(doc, read_document(doc).blocks)
        prepared.append((blocks, [mark for rule in RULES for mark in rule(blocks)]))
    count = sum(len(blocks) for blocks, _ in prepared)
    steps: Mapping[str, Callable[[], object]] = {
        "features and model": lambda: [predict(blocks, marks, RULE_WEIGHTS) for blocks, marks in prepared],
        "all of cleaning": lambda: [clean(doc).text for doc in docs],
    }
    for name, run in steps.items():
        start = time.process_time()
        run()
        print(f"{name}: {count / (time.process_time() - start):,.0f} lines a second of CPU time")


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("text", "html", "clean", "favor", "speed"))
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--worst", type=int, default=50, help="how many of the worst pages to name")
    parser.add_argument("--sample", type=int, default=1, help="every N-th page only")
    parser.add_argument("--no-peers", action="store_true", help="without trafilatura")
    args = parser.parse_args()
    ids = held_out_ids(args.data)
    pages = [page for source in SOURCES for page in read_pages(args.data, source) if page.id in ids]
    pages = pages[:: args.sample]
    if args.what == "clean":
        print_clean_kept(pages)
    elif args.what == "favor":
        print_favor(pages)
    elif args.what == "speed":
        print_speed(pages[::5])
    else:
        score = score_texts if args.what == "text" else score_pages
        scores = score(pages, not args.no_peers)
        print_scores(scores)
        print_worst(pages, scores, "mean" if args.what == "text" else "page", args.worst)


if __name__ == "__main__":
    main()
