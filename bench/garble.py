"""Measures the garble detector: `python -m bench.garble --data DATA [--pages N] [--tables FOLDER]`.

Real: pages that somebody spun and published (`spun-real.jsonl.xz`); they were found by a few tell-tale
phrases, so what catches them by those phrases flatters, and `--no-signatures` shows what is caught without.
Clean: hard texts of other registers (`hard-clean.jsonl.xz`; the half that training fits on and the half that
it does not), every gold text of the data (those of valid.txt apart, which training never saw), `bench/texts`
and `bench/fresh`, regional and specialist texts written for the purpose. Made: gold texts of valid.txt, spun
with dictionaries made independently of lexicon and training (`bench/spinners`), and by the families of the
lexicon; beside each the share of the swaps made that the lexicon knows.

A figure for a family that the lexicon holds says little: `python -m training.garble.build --without FAMILY
--out FOLDER` builds tables that never saw it, and `--tables FOLDER --only FAMILY` measures with them.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from unittest.mock import patch

from cleaner.api import clean
from cleaner.edits import Edit, apply
from cleaner.garble import (
    Garbled,
    detect_spun,
    detector,
    edits_to_restore,
    passage_prefilter,
    prefilter,
    signatures,
)
from cleaner.garble.candidate_table import SubstitutionTable
from cleaner.garble.lexicon import Lexicon, Substitution
from cleaner.garble.prefilter import build_table
from cleaner.garble.signatures import SignatureHit, find_signatures, find_used_and_mentioned
from cleaner.garble.tokenize import TokenizedText, quoted_ranges, tokenize
from cleaner.output.record import to_record
from training.garble import lexicon
from training.garble.hard import read_hard_texts
from training.garble.mine_signatures import kept_signatures
from training.garble.spin import SwappedSpan, spin
from training.pages import held_out_ids, read_all_rows, read_rows

HERE = Path(__file__).parent
SpinnerDictionary = dict[tuple[str, ...], list[str]]
COMMON_ENGLISH_WORDS = {"the", "of", "and", "to", "in", "is", "for", "that"}
N_EDITS_SHOWN = 100
FORGOTTEN_SHARE = 0.5
FILES_READ_OFF_PAGES = ("rewriting-software", "spinbot")  # of the lexicon, by name


def always_english() -> str:
    """The language of the texts, as they are all taken for English."""
    return "en"


def use_tables(folder: Path) -> None:
    """Has the detector read its tables from a folder; before the first text."""
    detector.DATA = prefilter.DATA = signatures.DATA = folder


def spinner_dictionary(name: str) -> SpinnerDictionary:
    """A spinner's dictionary, of `bench/spinners`: original tokens to spun forms."""
    dictionary: SpinnerDictionary = {}
    for line in (HERE / "spinners" / f"{name}.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        original, spun = line.split("\t")
        forms = [form for form in spun.split("|") if form != original and "{" not in form]
        if forms:
            dictionary[tuple(lexicon.tokenized_phrase(original).split())] = forms
    return dictionary


def known_pairs() -> frozenset[tuple[str, str]]:
    """The pairs (original, spun) of the tables in use, tokens with spaces between."""
    return frozenset(
        (" ".join(swap.original), " ".join(swap.spun))
        for group in detector.load_lexicon().by_form
        for swap in group
    )


def is_known(original: str, spun: str, known: frozenset[tuple[str, str]]) -> bool:
    """Whether the lexicon has a pair, given as texts."""
    return (lexicon.tokenized_phrase(original), lexicon.tokenized_phrase(spun)) in known


def without_known(dictionary: SpinnerDictionary, known: frozenset[tuple[str, str]]) -> SpinnerDictionary:
    """The dictionary without the pairs that the lexicon knows."""
    smaller = {
        original: [form for form in forms if not is_known(" ".join(original), form, known)]
        for original, forms in dictionary.items()
    }
    return {original: forms for original, forms in smaller.items() if forms}


@contextmanager
def half_forgotten(dictionary: SpinnerDictionary) -> Iterator[None]:
    """Has the detector forget half of a spinner's words, drawn by chance: all pairs of the lexicon that hold
    such a word and what the spinner writes for it, and all signatures with the latter."""
    words: dict[str, list[tuple[set[str], set[str]]]] = {}
    for original, forms in dictionary.items():
        # forms of one word (say, says, said) go together
        if random.Random(original[0][:3]).random() < FORGOTTEN_SHARE:
            for form in forms:
                spun = lexicon.tokenized_phrase(form).split()
                words.setdefault(spun[0], []).append(({*original}, {*spun}))
    with (
        forgotten(
            lambda swap: any(
                original <= {*swap.original} and spun <= {*swap.spun}
                for word in swap.spun
                for original, spun in words.get(word, ())
            )
        ),
        signatures_as(
            lambda hit: (
                not any(
                    spun <= {*hit.signature.form.split()}
                    for word in hit.signature.form.split()
                    for _, spun in words.get(word, ())
                )
            )
        ),
    ):
        yield


@contextmanager
def forgotten(is_forgotten: Callable[[Substitution], bool]) -> Iterator[None]:
    """Has the detector forget substitutions; the weights of other forms stay as they are."""
    whole, whole_prefilter = detector.load_lexicon(), prefilter.load_table()
    smaller = lexicon.lexicon_without(whole, is_forgotten)
    kept_starts = {*smaller.form_id_of_word, *(" ".join(start) for start in smaller.phrases_by_start)}
    smaller_prefilter = build_table(
        {
            form: weight
            for form, weight in prefilter_weights(whole_prefilter).items()
            if form in kept_starts or not known_start(form, whole)
        },
        whole_prefilter.threshold,
    )
    table = SubstitutionTable.from_lexicon(smaller, detector.load_model())
    with (
        patch.object(detector, "load_table", lambda: table),
        patch.object(prefilter, "load_table", lambda: smaller_prefilter),
        patch.object(passage_prefilter, "load_table", lambda: smaller_prefilter),
        patch.object(passage_prefilter, "_load_finder", cache(passage_prefilter._load_finder.__wrapped__)),
    ):
        yield


def prefilter_weights(table: prefilter.PrefilterTable) -> dict[str, float]:
    """The weights of a prefilter by word or phrase."""
    phrases = (phrase.decode().strip() for phrase in table.phrases)
    words = {word.decode(): weight for word, weight in table.word_weights.items()}
    return words | dict(zip(phrases, table.phrase_weights, strict=True))


def known_start(form: str, whole: Lexicon) -> bool:
    """Whether a word, or two words, begin a form of the lexicon."""
    return form in whole.form_id_of_word or tuple(form.split()) in whole.phrases_by_start


def gold_texts(data: Path) -> Iterable[tuple[str, bool, str]]:
    """Id, whether held out, text."""
    held_out = held_out_ids(data)
    for row in read_all_rows(data):
        yield row["id"], row["id"] in held_out, row["text"] or ""


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


def report_false_alarms(name: str, texts: Sequence[tuple[str, str]]) -> int:
    """Prints how many clean texts are flagged, and how fast; the number is returned."""
    started = time.process_time()
    hits = [(key, garbled.score) for key, text in texts if (garbled := detect_spun(text, always_english))]
    seconds = time.process_time() - started
    words = sum(len(text.split()) for _, text in texts)
    print(f"  {name}: {len(hits)} of {len(texts)} flagged, {words / seconds / 1000:,.0f}k words/s", hits[:8])
    return len(hits)


def report_cost(texts: Sequence[str]) -> None:
    """What detection adds to the cleaning of clean text."""
    started = time.process_time()
    for text in texts:
        detect_spun(text, always_english)
    seconds = time.process_time() - started
    for text in texts:
        to_record(clean(text, kind="text"), "")
    cleaning_seconds = time.process_time() - started - seconds
    print(f"  detection takes {seconds / (cleaning_seconds - seconds):.1%} of the rest of cleaning")


@dataclass
class Tally:
    """Counts over all spun documents, those that are not caught included.

    `known_swaps` are those whose pair the lexicon has; `damaged_words` are words that the spinner did not
    touch and an edit changed; `wrong_edits` are listed as (what stood there, what was put there, wanted).
    """

    documents: int = 0
    caught: int = 0
    words: int = 0
    seconds: float = 0.0
    swaps: int = 0
    known_swaps: int = 0
    swaps_located: int = 0
    spans: int = 0
    right_spans: int = 0
    edits: int = 0
    right_edits: int = 0
    swaps_undone: int = 0
    edits_in_quotes: int = 0
    damaged_words: int = 0

    def __str__(self) -> str:
        shares = {
            "spans P": (self.right_spans, self.spans),
            "R": (self.swaps_located, self.swaps),
            "undone": (self.swaps_undone, self.swaps),
            "edits right": (self.right_edits, self.edits),
        }
        return (
            f"caught {_share(self.caught, self.documents)} of {self.documents}"
            f" (known to the lexicon: {_share(self.known_swaps, self.swaps)} of the swaps,"
            f" {100 * self.swaps / max(self.words, 1):.1f} swaps per 100 words); "
            + ", ".join(f"{name} {_share(*counts)}" for name, counts in shares.items())
            + f" of {self.edits}, "
            f"damage {1000 * self.damaged_words / max(self.words, 1):.2f} per 1,000 words,"
            f" in quotes {self.edits_in_quotes}; {self.words / max(self.seconds, 1e-9) / 1000:,.0f}k words/s"
        )

    def include(self, other: Tally) -> None:
        """Counts the documents of another tally too."""
        for name in vars(other):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def add(self, spun: str, truth: Sequence[SwappedSpan], known: frozenset[tuple[str, str]]) -> None:
        """Detects one spun text and counts what comes of it."""
        started = time.process_time()
        garbled = detect_spun(spun, always_english)
        self.seconds += time.process_time() - started
        self.documents += 1
        self.words += len(spun.split())
        self.swaps += len(truth)
        self.known_swaps += sum(is_known(old, spun[start:end], known) for start, end, old in truth)
        if garbled:
            self.caught += 1
            self._add_spans(spun, truth, garbled)

    def _add_spans(self, spun: str, truth: Sequence[SwappedSpan], garbled: Garbled) -> None:
        self.spans += len(garbled.spans)
        self.right_spans += sum(any(_overlaps(s.start, s.end, t) for t in truth) for s in garbled.spans)
        self.swaps_located += sum(any(_overlaps(s.start, s.end, t) for s in garbled.spans) for t in truth)
        edits = edits_to_restore(spun, garbled)
        quoted = quoted_ranges(spun)
        self.edits_in_quotes += sum(any(a < e.end and e.start < b for a, b in quoted) for e in edits)
        counted = [
            (e.start, e.end, e.new) for e in edits if not _is_article_change(spun, (e.start, e.end, e.new))
        ]
        undone: set[int] = set()
        for start, end, _ in counted:
            overlapping = [t for t in truth if _overlaps(start, end, t)]
            if overlapping and _restores_exactly(spun, start, end, overlapping, counted):
                self.right_edits += 1
                undone.update(t[0] for t in overlapping)
            elif not overlapping:
                self.damaged_words += len(spun[start:end].split())
        self.edits += len(counted)
        self.swaps_undone += len(undone)


def _share(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.3f}"


def report_spun(
    name: str,
    texts: Sequence[str],
    spinner: Mapping[tuple[str, ...], Sequence[str]],
    density: float,
    *,
    fixed: bool,
) -> Tally:
    """Prints what is caught, located and undone of texts spun with a dictionary."""
    tally, known = Tally(), known_pairs()
    for number, text in enumerate(texts):
        spun, truth = spin(text, spinner, density, random.Random(number), fixed=fixed)
        tally.add(spun, truth, known)
    print(f"  {name} x{density}: {tally}", flush=True)
    return tally


def _overlaps(start: int, end: int, swap: SwappedSpan) -> bool:
    return start < swap[1] and swap[0] < end


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


def swaps_by_alignment(spun: str, original: str) -> list[SwappedSpan]:
    """Where a real spun page differs from what it was made from: (start, end, original words).

    Words are aligned (difflib); where words were only added or left out, a neighbour is part of the swap.
    """
    one, other = tokenize(spun), tokenize(original)
    matcher = SequenceMatcher(None, one.tokens, other.tokens, autojunk=False)
    return [
        _aligned_span(one, other, a, b, c, d) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"
    ]


def _aligned_span(one: TokenizedText, other: TokenizedText, a: int, b: int, c: int, d: int) -> SwappedSpan:
    if a == b or c == d:  # an edit has words on both sides
        if a > 0 and c > 0:
            a, c = a - 1, c - 1
        else:
            b, d = b + 1, d + 1
    old = other.text[other.starts[c] : other.ends[d - 1]]
    return one.starts[a], one.ends[b - 1], old


def report_real(data: Path) -> int:
    """Prints the real spun pages by manner, and their edits where the original is known.

    A part of the lexicon and of the signatures was read off these pages. So further lines score each page
    without signatures, and without any pair or signature that was read off it and that no other of them has.
    """
    rows = [*read_rows(data / "spun-real.jsonl.xz")]
    caught: Counter[str] = Counter()
    for manner in sorted({row["manner"] for row in rows}):
        of_manner = [row for row in rows if row["manner"] == manner]
        print(f"  {manner}, {len(of_manner)} pages:")
        for name, patches in REAL_CONDITIONS.items():
            scores = {}
            for row in of_manner:
                with patches(row["text"], [other["text"] for other in rows if other is not row]):
                    garbled = detect_spun(row["text"], always_english)
                scores[row["id"].removeprefix("spun-")] = garbled.score if garbled else None
            n_caught = sum(score is not None for score in scores.values())
            caught[name] += n_caught
            print(f"    {name}: {n_caught} caught", scores, flush=True)
    print(f"  all {len(rows)} pages:", dict(caught))
    tally, known = Tally(), known_pairs()
    for row in rows:
        if row["original"]:
            tally.add(row["text"], swaps_by_alignment(row["text"], row["original"]), known)
    print(f"  those with an original: {tally}")
    return caught["as it is"]


@contextmanager
def signatures_as(kept: Callable[[SignatureHit], bool]) -> Iterator[None]:
    """Has the detector see only some signatures."""

    def find(text: str, plain: bytes | None = None) -> list[SignatureHit]:
        return [hit for hit in find_signatures(text, plain=plain) if kept(hit)]

    def find_both(text: str) -> tuple[list[SignatureHit], list[SignatureHit]]:
        used, mentioned = find_used_and_mentioned(text)
        return [hit for hit in used if kept(hit)], mentioned

    with (
        patch.object(detector, "find_used_and_mentioned", find_both),
        patch.object(prefilter, "find_signatures", find),
    ):
        yield


@contextmanager
def without_what_it_gave(text: str, others: Sequence[str]) -> Iterator[None]:
    """Without the pairs and signatures of the files read off real pages that only this page has."""
    padded = [f" {lexicon.tokenized_phrase(page)} " for page in (text, *others)]

    def is_own(form: str) -> bool:
        form = f" {lexicon.tokenized_phrase(form)} "
        return form in padded[0] and not any(form in page for page in padded[1:])

    own_pairs = {
        (pair.spun, pair.original)
        for name in FILES_READ_OFF_PAGES
        for pair in lexicon.expand_file(lexicon.HERE / "lexicon" / f"{name}.tsv")
        if is_own(pair.spun)
    }
    own_signatures = {row.form for row in kept_signatures() if is_own(row.form)}
    with (
        forgotten(lambda swap: (" ".join(swap.spun), " ".join(swap.original)) in own_pairs),
        signatures_as(lambda hit: hit.signature.form not in own_signatures),
    ):
        yield


REAL_CONDITIONS: dict[str, Callable[[str, Sequence[str]], AbstractContextManager[None]]] = {
    "as it is": lambda text, others: nullcontext(),
    "no signatures": lambda text, others: signatures_as(lambda hit: False),
    "without what was read off the page itself": without_what_it_gave,
}


def list_real_edits(data: Path) -> None:
    """Prints up to N_EDITS_SHOWN edits on real pages, for reading."""
    shown = 0
    for row in read_rows(data / "spun-real.jsonl.xz"):
        garbled = detect_spun(row["text"], always_english)
        for edit in edits_to_restore(row["text"], garbled) if garbled else ():
            if shown < N_EDITS_SHOWN:
                context = row["text"][max(edit.start - 30, 0) : edit.end + 25].replace("\n", " ")
                print(f"  {row['id']}: {edit.old} -> {edit.new}   [{context}]")
                shown += 1


def report_hard_clean(data: Path) -> None:
    """Prints the alarms on clean texts of hard registers, by register; in training and held out."""
    hard_texts = read_hard_texts(data)
    n_alarms = {True: 0, False: 0}
    for register in sorted({text.register for text in hard_texts}):
        for fitted in (False, True):
            texts = [
                (text.id, text.text)
                for text in hard_texts
                if text.register == register and text.fitted == fitted
            ]
            if texts:
                name = f"{register}, {'fitted' if fitted else 'held out'}"
                n_alarms[fitted] += report_false_alarms(name, texts)
    for fitted, alarms in n_alarms.items():
        n_texts = sum(text.fitted == fitted for text in hard_texts)
        print(f"  all {'fitted' if fitted else 'held out'}: {alarms} of {n_texts}")


def report_clean(data: Path, rows: Sequence[tuple[str, bool, str]]) -> None:
    """Prints the alarms on gold texts and written ones, and the cost."""
    report_false_alarms("gold, seen in training", [(key, text) for key, held, text in rows if not held])
    report_false_alarms("gold, held out", [(key, text) for key, held, text in rows if held])
    for folder in ("texts", "fresh"):
        paths = sorted((HERE / folder).glob("*.txt"))
        report_false_alarms(
            f"regional and specialist, {folder}", [(p.stem, p.read_text("utf-8")) for p in paths]
        )


def made_spinners(data: Path) -> dict[str, Callable[[], SpinnerDictionary]]:
    """The dictionaries of each family, those of `bench/spinners` where there are any."""
    return {
        "news": lambda: spinner_dictionary("news"),
        "thesaurus": lambda: spinner_dictionary("unseen"),
        "another-thesaurus": lambda: spinner_dictionary("fresh"),
        "rewriting": lambda: family_dictionary(data, "thesaurus-turbo"),
        "spinbot": lambda: family_dictionary(data, "thesaurus-spinbot"),
        "tortured": lambda: tortured_dictionary(data),
    }


def family_dictionary(data: Path, file_name: str) -> SpinnerDictionary:
    """The rows of `spun/lexicon` as a spinner's dictionary, every form of each word."""
    return dictionary_of(lexicon.expand_file(data / "spun" / "lexicon" / f"{file_name}.tsv"))


def tortured_dictionary(data: Path) -> SpinnerDictionary:
    """The tortured phrases, by their originals."""
    return dictionary_of(lexicon.tortured_phrases(data / "tortured-phrases.json"))


def dictionary_of(pairs: Iterable[lexicon.Pair]) -> SpinnerDictionary:
    """Every form of each original."""
    dictionary: SpinnerDictionary = {}
    for pair in pairs:
        dictionary.setdefault(tuple(pair.original.split()), []).append(pair.spun)
    return dictionary


def report_made(data: Path, texts: Sequence[str], only: str | None) -> None:
    """Prints every made spinner, of the news manner and the thesaurus also with fewer known pairs; then all
    together, those of which nothing is known included."""
    known, total = known_pairs(), Tally()

    def report(name: str, spinner: SpinnerDictionary, density: float, *, fixed: bool = False) -> None:
        total.include(report_spun(name, texts, spinner, density, fixed=fixed))

    for name, read in made_spinners(data).items():
        if only not in (None, name):
            continue
        dictionary = read()
        fixed = name == "news"
        report(name, dictionary, 1.0, fixed=fixed)
        if name == "news":
            report(name, dictionary, 0.5, fixed=True)
            with half_forgotten(dictionary):
                for density in (1.0, 0.5):
                    report("news, half of its words forgotten", dictionary, density, fixed=True)
        elif "thesaurus" in name:
            unknown = without_known(dictionary, known)
            report(f"{name}, nothing known", unknown, 1.0)
    print(f"  all: {total}", flush=True)


def main() -> None:
    """Measures real pages, clean texts and made spinners, as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--pages", type=int, default=200, help="gold texts that are spun")
    parser.add_argument("--tables", type=Path, help="folder of garble-*, instead of those of the package")
    parser.add_argument("--only", help="only this made spinner, and nothing else")
    parser.add_argument(
        "--parts", default="real,hard,clean,cost,made", help="of real, hard, clean, cost, made, edits"
    )
    args = parser.parse_args()
    if args.tables:
        use_tables(args.tables)
    detector.detect_with_model("Warm up: load the tables.")
    parts = ["made"] if args.only else args.parts.split(",")
    rows = [*gold_texts(args.data)] if {"clean", "cost", "made"} & {*parts} else []
    for part in parts:
        print(f"{part}:", flush=True)
        if part == "real":
            report_real(args.data)
        elif part == "hard":
            report_hard_clean(args.data)
        elif part == "clean":
            report_clean(args.data, rows)
        elif part == "cost":
            report_cost([text for _, held, text in rows if held])
        elif part == "edits":
            list_real_edits(args.data)
        elif part == "made":
            texts = [text for _, held, text in rows if held and is_english_prose(text)]
            random.Random(0).shuffle(texts)
            report_made(args.data, texts[: args.pages], args.only)


if __name__ == "__main__":
    main()
