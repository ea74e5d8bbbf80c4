"""Makes candidates for signatures, and builds the table from those that people kept.

    python -m training.garble.mine_signatures pages --spun FILE --clean FOLDER ...   # prints candidates
    python -m training.garble.mine_signatures phrases --data DATA --clean FOLDER ... # prints candidates
    python -m training.garble.mine_signatures build --data DATA --clean FOLDER ...   # writes cleaner/data

`pages` reads spun pages: forms of one to four words that several of them hold and clean text does not.
`phrases` swaps the parts of fixed phrases (`signatures/collocations.txt`, technical terms in `terms.txt`)
by the dictionaries of each manner.
`build` joins what was kept by hand (`signatures/kept.tsv`), the swapped phrases and the tortured phrases, and
leaves out whatever clean text has, and what is listed in `signatures/natural.txt`.

Clean text is every gold text of DATA, its hard registers, `bench/texts`, and what `--clean` names: folders of
plain text in English, of any licence, as nothing but the absence of a form is taken from them.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import sys
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from cleaner.garble.lexicon import Channel
from cleaner.garble.plain_text import one_byte_a_character
from cleaner.garble.signatures import Signature
from training.garble import lexicon
from training.garble.hard import read_hard_texts
from training.garble.table_header import with_header
from training.pages import read_all_rows, read_rows

HERE = Path(__file__).parent / "signatures"
ROOT = Path(__file__).parents[2]
MAX_FORM_WORDS = 7  # `keeping in mind the end goal to`; a swapped phrase is longer than its original
MAX_FORMS_OF_PHRASE = 120  # of one phrase in one manner: the product over its words
MIN_FORM_CHARS = 9  # shorter forms are too often a name, a foreign word or a slip of the keyboard
# Forms a dictionary of the lexicon gives a word, the most usual first: rarer ones are rarer signatures.
FORMS_OF_WORD = {Channel.NEWS: 2, Channel.THESAURUS: 3}
# Files of the lexicon that no phrases are made with: everyday words, whose swaps are natural in many phrases.
FILES_FOR_SINGLE_WORDS = ("news-wide", "thesaurus-everyday")
TERMS_MANNER = "tortured"  # the manner that swaps the words of technical terms, those of `terms.txt` too
# A form is kept where its least natural swap gives phrases of which clean text has at most this share, a
# quarter of a phrase added. At .13 none of 4,926 clean texts, read with a table that was filtered without
# them, holds two forms of a manner. The thesaurus has many natural swaps of few phrases.
DEFAULT_NATURAL_SHARE, PSEUDO_NATURAL = 0.13, 0.25
MAX_NATURAL_SHARE = {"thesaurus": 0.05}
MAX_MINED_WORDS = 4
MIN_MINED_PAGES = 2
LICENCE = (
    "written for the project (Apache-2.0); manner tortured: Problematic Paper Screener (Cabanac, Labbe and"
    " Magazinov, CC BY 4.0)"
)

Dictionary = Mapping[str, Sequence[str]]


def read_swaps(path: Path) -> Dictionary:
    """A manner's dictionary: words or a phrase, and the forms put for them."""
    rows = (line.split("\t") for line in path.read_text().splitlines() if line and line[0] != "#")
    return {original: forms.lower().split("|") for original, forms in rows}


def dictionaries() -> dict[str, Dictionary]:
    """The dictionary of every manner that swaps word by word."""
    found: dict[str, Dictionary] = {
        path.stem.removeprefix("swaps-"): read_swaps(path) for path in sorted(HERE.glob("swaps-*.tsv"))
    }
    by_channel: dict[Channel, dict[str, list[tuple[float, str]]]] = {c: {} for c in FORMS_OF_WORD}
    paths = sorted((lexicon.HERE / "lexicon").glob("*.tsv"))
    rows = [row for p in paths if p.stem not in FILES_FOR_SINGLE_WORDS for row in lexicon.read_file(p)]
    for pair in lexicon.expand_rows(rows).values():
        if pair.channel in by_channel:
            by_channel[pair.channel].setdefault(pair.original, []).append((-pair.prior, pair.spun))
    for channel, forms in by_channel.items():
        found[channel.name.lower()] = {
            original: [form for _, form in sorted(spun)[: FORMS_OF_WORD[channel]]]
            for original, spun in forms.items()
        }
    return found


