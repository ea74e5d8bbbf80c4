"""Quality on held-out pages: `python -m bench.quality text|html|clean|speed --data DIR`.

Scores the pages of valid.txt (training never saw them) in this process: word-F1 by source, page type
and flattener, beside C4's line rules and trafilatura, with an ablation (rules alone, model alone, both,
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

import numpy as np

from bench import c4
from cleaner.analysis.blocks import BlockIndex
from cleaner.decide.judge import judge
from cleaner.document import Document
from cleaner.model.classifier import Prediction, opinion
from cleaner.model.threshold import best_set
from cleaner.output.cleaned import Cleaned
from cleaner.pipeline import clean
from cleaner.reading.page import read
from cleaner.rules import RULE_WEIGHTS, RULES
from cleaner.settings import Settings
from training.flatten import FLATTENERS, flatten, lines_of
from training.pages import SOURCES, Page, held_out
from training.pages import read as read_pages
from training.score import bag, word_f1

Score = tuple[float, float, float]
Scores = dict[tuple[str, str], dict[str, list[Score]]]
OURS = "cleaner"
RESAMPLES = 2000


def on_paragraphs(lines: Sequence[str]) -> list[str]:
    """What trafilatura keeps of the lines as paragraphs."""
    import trafilatura

    page = "<html><body>" + "".join(f"<p>{html.escape(line)}</p>" for line in lines) + "</body></html>"
    return lines_of(trafilatura.extract(page, include_comments=False) or "")


def extracted(page: str) -> list[str]:
    """What trafilatura keeps of a page."""
    import trafilatura

    return lines_of(trafilatura.extract(page, include_comments=False) or "")


def text_ways(lines: Sequence[str], peers: bool) -> dict[str, list[str]]:
    """What each way keeps of a flattened page."""
    doc = Document("", "\n".join(lines))
    settings = Settings()
    blocks = BlockIndex(doc, read(doc).blocks)
    marks = [mark for rule in RULES for mark in rule(blocks)]
    reading = opinion(blocks, marks, RULE_WEIGHTS)

    def judged(heard: Prediction | None) -> list[str]:
        return lines_of(Cleaned(doc, tuple(blocks), judge(blocks, marks, settings, heard), settings).text)

    kept = {
        OURS: judged(reading),
        "rules alone": judged(None),
        "keep everything": list(lines),
        "C4 line rules": c4.lines(lines),
    }
    if reading:
        kept["without the gate"] = judged(replace(reading, p_already_clean=0.0))
        alone = best_set(reading.p_content, reading.words)[0]
        kept["model alone"] = [block.text for block, k in zip(blocks, alone, strict=True) if k]
    if peers:
        kept["trafilatura on <p>"] = on_paragraphs(lines)
    return kept


def html_ways(page: Page, peers: bool) -> dict[str, list[str]]:
    """What each way keeps of a page."""
    doc = Document("", page.html, "html")
    kept = {
        OURS: lines_of(clean(doc).text),
        "cleaner --effort fast": lines_of(clean(doc, Settings(effort="fast")).text),
    }
    if peers:
        kept["trafilatura"] = extracted(page.html)
    return kept


def groups(page: Page) -> list[str]:
    """The rows of the table that a page counts in."""
    if page.source == "wcxb":
        return ["wcxb: all", f"wcxb: {page.kind}"]
    return ["news: all", f"news: {page.source}"]


def score_texts(held: Sequence[Page], peers: bool) -> Scores:
    """By (group, flattener) and way; the flattener `mean` is the mean of all four of a page."""
    scores: Scores = defaultdict(lambda: defaultdict(list))
    for page in held:
        gold = bag([page.text])
        found: dict[str, list[Score]] = defaultdict(list)
        for how in FLATTENERS:
            if lines := flatten(page.html, how):
                for name, kept in text_ways(lines, peers).items():
                    found[name].append(word_f1(bag(kept), gold))
                    for group in groups(page):
                        scores[group, how][name].append(found[name][-1])
        for name, each in found.items():
            p, r, f = np.mean(np.array(each), axis=0).tolist()
            for group in groups(page):
                scores[group, "mean"][name].append((p, r, f))
    return scores


def score_pages(held: Sequence[Page], peers: bool) -> Scores:
    """By (group, `page`) and way."""
    scores: Scores = defaultdict(lambda: defaultdict(list))
    for page in held:
        gold = bag([page.text])
        for name, kept in html_ways(page, peers).items():
            for group in groups(page):
                scores[group, "page"][name].append(word_f1(bag(kept), gold))
    return scores


def interval(ours: Sequence[Score], theirs: Sequence[Score]) -> tuple[float, float]:
    """95% of the mean difference in F1, by bootstrap over pages."""
    gap = np.array([a[2] - b[2] for a, b in zip(ours, theirs, strict=True)])
    dice = np.random.default_rng(7)
    means = gap[dice.integers(0, len(gap), (RESAMPLES, len(gap)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def show(scores: Scores) -> None:
    """A line a group, flattener and way: precision, recall, F1, and the interval against trafilatura."""
    for (group, how), ways in sorted(scores.items()):
        print(f"{group}, {how} (n={len(ways[OURS])})")
        peer = next((name for name in ways if name.startswith("trafilatura")), None)
        for name, found in ways.items():
            p, r, f = np.mean(np.array(found), axis=0)
            line = f"   {name:24} P {p:.4f}  R {r:.4f}  F1 {f:.4f}"
            if peer and name.startswith(OURS) and len(found) == len(ways[peer]):
                low, high = interval(found, ways[peer])
                line += f"   against {peer}: {low:+.4f} to {high:+.4f}"
            print(line)


def fault(score: Score) -> str:
    """What went wrong on a page."""
    precision, recall, _ = score
    if max(precision, recall) < 0.3:
        return "another part of the page taken for the main content"
    if recall < 0.7:
        return "main content cut" if precision > 0.7 else "main content cut and other text kept"
    return "other text kept"


def show_worst(held: Sequence[Page], scores: Scores, how: str, most: int) -> None:
    """The worst pages, counted by fault and type, then one a line."""
    at: Counter[str] = Counter()
    found = []
    for page in held:
        group = groups(page)[0]
        each = scores[group, how][OURS]
        if at[group] < len(each):
            found.append((each[at[group]], page))
        at[group] += 1
    worst = sorted(found, key=lambda one: one[0][2])[:most]
    print(f"\nthe {len(worst)} worst pages")
    for (what, kind), n in Counter((fault(s), f"{p.source} {p.kind}") for s, p in worst).most_common():
        print(f"  {n:3} {kind:24} {what}")
    for (p, r, f), page in worst:
        what = f"{page.source} {page.kind}: {fault((p, r, f))}"
        print(f"      {page.id:20} P {p:.3f} R {r:.3f} F1 {f:.3f}  {what}")


def score_clean(held: Sequence[Page]) -> None:
    """How much of clean gold text of over 100 words survives, and what takes the rest."""
    by: dict[str, list[tuple[float, int]]] = defaultdict(list)
    cuts: Counter[str] = Counter()
    for page in held:
        if (size := len(page.text.split())) <= 100:
            continue
        done = clean(Document("", page.text))
        by[page.source].append((word_f1(bag([done.text]), bag([page.text]))[1], size))
        for cut in done.removed:
            cuts[cut.code] += len(page.text[cut.start : cut.end].split())
    for source, kept in by.items():
        total = sum(size for _, size in kept)
        share = sum(k * size for k, size in kept) / total
        whole = sum(k > 0.9999 for k, _ in kept) / len(kept)
        hurt = sum(k < 0.9 for k, _ in kept)
        print(
            f"{source:12} n={len(kept):4}  words kept {share:.4%}"
            f"  untouched {whole:.1%}  over a tenth lost {hurt}"
        )
    print("words cut, by code:", dict(cuts.most_common(12)))


def speed(held: Iterable[Page]) -> None:
    """Lines a second of CPU time: features and model alone, and the whole cleaning."""
    docs = [Document("", "\n".join(lines)) for p in held if (lines := flatten(p.html, "html_text"))]
    ready = []
    for doc in docs:
        blocks = BlockIndex(doc, read(doc).blocks)
        ready.append((blocks, [mark for rule in RULES for mark in rule(blocks)]))
    count = sum(len(blocks) for blocks, _ in ready)
    steps: Mapping[str, Callable[[], object]] = {
        "features and model": lambda: [opinion(blocks, marks, RULE_WEIGHTS) for blocks, marks in ready],
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
    parser.add_argument("what", choices=("text", "html", "clean", "speed"))
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--worst", type=int, default=50, help="how many of the worst pages to name")
    parser.add_argument("--sample", type=int, default=1, help="every N-th page only")
    parser.add_argument("--no-peers", action="store_true", help="without trafilatura")
    given = parser.parse_args()
    ids = held_out(given.data)
    held = [page for source in SOURCES for page in read_pages(given.data, source) if page.id in ids]
    held = held[:: given.sample]
    if given.what == "clean":
        score_clean(held)
    elif given.what == "speed":
        speed(held[::5])
    else:
        score = score_texts if given.what == "text" else score_pages
        scores = score(held, not given.no_peers)
        show(scores)
        show_worst(held, scores, "mean" if given.what == "text" else "page", given.worst)


if __name__ == "__main__":
    main()
