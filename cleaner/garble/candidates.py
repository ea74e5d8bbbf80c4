"""Finds candidates for swaps, and how much better the originals fit the context than the words of the text.

Nothing is decided here. Tokens inside quotation marks are context only, never candidates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cleaner.garble.candidate_table import Ragged, SubstitutionTable, concatenated_ranges
from cleaner.garble.lexicon import FAMILIES, Channel, Lexicon, Substitution, possible_originals
from cleaner.garble.ngram_model import PAD_ID, Floats, Ints, NgramModel
from cleaner.garble.tokenize import SENTENCE_END, TokenizedText

# The probability that a form of the lexicon was put there by a spinner, before the context is known. With .1
# a swap is as likely as not at a gain of ln 10 = 2.3 nats.
PRIOR_SPUN = 0.1
# The most that a single candidate counts (nats): the model's counts are small, one odd word proves nothing.
MAX_EVIDENCE_NATS = 6.0
MIN_GAIN_NATS = -20.0  # lower gains are cut to this: they all mean that the original does not fit
# Candidates scored at once: bounds the memory that a long text needs.
BATCH_CANDIDATES = 20_000
CONTEXT_WORDS = 2  # words of context on each side: what a model of triples sees


@dataclass(frozen=True, slots=True)
class Candidates:
    """Where forms of the lexicon occur outside quotations, overlapping ones included.

    A row is one possible original of one candidate.

    Attributes:
        table: the forms and their substitutions.
        first_token, end_token: per candidate, its tokens are `first_token` up to `end_token`.
        form_id: per candidate, the number of its form in `table`.
        row_start: the rows of candidate k are `row_start[k]` up to `row_start[k + 1]`.
        substitution_id: per row, the number of the substitution in `table`.
    """

    table: SubstitutionTable
    first_token: Ints
    end_token: Ints
    form_id: Ints
    row_start: Ints
    substitution_id: Ints

    def __len__(self) -> int:
        return len(self.form_id)

    @property
    def candidate_of_row(self) -> Ints:
        """For each row the candidate it belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.row_start))

    def substitution(self, row: int) -> Substitution:
        """The substitution of a row."""
        return self.table.substitutions[int(self.substitution_id[row])]

    def sum_by_candidate(self, rows: Floats) -> Floats:
        """For each candidate the sum of a value of its rows."""
        return np.add.reduceat(rows, self.row_start[:-1]) if len(self) else np.zeros(0)

    def max_by_candidate(self, rows: Floats) -> Floats:
        """For each candidate the highest value of its rows."""
        return np.maximum.reduceat(rows, self.row_start[:-1]) if len(self) else np.zeros(0)


def find_candidates(words: TokenizedText, table: SubstitutionTable, model: NgramModel) -> Candidates:
    """Every occurrence outside quotations of a form of the lexicon, or of a name with words replaced."""
    names_found = [*_name_candidates(words, table.lexicon)]
    n_lexicon_forms = len(table.spun_word_ids.start) - 1
    table = table.with_names([swap for _, _, swap in names_found], model)
    of_names = [(first, end, n_lexicon_forms + k) for k, (first, end, _) in enumerate(names_found)]
    first_token, end_token, form_id = (
        np.concatenate(columns)
        for columns in zip(
            table.form_finder.find(merged_word_ids(words, model), words.tokens, words.quoted),
            np.array(of_names, dtype=np.int64).reshape(-1, 3).T,
            strict=True,
        )
    )
    counts = table.first_substitution[form_id + 1] - table.first_substitution[form_id]
    row_start = np.concatenate(([0], np.cumsum(counts)))
    return Candidates(
        table,
        first_token,
        end_token,
        form_id,
        row_start,
        concatenated_ranges(table.first_substitution[form_id], counts),
    )