def read_phrases(name: str) -> list[str]:
    """The fixed phrases of a file, in lower case."""
    lines = (line for line in (HERE / name).read_text().splitlines() if line[:1] != "#")
    return list(dict.fromkeys(phrase.strip() for line in lines for phrase in line.split(",")))


class SwappedPhrase(NamedTuple):
    """A form that a manner makes of a phrase, and the swaps it holds: (part, what was put for it)."""

    manner: str
    form: str
    phrase: str
    swaps: frozenset[tuple[str, str]]


def swapped_forms(phrase: str, dictionary: Dictionary) -> dict[str, frozenset[tuple[str, str]]]:
    """Each form of the phrase with its swaps: every choice of parts swapped; a part is the longest entry."""
    words = phrase.split()
    choices: list[list[tuple[str, str]]] = []
    at = 0
    while at < len(words):
        size = next(
            (n for n in range(len(words) - at, 0, -1) if " ".join(words[at : at + n]) in dictionary), 1
        )
        part = " ".join(words[at : at + size])
        choices.append([*((part, form) for form in dictionary.get(part, ())), (part, part)])
        at += size
    forms: dict[str, frozenset[tuple[str, str]]] = {}
    for parts in itertools.islice(itertools.product(*choices), MAX_FORMS_OF_PHRASE):
        form = spelled(" ".join(new for _, new in parts))
        if form != phrase:
            forms.setdefault(form, frozenset((old, new) for old, new in parts if old != new))
    return forms


def swapped_phrases() -> list[SwappedPhrase]:
    """Every form that a manner's dictionary makes of a fixed phrase."""
    phrases = read_phrases("collocations.txt")
    with_terms = list(dict.fromkeys([*phrases, *read_phrases("terms.txt")]))
    return [
        SwappedPhrase(manner, form, phrase, swaps)
        for manner, dictionary in dictionaries().items()
        for phrase in (with_terms if manner == TERMS_MANNER else phrases)
        for form, swaps in swapped_forms(phrase, dictionary).items()
    ]


def unnatural_phrases(swapped: Sequence[SwappedPhrase], seen: Container[str]) -> list[Signature]:
    """Those of the forms that natural text is not to be expected to have, as signatures.

    That clean text lacks a form says little where it is rare. So each swap is judged by all forms that it
    alone makes: what was put for a part is natural in the share of them that clean text has. `coverage` for
    `insurance` is (home coverage, car coverage), `getting to know` for `learning` is not. A form is as
    natural as its least natural swap.
    """
    made: Counter[tuple[str, tuple[str, str]]] = Counter()
    natural: Counter[tuple[str, tuple[str, str]]] = Counter()
    for row in swapped:
        if len(row.swaps) == 1:
            (swap,) = row.swaps
            made[row.manner, swap] += 1
            natural[row.manner, swap] += row.form in seen
    kept = []
    for row in swapped:
        share = min(
            (natural[row.manner, swap] + PSEUDO_NATURAL) / (made[row.manner, swap] + 1) for swap in row.swaps
        )
        if share <= MAX_NATURAL_SHARE.get(row.manner, DEFAULT_NATURAL_SHARE):
            kept.append(Signature(row.form, (row.manner,), row.phrase))
    return kept


def tortured_signatures(data: Path) -> list[Signature]:
    """The tortured phrases of the Problematic Paper Screener."""
    pairs = lexicon.tortured_phrases(data / "tortured-phrases.json")
    return [Signature(spelled(p.spun), ("tortured",), p.original) for p in pairs]


def kept_signatures() -> list[Signature]:
    """What people kept of the mined forms: manner, form, what it stands for."""
    rows = (line.split("\t") for line in (HERE / "kept.tsv").read_text().splitlines() if line[:1] != "#")
    return [Signature(spelled(form), (manner,), original) for manner, form, original in rows]


def spelled(form: str) -> str:
    """The form as the finder sees it."""
    return " ".join(one_byte_a_character(form).decode().split())


def clean_texts(data: Path, folders: Iterable[Path]) -> Iterator[str]:
    """All clean text: gold texts, hard registers, the bench's, and every file of the folders."""
    yield from (row["text"] or "" for row in read_all_rows(data))
    yield from (text.text for text in read_hard_texts(data))
    for folder in (ROOT / "bench" / "texts", ROOT / "bench" / "fresh", *folders):
        for path in sorted(folder.rglob("*.txt")):
            yield path.read_text("utf-8", "ignore")


