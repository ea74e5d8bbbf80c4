"""Measures the garble detector: `python -m bench.garble --data DATA [--pages N]`.

Clean: every gold text of the data (pages of valid.txt apart, training never saw them); `bench/texts`,
regional and specialist texts written for the purpose, which were looked at while weights were chosen;
`bench/fresh`, more of them, which were not. Spun: gold texts of valid.txt by two spinners kept apart from
lexicon and training (`bench/spinners`): the news manner, and a thesaurus with the pairs the lexicon happens
to hold (`thesaurus`) and without any of them (`nothing known`); `another thesaurus` was written when the
lexicon was closed.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cleaner.api import clean
from cleaner.edits import Edit, apply
from cleaner.garble import restore
from cleaner.garble import spun as look
from cleaner.garble.detector import read
from cleaner.garble.tokenize import quotations, split
from cleaner.output.record import to_record
from training.garble import lexicon
from training.garble.spin import Swapped, spin

HERE = Path(__file__).parent
Table = dict[tuple[str, ...], list[str]]
ENGLISH = {"the", "of", "and", "to", "in", "is", "for", "that"}


def english() -> str:
    """What gold texts are taken for."""
    return "en"


def table(name: str, without: frozenset[tuple[str, str]] = frozenset()) -> Table:
    """A spinner's dictionary: original tokens to spun forms."""
    found: Table = {}
    for line in (HERE / "spinners" / f"{name}.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        original, spun = line.split("\t")
        key = lexicon.tokens(original)
        forms = [
            f
            for f in spun.split("|")
            if f != original and "{" not in f and (key, lexicon.tokens(f)) not in without
        ]
        if forms:
            found[tuple(key.split())] = forms
    return found


def gold(data: Path) -> Iterable[tuple[str, bool, str]]:
    """Id, whether held out, text."""
    valid = set((data / "valid.txt").read_text().split())
    for path in sorted(data.glob("train-*.jsonl.xz")):
        with lzma.open(path, "rt") as rows:
            for row in map(json.loads, rows):
                yield row["id"], row["id"] in valid, row["text"] or ""


def prose(text: str) -> bool:
    """English running text of 200 words or more outside quotation marks: what a spinner would be given."""
    words = split(text)
    told = sum(1 for t, q in zip(words.tokens, words.quoted, strict=True) if t[0].isalpha() and not q)
    lines = [line for line in text.splitlines() if line.strip()]
    running = sum(len(line) for line in lines if len(line) > 80) > 0.6 * sum(map(len, lines))
    return told >= 200 and len(text) < 20_000 and running and len(ENGLISH & set(words.tokens)) >= 7


def alarms(name: str, texts: Sequence[tuple[str, str]]) -> None:
    """How many clean texts are flagged, and how fast."""
    started = time.process_time()
    hits = [(key, found.score) for key, text in texts if (found := look(text, english))]
    seconds = time.process_time() - started
    words = sum(len(text.split()) for _, text in texts)
    print(f"{name}: {len(hits)} of {len(texts)} flagged, {words / seconds / 1000:,.0f}k words/s", hits[:8])


def cost(texts: Sequence[str]) -> None:
    """What detection adds to the cleaning of clean text."""
    started = time.process_time()
    for text in texts:
        look(text, english)
    seconds = time.process_time() - started
    for text in texts:
        to_record(clean(text, kind="text"), "")
    whole = time.process_time() - started - seconds
    print(f"detection takes {seconds / (whole - seconds):.1%} of the rest of cleaning")


def measure(
    name: str,
    texts: Sequence[str],
    spinner: Mapping[tuple[str, ...], Sequence[str]],
    density: float,
    *,
    fixed: bool,
) -> None:
    """Caught; spans; what restoring undoes."""
    caught = places = right_places = swaps = found_swaps = edits = right_edits = undone = 0
    quoted = 0
    seconds, words = 0.0, 0
    for number, text in enumerate(texts):
        spun, truth = spin(text, spinner, density, random.Random(number), fixed=fixed)
        started = time.process_time()
        garbled = look(spun, english)
        seconds += time.process_time() - started
        words += len(spun.split())
        if not garbled:
            continue
        caught += 1
        swaps += len(truth)
        places += len(garbled.spans)
        right_places += sum(any(_meet(span.start, span.end, t) for t in truth) for span in garbled.spans)
        found_swaps += sum(any(_meet(s.start, s.end, t) for s in garbled.spans) for t in truth)
        changes = restore(spun, garbled)
        quoted += sum(any(a < c.end and c.start < b for a, b in quotations(spun)) for c in changes)
        good, all_, exact = _undone(spun, truth, [(c.start, c.end, c.new) for c in changes])
        right_edits, edits, undone = right_edits + good, edits + all_, undone + exact
    print(
        f"{name} x{density}: caught {caught / len(texts):.3f} of {len(texts)}; "
        f"spans P {right_places / max(places, 1):.3f} R {found_swaps / max(swaps, 1):.3f}; "
        f"undone exactly {undone / max(swaps, 1):.3f}, "
        f"edits right {right_edits / max(edits, 1):.3f} of {edits}, in quotes {quoted}; "
        f"{words / seconds / 1000:,.0f}k words/s"
    )


def _meet(start: int, end: int, swap: Swapped) -> bool:
    return start < swap[1] and swap[0] < end


def _undone(
    spun: str, truth: Sequence[Swapped], changes: Sequence[tuple[int, int, str]]
) -> tuple[int, int, int]:
    """Edits right, edits, swaps undone exactly (articles before a swap are not counted)."""
    right = count = exact = 0
    seen: set[int] = set()
    for start, end, new in changes:
        if spun[start:end].lower() in ("a", "an") and new.lower() in ("a", "an"):
            continue
        count += 1
        mine = [t for t in truth if _meet(start, end, t)]
        if not mine:
            continue
        low, high = min(start, mine[0][0]), max(end, mine[-1][1])
        back = [Edit(a - low, spun[a:b], old, "") for a, b, old in mine]
        group = [c for c in changes if low <= c[0] and c[1] <= high]
        done = apply(spun[low:high], [Edit(a - low, spun[a:b], n, "") for a, b, n in group])
        if done.lower() == apply(spun[low:high], back).lower():
            right += 1
            exact += sum(t[0] not in seen for t in mine)
            seen.update(t[0] for t in mine)
    return right, count, exact


def main() -> None:
    """Prints every figure of the issue's table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--spun-only", action="store_true")
    args = parser.parse_args()
    read("Warm up: load the tables.")
    rows = list(gold(args.data))
    if not args.spun_only:
        alarms("gold, seen in training", [(key, text) for key, held, text in rows if not held])
        alarms("gold, held out", [(key, text) for key, held, text in rows if held])
        for folder in ("texts", "fresh"):
            found = sorted((HERE / folder).glob("*.txt"))
            alarms(f"regional and specialist, {folder}", [(p.stem, p.read_text("utf-8")) for p in found])
        cost([text for _, held, text in rows if held])
    texts = [text for _, held, text in rows if held and prose(text)]
    random.Random(0).shuffle(texts)
    texts = texts[: args.pages]
    known = frozenset((pair.original, pair.spun) for pair in lexicon.expand().values())
    news, wide, unseen = table("news"), table("unseen"), table("unseen", known)
    held = sum((" ".join(k), lexicon.tokens(f)) in known for k, forms in news.items() for f in forms)
    sizes = [sum(map(len, spinner.values())) for spinner in (news, wide, unseen)]
    print(
        f"news dictionary: {held} of {sizes[0]} pairs stand in the lexicon; "
        f"thesaurus: {sizes[1] - sizes[2]} of {sizes[1]}"
    )
    for density in (1.0, 0.5):
        measure("news manner", texts, news, density, fixed=True)
    measure("thesaurus", texts, wide, 1.0, fixed=False)
    measure("nothing known", texts, unseen, 1.0, fixed=False)
    measure("another thesaurus", texts, table("fresh"), 1.0, fixed=False)


if __name__ == "__main__":
    main()
