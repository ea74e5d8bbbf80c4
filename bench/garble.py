"""Measures the garble detector: `python -m bench.garble --data DATA [--pages N]`.

Clean: every gold text of the data (those of valid.txt apart, which training never saw); `bench/texts`,
regional and specialist texts written for the purpose, which were looked at while weights were chosen;
`bench/fresh`, more of them, which were not. Spun: gold texts of valid.txt, spun with dictionaries made
independently of lexicon and training (`bench/spinners`): the news manner, and a thesaurus with the pairs that
the lexicon happens to hold (`thesaurus`) and without them (`nothing known`); `another thesaurus` was written
after the lexicon was finished.
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
from cleaner.garble import detect_spun, edits_to_restore
from cleaner.garble.detector import detect_with_model
from cleaner.garble.tokenize import quoted_ranges, tokenize
from cleaner.output.record import to_record
from training.garble import lexicon
from training.garble.spin import SwappedSpan, spin

HERE = Path(__file__).parent
SpinnerDictionary = dict[tuple[str, ...], list[str]]
COMMON_ENGLISH_WORDS = {"the", "of", "and", "to", "in", "is", "for", "that"}


def always_english() -> str:
    """The language of the gold texts, as they are all taken for English."""
    return "en"


def spinner_dictionary(name: str, left_out: frozenset[tuple[str, str]] = frozenset()) -> SpinnerDictionary:
    """A spinner's dictionary: original tokens to spun forms."""
    dictionary: SpinnerDictionary = {}
    for line in (HERE / "spinners" / f"{name}.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        original, spun = line.split("\t")
        key = lexicon.tokenized_phrase(original)
        forms = [
            f
            for f in spun.split("|")
            if f != original and "{" not in f and (key, lexicon.tokenized_phrase(f)) not in left_out
        ]
        if forms:
            dictionary[tuple(key.split())] = forms
    return dictionary


def gold_texts(data: Path) -> Iterable[tuple[str, bool, str]]:
    """Id, whether held out, text."""
    valid = set((data / "valid.txt").read_text().split())
    for path in sorted(data.glob("train-*.jsonl.xz")):
        with lzma.open(path, "rt") as rows:
            for row in map(json.loads, rows):
                yield row["id"], row["id"] in valid, row["text"] or ""


def is_english_prose(text: str) -> bool:
    """English running text of 200 words or more outside quotation marks: what a spinner would be given."""
    words = tokenize(text)
    n_words = sum(1 for t, q in zip(words.tokens, words.quoted, strict=True) if t[0].isalpha() and not q)
    lines = [line for line in text.splitlines() if line.strip()]
    mostly_long_lines = sum(len(line) for line in lines if len(line) > 80) > 0.6 * sum(map(len, lines))
    return (
        n_words >= 200
        and len(text) < 20_000
        and mostly_long_lines
        and len(COMMON_ENGLISH_WORDS & set(words.tokens)) >= 7
    )


def report_false_alarms(name: str, texts: Sequence[tuple[str, str]]) -> None:
    """How many clean texts are flagged, and how fast."""
    started = time.process_time()
    hits = [(key, garbled.score) for key, text in texts if (garbled := detect_spun(text, always_english))]
    seconds = time.process_time() - started
    words = sum(len(text.split()) for _, text in texts)
    print(f"{name}: {len(hits)} of {len(texts)} flagged, {words / seconds / 1000:,.0f}k words/s", hits[:8])


def report_cost(texts: Sequence[str]) -> None:
    """What detection adds to the cleaning of clean text."""
    started = time.process_time()
    for text in texts:
        detect_spun(text, always_english)
    seconds = time.process_time() - started
    for text in texts:
        to_record(clean(text, kind="text"), "")
    cleaning_seconds = time.process_time() - started - seconds
    print(f"detection takes {seconds / (cleaning_seconds - seconds):.1%} of the rest of cleaning")


def report_spun(
    name: str,
    texts: Sequence[str],
    spinner: Mapping[tuple[str, ...], Sequence[str]],
    density: float,
    *,
    fixed: bool,
) -> None:
    """Prints how many spun texts are caught, how many spans are right, and how many swaps are undone."""
    n_caught = n_spans = n_right_spans = n_swaps = n_found_swaps = n_edits = n_right_edits = (
        n_restored_exactly
    ) = 0
    n_edits_in_quotes = 0
    seconds, n_words = 0.0, 0
    for number, text in enumerate(texts):
        spun, truth = spin(text, spinner, density, random.Random(number), fixed=fixed)
        started = time.process_time()
        garbled = detect_spun(spun, always_english)
        seconds += time.process_time() - started
        n_words += len(spun.split())
        if not garbled:
            continue
        n_caught += 1
        n_swaps += len(truth)
        n_spans += len(garbled.spans)
        n_right_spans += sum(any(_overlaps(span.start, span.end, t) for t in truth) for span in garbled.spans)
        n_found_swaps += sum(any(_overlaps(s.start, s.end, t) for s in garbled.spans) for t in truth)
        edits = edits_to_restore(spun, garbled)
        n_edits_in_quotes += sum(
            any(a < c.end and c.start < b for a, b in quoted_ranges(spun)) for c in edits
        )
        right, counted, exact = _count_right_edits(spun, truth, [(c.start, c.end, c.new) for c in edits])
        n_right_edits, n_edits, n_restored_exactly = (
            n_right_edits + right,
            n_edits + counted,
            n_restored_exactly + exact,
        )
    print(
        f"{name} x{density}: caught {n_caught / len(texts):.3f} of {len(texts)}; "
        f"spans P {n_right_spans / max(n_spans, 1):.3f} R {n_found_swaps / max(n_swaps, 1):.3f}; "
        f"undone exactly {n_restored_exactly / max(n_swaps, 1):.3f}, "
        f"edits right {n_right_edits / max(n_edits, 1):.3f} of {n_edits}, in quotes {n_edits_in_quotes}; "
        f"{n_words / seconds / 1000:,.0f}k words/s"
    )


def _overlaps(start: int, end: int, swap: SwappedSpan) -> bool:
    return start < swap[1] and swap[0] < end


def _count_right_edits(
    spun: str, truth: Sequence[SwappedSpan], edits: Sequence[tuple[int, int, str]]
) -> tuple[int, int, int]:
    """Edits right, edits, swaps undone exactly (articles before a swap are not counted)."""
    right = 0
    undone_starts: set[int] = set()
    counted = [edit for edit in edits if not _is_article_change(spun, edit)]
    for start, end, _ in counted:
        overlapping = [t for t in truth if _overlaps(start, end, t)]
        if overlapping and _restores_exactly(spun, start, end, overlapping, edits):
            right += 1
            undone_starts.update(t[0] for t in overlapping)
    return right, len(counted), len(undone_starts)


def _is_article_change(spun: str, edit: tuple[int, int, str]) -> bool:
    start, end, new = edit
    return spun[start:end].lower() in ("a", "an") and new.lower() in ("a", "an")


def _restores_exactly(
    spun: str, start: int, end: int, swaps: Sequence[SwappedSpan], edits: Sequence[tuple[int, int, str]]
) -> bool:
    """Whether the edits give the original text back, but for case, where an edit and its swaps are."""
    low, high = min(start, swaps[0][0]), max(end, swaps[-1][1])
    edits_within = [edit for edit in edits if low <= edit[0] and edit[1] <= high]
    wanted, restored = (
        apply(spun[low:high], [Edit(a - low, spun[a:b], new, "") for a, b, new in changes])
        for changes in (swaps, edits_within)
    )
    return restored.lower() == wanted.lower()


def main() -> None:
    """Measures clean texts, then spun ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--spun-only", action="store_true")
    args = parser.parse_args()
    detect_with_model("Warm up: load the tables.")
    rows = list(gold_texts(args.data))
    if not args.spun_only:
        _report_clean_texts(rows)
    texts = [text for _, held, text in rows if held and is_english_prose(text)]
    random.Random(0).shuffle(texts)
    _report_spun_texts(texts[: args.pages])


def _report_clean_texts(rows: Sequence[tuple[str, bool, str]]) -> None:
    report_false_alarms("gold, seen in training", [(key, text) for key, held, text in rows if not held])
    report_false_alarms("gold, held out", [(key, text) for key, held, text in rows if held])
    for folder in ("texts", "fresh"):
        paths = sorted((HERE / folder).glob("*.txt"))
        report_false_alarms(
            f"regional and specialist, {folder}", [(p.stem, p.read_text("utf-8")) for p in paths]
        )
    report_cost([text for _, held, text in rows if held])


def _report_spun_texts(texts: Sequence[str]) -> None:
    lexicon_pairs = frozenset((pair.original, pair.spun) for pair in lexicon.expand_lexicon().values())
    news, thesaurus, unknown_thesaurus = (
        spinner_dictionary("news"),
        spinner_dictionary("unseen"),
        spinner_dictionary("unseen", lexicon_pairs),
    )
    held_out = sum(
        (" ".join(k), lexicon.tokenized_phrase(f)) in lexicon_pairs
        for k, forms in news.items()
        for f in forms
    )
    sizes = [sum(map(len, spinner.values())) for spinner in (news, thesaurus, unknown_thesaurus)]
    print(
        f"news dictionary: {held_out} of {sizes[0]} pairs stand in the lexicon; "
        f"thesaurus: {sizes[1] - sizes[2]} of {sizes[1]}"
    )
    for density in (1.0, 0.5):
        report_spun("news manner", texts, news, density, fixed=True)
    report_spun("thesaurus", texts, thesaurus, 1.0, fixed=False)
    report_spun("nothing known", texts, unknown_thesaurus, 1.0, fixed=False)
    report_spun("another thesaurus", texts, spinner_dictionary("fresh"), 1.0, fixed=False)


if __name__ == "__main__":
    main()