def context_gains(candidates: Candidates, tokens: Sequence[str], model: NgramModel) -> Floats:
    """How much better each row's original fits its context than the words of the text (nats).

    `tokens` is the context: the text's tokens, or those of `tokens_after_first_pass`, where the first token
    of a restored phrase holds all its words and the others are empty.
    """
    if not len(candidates):
        return np.zeros(0)
    context = _Context(tokens, model)
    parts = []
    for at in range(0, len(candidates), BATCH_CANDIDATES):
        end = min(at + BATCH_CANDIDATES, len(candidates))
        rows = slice(int(candidates.row_start[at]), int(candidates.row_start[end]))
        candidate_of_row = np.repeat(np.arange(at, end), np.diff(candidates.row_start[at : end + 1]))
        log_p_spun = model.window_log_p(
            *context.windows(
                candidates.first_token[at:end],
                candidates.end_token[at:end],
                candidates.table.spun_word_ids,
                candidates.form_id[at:end],
            )
        )
        log_p_original = model.window_log_p(
            *context.windows(
                candidates.first_token[candidate_of_row],
                candidates.end_token[candidate_of_row],
                candidates.table.original_word_ids,
                candidates.substitution_id[rows],
            )
        )
        parts.append(log_p_original - log_p_spun[candidate_of_row - at])
    return np.maximum(np.concatenate(parts), MIN_GAIN_NATS)


def side_gains(candidates: Candidates, tokens: Sequence[str], model: NgramModel) -> tuple[Floats, Floats]:
    """How much better each row's original fits the word before it, and the word after it (nats)."""
    context = _Context(tokens, model)
    candidate_of_row = candidates.candidate_of_row
    before = context.flat[context.token_start[candidates.first_token] - 1]
    after = context.flat[context.token_start[candidates.end_token]]
    spun_word_ids, original_word_ids = candidates.table.spun_word_ids, candidates.table.original_word_ids
    form_id, substitution_id = candidates.form_id, candidates.substitution_id
    left = model.log_p_after(
        before[candidate_of_row], original_word_ids.flat[original_word_ids.start[substitution_id]]
    )
    right = model.log_p_after(
        original_word_ids.flat[original_word_ids.start[substitution_id + 1] - 1], after[candidate_of_row]
    )
    left -= model.log_p_after(before, spun_word_ids.flat[spun_word_ids.start[form_id]])[candidate_of_row]
    right -= model.log_p_after(spun_word_ids.flat[spun_word_ids.start[form_id + 1] - 1], after)[
        candidate_of_row
    ]
    return left, right


class _Context:
    """The word numbers of a text, and where each of its tokens begins among them."""

    def __init__(self, tokens: Sequence[str], model: NgramModel) -> None:
        joined = " ".join(tokens)
        if all(tokens) and joined.count(" ") == len(tokens) - 1:  # nothing was restored: a token is a word
            normalized, starts = merge_articles(tokens), np.arange(len(tokens) + 1)
        else:
            normalized = merge_articles(" ".join(filter(None, tokens)).split(" ")) if any(tokens) else []
            lengths = [token.count(" ") + 1 if token else 0 for token in tokens]
            starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
        text = Ragged(np.array(model.word_ids(normalized), dtype=np.int64), starts)
        sentence_end = model.word_ids([SENTENCE_END])[0]
        self.flat = np.concatenate(([PAD_ID] * CONTEXT_WORDS, text.flat, [sentence_end] * CONTEXT_WORDS))
        self.token_start = text.start + CONTEXT_WORDS

    def windows(
        self, first_token: Ints, end_token: Ints, middle_word_ids: Ragged, rows: Ints
    ) -> tuple[Ints, Ints]:
        """For each candidate two words, the middle, two words: flat, and the lengths."""
        words, lengths = middle_word_ids.take(rows)
        window_lengths = lengths + 2 * CONTEXT_WORDS
        ends = np.cumsum(window_lengths)
        out = np.empty(int(ends[-1]), dtype=np.int64)
        begins = ends - window_lengths
        for k in range(CONTEXT_WORDS):
            out[begins + k] = self.flat[self.token_start[first_token] - CONTEXT_WORDS + k]
            out[ends - CONTEXT_WORDS + k] = self.flat[self.token_start[end_token] + k]
        out[concatenated_ranges(begins + CONTEXT_WORDS, lengths)] = words
        return out, window_lengths


