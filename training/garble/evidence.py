"""Reads the training pages, spins them, and reads all of it as the detector does.

Every page is read with a language model counted on other sites: four models, each without a quarter of the
sites, read that quarter.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.document import Document
from cleaner.garble import document_score
from cleaner.garble.candidate_table import SubstitutionTable
from cleaner.garble.candidates import context_gains, family_evidence_nats, find_candidates
from cleaner.garble.consistency import ReplacedWords, consistency_nats
from cleaner.garble.lexicon import FAMILIES, Channel, Lexicon, Substitution
from cleaner.garble.ngram_model import Floats, NgramModel
from cleaner.garble.plain_text import one_byte_a_character
from cleaner.garble.prefilter import PrefilterTable, build_table, matched_forms
from cleaner.garble.surprise import Surprise, surprise
from cleaner.garble.tokenize import tokenize
from cleaner.reading.page import read_document
from training.garble import lexicon as sources
from training.garble import ngrams
from training.garble.hard import HardText
from training.garble.spin import forms_by_original, spin
from training.pages import held_out_ids, read_rows

N_FOLDS = 4
# The files whose pages are read: by hand or reviewed, in English.
PAGE_FILES = ("wcxb", "dragnet", "readability", "fundus", "misinfo")
MIN_PAGE_CHARS = 200
MAX_CLEAN_CHARS = 20_000  # of a clean text: more adds nothing new
MAX_SPUN_CHARS = 6000  # of a page that is spun, for speed
MIN_SENTENCE_WORDS = 10  # a block of a page with as many is taken for running text
PAGE_REGISTER = "page"
# Every page is spun in the news manner, by one of these, and with tortured phrases where it has MIN_SWAPS.
EVERY_OTHER_FAMILIES = (Channel.THESAURUS, Channel.REWRITING, Channel.SPINBOT)
SWAP_DENSITIES, DICTIONARY_SHARES = (0.3, 0.5, 0.75, 1.0), (0.3, 0.6, 1.0)
MIN_SWAPS = 3
# The forms of a word that a spinner chooses among, the usual ones first.
MAX_FORMS_OF_WORD = {
    Channel.NEWS: 2, Channel.THESAURUS: 3, Channel.TORTURED: 9, Channel.REWRITING: 9, Channel.SPINBOT: 9,
}  # fmt: skip


class Page(NamedTuple):
    """A gold text in English, and the other sentences of its page; the pages of a `site` are in one fold."""

    id: str
    site: str
    text: str
    other_sentences: str


FormsOfPage = dict[tuple[str, ...], tuple[float, int, Channel]]


class PageLabel(NamedTuple):
    """What is known of a text.

    `family` is that of the spinner that made it, None for a clean text; `swapped_share` is the share of the
    possible swaps that were made; `register` is PAGE_REGISTER or that of a hard text.
    """

    fold: int
    family: Channel | None
    swapped_share: float
    register: str


class PageEvidence(NamedTuple):
    """What the detector reads in one text.

    `forms` are for each family those that count, with their best evidence (nats), how often they occur, and
    their channel (the family or NAME); `consistency` is that of each family.
    """

    label: PageLabel
    n_unquoted_words: int
    forms: dict[Channel, FormsOfPage]
    consistency: Floats
    surprise: Surprise
    prefilter_forms: frozenset[str]
    n_words: int
    text: str

    @property
    def spun(self) -> bool:
        """Whether a spinner made the text."""
        return self.label.family is not None


def read_pages(data: Path) -> list[Page]:
    """The training pages: those in English of PAGE_FILES, but for those of valid.txt."""
    left_out = held_out_ids(data)
    return [
        _page_from_row(row)
        for name in PAGE_FILES
        for row in read_rows(data / f"train-{name}.jsonl.xz")
        if row.get("language") in (None, "en") and row["id"] not in left_out
    ]


def _page_from_row(row: Mapping[str, Any]) -> Page:
    text = row["text"] or ""
    return Page(row["id"], row["domain"] or row["id"], text, sentences_outside_gold(row["html"] or "", text))


def sentences_outside_gold(html: str, text: str) -> str:
    """The sentences of a page that are not in its gold text: comments, other stories."""
    blocks = dict.fromkeys(block.text for block in read_document(Document("", html, "html")).blocks)
    return "\n".join(b for b in blocks if len(b.split()) >= MIN_SENTENCE_WORDS and b[:60] not in text)


def fold_of_site(pages: Sequence[Page]) -> dict[str, int]:
    """A fold a site."""
    sites = sorted({page.site for page in pages})
    random.Random(1).shuffle(sites)
    return {site: k % N_FOLDS for k, site in enumerate(sites)}


def read_substitutions(data: Path, without: Channel | None = None) -> list[Substitution]:
    """The expanded lexicon with the tortured phrases it lacks; `without` leaves a family out."""
    expanded = sources.expand_lexicon(without=without)
    tortured_pairs = sources.tortured_phrases(data / "tortured-phrases.json")
    pairs = [*expanded.values()]
    if without != Channel.TORTURED:
        pairs += [p for p in tortured_pairs if (p.spun, p.original) not in expanded]
    return [
        Substitution(tuple(p.spun.split()), tuple(p.original.split()), p.prior, p.channel, p.also)
        for p in pairs
    ]


def required_words(substitutions: Iterable[Substitution]) -> set[str]:
    """Words that the language model must know, whether they were counted or not."""
    words = {
        word
        for substitution in substitutions
        if substitution.channel != Channel.TORTURED
        for word in (*substitution.spun, *substitution.original)
    }
    return words | {word.lower() for name in sources.read_names() for word in name.split()}


def spinner_dictionary(
    substitutions: Iterable[Substitution], channel: Channel, max_forms: int
) -> dict[tuple[str, ...], list[str]]:
    """Original to its usual spun forms: a spinner's dictionary."""
    return {
        original: [form for _, form in forms[:max_forms]]
        for original, forms in forms_by_original(substitutions, channel).items()
    }