def document_counts(forms: Sequence[str], texts: Iterable[str]) -> Counter[str]:
    """In how many of the texts each form occurs."""
    finder = BytesAhoCorasick([f" {form} ".encode() for form in forms])
    counts: Counter[str] = Counter()
    for text in texts:
        padded = b" " + one_byte_a_character(text).replace(b"\n", b" ") + b" "
        found = finder.find_matches_as_indexes(padded, overlapping=True)
        counts.update(forms[k] for k in {k for k, _, _ in found})
    return counts


def chosen_signatures(data: Path, texts: Iterable[str]) -> list[Signature]:
    """All signatures whose form neither clean text nor `natural.txt` has: one a form, none within another."""
    swapped = swapped_phrases()
    others = [*kept_signatures(), *tortured_signatures(data)]
    forms = sorted({s.form for s in others} | {s.form for s in swapped})
    natural = {line.strip() for line in (HERE / "natural.txt").read_text().splitlines() if line[:1] != "#"}
    seen = {*document_counts(forms, texts), *natural}
    by_form = _merged_by_form([*others, *unnatural_phrases(swapped, seen)])
    unseen = {
        form
        for form in by_form
        if form not in seen and len(form) >= MIN_FORM_CHARS and form.count(" ") < MAX_FORM_WORDS
    }
    return [by_form[form] for form in sorted(unseen) if not _holds_shorter(form, unseen)]


def _merged_by_form(signatures: Iterable[Signature]) -> dict[str, Signature]:
    """One signature a form, with the manners of all; the first says what the form stands for."""
    by_form: dict[str, Signature] = {}
    for signature in signatures:
        first = by_form.get(signature.form, signature)
        manners = tuple(sorted({*signature.manners, *first.manners}))
        by_form[signature.form] = first._replace(manners=manners)
    return by_form


def _holds_shorter(form: str, forms: set[str]) -> bool:
    words = form.split()
    return any(
        " ".join(words[first : first + size]) in forms
        for size in range(1, len(words))
        for first in range(len(words) - size + 1)
    )


def mined_forms(spun_texts: Sequence[str], clean: Iterable[str]) -> list[tuple[str, int]]:
    """Forms of one to four words in MIN_MINED_PAGES spun texts and in no clean one: (form, pages), the most
    frequent first; a form within a longer one of as many pages is left out."""
    pages: Counter[str] = Counter()
    for text in spun_texts:
        pages.update(set(_word_runs(text)))
    often = [form for form, n in pages.items() if n >= MIN_MINED_PAGES and len(form) >= MIN_FORM_CHARS]
    seen = document_counts(often, clean)
    unseen = {form for form in often if not seen[form]}
    return sorted(
        ((form, pages[form]) for form in unseen if not _holds_shorter(form, unseen)),
        key=lambda row: (-row[1], row[0]),
    )


def _word_runs(text: str) -> Iterator[str]:
    for run in one_byte_a_character(text).decode().split("  "):
        words = run.split()
        for size in range(1, MAX_MINED_WORDS + 1):
            for first in range(len(words) - size + 1):
                yield " ".join(words[first : first + size])


def write_table(path: Path, signatures: Iterable[Signature]) -> None:
    """The table as `cleaner.garble.signatures` reads it."""
    rows = (f"{s.form}\t{','.join(s.manners)}\t{s.original}" for s in signatures)
    source = f"training/garble/mine_signatures.py; licence: {LICENCE}"
    path.write_bytes(gzip.compress(with_header("garble-signatures 1", source, rows), mtime=0))


def main() -> None:
    """Prints candidates, or builds the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["pages", "phrases", "build"])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data")
    parser.add_argument("--spun", type=Path, help="spun pages (*.jsonl.xz), for `pages`")
    parser.add_argument("--clean", type=Path, nargs="*", default=[], help="folders of clean *.txt")
    args = parser.parse_args()
    texts = clean_texts(args.data, args.clean)
    if args.what == "pages":
        spun_texts = [row["text"] for row in read_rows(args.spun)]
        for form, pages in mined_forms(spun_texts, texts):
            print(form, pages, sep="\t")
        return
    signatures = chosen_signatures(args.data, texts)
    if args.what == "build":
        write_table(ROOT / "cleaner" / "data" / "garble-signatures.tsv.gz", signatures)
        print(len(signatures), Counter(m for s in signatures for m in s.manners), file=sys.stderr)
        return
    for signature in signatures:
        print(",".join(signature.manners), signature.form, signature.original, sep="\t")


if __name__ == "__main__":
    main()