def family_evidence_nats(candidates: Candidates, gains: Floats) -> Floats:
    """FAMILIES x candidates: the evidence (nats) that one of the family's swaps was made there; 0 where it
    has none, below 0 where what stands there fits better."""
    table, rows = candidates.table, candidates.substitution_id
    weights = np.exp(np.minimum(gains + table.log_prior[rows], 20.0))
    nats = np.zeros((len(FAMILIES), len(candidates)))
    for family in range(len(FAMILIES)) if len(candidates) else ():
        in_family = table.in_family[family, rows]
        summed = candidates.sum_by_candidate(weights * in_family)
        evidence = np.minimum(np.log(1 - PRIOR_SPUN + PRIOR_SPUN * summed), MAX_EVIDENCE_NATS)
        nats[family] = np.where(candidates.max_by_candidate(in_family.astype(float)) > 0, evidence, 0.0)
    return nats


def non_overlapping_best(candidates: Candidates, strength: Floats, among: Ints | None = None) -> Ints:
    """The strongest candidates of which no two overlap, in the order of the text; of equals the longer.

    `among` are the candidates to choose from, all of them if None.
    """
    among = np.arange(len(candidates)) if among is None else among
    first_token, end_token = candidates.first_token[among], candidates.end_token[among]
    order = np.lexsort((first_token, first_token - end_token, -strength[among]))
    taken_tokens: set[int] = set()
    kept: list[int] = []
    firsts, ends = first_token.tolist(), end_token.tolist()
    for k in order.tolist():
        tokens = range(firsts[k], ends[k])
        if taken_tokens.isdisjoint(tokens):
            taken_tokens.update(tokens)
            kept.append(k)
    chosen = among[np.array(kept, dtype=np.int64)]
    return chosen[np.argsort(candidates.first_token[chosen], kind="stable")]


def merge_articles(tokens: Sequence[str]) -> list[str]:
    """The tokens with `an` as `a`: else the article would favour one word after it by its first sound."""
    return ["a" if token == "an" else token for token in tokens]


@lru_cache(maxsize=1)
def merged_word_ids(words: TokenizedText, model: NgramModel) -> Ints:
    """The word numbers of a text's tokens, with `an` as `a`; not to be written to."""
    return np.array(model.word_ids(merge_articles(words.tokens)), dtype=np.int64)


def _name_candidates(words: TokenizedText, lexicon: Lexicon) -> Iterator[tuple[int, int, Substitution]]:
    """Runs of capitalised words that are a known name with words replaced."""
    text, starts, may_begin = words.text, words.starts, lexicon.may_begin_name
    for at, (token, quoted) in enumerate(zip(words.tokens[:-1], words.quoted, strict=False)):
        if token in may_begin and not quoted and text[starts[at]].isupper():
            yield from _name_candidate_at(words, lexicon, at)


def _name_candidate_at(
    words: TokenizedText, lexicon: Lexicon, at: int
) -> Iterator[tuple[int, int, Substitution]]:
    tokens = words.tokens
    first_words = [
        *possible_originals(lexicon, tokens[at]),
        *lexicon.name_word_originals.get(" ".join(tokens[at : at + 2]), ()),
    ]
    for first_word in dict.fromkeys(first_words):
        for name, as_printed in lexicon.names_by_first_word.get(first_word, ()):
            end = _name_end(words, lexicon, at, name, as_printed)
            spun = tuple(tokens[at:end])
            if end and spun != name and spun not in lexicon.known_names and not words.quoted[end - 1]:
                yield at, end, Substitution(spun, name, 1.0, Channel.NAME)
                return


def _name_end(
    words: TokenizedText, lexicon: Lexicon, at: int, name: Sequence[str], as_printed: Sequence[str]
) -> int:
    """Where a name that starts at token `at` ends, word for word or two words for one; 0 for no such name."""
    for wanted, printed_word in zip(name, as_printed, strict=True):
        if at >= len(words) or words.text[words.starts[at]].isupper() != printed_word[0].isupper():
            return 0
        if wanted in possible_originals(lexicon, words.tokens[at]):
            at += 1
        elif wanted in lexicon.name_word_originals.get(" ".join(words.tokens[at : at + 2]), ()):
            at += 2
        else:
            return 0
    return at