def spun_versions(
    page: Page, dictionaries: dict[Channel, dict[tuple[str, ...], list[str]]]
) -> Iterable[tuple[Channel, float, str]]:
    """The page by several spinners with a part of the dictionary each: (family, share swapped, text)."""
    rng = random.Random(page.id)
    for family in (Channel.NEWS, rng.choice(EVERY_OTHER_FAMILIES), Channel.TORTURED):
        if family not in dictionaries:
            continue
        density, share = rng.choice(SWAP_DENSITIES), rng.choice(DICTIONARY_SHARES)
        dictionary = {key: forms for key, forms in dictionaries[family].items() if rng.random() < share}
        text, swaps = spin(page.text[:MAX_SPUN_CHARS], dictionary, density, rng, fixed=family == Channel.NEWS)
        if len(swaps) >= MIN_SWAPS:
            yield family, density * share, text


class Reader(NamedTuple):
    """What a text is read with: a lexicon's tables, and a language model."""

    table: SubstitutionTable
    replaced: ReplacedWords
    model: NgramModel
    prefilter_table: PrefilterTable

    @classmethod
    def from_lexicon(cls, lexicon: Lexicon, model: NgramModel, prefilter_table: PrefilterTable) -> Reader:
        """The tables of a lexicon for a model."""
        table = SubstitutionTable.from_lexicon(lexicon, model)
        return cls(table, ReplacedWords.from_table(table), model, prefilter_table)


def page_evidence(text: str, label: PageLabel, reader: Reader) -> PageEvidence:
    """Reads one text as the detector does."""
    table, replaced, model, prefilter_table = reader
    words = tokenize(text)
    candidates = find_candidates(words, table, model)
    evidence = family_evidence_nats(candidates, context_gains(candidates, words.tokens, model))
    forms: dict[Channel, FormsOfPage] = {}
    for number, family in enumerate(FAMILIES):
        counted = document_score.counted_forms(candidates, evidence[number])
        forms[family] = {}
        for form, best, times in zip(*counted, strict=True):
            substitution = candidates.table.substitutions[candidates.table.first_substitution[form]]
            channel = Channel.NAME if substitution.channel == Channel.NAME else family
            forms[family][substitution.spun] = (float(best), int(times), channel)
    matched_words, phrases, n_words = matched_forms(one_byte_a_character(text), prefilter_table)
    prefilter_forms = {word.decode() for word in matched_words} | {
        prefilter_table.phrases[k].decode().strip() for k in phrases
    }
    return PageEvidence(
        label,
        document_score.count_unquoted_words(words),
        forms,
        consistency_nats(words, candidates, replaced, model),
        surprise(words, model),
        frozenset(prefilter_forms),
        n_words,
        text,
    )


def models_by_fold(pages: Sequence[Page], substitutions: Sequence[Substitution]) -> list[NgramModel]:
    """For each fold the counts of the other ones' sites."""
    fold_of, extra_words = fold_of_site(pages), required_words(substitutions)
    return [
        ngrams.build_model(counted_texts(p for p in pages if fold_of[p.site] != fold), extra_words)
        for fold in range(N_FOLDS)
    ]


def read_all_pages(
    pages: Sequence[Page],
    hard_texts: Sequence[HardText],
    substitutions: Sequence[Substitution],
    lexicon: Lexicon,
    models: Sequence[NgramModel],
) -> list[PageEvidence]:
    """Every page, its spun versions and the hard texts to fit on, read with counts from other sites."""
    fold_of = fold_of_site(pages)
    dictionaries = {
        family: dictionary
        for family in FAMILIES
        if (dictionary := spinner_dictionary(substitutions, family, MAX_FORMS_OF_WORD[family]))
    }
    prefilter_table = build_table(dict.fromkeys(prefilter_candidates(lexicon), 1.0), 0.0)
    evidence: list[PageEvidence] = []
    for fold, model in enumerate(models):
        reader = Reader.from_lexicon(lexicon, model, prefilter_table)
        texts = [
            (text.text[:MAX_CLEAN_CHARS], PageLabel(fold, None, 0.0, text.register))
            for number, text in enumerate(hard_texts)
            if number % N_FOLDS == fold
        ]
        for page in pages:
            if fold_of[page.site] == fold and len(page.text) >= MIN_PAGE_CHARS:
                texts.append((page.text[:MAX_CLEAN_CHARS], PageLabel(fold, None, 0.0, PAGE_REGISTER)))
                texts += [
                    (text, PageLabel(fold, family, share, PAGE_REGISTER))
                    for family, share, text in spun_versions(page, dictionaries)
                ]
        evidence += [page_evidence(text, label, reader) for text, label in texts]
    return evidence


def counted_texts(pages: Iterable[Page]) -> list[str]:
    """The texts whose n-grams are counted: gold texts, and the other sentences of their pages."""
    return [text for page in pages for text in (page.text, page.other_sentences) if text]


def prefilter_candidates(lexicon: Lexicon) -> frozenset[str]:
    """What the prefilter may look for: single spun words, and the first two words of spun phrases."""
    return frozenset(lexicon.form_id_of_word) | {f"{a} {b}" for a, b in lexicon.phrases_by_start}
